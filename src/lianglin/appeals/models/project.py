"""Projects (R059, R113): milestones with days and units, a budget in whole 分, delays with their reasons, acceptance."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.models import Account, Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals.rules import problems
from lianglin.kit.models import ScopeCodeField


class Project(models.Model):
    """One project: proposed, approved by a second person, delivered, accepted by a second person."""

    scope_code = ScopeCodeField(verbose_name=_("area"))
    title = models.CharField(_("title"), max_length=80)
    aim = models.TextField(_("what it brings"), blank=True)
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit that does it"), related_name="+"
    )
    state = models.CharField(_("state"), max_length=9, choices=problems.PROJECT_STATES, default="proposed")
    document_no = models.CharField(_("document number"), max_length=60, blank=True)
    budget_fen = models.BigIntegerField(_("budget in 分"), default=0)
    spent_fen = models.BigIntegerField(_("spent in 分"), null=True)
    money = models.CharField(_("where the money comes from"), max_length=8, choices=problems.MONEY)
    starts_on = models.DateField(_("begins on"))
    due_on = models.DateField(_("to be finished by"))
    first_due_on = models.DateField(_("first promised by"))
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        Account, models.PROTECT, null=True, db_index=False, verbose_name=_("proposed by"), related_name="+"
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("project approved by"),
        related_name="+",
    )
    delivered_on = models.DateField(_("finished on"), null=True)
    delivered_by = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("reported as finished by"),
        related_name="+",
    )
    accepted_on = models.DateField(_("accepted on"), null=True)
    accepted_by = models.ForeignKey(
        Account, models.PROTECT, null=True, db_index=False, verbose_name=_("accepted by"), related_name="+"
    )
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = pgettext_lazy("measure", "project")
        verbose_name_plural = _("projects")
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("proposed_by")), name="appeals_project_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(accepted_by=F("delivered_by")), name="appeals_project_acceptance"
            ),
            models.CheckConstraint(condition=Q(budget_fen__gte=0), name="appeals_project_budget"),
        ]
        indexes = [models.Index(fields=["scope_code", "-id"], name="appeals_project_scope")]

    def as_row(self) -> dict[str, Any]:
        """How the list behind a figure shows it (kit.domain.Indicator)."""
        url, state = reverse("appeals:project", args=[self.pk]), dict(problems.PROJECT_STATES)[self.state]
        return {
            "title": self.title,
            "url": url,
            "area": self.scope_code,
            "state": state,
            "at": self.proposed_at,
        }


class ProjectStep(models.Model):
    """One entry of a project's history; never changed."""

    project = models.ForeignKey(
        Project,
        models.PROTECT,
        db_index=False,
        verbose_name=pgettext_lazy("measure", "project"),
        related_name="steps",
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    move = models.CharField(_("move"), max_length=10)
    at = models.DateTimeField(_("at"))
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, db_index=False, verbose_name=_("account"), related_name="+"
    )
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post"), related_name="+"
    )
    note = models.TextField(_("reason"), blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step of a project")
        verbose_name_plural = _("steps of projects")
        indexes = [models.Index(fields=["project", "id"], name="appeals_project_step")]


class Milestone(models.Model):
    """One milestone: what, which unit, by when; percent done is the share of those that are done."""

    project = models.ForeignKey(
        Project,
        models.PROTECT,
        db_index=False,
        verbose_name=pgettext_lazy("measure", "project"),
        related_name="milestones",
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=80)
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit that does it"), related_name="+"
    )
    due_on = models.DateField(_("due on"))
    first_due_on = models.DateField(_("first promised by"))
    done_on = models.DateField(_("done on"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.UniqueConstraint(fields=["project", "position"], name="appeals_milestone_position")
        ]
        indexes = [models.Index(fields=["first_due_on"], name="appeals_milestone_due")]

    def as_row(self) -> dict[str, Any]:
        """How the list behind a figure shows it: under its project."""
        shown = self.project.as_row()
        state = pgettext_lazy("milestone", "done") if self.done_on else pgettext_lazy("milestone", "open")
        return {**shown, "title": f"{self.title} · {shown['title']}", "state": state}


class MilestoneDelay(models.Model):
    """A milestone put off, with the reason; the first promise stays on the milestone."""

    milestone = models.ForeignKey(
        Milestone, models.PROTECT, db_index=False, verbose_name=_("milestone"), related_name="delays"
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        db_index=False,
        verbose_name=pgettext_lazy("measure", "project"),
        related_name="delays",
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    from_on = models.DateField(_("due before"))
    to_on = models.DateField(_("due now"))
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("at"))
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post"), related_name="+"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("delay of a milestone")
        verbose_name_plural = _("delays of milestones")
        indexes = [models.Index(fields=["project", "id"], name="appeals_milestone_delay")]
