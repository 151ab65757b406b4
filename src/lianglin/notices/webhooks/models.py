"""Who is called when a case moves, and each call of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import OfAnArea
from lianglin.access.models import Organisation
from lianglin.access.scoped import ScopedManager
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField


class WebhookEndpoint(OfAnArea):
    """An address of another office's program: proposed by one person, approved by a second, then called.

    With ``unit`` it hears of the cases given to that unit, else of the cases of its area (``scope_code``).
    """

    class Run(models.TextChoices):
        ON = "on", _("is called")
        PAUSED = "paused", _("paused")
        DISABLED = "disabled", _("stopped after continuous failure")
        ENDED = "ended", _("ended")

    key = models.UUIDField(_("key"), unique=True)
    name = models.CharField(_("name of the program"), max_length=60)
    unit = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        verbose_name=_("unit whose cases it hears of"),
        related_name="+",
    )
    url = models.CharField(_("address that is called"), max_length=400)
    kinds = models.JSONField(_("kinds of cases"), default=list)
    events = models.JSONField(_("events it wants"), default=list)
    run = models.CharField(_("operation"), max_length=8, choices=Run, default=Run.ON)
    secret_before_until = models.DateTimeField(_("secret before good until"), null=True)
    secret_made_at = models.DateTimeField(_("secret made at"))
    """The secrets themselves lie in :class:`WebhookSecret`."""
    wait_until = models.DateTimeField(_("not called before"), null=True)
    """After a try that reached nothing: everything for it waits, so that others do not wait for it."""
    called_until = models.DateTimeField(_("taken up by a caller until"), null=True)
    """While one caller waits for an answer no other calls; a caller that was killed is given up after this."""
    failing_since = models.DateTimeField(_("failing since"), null=True)
    last_ok_at = models.DateTimeField(_("last success at"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by")), name="notices_webhook_two_people"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(decided_by__isnull=False),
                name="notices_webhook_decided",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope_code"],
                name="notices_webhook_hears",
                condition=models.Q(state="approved", run__in=["on", "paused"]),
            )
        ]

    @property
    def is_live(self) -> bool:
        """Whether it is called now."""
        return self.state == self.State.APPROVED and self.run == self.Run.ON


class WebhookSecret(models.Model):
    """What calls of one endpoint are signed with: a row of its own, because only the background may read it.

    Gone with the end, the refusal or the withdrawal of its endpoint.
    """

    endpoint = models.OneToOneField(
        WebhookEndpoint,
        models.CASCADE,
        primary_key=True,
        verbose_name=_("webhook"),
        related_name="kept_secret",
    )
    secret = EncryptedTextField(_("secret"))
    before = EncryptedTextField(_("secret before"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("secret of a webhook")
        verbose_name_plural = _("secrets of webhooks")


class WebhookCall(models.Model):
    """One event for one endpoint: what is sent, how often it was tried, what came back. Ids, states and times alone."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        SENT = "sent", _("accepted by the program")
        DEAD = "dead", _("given up")

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, db_index=False, verbose_name=_("webhook"), related_name="calls"
    )
    scope_code = ScopeCodeField(blank=True)
    unit = models.ForeignKey(
        Organisation, models.PROTECT, null=True, db_index=False, verbose_name=_("unit"), related_name="+"
    )
    event_id = models.UUIDField(_("number of the event"))
    """The same for every endpoint and on every try: by it the other side knows what it has seen."""
    type = models.CharField(_("event"), max_length=40)
    case_id = models.BigIntegerField(_("case"), null=True)
    body = models.JSONField(_("what is sent"))
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    error = models.CharField(_("why it was not sent (code)"), max_length=40, blank=True)
    status = models.PositiveSmallIntegerField(_("status of the last answer"), null=True)
    said = models.CharField(_("beginning of the last answer"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("created at"))
    next_try_at = models.DateTimeField(_("next try at"), null=True)
    tried_at = models.DateTimeField(_("last try at"), null=True)
    millis = models.PositiveIntegerField(_("milliseconds of the last try"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("webhook call")
        verbose_name_plural = _("webhook calls")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="notices_call_once"),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="notices_call_endpoint"),
            models.Index(
                fields=["endpoint", "next_try_at", "id"],
                name="notices_call_queued",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["endpoint", "-id"], name="notices_call_dead", condition=models.Q(state="dead")
            ),
            models.Index(fields=["made_at"], name="notices_call_made"),
            models.Index(
                fields=["endpoint", "case_id", "id"],
                name="notices_call_before",
                condition=models.Q(state="queued"),
            ),
        ]
