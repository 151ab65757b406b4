"""A composed kind of report: each version stands by itself, and once approved it never changes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import Said, Seconded
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import DatedScopeCodeField


class ReportDesign(Seconded):
    """One version of a kind of report. ``sections``: title, level, figures, text, by, chart of each (see rules.py)."""

    TWO = Said(proposer="made_by", decider_post="", refused="draft", withdrawn="ended")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waits for the second person")
        APPROVED = "approved", _("approved")
        REPLACED = "replaced", _("replaced by a later version")
        ENDED = "ended", _("ended")

    key = models.UUIDField(_("key of the composition"), unique=True)
    code = models.CharField(_("kind of report"), max_length=40, db_collation="C")
    version = models.PositiveSmallIntegerField(_("number of the version"), default=1)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    scope_code = DatedScopeCodeField(blank=True)
    name = models.CharField(_("name of the kind of report"), max_length=60)
    title = models.CharField(_("printed title"), max_length=120)
    sections = models.JSONField(_("sections"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    edits = models.PositiveIntegerField(_("times edited"), default=0)
    figures = models.JSONField(_("figures of the preview"), default=dict)
    texts = models.JSONField(_("sentences of the preview"), default=dict)
    previewed = models.IntegerField(_("edits that the preview shows"), default=-1)
    made_by = models.ForeignKey(Account, models.PROTECT, verbose_name=_("composed by"), related_name="+")
    composers = models.JSONField(_("accounts that composed it"), default=list)
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"), related_name="+")
    made_at = models.DateTimeField(_("made at"))
    decided_by = models.ForeignKey(
        Account, models.PROTECT, null=True, verbose_name=_("decided by"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.CharField(_("note of the second person"), max_length=200, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("composed kind of report")
        verbose_name_plural = _("composed kinds of report")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="indicators_design_version"),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("made_by")),
                name="indicators_design_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(decided_by__isnull=False),
                name="indicators_design_decided",
            ),
        ]
        indexes = [models.Index(fields=["scope_code", "-id"], name="indicators_design_scope")]

    def section(self, at: int) -> dict[str, Any]:
        """One section as it is kept; an empty one behind the last."""
        return self.sections[at] if 0 <= at < len(self.sections) else {}
