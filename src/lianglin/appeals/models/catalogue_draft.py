"""The next version of the catalogue, as a list of changes: drafted, put before a second person, published from a day on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import Drafted, Said, apart
from lianglin.appeals.models.appeal import Catalogue


class CatalogueDraft(Drafted):
    """Changes against the version in force (see rules/catalogue_changes.py). Once decided it is not changed any more."""

    TWO = Said(approved="published")

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
            apart("appeals_catalogue_two_people"),
            models.UniqueConstraint(
                models.Value(1), name="appeals_catalogue_one_draft", condition=~models.Q(state="published")
            ),
        ]
