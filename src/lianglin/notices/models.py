"""The outbox, what a post has read, the demo's phone, and drafts of long forms."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit import discovery
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField


class Channel(models.TextChoices):
    """Ways to reach somebody."""

    SMS = "sms", _("text message")
    EMAIL = "email", _("e-mail")
    IN_APP = "in_app", _("message to a post")
    PAPER = "paper", _("letter")


class Message(models.Model):
    """One message to one recipient. Written in the transaction of what it tells of; gone with its rollback."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        REFUSED = "refused", _("refused")

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4)
    code = models.CharField(_("kind of message"), max_length=60)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    language = models.CharField(_("language"), max_length=10)
    scope_code = ScopeCodeField()
    case_id = models.BigIntegerField(_("case"), null=True)
    post = models.ForeignKey(Post, models.PROTECT, null=True, verbose_name=_("to the post"), related_name="+")
    address = EncryptedTextField(_("phone or e-mail"), null=True)
    """Kept until the message is sent or given up, not longer."""
    body = models.TextField(_("text"))
    body_en = models.TextField(_("English text"), blank=True)
    link = models.CharField(_("page it leads to"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True)
    once = models.CharField(_("sent only once under"), max_length=160, null=True, unique=True)  # noqa: DJ001 - null repeats
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.CharField(_("why it was not sent (code)"), max_length=40, blank=True)

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
