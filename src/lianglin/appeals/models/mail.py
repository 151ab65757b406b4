"""Mails that wait for a person to make appeals of them; sealed, and never the same Message-ID twice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.scoped import ScopedManager
from lianglin.cases.models import Case
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField


class MailDraft(models.Model):
    """One mail as a draft; recorded by a person as an appeal, or dropped."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be recorded")
        RECORDED = "recorded", _("recorded as an appeal")
        DROPPED = "dropped", _("dropped")

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    message_key = models.CharField(_("digest of the Message-ID"), max_length=64, unique=True)
    parking = models.CharField(_("key of its papers"), max_length=32)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    name = EncryptedTextField(pgettext_lazy("person", "name"), null=True, blank=True)
    address = EncryptedTextField(_("mail address"), null=True, blank=True)
    subject = EncryptedTextField(_("subject of the mail"), null=True, blank=True)
    text = EncryptedTextField(_("what was written"), null=True, blank=True)
    files = models.PositiveSmallIntegerField(_("papers"), default=0)
    left_out = models.PositiveSmallIntegerField(_("papers left out"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    received_at = models.DateTimeField(_("fetched at"))
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("case"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("mail to be recorded")
        verbose_name_plural = _("mails to be recorded")
        indexes = [models.Index(fields=["state", "scope_code", "-id"], name="appeals_mail_waiting")]
