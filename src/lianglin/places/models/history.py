"""What places were before: planned and done changes, the shares they hand on, and the shapes they left behind.

A code is never given to another place: a merged community keeps its row, its code and its past figures.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.kit.models import DatedScopeCodeField
from lianglin.places.models.ground import Building


class PlaceChange(models.Model):
    """One decision about places (区划调整): which codes pass into which, from when, on what document."""

    class Kind(models.TextChoices):
        MERGE = "merge", _("merger")
        SPLIT = "split", _("split")
        RENAME = "rename", _("rename")
        REDRAW = "redraw", _("redraw the boundary")
        RECODE = "recode", _("new code")
        GRIDS = "grids", _("redraw the grids")

    class State(models.TextChoices):
        DRAFT = "draft", _("drafted")
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("being carried out")
        DONE = "done", _("carried out")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    scope_code = DatedScopeCodeField(help_text=_("what all communities concerned have in common"))
    effective_on = models.DateField(_("in force from"))
    document = models.CharField(_("document number"), max_length=80)
    after = models.JSONField(
        _("places as they will be"), default=dict, help_text=_("communities and grids: code, name, shape")
    )
    planned_by = models.BigIntegerField(_("planned by (post)"), null=True)
    planned_at = models.DateTimeField(_("planned at"))
    started_at = models.DateTimeField(_("begun at"), null=True)
    done_at = models.DateTimeField(_("carried out at"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("change of places")
        verbose_name_plural = _("changes of places")
        indexes = [models.Index(fields=["state", "effective_on"], name="places_change_due")]


class PlaceShare(models.Model):
    """What part of one code passes into another; ``weight`` counts households, the main one takes what has no building."""

    change = models.ForeignKey(
        PlaceChange, models.CASCADE, verbose_name=_("change of places"), related_name="shares"
    )
    from_code = DatedScopeCodeField(verbose_name=_("from code"))
    to_code = DatedScopeCodeField(verbose_name=_("to code"))
    weight = models.PositiveIntegerField(_("doors passed on"), default=0)
    main = models.BooleanField(_("main successor"), default=False)

    class Meta:
        verbose_name = _("share of a change")
        verbose_name_plural = _("shares of changes")
        constraints = [
            models.UniqueConstraint(fields=["change", "from_code", "to_code"], name="places_share_pair")
        ]


class PlaceMove(models.Model):
    """A building that passes into another code than its community's main successor."""

    change = models.ForeignKey(
        PlaceChange, models.CASCADE, verbose_name=_("change of places"), related_name="moves"
    )
    building = models.ForeignKey(
        Building, models.CASCADE, verbose_name=_("building"), related_name="place_moves"
    )
    to_code = DatedScopeCodeField(verbose_name=_("to code"))

    class Meta:
        verbose_name = _("building of a change")
        verbose_name_plural = _("buildings of changes")
        constraints = [models.UniqueConstraint(fields=["change", "building"], name="places_move_building")]


class PlaceVersion(models.Model):
    """A community, grid or division as it was until a change; what is in force stands in its own table."""

    class Kind(models.TextChoices):
        COMMUNITY = "community", _("community")
        GRID = "grid", _("grid")
        DIVISION = "division", _("division")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    code = models.CharField(_("code"), max_length=15, db_collation="C")
    name = models.CharField(_("name"), max_length=80, blank=True)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    households = models.PositiveIntegerField(_("planned households"), default=0)
    geometry = models.JSONField(_("boundary (GeoJSON, WGS84)"), null=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    change = models.ForeignKey(
        PlaceChange, models.PROTECT, null=True, verbose_name=_("ended by"), related_name="versions"
    )

    class Meta:
        verbose_name = _("former state of a place")
        verbose_name_plural = _("former states of places")
        indexes = [models.Index(fields=["code", "valid_to"], name="places_version_code")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code", "valid_from"], name="places_version_once")
        ]


class RecodeMark(models.Model):
    """How far the rewriting of one table has come: rows up to ``after`` are done, so a killed run goes on there."""

    change = models.ForeignKey(
        PlaceChange, models.CASCADE, verbose_name=_("change of places"), related_name="marks"
    )
    table = models.CharField(_("table"), max_length=63)
    after = models.BigIntegerField(_("done up to row"), default=0)
    moved = models.BigIntegerField(_("rows moved"), default=0)
    finished = models.BooleanField(_("finished"), default=False)

    class Meta:
        verbose_name = _("mark of a rewriting")
        verbose_name_plural = _("marks of rewritings")
        constraints = [models.UniqueConstraint(fields=["change", "table"], name="places_mark_table")]
