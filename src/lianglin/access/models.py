"""Accounts, organisations, posts, grants; the audit chain; the log of who looked."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianglin.access.duty_list.models import CommunityDuty, DutyChange
from lianglin.access.governance.key_models import KeyOrder, KeySeen, KeyUse
from lianglin.access.governance.models import (
    AuditCheck,
    AuditCut,
    BreakGlass,
    GlassPerson,
    HelpTicket,
    RightsChange,
)
from lianglin.access.keys.models import ApiToken
from lianglin.access.outside.models import LinkList, LinkRow, OutsideIdentity
from lianglin.access.passkeys.models import Passkey
from lianglin.access.run_models import WorkRun
from lianglin.kit import clock
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.models import ScopeCodeField

__all__ = (
    "ApiToken",
    "AuditCheck",
    "AuditCut",
    "BreakGlass",
    "CommunityDuty",
    "DutyChange",
    "GlassPerson",
    "HelpTicket",
    "KeyOrder",
    "KeySeen",
    "KeyUse",
    "LinkList",
    "LinkRow",
    "OutsideIdentity",
    "Passkey",
    "RightsChange",
    "WorkRun",
)

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of what has no end, so that no predicate needs an OR."""


class AccountManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> Account:
        """A new login; the password is checked by the caller (see actions.create_account)."""
        account = self.model(username=self.model.normalize_username(username), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A member of staff who can log in. Never linked to a resident's record (house rule 3)."""

    username = models.CharField(_("login name"), max_length=60, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("active"), default=True)
    sample = models.BooleanField(_("sample data"), default=False)
    created_at = models.DateTimeField(_("created at"))
    session_epoch = models.PositiveIntegerField(_("how often all sessions were ended"), default=0)
    one_time_until = models.DateTimeField(_("one-time password good until"), null=True, blank=True)
    """While it is set, a login opens nothing but the page on which an own password is chosen."""

    objects = AccountManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def get_session_auth_hash(self) -> str:
        """What every session of this account carries: another password or another epoch ends them all."""
        value = f"{self.password}\0{self.session_epoch}"
        made = salted_hmac("lianglin.access.session", value, algorithm="sha256")  # pyright: ignore[reportCallIssue]
        return made.hexdigest()


class LoginSession(models.Model):
    """One login that goes on: whose, by what, since when. Beside Django's session, gone together with it."""

    class How(models.TextChoices):
        PASSWORD = "password", _("password")
        CODE = "code", _("password and code")
        PASSKEY = "passkey", _("passkey")
        OUTSIDE = "outside", _("the city's own login")
        PHONE = "phone", _("code to the phone")
        DEMO = "demo", _("demo")

    session_key = models.CharField(_("session"), max_length=40, unique=True)
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, verbose_name=_("account"), related_name="+"
    )
    resident_id = models.BigIntegerField(_("resident"), null=True)
    how = models.CharField(_("how it was proved"), max_length=8, choices=How)
    device = models.CharField(_("device"), max_length=24)
    network = models.CharField(_("address range"), max_length=48, blank=True)
    started_at = models.DateTimeField(_("logged in at"))
    used_at = models.DateTimeField(_("last used at"))
    idle_minutes = models.PositiveIntegerField(_("minutes without use after which it ends"))
    ends_at = models.DateTimeField(_("ends at"))

    class Meta:
        verbose_name = _("login session")
        verbose_name_plural = _("login sessions")
        indexes = [
            models.Index(fields=["account", "-id"], name="access_session_account"),
            models.Index(fields=["resident_id", "-id"], name="access_session_resident"),
            models.Index(fields=["ends_at"], name="access_session_ends"),
        ]


class Organisation(models.Model):
    """A body that people work in and that work is given to: committee, office, bureau, company."""

    class Kind(models.TextChoices):
        COMMUNITY = "community", _("residents' committee")
        STREET = "street", _("subdistrict office")
        DISTRICT = "district", _("district office")
        CITY = "city", _("city office")
        BUREAU = "bureau", _("bureau")
        COMPANY = "company", _("service company")
        HEALTH = "health", _("health centre")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    scope_code = ScopeCodeField(blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("parent"), related_name="children"
    )
    phone = models.CharField(_("duty phone"), max_length=20, blank=True)
    active = models.BooleanField(_("active"), default=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        indexes = [models.Index(fields=["kind", "scope_code"], name="access_org_kind_scope")]

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class PostQuerySet(models.QuerySet["Post"]):
    """Posts, and which of them count on a day."""

    def in_force(self) -> PostQuerySet:
        """Those that began and have not ended today (the city's day)."""
        today = clock.today()
        return self.filter(
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=today), starts_on__lte=today
        )


