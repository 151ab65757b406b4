"""What two people decide: one proposes, a second one approves or refuses (decision 42)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.kit.models import ScopeCodeField


class TwoPeople(models.Model):
    """Who proposed it and why, who decided it and how. Each table's own constraints hold that they are two."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    proposed_by = models.ForeignKey(
        "access.Account", models.PROTECT, verbose_name=_("proposed by"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, verbose_name=_("decided by"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.CharField(_("note of the second person"), max_length=200, blank=True)

    class Meta:
        abstract = True


class OfAnArea(TwoPeople):
    """A proposal for an area. Posts are named to its readers, since no post reads another person's account."""

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    proposed_post = models.ForeignKey(
        "access.Post",
        models.PROTECT,
        db_index=False,
        verbose_name=_("proposed by the post"),
        related_name="+",
    )
    decided_post = models.ForeignKey(
        "access.Post",
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("decided by the post"),
        related_name="+",
    )

    class Meta(TwoPeople.Meta):
        abstract = True
