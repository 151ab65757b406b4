"""Orders of supervision to units (督查督办), with their steps: given, answered, accepted, taken back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals.rules import supervising
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class SupervisionOrder(models.Model):
    """One order to a unit, about one matter or about several; it has a limit of its own for the answer."""

    scope_code = ScopeCodeField()
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("case"),
        related_name="supervision_orders",
    )
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit"), related_name="+"
    )
    told = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("unit that was told"),
        related_name="+",
    )
    """The unit, once the order was given: until then it knows nothing of it, and PostgreSQL shows it nothing."""
    kind = models.CharField(_("kind"), max_length=8, choices=supervising.KINDS)
    ground = models.CharField(_("ground"), max_length=8, choices=supervising.GROUNDS)
    state = models.CharField(_("state"), max_length=10, choices=supervising.STATES)
    by_rule = models.CharField(_("proposed by the rule"), max_length=24, blank=True)
    for_due_at = models.DateTimeField(_("limit of the matter it is about"), null=True)
    text = models.TextField(_("what is ordered"))
    meeting_at = models.DateTimeField(_("talk at"), null=True)
    meeting_place = models.CharField(_("place of the talk"), max_length=80, blank=True)
    made_at = models.DateTimeField(_("drawn up at"))
    made_post = models.ForeignKey(
        Post, models.PROTECT, db_index=False, verbose_name=_("drawn up by"), related_name="+"
    )
    issuer = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("ordered by"), related_name="+"
    )
    issued_at = models.DateTimeField(_("ordered at"), null=True)
    due_at = models.DateTimeField(_("answer due at"), null=True)
    provisional = models.BooleanField(_("provisional"), default=False)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("order of supervision")
        verbose_name_plural = _("orders of supervision")
        indexes = [
            models.Index(fields=["scope_code", "-id"], name="appeals_supervision_scope"),
            models.Index(fields=["told", "-id"], name="appeals_supervision_unit"),
            models.Index(fields=["case", "-id"], name="appeals_supervision_case"),
            models.Index(fields=["issued_at"], name="appeals_supervision_issued"),
        ]


class SupervisionStep(models.Model):
    """One thing that happened to an order; never changed afterwards."""

    order = models.ForeignKey(
        SupervisionOrder,
        models.PROTECT,
        db_index=False,
        verbose_name=_("order of supervision"),
        related_name="steps",
    )
    scope_code = ScopeCodeField()
    told = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("unit that was told"),
        related_name="+",
    )
    move = models.CharField(_("move"), max_length=10, choices=list(supervising.PAST.items()))
    at = models.DateTimeField(_("at"))
    post = models.ForeignKey(Post, models.PROTECT, db_index=False, verbose_name=_("post"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("organisation"), related_name="+"
    )
    note = models.TextField(_("note"), blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step of an order of supervision")
        verbose_name_plural = _("steps of orders of supervision")
        indexes = [models.Index(fields=["order", "id"], name="appeals_supervision_step")]