class Post(models.Model):
    """Role x place x organisation x dates. A person acts in one post at a time and switches openly."""

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"), related_name="posts")
    role_code = models.CharField(_("role"), max_length=40)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="posts"
    )
    scope_code = ScopeCodeField(
        verbose_name=_("place"), blank=True, help_text=_("code prefix of the place; empty: the whole city")
    )
    title = models.CharField(pgettext_lazy("post", "title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [
            models.Index(fields=["organisation", "role_code"], name="access_post_org_role"),
            models.Index(fields=["role_code", "-id"], name="access_post_role"),
        ]

    @property
    def label(self) -> str:
        """The title in the reader's language."""
        return self.title_en if self.title_en and get_language() == "en" else self.title


class Grant(models.Model):
    """A dated permission of an organisation on one subject (a case it was given)."""

    subject = models.CharField(_("kind of subject"), max_length=40)
    subject_id = models.BigIntegerField(_("subject"))
    scope_code = ScopeCodeField()
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="grants"
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), default=FOREVER)
    reason = models.CharField(_("reason"), max_length=40)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        indexes = [
            models.Index(fields=["organisation", "subject", "subject_id"], name="access_grant_org_subject"),
            models.Index(fields=["subject", "subject_id"], name="access_grant_subject"),
        ]


class AccessLog(models.Model):
    """Who looked at a person's data: unit, purpose, time. The person can read it; it names no employee."""

    at = models.DateTimeField(_("at"))
    scope_code = ScopeCodeField()
    case_id = models.BigIntegerField(_("case"), null=True)
    resident_id = models.BigIntegerField(_("resident"), null=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"), related_name="+")
    purpose = models.CharField(_("purpose"), max_length=40)
    what = models.CharField(_("what was shown"), max_length=80)
    help_ticket = models.ForeignKey(
        HelpTicket,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("under a help ticket"),
        related_name="+",
    )
    break_glass = models.ForeignKey(
        BreakGlass,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("under break-glass"),
        related_name="+",
    )

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log entries")
        indexes = [
            models.Index(fields=["case_id", "-id"], name="access_log_case"),
            models.Index(fields=["resident_id", "-id"], name="access_log_resident"),
            models.Index(fields=["scope_code", "-id"], name="access_log_scope"),
            # Entries come in the order of time: a few pages of ranges find a month among years.
            BrinIndex(fields=["at"], name="access_log_at", autosummarize=True),
            models.Index(
                fields=["break_glass", "id"],
                name="access_log_glass",
                condition=models.Q(break_glass__isnull=False),
            ),
        ]


class AuditHead(models.Model):
    """The head of one audit chain (a community's scope code, or "city")."""

    chain = models.CharField(_("chain"), max_length=12, primary_key=True, db_collation="C")
    seq = models.BigIntegerField(_("number"))
    hash = models.BinaryField(_("hash"))

    class Meta:
        verbose_name = _("audit head")
        verbose_name_plural = _("audit heads")


class AuditEntry(models.Model):
    """One link of a chain: the canonical bytes that were hashed, and the hash over them and the link before.

    Holds ids and digests, never values (house rule 5).
    """

    chain = models.CharField(_("chain"), max_length=12, db_collation="C")
    seq = models.BigIntegerField(_("number"))
    body = models.BinaryField(_("body"))
    hash = models.BinaryField(_("hash"))

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="access_audit_chain_seq")]


class AuditSeal(models.Model):
    """Heads at one instant, sealed into a Merkle root; seals are chained and can be exported.

    All heads where it is ``whole``; else those that moved since the seal before (docs/decisions/0081).
    """

    at = models.DateTimeField(_("at"))
    whole = models.BooleanField(_("all chains"), default=True, db_default=True)
    heads = models.JSONField(_("heads"))
    root = models.BinaryField(_("Merkle root"))
    hash = models.BinaryField(_("hash"))
    key = models.PositiveSmallIntegerField(_("signing key"), null=True)
    signature = models.BinaryField(_("signature"), null=True)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")


class KeyRotation(models.Model):
    """How far the values of one encrypted column have come to the newest key."""

    column = models.CharField(_("column"), max_length=120)
    key_number = models.PositiveSmallIntegerField(_("key number"))
    behind = models.CharField(_("last row"), max_length=160, blank=True)
    changed = models.BigIntegerField(_("rows encrypted anew"), default=0)
    begun_at = models.DateTimeField(_("begun at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("key rotation")
        verbose_name_plural = _("key rotations")
        constraints = [models.UniqueConstraint(fields=["column", "key_number"], name="access_rotation_once")]


class SecondFactor(models.Model):
    """The authenticator app of one account (RFC 6238); it counts once the first code was right."""

    account = models.OneToOneField(Account, models.CASCADE, verbose_name=_("account"), related_name="+")
    secret = EncryptedTextField(_("secret"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    last_step = models.BigIntegerField(_("last time step used"), default=0)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")


class RecoveryCode(models.Model):
    """One of ten codes for the day the phone is lost: only its keyed digest, good for one login."""

    account = models.ForeignKey(Account, models.CASCADE, verbose_name=_("account"), related_name="+")
    digest = models.BinaryField(_("digest"))
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="access_recovery_once")]
