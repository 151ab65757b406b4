"""Problem classes: many cases of one matter, with an owner, a cause, measures and a measured effect (R060, R061).

Nothing here is about a person: no row names who reported, and texts that hold a number of a person are refused.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.models import Account, Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals.rules import effect, problems
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField

VERDICTS = (
    (effect.FELL, _("fewer, beyond chance and beyond the rest of the city")),
    (effect.AS_ELSEWHERE, _("fewer, but not provably more so than in the rest of the city")),
    (effect.SAME, _("no change beyond chance")),
    (effect.ROSE, _("more than before")),
    (effect.TOO_FEW, _("cannot tell: too few cases")),
    (effect.TOO_EARLY, _("cannot tell: too early")),
)


def _post(label: Any) -> models.ForeignKey:
    return models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=label, related_name="+"
    )


def _account(label: Any) -> models.ForeignKey:
    return models.ForeignKey(
        Account, models.PROTECT, null=True, db_index=False, verbose_name=label, related_name="+"
    )


class ProblemClass(models.Model):
    """One class of problems in one area: what it covers, who owns it, where it stands (rules/problems.py)."""

    scope_code = ScopeCodeField(verbose_name=_("area"))
    title = models.CharField(_("title"), max_length=60)
    breadth = models.CharField(_("how wide it is"), max_length=5, choices=problems.BREADTHS)
    codes = models.JSONField(_("codes of the catalogue"), default=list)
    first_day = models.DateField(_("seen from"))
    last_day = models.DateField(_("seen until"))
    origin = models.CharField(_("how it came up"), max_length=9, choices=problems.ORIGINS)
    state = models.CharField(_("state"), max_length=11, choices=problems.STATES, default=problems.CANDIDATE)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit that owns it"), related_name="+"
    )
    post = _post(_("post that follows it"))
    promised_on = models.DateField(_("promised by"), null=True)
    made_at = models.DateTimeField(_("put together at"))
    made_by = _account(_("put together by"))
    confirmed_at = models.DateTimeField(_("class confirmed at"), null=True)
    confirmed_by = _account(_("confirmed by"))
    measure_at = models.DateTimeField(_("first measure at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_with = models.CharField(_("closed with"), max_length=12, choices=VERDICTS, blank=True)
    rises_since = models.DateTimeField(_("count rises again since"), null=True)
    quiet_until = models.DateField(_("not proposed again before"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("problem class")
        verbose_name_plural = _("problem classes")
        constraints = [
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("made_by")), name="appeals_problem_two_people"
            ),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="appeals_problem_days"),
        ]
        indexes = [models.Index(fields=["scope_code", "-id"], name="appeals_problem_scope")]

    def as_row(self) -> dict[str, Any]:
        """How the list behind a figure shows it (kit.domain.Indicator)."""
        url = reverse("appeals:problem", args=[self.pk])
        return {
            "title": self.title,
            "url": url,
            "area": self.scope_code,
            "state": dict(problems.STATES)[self.state],
            "at": self.made_at,
        }


class ProblemCase(models.Model):
    """A case in a class; taken out with a reason, never deleted. ``live``: in it now, the class being open."""

    problem = models.ForeignKey(
        ProblemClass, models.PROTECT, db_index=False, verbose_name=_("problem class"), related_name="links"
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    breadth = models.CharField(_("how wide it is"), max_length=5, choices=problems.BREADTHS)
    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="+")
    live = models.BooleanField(_("in it now"), default=True)
    reason = models.CharField(_("why it belongs here"), max_length=200, blank=True)
    added_at = models.DateTimeField(_("added at"))
    added_post = _post(_("added by the post"))
    removed_at = models.DateTimeField(_("taken out at"), null=True)
    removed_reason = models.CharField(_("why it was taken out"), max_length=200, blank=True)
    removed_post = _post(_("taken out by the post"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("case in a problem class")
        verbose_name_plural = _("cases in problem classes")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "scope_code", "breadth"],
                condition=Q(live=True),
                name="appeals_problem_case_once",
            )
        ]
        indexes = [
            models.Index(fields=["problem", "-case"], name="appeals_problem_case"),
            models.Index(fields=["added_at"], name="appeals_problem_case_added"),
        ]


class ProblemStep(models.Model):
    """One entry of a class's history: who did what, when and why; never changed."""

    problem = models.ForeignKey(
        ProblemClass, models.PROTECT, db_index=False, verbose_name=_("problem class"), related_name="steps"
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    move = models.CharField(_("move"), max_length=10)
    from_state = models.CharField(_("from state"), max_length=11, choices=problems.STATES, blank=True)
    to_state = models.CharField(_("to state"), max_length=11, choices=problems.STATES)
    at = models.DateTimeField(_("at"))
    account = _account(_("account"))
    post = _post(_("post"))
    note = models.TextField(_("reason"), blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step of a problem class")
        verbose_name_plural = _("steps of problem classes")
        indexes = [models.Index(fields=["problem", "id"], name="appeals_problem_step")]


class ProblemCause(models.Model):
    """A root cause as somebody wrote it down; the newest counts, the earlier ones stay."""

    problem = models.ForeignKey(
        ProblemClass, models.PROTECT, db_index=False, verbose_name=_("problem class"), related_name="causes"
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    kind = models.CharField(_("kind of cause"), max_length=9, choices=problems.CAUSES)
    text = models.TextField(_("root cause"))
    at = models.DateTimeField(_("at"))
    post = _post(_("post"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("root cause")
        verbose_name_plural = _("root causes")
        indexes = [models.Index(fields=["problem", "-id"], name="appeals_problem_cause")]


class ProblemMeasure(models.Model):
    """A lasting fix: a rule with its document and first day, a project, or a campaign."""

    problem = models.ForeignKey(
        ProblemClass, models.PROTECT, db_index=False, verbose_name=_("problem class"), related_name="measures"
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    kind = models.CharField(_("kind of measure"), max_length=8, choices=problems.MEASURES)
    title = models.CharField(_("title"), max_length=80)
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit that does it"), related_name="+"
    )
    document_no = models.CharField(_("document number"), max_length=60, blank=True)
    effective_on = models.DateField(_("in effect from"), null=True)
    project = models.ForeignKey(
        "appeals.Project",
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("measure", "project"),
        related_name="+",
    )
    campaign = models.ForeignKey(
        "appeals.Campaign", models.PROTECT, null=True, verbose_name=_("campaign"), related_name="+"
    )
    at = models.DateTimeField(_("at"))
    post = _post(_("post"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("measure against a problem class")
        verbose_name_plural = _("measures against problem classes")
        indexes = [models.Index(fields=["problem", "id"], name="appeals_problem_measure")]

    def as_row(self) -> dict[str, Any]:
        """How the list behind a figure shows it: under its class."""
        shown = self.problem.as_row()
        return {**shown, "title": f"{self.title} {self.document_no} · {shown['title']}", "at": self.at}


class ProblemEffect(models.Model):
    """One measuring of the effect: the counts it stands on, kept as they were, and what can be said of them."""

    problem = models.ForeignKey(
        ProblemClass, models.PROTECT, db_index=False, verbose_name=_("problem class"), related_name="effects"
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    after_first = models.DateField(_("after: first day"))
    after_last = models.DateField(_("after: last day"))
    before_first = models.DateField(_("before: first day"))
    before_last = models.DateField(_("before: last day"))
    before = models.PositiveIntegerField(_("cases before"))
    after = models.PositiveIntegerField(_("cases after"))
    people_before = models.PositiveIntegerField(_("people before"))
    people_after = models.PositiveIntegerField(_("people after"))
    rest_before = models.PositiveIntegerField(_("rest of the city before"))
    rest_after = models.PositiveIntegerField(_("rest of the city after"))
    burst = models.FloatField(_("swing beyond chance"))
    ratio = models.FloatField(_("ratio after to before"), null=True)
    low = models.FloatField(_("lower end"))
    high = models.FloatField(_("upper end"), null=True)
    beside = models.FloatField(_("ratio beside the rest of the city"), null=True)
    beside_low = models.FloatField(_("lower end beside the rest of the city"))
    beside_high = models.FloatField(_("upper end beside the rest of the city"), null=True)
    verdict = models.CharField(_("what can be said"), max_length=12, choices=VERDICTS)
    at = models.DateTimeField(_("measured at"))
    account = _account(_("measured by"))
    post = _post(_("post"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("measured effect")
        verbose_name_plural = _("measured effects")
        indexes = [models.Index(fields=["problem", "-id"], name="appeals_problem_effect")]


class PublicProblem(models.Model):
    """What residents are told of a class: a text of its own, written for them. Counts under ten are not in it."""

    problem = models.OneToOneField(
        ProblemClass, models.PROTECT, primary_key=True, verbose_name=_("problem class"), related_name="shown"
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    title = models.CharField(_("title for residents"), max_length=60)
    text = models.TextField(_("text for residents"))
    codes = models.JSONField(_("codes of the catalogue"), default=list)
    promised_on = models.DateField(_("promised by"), null=True)
    state = models.CharField(_("state"), max_length=11, choices=problems.STATES)
    percent_done = models.PositiveSmallIntegerField(_("percent done"), null=True)
    cases = models.PositiveIntegerField(_("appeals in it"), null=True)
    closed_with = models.CharField(_("closed with"), max_length=12, choices=VERDICTS, blank=True)
    published_at = models.DateTimeField(_("shown since"))
    updated_at = models.DateTimeField(_("brought up to date at"))
    visible = models.BooleanField(_("shown now"), default=True)
    measures = models.JSONField(_("measures told to residents"), default=list)
    """Each: id, kind, title, unit, unit_en, document_no, effective_on; chosen by the person who published."""
    effect = models.JSONField(_("effect told to residents"), default=dict)
    """Verdict, both spans, and both counts where neither is under ten; {} before it is measured."""
    told = models.JSONField(_("what was told last"), default=dict)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("public problem class")
        verbose_name_plural = _("public problem classes")
        indexes = [
            models.Index(
                fields=["scope_code", "-problem"], name="appeals_problem_public", condition=Q(visible=True)
            )
        ]
