"""What happens around a match: steps with people, what the next month brings, a neutral errand, counts by place."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.benefits.models.matches import Match
from lianglin.benefits.models.measures import Measure
from lianglin.kit.models import ScopeCodeField

REASONS = (
    ("no_need", _("no need of it")),
    ("too_much_paper", _("too much paper for it")),
    ("no_disclosure", _("does not want to disclose what is asked")),
    ("has_other", _("has another benefit instead")),
    ("later", _("wants to decide later")),
    ("fact_wrong", _("a fact is wrong or out of date")),
    ("rule_wrong", _("the rule says something else than the authority")),
    ("receives_it", _("it is received already")),
    ("rule_unclear", _("the rule leaves it open")),
    ("other", _("another reason")),
)


class MatchStep(models.Model):
    """Somebody was told, declined, or turned out not to be eligible; or the printed package was handed over."""

    class Kind(models.TextChoices):
        TOLD = "told", _("was told")
        DECLINED = "declined", _("declined by the resident")
        NOT_ELIGIBLE = "not_eligible", _("not eligible after all")
        STARTED = "started", _("claim begun")
        OPENED_AGAIN = "opened_again", _("put back on the list")

    class Channel(models.TextChoices):
        VISIT = "visit", _("at the door")
        DESK = "desk", _("at the desk")
        PHONE = "phone", _("by phone")
        SMS = "sms", _("text message")
        PAPER = "paper", _("printed slip")

    scope_code = ScopeCodeField()
    match = models.ForeignKey(Match, models.CASCADE, verbose_name=_("match"), related_name="steps")
    resident_id = models.BigIntegerField(_("resident"), null=True)
    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name=_("benefit measure"), related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, blank=True)
    reason = models.CharField(_("reason"), max_length=20, blank=True, choices=REASONS)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    post_id = models.BigIntegerField(_("post"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step of a match")
        verbose_name_plural = _("steps of matches")
        indexes = [
            models.Index(fields=["measure", "kind", "-id"], name="benefits_step_measure"),
            models.Index(fields=["scope_code", "-id"], name="benefits_step_scope"),
            models.Index(fields=["resident_id"], name="benefits_step_resident"),
            models.Index(fields=["kind", "at"], name="benefits_step_kind"),
        ]

    def as_row(self) -> dict[str, Any]:
        """How the list behind a figure shows it (kit.domain.Indicator)."""
        url = reverse("benefits:match", args=[self.match_id])
        return {
            "title": self.measure.code,
            "url": url,
            "area": self.scope_code,
            "state": self.Kind(self.kind).label,
            "at": self.at,
        }


class MatchAhead(models.Model):
    """What the rules will answer on a later day, by what is known today, where it differs from today's answer."""

    class Change(models.TextChoices):
        BEGINS = "begins", _("will begin to match")
        ENDS = "ends", _("will no longer match")

    scope_code = ScopeCodeField()
    household_id = models.BigIntegerField(_("household"))
    resident_id = models.BigIntegerField(_("resident"), null=True)
    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name=_("benefit measure"), related_name="+", db_index=False
    )
    change = models.CharField(_("change"), max_length=6, choices=Change)
    on = models.DateField(_("as of"))
    failed = models.BigIntegerField(_("conditions that fail"), default=0)
    unknown = models.BigIntegerField(_("conditions that are unknown"), default=0)
    counted_at = models.DateTimeField(_("counted at"))
    quiet = models.BooleanField(_("only on request"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("match of a later day")
        verbose_name_plural = _("matches of a later day")
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "resident_id", "measure"],
                nulls_distinct=False,
                name="benefits_ahead_once",
            )
        ]
        indexes = [
            models.Index(fields=["scope_code", "change", "id"], name="benefits_ahead_scope"),
            models.Index(fields=["change", "scope_code", "id"], name="benefits_ahead_change"),
            models.Index(fields=["measure", "change", "scope_code", "id"], name="benefits_ahead_measure"),
            models.Index(fields=["resident_id"], name="benefits_ahead_resident"),
        ]


class HealthErrand(models.Model):
    """A neutral task: ask the health centre to look at this household. It never says why."""

    scope_code = ScopeCodeField()
    household_id = models.BigIntegerField(_("household"), unique=True)
    asked_for_at = models.DateTimeField(_("asked for at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    post_id = models.BigIntegerField(_("post"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("household for the health centre")
        verbose_name_plural = _("households for the health centre")
        indexes = [
            models.Index(
                fields=["scope_code", "id"],
                name="benefits_errand_open",
                condition=models.Q(done_at__isnull=True),
            )
        ]


class RuleFeedback(models.Model):
    """Somebody was not eligible after all: for whoever keeps the rule. Nobody's data: no person, no household, no text."""

    class Reason(models.TextChoices):
        FACT_WRONG = "fact_wrong", _("a fact is wrong or out of date")
        RULE_WRONG = "rule_wrong", _("the rule says something else than the authority")
        RECEIVES_IT = "receives_it", _("it is received already")
        RULE_UNCLEAR = "rule_unclear", _("the rule leaves it open")
        OTHER = "other", _("another reason")

    scope_code = ScopeCodeField()
    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name=_("benefit measure"), related_name="+", db_index=False
    )
    digest = models.CharField(_("digest of the rules"), max_length=64)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("feedback on a rule")
        verbose_name_plural = _("feedback on rules")
        indexes = [
            models.Index(fields=["-id"], name="benefits_feedback_newest"),
            models.Index(fields=["measure", "-id"], name="benefits_feedback_measure"),
        ]


class TakeUpCount(models.Model):
    """How many matches of a measure stand where, per community: nobody's data, counted from rows."""

    scope_code = ScopeCodeField()
    measure = models.ForeignKey(
        Measure, models.PROTECT, verbose_name=_("benefit measure"), related_name="+", db_index=False
    )
    month = models.DateField(_("month (its first day)"))
    """The running month is counted anew; months that are over stand as they were counted last."""
    matched = models.PositiveIntegerField(_("may qualify"), default=0)
    told = models.PositiveIntegerField(_("was told"), default=0)
    claimed = models.PositiveIntegerField(_("claimed"), default=0)
    granted = models.PositiveIntegerField(_("granted"), default=0)
    declined = models.PositiveIntegerField(_("declined by the resident"), default=0)
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("take-up of a measure")
        verbose_name_plural = _("take-up of measures")
        constraints = [
            models.UniqueConstraint(fields=["scope_code", "measure", "month"], name="benefits_take_up_once")
        ]
        indexes = [models.Index(fields=["month", "scope_code"], name="benefits_take_up_month")]


class PackageDelivery(models.Model):
    """The printed package of benefits was handed over to a household on a day."""

    scope_code = ScopeCodeField()
    household_id = models.BigIntegerField(_("household"))
    given_on = models.DateField(_("handed over on"))
    post_id = models.BigIntegerField(_("post"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("package handed over")
        verbose_name_plural = _("packages handed over")
        constraints = [
            models.UniqueConstraint(fields=["household_id", "given_on"], name="benefits_delivery_once")
        ]
        indexes = [
            models.Index(fields=["scope_code", "given_on"], name="benefits_delivery_scope"),
            models.Index(fields=["given_on"], name="benefits_delivery_day"),
        ]

    def as_row(self) -> dict[str, Any]:
        """How the list behind a figure shows it (kit.domain.Indicator): by the household's number, without a name."""
        url = reverse("facts:household", args=[self.household_id])
        title = _("Household #%(number)s") % {"number": self.household_id}
        return {
            "title": title,
            "url": url,
            "area": self.scope_code,
            "state": _("handed over"),
            "at": self.given_on,
        }
