"""Where help is found near home: canteens, health stations, workshops, and when they are open."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.kit.models import ScopeCodeField
from lianglin.places.models.ground import Building, Community, Named


class ServicePoint(Named):
    """One door where residents are served; nobody's data: no opening notes, no names of staff."""

    class Kind(models.TextChoices):
        COMMUNITY_OFFICE = "office", _("community service hall")
        PARTY_CENTRE = "centre", _("party and mass service centre")
        CANTEEN = "canteen", _("canteen for elders")
        HEALTH = "health", _("community health station")
        DAY_CARE = "day_care", _("day care for elders")
        WORKSHOP = "workshop", _("three-zeros workshop")
        CLASSROOM = "classroom", _("happy education classroom")
        JOBS = "jobs", _("job service station")
        LIBRARY = "library", _("reading room")
        OTHER = "other", _("other service")

    class Access(models.TextChoices):
        FULL = "full", _("step-free, with an accessible toilet")
        STEP_FREE = "step_free", _("step-free entrance")
        HELP = "help", _("steps; staff help at the door")
        NONE = "none", _("steps, no help")
        UNKNOWN = "unknown", _("not yet looked at")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("community"), related_name="service_points"
    )
    scope_code = ScopeCodeField()
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, verbose_name=_("building"), related_name="+"
    )
    address = models.CharField(_("address"), max_length=120)
    lon = models.FloatField(_("longitude (WGS84)"))
    lat = models.FloatField(_("latitude (WGS84)"))
    phone = models.CharField(_("service phone"), max_length=20, blank=True)
    accessibility = models.CharField(
        _("step-free access"), max_length=10, choices=Access, default=Access.UNKNOWN
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("service point")
        verbose_name_plural = _("service points")
        indexes = [models.Index(fields=["scope_code", "kind", "id"], name="places_point_scope")]


class OpeningRule(models.Model):
    """Weekly hours between two dates. ``closes`` not after ``opens`` means: on the next day."""

    point = models.ForeignKey(
        ServicePoint, models.CASCADE, verbose_name=_("service point"), related_name="rules"
    )
    days = models.CharField(
        _("days of the week"), max_length=7, help_text=_("1 Monday to 7 Sunday, for example 12345")
    )
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))
    on_holidays = models.BooleanField(_("also on public holidays"), default=False)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["days", "opens"]


class OpeningException(models.Model):
    """Hours of one date that differ; without times: closed."""

    class Reason(models.TextChoices):
        HOLIDAY = "holiday", _("public holiday")
        EVENT = "event", _("event")
        REPAIR = "repair", _("repair work")
        WEATHER = "weather", _("weather")
        OTHER = "other", _("other reason")

    point = models.ForeignKey(
        ServicePoint, models.CASCADE, verbose_name=_("service point"), related_name="exceptions"
    )
    day = models.DateField(_("date"))
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    reason = models.CharField(_("why it differs"), max_length=8, choices=Reason, default=Reason.OTHER)

    class Meta:
        verbose_name = _("exception of opening hours")
        verbose_name_plural = _("exceptions of opening hours")
        ordering = ["day", "opens"]
