"""Files of places that somebody brought: kept with what was found in them until they are taken over or put away."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.kit.models import DatedScopeCodeField


class PlaceImport(models.Model):
    """One file: looked through at once (nothing is written), taken over whole by the background, once."""

    class Kind(models.TextChoices):
        DIVISIONS = "divisions", _("division table (CSV)")
        COMMUNITIES = "communities", _("boundaries of communities (GeoJSON)")
        GRIDS = "grids", _("boundaries of grids (GeoJSON)")
        COMPOUNDS = "compounds", _("outlines of compounds (GeoJSON)")
        BUILDINGS = "buildings", _("buildings and doors (CSV)")
        OSM = "osm", _("OpenStreetMap extract (PBF)")

    class State(models.TextChoices):
        CHECKED = "checked", _("checked")
        WAITING = "waiting", _("waiting to be taken over")
        APPLIED = "applied", _("taken over")
        FAILED = "failed", _("could not be taken over")

    class Datum(models.TextChoices):
        WGS84 = "wgs84", _("WGS 84, as it is")
        GCJ02 = "gcj02", _("convert from GCJ-02 (Amap, Tencent)")
        BD09 = "bd09", _("convert from BD-09 (Baidu)")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.CHECKED)
    scope_code = DatedScopeCodeField(blank=True)
    file_name = models.CharField(_("file name"), max_length=120)
    content = models.BinaryField(_("file (compressed)"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    datum = models.CharField(_("coordinate system"), max_length=6, choices=Datum, default=Datum.WGS84)
    valid_from = models.DateField(_("valid from"))
    report = models.JSONField(_("report"), default=dict)
    made_by = models.BigIntegerField(_("brought by (post)"), null=True)
    made_at = models.DateTimeField(_("brought at"))
    applied_at = models.DateTimeField(_("taken over at"), null=True)
    failure = models.CharField(_("why it failed"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("import of places")
        verbose_name_plural = _("imports of places")
        indexes = [models.Index(fields=["scope_code", "-id"], name="gazetteer_import_scope")]
