"""What stood in a person's file before it was corrected."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField
from lianglin.people.models.residents import Resident


class FormerValue(models.Model):
    """One column of a resident, as it was until a correction; encrypted, whatever the column is."""

    scope_code = ScopeCodeField()
    resident = models.ForeignKey(
        Resident, models.PROTECT, verbose_name=_("resident"), related_name="former_values"
    )
    column = models.CharField(_("what was corrected"), max_length=20)
    value = EncryptedTextField(_("what stood there"), null=True, blank=True)
    until_at = models.DateTimeField(_("corrected at"))
    case_id = models.BigIntegerField(_("case"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("former value")
        verbose_name_plural = _("former values")
