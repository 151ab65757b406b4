"""Who somebody is at the city's own identity provider."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutsideIdentity(models.Model):
    """A subject of the city's own identity provider, declared for one account by two people (RightsChange).

    ``subject`` is the value of the claim ``claim`` in the tokens of ``issuer``.
    """

    account = models.OneToOneField(
        "access.Account", models.CASCADE, verbose_name=_("account"), related_name="+"
    )
    issuer = models.CharField(_("identity provider"), max_length=200)
    claim = models.CharField(_("claim"), max_length=60)
    subject = models.CharField(_("name at the city's login"), max_length=255)
    linked_at = models.DateTimeField(_("declared at"))

    class Meta:
        verbose_name = _("login at the city's provider")
        verbose_name_plural = _("logins at the city's provider")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "claim", "subject"], name="access_outside_subject")
        ]
