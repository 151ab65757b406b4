"""Objections of units to orders, each with its ruling."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals.rules import objecting
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class Objection(models.Model):
    """A unit says that an order is not its own; the dispatcher's ruling binds it."""

    case = models.ForeignKey(
        Case, models.PROTECT, db_index=False, verbose_name=_("case"), related_name="objections"
    )
    scope_code = ScopeCodeField()
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit that objects"), related_name="+"
    )
    ground = models.CharField(_("ground"), max_length=12, choices=objecting.GROUNDS)
    note = models.TextField(_("what the unit says"), blank=True)
    at = models.DateTimeField(_("at"))
    ruling = models.CharField(_("ruling"), max_length=8, choices=objecting.RULINGS, blank=True)
    reason = models.TextField(_("reason of the ruling"), blank=True)
    ruled_at = models.DateTimeField(_("ruled at"), null=True)
    ruled_by = models.ForeignKey(
        Organisation, models.PROTECT, null=True, db_index=False, verbose_name=_("ruled by"), related_name="+"
    )
    ruled_post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post that ruled"), related_name="+"
    )
    sent_to = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("unit it goes to"),
        related_name="+",
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        indexes = [
            models.Index(fields=["case", "-id"], name="appeals_objection_case"),
            models.Index(fields=["scope_code", "-id"], name="appeals_objection_scope"),
        ]
