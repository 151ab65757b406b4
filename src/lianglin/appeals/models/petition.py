"""What was petitioned for, beside the case that carries its state and clocks. Who petitions stands among the appellants."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class Petition(models.Model):
    """A petition: its words, how many stand behind it, and the appeal it came from."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="petition"
    )
    scope_code = ScopeCodeField()
    text = models.TextField(_("what is asked for"))
    persons = models.PositiveSmallIntegerField(_("how many persons"), default=1)
    representatives = models.PositiveSmallIntegerField(_("how many represent them"), default=1)
    appeal = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("appeal it came from"), related_name="petitions"
    )  # fmt: skip
    extended = models.BooleanField(_("answer extended once"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("petition")
        verbose_name_plural = _("petitions")
        constraints = [
            models.UniqueConstraint(fields=["appeal"], name="appeals_petition_of_appeal"),
            models.CheckConstraint(
                condition=models.Q(representatives__lte=5), name="appeals_petition_five_representatives"
            ),
        ]
