"""What is drafted by itself, and what became of each run at each place."""

from __future__ import annotations

from typing import cast

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.indicators.reports.models import Report
from lianglin.kit.models import DatedScopeCodeField
from lianglin.kit.reports import PeriodKind


class ReportSchedule(models.Model):
    """One kind of report for some places, drafted on the n-th working day after each period. Nothing is issued by it.

    ``tells`` are the posts that hear of a draft; ``receivers`` the offices to which it goes once somebody issues it,
    each with its mail address or none. It runs as its post: with the rights which that has on the day.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")
        STOPPED = "stopped", _("stopped by itself")

    key = models.UUIDField(_("key of the schedule"), unique=True)
    name = models.CharField(_("name of the schedule"), max_length=80)
    definition = models.CharField(_("kind of report"), max_length=40, db_collation="C")
    kind = models.CharField(_("kind of period"), max_length=8, choices=Report.Kind)
    nth = models.PositiveSmallIntegerField(_("working day after the period"))
    places = models.JSONField(_("places"), default=list)
    public = models.BooleanField(_("for publication"), default=False)
    tells = models.JSONField(_("posts that hear of a draft"), default=list)
    receivers = models.JSONField(_("offices that receive it once issued"), default=list)
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("runs as the post"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    scope_code = DatedScopeCodeField(blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    why = models.CharField(_("why it stopped"), max_length=200, blank=True)
    handled_on = models.DateField(_("first day of the period handled last"))
    made_at = models.DateTimeField(_("made at"))
    changed_at = models.DateTimeField(_("changed at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("schedule of reports")
        verbose_name_plural = _("schedules of reports")
        indexes = [
            models.Index(fields=["scope_code", "-id"], name="indicators_schedule_scope"),
            models.Index(fields=["state", "id"], name="indicators_schedule_state"),
        ]

    @property
    def period_kind(self) -> PeriodKind:
        """The kind of its periods, as :class:`Period` takes it."""
        return cast(PeriodKind, self.kind)


class ScheduleRun(models.Model):
    """What one run did for one place and one period; a second run of the same does nothing."""

    class Result(models.TextChoices):
        ASKED = "asked", _("drafted")
        THERE = "there", _("was there already")
        REFUSED = "refused", _("not drafted")
        MISSED = "missed", _("left out after an outage")

    schedule = models.ForeignKey(
        ReportSchedule, models.PROTECT, verbose_name=_("schedule of reports"), related_name="runs", db_index=False
    )  # fmt: skip
    starts_on = models.DateField(_("first day"))
    scope_code = DatedScopeCodeField(blank=True)
    result = models.CharField(_("result"), max_length=8, choices=Result)
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, verbose_name=_("report"), related_name="runs"
    )
    note = models.CharField(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("run of a schedule")
        verbose_name_plural = _("runs of schedules")
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "starts_on", "scope_code"], name="indicators_schedule_run_once"
            )
        ]
        indexes = [models.Index(fields=["schedule", "-id"], name="indicators_run_schedule")]
