"""The dated limits that dispatch goes by, and changes of them, which two people make."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import OfAnArea, apart
from lianglin.appeals.rules import objecting
from lianglin.kit.models import ScopeCodeField

UNITS = (
    ("working_days", _("working days")),
    ("working_hours", _("working hours")),
    ("hours", _("hours")),
)


class DispatchTerm(models.Model):
    """A limit that dispatch goes by, from a day on, in an area; before the first row the default counts."""

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=objecting.TERMS)
    amount = models.PositiveSmallIntegerField(_("limit"))
    unit = models.CharField(_("unit of the limit"), max_length=14, choices=UNITS)
    valid_from = models.DateField(_("valid from"))
    basis = models.CharField(_("basis"), max_length=160)

    class Meta:
        verbose_name = _("limit of dispatch")
        verbose_name_plural = _("limits of dispatch")
        constraints = [
            models.UniqueConstraint(fields=["scope_code", "kind", "valid_from"], name="appeals_term_once")
        ]


class TermChange(OfAnArea):
    """A limit as it is to count in an area from a day on: proposed by one person, in force once another approved it."""

    kind = models.CharField(_("kind"), max_length=16, choices=objecting.TERMS)
    amount = models.PositiveSmallIntegerField(_("limit"))
    unit = models.CharField(_("unit of the limit"), max_length=14, choices=UNITS)
    valid_from = models.DateField(_("valid from"))
    basis = models.CharField(_("basis"), max_length=160)

    class Meta:
        verbose_name = _("change of a limit of dispatch")
        verbose_name_plural = _("changes of limits of dispatch")
        constraints = [
            apart("appeals_term_two_people"),
            models.UniqueConstraint(
                fields=["scope_code", "kind"],
                condition=models.Q(state="waiting"),
                name="appeals_term_change_once",
            ),
        ]
