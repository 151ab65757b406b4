"""The outbox, what a post has read, the demo's phone, and drafts of long forms."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit import discovery
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField
from lianglin.notices.channels import Channel
from lianglin.notices.delivery.models import Delivery, Letter, Recipient
from lianglin.notices.preferences.models import MatterPreference, Preference, StaffMail, Stopped
from lianglin.notices.webhooks.models import WebhookCall, WebhookEndpoint, WebhookSecret
from lianglin.notices.wording.models import TextVersion

__all__ = [
    "Channel", "Delivery", "DemoMessage", "Draft", "LastRead", "Letter", "MatterPreference", "Message", "Preference",
    "ReadMessage", "Recipient", "StaffMail", "Stopped", "TextVersion", "WebhookCall", "WebhookEndpoint", "WebhookSecret",
]  # fmt: skip


class Message(models.Model):
    """One message to one recipient. Written in the transaction of what it tells of; gone with its rollback."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        REFUSED = "refused", _("refused")
        FOLDED = "folded", _("joined with a later message")

    class Waits(models.TextChoices):
        NIGHT = "quiet", _("waits for the end of the quiet hours")
        MANY = "many", _("waits for tomorrow: enough messages for one day")

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4)
    code = models.CharField(_("kind of message"), max_length=60)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    language = models.CharField(_("language"), max_length=10)
    scope_code = ScopeCodeField()
    case_id = models.BigIntegerField(_("case"), null=True)
    post = models.ForeignKey(Post, models.PROTECT, null=True, verbose_name=_("to the post"), related_name="+")
    address = EncryptedTextField(_("phone or e-mail"), null=True)
    """Kept until the message is sent; of one that was given up three days longer, so that it can be sent again."""
    body = models.TextField(_("text"))
    body_en = models.TextField(_("English text"), blank=True)
    link = models.CharField(_("page it leads to"), max_length=200, blank=True)
    paper_link = models.CharField(
        _("page it leads to on paper"), max_length=200, blank=True, default="", db_default=""
    )
    """Where ``link`` opens by itself what is the recipient's alone: paper goes through other hands."""
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True)
    sending_until = models.DateTimeField(_("taken up by a sender until"), null=True)
    once = models.CharField(_("sent only once under"), max_length=160, null=True, unique=True)  # noqa: DJ001 - null repeats
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.CharField(_("why it was not sent (code)"), max_length=40, blank=True)
    resident_id = models.BigIntegerField(_("resident whose wishes count"), null=True)
    """Forgotten with the address."""
    address_match = models.BinaryField(_("match key of the address"), null=True)
    """So long that a day's messages to one address can be counted and joined; not longer."""
    urgent = models.BooleanField(_("goes at once"), default=False, db_default=False)
    waits = models.CharField(
        _("why it waits"), max_length=5, choices=Waits, blank=True, default="", db_default=""
    )
    variants = models.JSONField(_("the text in each language and wording"), null=True)
    """[text, version] by variant, until it is sent: the recipient's wish of that moment chooses."""
    variant = models.CharField(
        _("wording it was sent in"), max_length=10, blank=True, default="", db_default=""
    )
    text_version = models.BigIntegerField(_("version of its text"), null=True)
    """Empty: the text that came with the software."""
    folded_into = models.BigIntegerField(_("joined with the message"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["post", "-id"], name="notices_message_post"),
            models.Index(fields=["case_id", "-id"], name="notices_message_case"),
            models.Index(fields=["created_at"], name="notices_message_created"),
            models.Index(
                fields=["next_try_at"], name="notices_message_queued", condition=models.Q(state="queued")
            ),
            models.Index(
                fields=["address_match", "-id"],
                name="notices_message_recipient",
                condition=models.Q(address_match__isnull=False),
            ),
        ]

    @property
    def label(self) -> str:
        """What kind of message it is, in the reader's language."""
        return str(
            next(
                (notice.label for notice in discovery.each("notices") if notice.code == self.code), self.code
            )
        )

    @property
    def waits_until(self) -> datetime | None:
        """Until when it is held back for the recipient's sake; None when it is not."""
        return self.next_try_at if self.state == self.State.QUEUED and self.waits else None

    @property
    def text(self) -> str:
        """The text in the reader's language, as far as there is one."""
        return self.body_en if self.body_en and get_language() == "en" else self.body


class LastRead(models.Model):
    """Until when a post has read its messages."""

    post = models.OneToOneField(
        Post, models.PROTECT, primary_key=True, verbose_name=_("post"), related_name="+"
    )
    read_at = models.DateTimeField(_("read until"))

    class Meta:
        verbose_name = _("messages read")
        verbose_name_plural = _("messages read")


class ReadMessage(models.Model):
    """One message that a post has read since it last marked all of them as read."""

    post = models.ForeignKey(Post, models.PROTECT, db_index=False, verbose_name=_("post"), related_name="+")
    message = models.ForeignKey(
        Message, models.CASCADE, verbose_name=_("message"), related_name="+", db_constraint=False
    )

    class Meta:
        verbose_name = _("message read")
        verbose_name_plural = _("single messages read")
        constraints = [models.UniqueConstraint(fields=["post", "message"], name="notices_read_once")]


class DemoMessage(models.Model):
    """What the demo's phone and mailbox show instead of sending anything. Empty in a real city."""

    key = models.UUIDField(_("key"), unique=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    recipient = models.CharField(_("masked recipient"), max_length=60)
    title = models.CharField(_("kind of message"), max_length=80)
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("demo message")
        verbose_name_plural = _("demo messages")


class Draft(models.Model):
    """A long form, saved while it is typed. Nobody can read this table: its functions ask for the key (database.py)."""

    key = models.CharField(_("keyed digest of the draft's key"), max_length=64, primary_key=True)
    content = EncryptedTextField(_("what was typed"))
    saved_at = models.DateTimeField(_("saved at"))
    expires_at = models.DateTimeField(_("kept until"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        indexes = [models.Index(fields=["expires_at"], name="notices_draft_expires")]
