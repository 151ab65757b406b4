"""Where more of one thing is reported than the place itself would lead one to expect: candidates, found at night.

A candidate is a suggestion. Whether it is a problem of its own, a person decides (actions/candidates.py); nothing
follows by itself.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Post
from lianglin.appeals.models.appeal import Item
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class ClassCandidate(models.Model):
    """One item in one area over some days, with more reports than expected by several people."""

    class State(models.TextChoices):
        OPEN = "open", _("not looked at yet")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")

    scope_code = ScopeCodeField()
    """Of the community, or of the street where several of its communities are concerned."""
    item = models.ForeignKey(Item, models.PROTECT, db_index=False, verbose_name=_("item"), related_name="+")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    cases = models.ManyToManyField(Case, through="CandidateCase", verbose_name=_("cases"), related_name="+")
    people = models.PositiveIntegerField(_("different people"))
    """A count; an anonymous report counts as somebody."""
    expected = models.FloatField(_("expected reports"))
    found = models.PositiveIntegerField(_("reports found"))
    chance = models.FloatField(_("probability by chance"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("found at"))
    seen_at = models.DateTimeField(_("last found at"))
    """The night in which the scan last found it."""
    problem = models.ForeignKey(
        "appeals.ProblemClass",
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("problem class"),
        related_name="+",
    )
    """The class that was made of it."""
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("decided by the post"),
        related_name="+",
    )
    refused_because = models.CharField(_("why it is none"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("candidate for a problem class")
        verbose_name_plural = _("candidates for problem classes")
        indexes = [
            models.Index(fields=["state", "scope_code", "-id"], name="appeals_candidate_open"),
            models.Index(fields=["item", "scope_code", "last_day"], name="appeals_candidate_item"),
        ]

    @property
    def days(self) -> int:
        """How many days it spans, first and last included."""
        return (self.last_day - self.first_day).days + 1

    @property
    def usual(self) -> str:
        """The expected reports in words: to a tenth, and never a nought that nobody can have measured."""
        return f"{self.expected:.1f}" if self.expected >= 0.05 else "<0.1"

    @property
    def reason(self) -> str:
        """Why it was found, in the reader's language."""
        return gettext(
            "%(found)s reports by %(people)s people in %(days)s days; this place would lead one to expect %(expected)s"
        ) % {
            "found": self.found,
            "people": self.people,
            "days": self.days,
            "expected": self.usual,
        }


class CandidateCase(models.Model):
    """An appeal that belongs to a candidate."""

    candidate = models.ForeignKey(
        ClassCandidate, models.CASCADE, db_index=False, verbose_name=_("candidate"), related_name="rows"
    )
    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()

    class Meta:
        verbose_name = _("appeal of a candidate")
        verbose_name_plural = _("appeals of candidates")
        constraints = [
            models.UniqueConstraint(fields=["candidate", "case"], name="appeals_candidate_case_once")
        ]
