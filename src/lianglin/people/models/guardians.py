"""Who acts for whom, and since when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField
from lianglin.people import rules
from lianglin.people.models.residents import Resident


class Guardianship(models.Model):
    """A guardian acts for a ward between two dates. The guardian is a resident, or an outside person with a contact."""

    scope_code = ScopeCodeField()
    ward = models.ForeignKey(Resident, models.PROTECT, verbose_name=_("ward"), related_name="guardianships")
    guardian = models.ForeignKey(
        Resident,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("guardian (a resident)"),
        related_name="wards",
    )
    guardian_name = models.CharField(_("guardian's name"), max_length=60, blank=True)
    guardian_phone = EncryptedTextField(_("guardian's phone"), null=True, blank=True)
    kind = models.CharField(_("kind of guardianship"), max_length=12, choices=rules.GUARDIAN_KINDS)
    papers = models.CharField(_("papers seen"), max_length=12, choices=rules.GUARDIAN_PAPERS)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    post_id = models.BigIntegerField(_("post that recorded it"), null=True, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("guardianship")
        verbose_name_plural = _("guardianships")
        indexes = [models.Index(fields=["scope_code", "id"], name="people_guardian_scope")]
