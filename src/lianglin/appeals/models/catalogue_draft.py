"""The next version of the catalogue, as a list of changes: drafted, put before a second person, published from a day on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Account, Post
from lianglin.appeals.models.appeal import Catalogue


class CatalogueDraft(models.Model):
    """Changes against the version in force (see rules/catalogue_changes.py). Once decided it is not changed any more."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waits for the second person")
        REFUSED = "refused", _("refused")
        PUBLISHED = "published", _("published")

    base = models.ForeignKey(
        Catalogue, models.PROTECT, db_index=False, verbose_name=_("version it changes"), related_name="+"
    )
    version = models.CharField(_("version"), max_length=20, unique=True)
    title = models.CharField(_("what it changes"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    changes = models.JSONField(_("changes"), default=list)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    drafted_at = models.DateTimeField(_("drafted at"))
    proposed_by = models.ForeignKey(
        Account, models.PROTECT, null=True, db_index=False, verbose_name=_("proposed by"), related_name="+"
    )
    proposed_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("proposed by the post"),
        related_name="+",
    )
    proposed_at = models.DateTimeField(_("proposed at"), null=True)
    decided_by = models.ForeignKey(
        Account, models.PROTECT, null=True, db_index=False, verbose_name=_("decided by"), related_name="+"
    )
    decided_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("decided by the post"),
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.CharField(_("note of the second person"), max_length=200, blank=True)
    made = models.ForeignKey(
        Catalogue,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("version it became"),
        related_name="+",
    )
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("draft of the catalogue")
        verbose_name_plural = _("drafts of the catalogue")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by")), name="appeals_catalogue_two_people"
            ),
            models.UniqueConstraint(
                models.Value(1), name="appeals_catalogue_one_draft", condition=~models.Q(state="published")
            ),
        ]
