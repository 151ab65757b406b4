"""Dated rows that set limits and thresholds (办理规定): proposed by one person, approved by a second, valid from a day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import Drafted, Said, apart
from lianglin.appeals.rules import provisions
from lianglin.kit.models import ScopeCodeField


class Provision(Drafted):
    """One limit or threshold of an area, for everything or for one item or class; before the first the default counts."""

    TWO = Said(waiting="proposed")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for the second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("taken back")

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    code = models.CharField(_("what is set"), max_length=24, choices=provisions.CODES)
    item_code = models.CharField(_("item (code)"), max_length=6, blank=True)
    class_code = models.CharField(_("class (code)"), max_length=4, blank=True)
    amount = models.PositiveSmallIntegerField(_("amount"))
    unit = models.CharField(_("unit of measure"), max_length=14, choices=provisions.UNITS)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=160)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed at"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("provision on limits")
        verbose_name_plural = _("provisions on limits")
        constraints = [
            models.UniqueConstraint(
                fields=["scope_code", "code", "item_code", "class_code", "valid_from"],
                condition=models.Q(state="approved"),
                name="appeals_provision_once",
            ),
            apart("appeals_provision_two_people"),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="appeals_provision_state")]
