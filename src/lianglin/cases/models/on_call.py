"""Who is on call, day by day: the unit that urgent cases of an area go to at once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation
from lianglin.cases import rules
from lianglin.kit.models import ScopeCodeField


class OnCallTurn(models.Model):
    """One turn of one unit: a day, by day or by night, for the places whose code begins with ``scope_code``."""

    scope_code = ScopeCodeField(verbose_name=_("place"), blank=True)
    day = models.DateField(_("day"))
    shift = models.CharField(_("shift"), max_length=5, choices=rules.SHIFTS)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("unit on call"), related_name="+"
    )

    class Meta:
        verbose_name = _("turn on call")
        verbose_name_plural = _("turns on call")
        constraints = [
            models.UniqueConstraint(fields=["scope_code", "day", "shift"], name="cases_on_call_once")
        ]
