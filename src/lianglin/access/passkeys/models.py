"""What rests of a passkey."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Passkey(models.Model):
    """A passkey of one account (W3C Web Authentication): the public half, and how often it has signed."""

    account = models.ForeignKey("access.Account", models.CASCADE, verbose_name=_("account"), related_name="+")
    name = models.CharField(_("name of the passkey"), max_length=60)
    credential_id = models.BinaryField(_("credential"), unique=True)
    public_half = models.BinaryField(_("public key"))
    sign_count = models.BigIntegerField(_("signatures counted"), default=0)
    created_at = models.DateTimeField(_("created at"))
    used_at = models.DateTimeField(_("last used at"), null=True)

    class Meta:
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")
        indexes = [models.Index(fields=["account", "id"], name="access_passkey_account")]
