"""What a run found: who may qualify for what, sparse; health-related matches lie in the health ground."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.benefits.models.measures import Measure
from lianglin.kit.grounds import in_ground
from lianglin.kit.models import DatedScopeCodeField, ScopeCodeField

MAY = 2
_OPEN = models.Q(state__in=("suggested", "told"), quiet=False)
MAY_BE_TOLD = models.Q(_OPEN, answer=MAY, excluded_by__isnull=True)
"""Matches of the list "may qualify and has not claimed"."""
ONE_AWAY = models.Q(_OPEN, away__gt=0)
"""Matches of the list "one document away"."""


class MatchRun(models.Model):
    """One run over the city or a part of it: by which rules, as of which day, by what was known when."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("stopped by an error")

    scope_code = ScopeCodeField(blank=True)
    on = models.DateField(_("as of"))
    known_at = models.DateTimeField(_("by what was known at"))
    digest = models.CharField(_("digest of the rules"), max_length=64)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    reached = DatedScopeCodeField(verbose_name=_("done up to"), blank=True)
    only = models.JSONField(_("measures that were looked at"), default=list, blank=True)
    """Codes; empty for all. Set where only what a changed rule touches is matched anew."""
    marks = models.JSONField(_("digests of the measures"), default=dict, blank=True)
    """Code -> digest of the measure with the parameters it names: what has changed since is seen by it."""
    persons = models.PositiveIntegerField(_("persons"), default=0)
    households = models.PositiveIntegerField(_("households"), default=0)
    found = models.PositiveIntegerField(_("matches"), default=0)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("run of matching")
        verbose_name_plural = _("runs of matching")


class MatchBase(models.Model):
    """One measure and one person or household. Masks are kept, words are made when somebody looks."""

    class State(models.TextChoices):
        SUGGESTED = "suggested", _("may qualify")
        TOLD = "told", _("was told")
        CLAIMED = "claimed", _("claimed")
        DECLINED = "declined", _("declined by the resident")
        NOT_ELIGIBLE = "not_eligible", _("not eligible after all")
        GONE = "gone", _("no longer matches")

    class Away(models.IntegerChoices):
        NO = 0, _("nothing missing, or more than one thing")
        UNKNOWN = 1, _("one unknown fact away")
        ACTIONABLE = 2, _("one document away")

    scope_code = ScopeCodeField()
    household_id = models.BigIntegerField(_("household"))
    resident_id = models.BigIntegerField(_("resident"), null=True)
    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name=_("benefit measure"), related_name="+", db_index=False
    )
    answer = models.PositiveSmallIntegerField(_("answer"))
    failed = models.BigIntegerField(_("conditions that fail"), default=0)
    unknown = models.BigIntegerField(_("conditions that are unknown"), default=0)
    amount_fen = models.BigIntegerField(_("amount in fen"), null=True)
    away = models.PositiveSmallIntegerField(_("one away"), choices=Away, default=Away.NO)
    excluded_by = models.ForeignKey(
        Measure, models.PROTECT, null=True, verbose_name=_("instead of it"), related_name="+", db_index=False
    )
    on = models.DateField(_("as of"))
    digest = models.CharField(_("digest of the rules"), max_length=64)
    matched_at = models.DateTimeField(_("matched at"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SUGGESTED)
    state_at = models.DateTimeField(_("since"))
    claim_case_id = models.BigIntegerField(_("claim"), null=True)
    quiet = models.BooleanField(_("only on request"), default=False)
    """The person declined pushed matches (PIPL 24): nobody is told unasked."""

    objects = ScopedManager()

    class Meta:
        abstract = True


class Match(MatchBase):
    """A match that rests on no health data."""

    class Meta(MatchBase.Meta):
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "resident_id", "measure"],
                nulls_distinct=False,
                name="benefits_match_once",
            )
        ]
        indexes = [
            models.Index(fields=["scope_code", "state", "-id"], name="benefits_match_scope"),
            models.Index(fields=["measure", "scope_code"], name="benefits_match_measure"),
            models.Index(fields=["scope_code", "id"], name="benefits_match_open", condition=MAY_BE_TOLD),
            models.Index(
                fields=["measure", "scope_code", "id"], name="benefits_match_open_of", condition=MAY_BE_TOLD
            ),
            models.Index(fields=["scope_code", "id"], name="benefits_match_near", condition=ONE_AWAY),
            models.Index(
                fields=["measure", "scope_code", "id"], name="benefits_match_near_of", condition=ONE_AWAY
            ),
            models.Index(fields=["resident_id"], name="benefits_match_resident"),
        ]

    def as_row(self) -> dict[str, Any]:
        """How the list behind a figure shows it (kit.domain.Indicator)."""
        url = reverse("benefits:match", args=[self.pk])
        return {
            "title": self.measure.code,
            "url": url,
            "area": self.scope_code,
            "state": self.State(self.state).label,
            "at": self.state_at,
        }


class HealthMatch(MatchBase):
    """A match that rests on health data: the health ground, for the health role alone."""

    class Meta(MatchBase.Meta):
        db_table = in_ground("health", "benefits_match")
        verbose_name = _("health-related match")
        verbose_name_plural = _("health-related matches")
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "resident_id", "measure"],
                nulls_distinct=False,
                name="benefits_hmatch_once",
            )
        ]
        indexes = [
            models.Index(fields=["scope_code", "state", "-id"], name="benefits_hmatch_scope"),
        ]
