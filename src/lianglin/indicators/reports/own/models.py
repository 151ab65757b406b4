"""An office's Word template: each upload a version of its own, in force once a second person has approved it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import Said, Seconded
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import DatedScopeCodeField


class ReportLayout(Seconded):
    """One version of the Word template of an organisation for one kind of report. Its file never changes.

    Of those approved the one with the latest day that has come is in force.
    """

    TWO = Said(proposer="uploaded_by", note="decision_note", withdrawn="ended")

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        FLAWED = "flawed", _("has mistakes")
        WAITING = "waiting", _("waits for the second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        ENDED = "ended", _("ended")

    key = models.UUIDField(_("key of the template"), unique=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    scope_code = DatedScopeCodeField(blank=True)
    definition = models.CharField(_("kind of report"), max_length=40, db_collation="C")
    version = models.PositiveSmallIntegerField(_("number of the version"))
    from_on = models.DateField(_("in force from"))
    file_name = models.CharField(_("name of the file"), max_length=120)
    content = models.BinaryField(_("contents"))
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    note = models.CharField(_("what is new"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.CHECKING)
    flaws = models.JSONField(_("mistakes"), default=list)
    preview = models.BinaryField(_("preview"), null=True)
    shown = models.JSONField(_("preview as text"), default=list)
    preview_of = models.CharField(_("figures of the preview"), max_length=120, blank=True)
    uploaded_by = models.ForeignKey(Account, models.PROTECT, verbose_name=_("uploaded by"), related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"), related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded at"))
    decided_by = models.ForeignKey(
        Account, models.PROTECT, null=True, verbose_name=_("decided by"), related_name="+"
    )
    decided_post = models.ForeignKey(
        Post, models.PROTECT, null=True, verbose_name=_("decided by the post"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_note = models.CharField(_("note of the second person"), max_length=200, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("Word template of an office")
        verbose_name_plural = _("Word templates of offices")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "definition", "version"], name="indicators_layout_version"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("uploaded_by")),
                name="indicators_layout_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(decided_by__isnull=False),
                name="indicators_layout_decided",
            ),
        ]
        indexes = [models.Index(fields=["scope_code", "-id"], name="indicators_layout_scope")]
