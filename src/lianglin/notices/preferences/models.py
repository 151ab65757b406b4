"""How people wish to be told: of everything, of one matter alone; numbers that want nothing voluntary; staff's mail."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Account, Post
from lianglin.access.scoped import ScopedManager
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField


class Wish(models.Model):
    """One wish, whole. A change is a new row and the newest one counts, so that who asked for what stays known."""

    class Way(models.TextChoices):
        SMS = "sms", _("text message")
        EMAIL = "email", _("e-mail")
        PAPER = "paper", _("paper slip from the community")
        LEAST = "least", _("only what the law demands")

    class Asked(models.TextChoices):
        OWN = "own", _("set by the person")
        GUARDIAN = "guardian", _("set by the guardian")
        RECEIPT = "receipt", _("set with number and query code")
        WORKER = "worker", _("noted by a worker at the person's wish")

    class Speech(models.TextChoices):
        CHINESE = "zh-hans", _("Chinese")
        ENGLISH = "en", _("English")

    scope_code = ScopeCodeField()
    way = models.CharField(_("how to be told"), max_length=5, choices=Way, default=Way.SMS)
    email = EncryptedTextField(_("e-mail"), null=True)
    language = models.CharField(_("language"), max_length=10, choices=Speech, default=Speech.CHINESE)
    elder = models.BooleanField(_("in words for elderly readers"), default=False)
    quiet_from = models.TimeField(_("no messages from"), null=True)
    quiet_until = models.TimeField(_("no messages until"), null=True)
    off = models.JSONField(_("groups of messages that are not wanted"), default=list)
    asked = models.CharField(_("who set it"), max_length=8, choices=Asked)
    asked_by = models.CharField(_("who asked for it"), max_length=60, blank=True)
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("noted by the post"), related_name="+"
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        abstract = True


class Preference(Wish):
    """How a resident wishes to be told of everything."""

    resident_id = models.BigIntegerField(_("resident"))
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta(Wish.Meta):
        abstract = False
        verbose_name = _("wish of a resident on messages")
        verbose_name_plural = _("wishes of residents on messages")
        indexes = [models.Index(fields=["resident_id", "-id"], name="notices_preference_person")]


class MatterPreference(Wish):
    """How somebody wishes to be told of one matter alone; it goes before the wish of the person."""

    case_id = models.BigIntegerField(_("case"))

    objects = ScopedManager()

    class Meta(Wish.Meta):
        abstract = False
        verbose_name = _("wish on messages about one matter")
        verbose_name_plural = _("wishes on messages about one matter")
        indexes = [models.Index(fields=["case_id", "-id"], name="notices_preference_matter")]


class Stopped(models.Model):
    """A number or mailbox that wants nothing voluntary any more. Holds the beginning of a keyed digest, never the number."""

    class By(models.TextChoices):
        LINK = "link", _("link in a message")
        WORD = "word", _("answer to a message")

    address_match = models.BinaryField(_("match key of the address"), unique=True)
    by = models.CharField(_("stopped by"), max_length=4, choices=By)
    at = models.DateTimeField(_("at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("address that wants nothing voluntary")
        verbose_name_plural = _("addresses that want nothing voluntary")


class StaffMail(models.Model):
    """Whether a member of staff is told by mail, too: never instead of the messages to the post."""

    class Mode(models.TextChoices):
        NONE = "none", _("no mail")
        URGENT = "urgent", _("a mail for what is urgent")
        AWAY = "away", _("a mail for what lies unread for an hour")
        DIGEST = "digest", _("one mail a day with all that is unread")

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, verbose_name=_("account"), related_name="+"
    )
    email = EncryptedTextField(_("e-mail"), null=True)
    mode = models.CharField(_("mails"), max_length=6, choices=Mode, default=Mode.NONE)
    told_until = models.BigIntegerField(_("newest message that was mailed"), default=0)
    told_at = models.DateTimeField(_("last mail at"), null=True)
    set_at = models.DateTimeField(_("set at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("mail for a member of staff")
        verbose_name_plural = _("mails for members of staff")
