"""Who wants to hear of published cases: by e-mail or by a program's address. Only the background reads the rows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.scoped import ScopedManager
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField

KINDS = [
    ("verify", pgettext_lazy("webhook", "question")),
    ("cases", _("new cases")),
    ("problem", _("news of a problem class")),
]
"""Of calls."""


class Subscription(models.Model):
    """One wish: a subject, a way, an address that was proved to want it.

    ``subject`` is a typed key (``rules.subscribing``): "area:230103001", "area:230103001|class:0206",
    "problem:12".
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    class State(models.TextChoices):
        PENDING = "pending", _("to be confirmed")
        ACTIVE = "active", _("active")
        DEAD = "dead", _("given up: the address does not answer")

    subject = models.CharField(_("subject"), max_length=80)
    scope_code = ScopeCodeField()
    channel = models.CharField(_("way"), max_length=8, choices=Channel)
    address = EncryptedTextField(_("e-mail or web address"))
    address_match = models.BinaryField(_("match key of the address"))
    secret = EncryptedTextField(_("secret of the signature"), null=True)
    token_digest = models.BinaryField(_("keyed digest of the token"), unique=True)
    token = EncryptedTextField(_("token of the links"))
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    made_at = models.DateTimeField(_("made at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    renewed_at = models.DateTimeField(_("last sign that it is wanted"))
    sent_until = models.BigIntegerField(_("sent up to"), default=0)
    """The highest id of a published case, or of an event of a problem class, that was sent."""

    objects = ScopedManager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["address_match", "subject"], name="appeals_subscription_once")
        ]
        indexes = [models.Index(fields=["state", "id"], name="appeals_subscription_state")]


class WebhookDelivery(models.Model):
    """One call of a program: what was to be said, how often it was tried, why it failed."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        SENT = "sent", _("sent")
        DEAD = "dead", _("given up")

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, verbose_name=_("subscription"), related_name="deliveries"
    )
    key = models.UUIDField(_("key"), unique=True)
    scope_code = ScopeCodeField()
    host = models.CharField(_("host"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    body = models.JSONField(_("contents"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True)
    called_until = models.DateTimeField(_("taken up by a caller until"), null=True)
    error = models.CharField(_("why it was not sent (code)"), max_length=40, blank=True)
    made_at = models.DateTimeField(_("made at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")
        indexes = [
            models.Index(fields=["state", "-id"], name="appeals_webhook_state"),
            models.Index(fields=["scope_code", "-id"], name="appeals_webhook_scope"),
            models.Index(fields=["made_at"], name="appeals_webhook_made"),
        ]
