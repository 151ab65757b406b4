"""What rests of a key: for which post, what it carries, until when, and a digest."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    """A key for programs: one post of one account, narrowed, until a day. Only its keyed digest rests."""

    class Kind(models.TextChoices):
        TOKEN = "token", _("API token")
        APP = "app", _("app password")

    account = models.ForeignKey("access.Account", models.CASCADE, verbose_name=_("account"), related_name="+")
    post = models.ForeignKey("access.Post", models.CASCADE, verbose_name=_("post"), related_name="+")
    kind = models.CharField(_("kind of key"), max_length=8, choices=Kind)
    name = models.CharField(_("what it is for"), max_length=60)
    digest = models.BinaryField(_("digest"), unique=True)
    tail = models.CharField(_("last characters"), max_length=4)
    duties = models.JSONField(_("duties"), default=list)
    purposes = models.JSONField(_("purposes"), default=list)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("last used at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        indexes = [models.Index(fields=["account", "-id"], name="access_token_account")]
