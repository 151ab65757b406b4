"""Orders to units that handle an appeal together with the lead, each with a limit of its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class CoOrder(models.Model):
    """What one more unit is asked to do for an appeal that another one leads."""

    class State(models.TextChoices):
        ORDERED = "ordered", _("ordered")
        ANSWERED = "answered", _("answered")
        ENDED = "ended", _("ended without an answer")

    case = models.ForeignKey(
        Case, models.PROTECT, db_index=False, verbose_name=_("case"), related_name="co_orders"
    )
    scope_code = ScopeCodeField()
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit"), related_name="+"
    )
    task = models.TextField(_("what it is asked to do"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ORDERED)
    ordered_at = models.DateTimeField(_("ordered at"))
    ordered_post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post that ordered"), related_name="+"
    )
    due_at = models.DateTimeField(_("due at"))
    provisional = models.BooleanField(_("provisional"), default=False)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answer = models.TextField(_("answer"), blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("co-handling order")
        verbose_name_plural = _("co-handling orders")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "unit"], condition=models.Q(state="ordered"), name="appeals_co_order_once"
            )
        ]
        indexes = [
            models.Index(fields=["case", "-id"], name="appeals_co_order_case"),
            models.Index(fields=["unit", "state", "due_at", "id"], name="appeals_co_order_unit"),
        ]
