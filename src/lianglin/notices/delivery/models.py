"""What became of a message that left the house, apart from its text; and letters that are printed and handed over."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit.models import ScopeCodeField
from lianglin.notices.channels import Channel


class Delivery(models.Model):
    """What became of one message: a row of its own, because who works on a case may read this and not every message.

    Written by the background alone, at the first try; it holds no text and no address. ``key`` is the message's.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("is tried again")
        HELD = "held", _("waits for its hour")
        JOINED = "joined", _("joined with a later message")
        UNWANTED = "unwanted", _("not sent, as the person wishes")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("arrived")
        FAILED = "failed", _("given up")
        REFUSED = "refused", _("cannot be delivered")
        TO_PRINT = "to_print", _("to print")
        PRINTED = "printed", _("printed, to hand over")
        HANDED_OVER = "handed_over", _("handed over")

    class Answer(models.TextChoices):
        CALLED = "called", _("told by telephone")
        LETTER = "letter", _("told by letter")
        VISITED = "visited", _("told at the door")
        NEEDLESS = "needless", _("need not be told any more")

    key = models.UUIDField(_("key"), unique=True)
    code = models.CharField(_("kind of message"), max_length=60)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    scope_code = ScopeCodeField()
    case_id = models.BigIntegerField(_("case"), null=True)
    state = models.CharField(_("state"), max_length=11, choices=State)
    tries = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    error = models.CharField(_("why it was not sent (code)"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created at"))
    next_try_at = models.DateTimeField(_("next try at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    ended_at = models.DateTimeField(_("arrived or given up at"), null=True)
    answer = models.CharField(_("what was done instead"), max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField(_("done instead at"), null=True)
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post"), related_name="+"
    )
    """Who handed the letter over, or saw to it that the person was told in another way."""

    objects = ScopedManager()

    class Meta:
        verbose_name = _("delivery of a message")
        verbose_name_plural = _("deliveries of messages")
        indexes = [
            models.Index(fields=["case_id", "-id"], name="notices_delivery_case"),
            models.Index(fields=["created_at"], name="notices_delivery_created"),
            models.Index(
                fields=["-id"],
                name="notices_delivery_open",
                condition=models.Q(state__in=["failed", "refused"], answer=""),
            ),
            models.Index(
                fields=["scope_code", "-id"],
                name="notices_delivery_here",
                condition=models.Q(state__in=["failed", "refused"], answer=""),
            ),
            models.Index(
                fields=["scope_code", "-id"],
                name="notices_delivery_letters",
                condition=models.Q(state__in=["to_print", "printed"]),
            ),
        ]

    @property
    def label(self) -> str:
        """What kind of message it is, in the reader's language."""
        from lianglin.notices.delivery.words import kind_of

        return kind_of(self.code)


class Recipient(models.Model):
    """To whom a message went, masked: for those of the place, not for the unit that handles the case."""

    delivery = models.OneToOneField(
        Delivery, models.CASCADE, primary_key=True, verbose_name=_("delivery of a message"), related_name="+"
    )
    scope_code = ScopeCodeField()
    masked = models.CharField(_("masked recipient"), max_length=60)
    at = models.DateTimeField(_("at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("masked recipient of a message")
        verbose_name_plural = _("masked recipients of messages")
        indexes = [models.Index(fields=["at"], name="notices_recipient_at")]


class Letter(models.Model):
    """A message on paper, to be printed and handed over. Without a name: who gets it stands with the case."""

    delivery = models.OneToOneField(
        Delivery, models.CASCADE, primary_key=True, verbose_name=_("delivery of a message"), related_name="+"
    )
    scope_code = ScopeCodeField()
    case_id = models.BigIntegerField(_("case"), null=True)
    title = models.CharField(_("kind of message"), max_length=80)
    text = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=10)
    link = models.CharField(_("page it leads to"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("created at"))
    prints = models.PositiveSmallIntegerField(_("printed how often"), default=0)
    printed_at = models.DateTimeField(_("last printed at"), null=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("printed notice")
        verbose_name_plural = _("printed notices")
        indexes = [models.Index(fields=["made_at"], name="notices_letter_made")]
