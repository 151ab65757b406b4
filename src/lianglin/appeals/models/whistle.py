"""吹哨报到: a street calls departments to a place; whether they came and helped, and whether the call was warranted.

Facts about units, told by both sides; nothing about persons, nothing is ranked.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals.rules import whistling
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class WhistleCall(models.Model):
    """One call of a street: where, what for, until when to be there."""

    scope_code = ScopeCodeField()
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("case"), related_name="+"
    )
    place_text = models.CharField(_("place in words"), max_length=160)
    text = models.TextField(_("what is needed"), blank=True)
    street = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("street that calls"), related_name="+"
    )
    called_post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post that called"), related_name="+"
    )
    called_at = models.DateTimeField(_("called at"))
    arrive_by = models.DateTimeField(_("to be there by"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("call of a street")
        verbose_name_plural = _("calls of streets")
        indexes = [
            models.Index(fields=["scope_code", "-id"], name="appeals_whistle_scope"),
            models.Index(
                fields=["case"], name="appeals_whistle_case", condition=models.Q(case__isnull=False)
            ),
        ]


class WhistleUnit(models.Model):
    """One department called: when it arrived, what it did, and what both sides say afterwards."""

    call = models.ForeignKey(
        WhistleCall, models.PROTECT, db_index=False, verbose_name=_("call of a street"), related_name="units"
    )
    scope_code = ScopeCodeField()
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit called"), related_name="+"
    )
    arrived_at = models.DateTimeField(_("arrived at"), null=True)
    answer = models.TextField(_("what was done"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    warranted = models.CharField(
        _("was the call warranted, says the unit"), max_length=6, choices=whistling.WARRANTED, blank=True
    )
    warranted_note = models.CharField(_("why, says the unit"), max_length=400, blank=True)
    came = models.CharField(
        _("did it come, says the street"), max_length=6, choices=whistling.CAME, blank=True
    )
    helped = models.CharField(
        _("did it help, says the street"), max_length=6, choices=whistling.HELPED, blank=True
    )
    street_note = models.CharField(_("why, says the street"), max_length=400, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("unit called by a street")
        verbose_name_plural = _("units called by streets")
        constraints = [models.UniqueConstraint(fields=["call", "unit"], name="appeals_whistle_unit_once")]
        indexes = [models.Index(fields=["unit", "-id"], name="appeals_whistle_unit")]
