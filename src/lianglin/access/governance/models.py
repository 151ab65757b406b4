"""What the three offices work with: proposed changes of rights."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.governance.two_people import TwoPeople
from lianglin.kit.models import ScopeCodeField


class RightsChange(TwoPeople):
    """A change of somebody's rights: proposed by one person, in force once a second one approved it.

    PostgreSQL applies it (access_decide_change); no role may write a post by itself.
    """

    class Kind(models.TextChoices):
        OPEN = "open", _("give a post")
        END = "end", _("end a post")
        CLOSE = "close", _("close an account")
        PASSWORD = "password", _("give a new first password")
        LINK = "link", _("declare the city's login")

    kind = models.CharField(_("kind of change"), max_length=8, choices=Kind)
    account = models.ForeignKey(
        "access.Account", models.PROTECT, verbose_name=_("whose rights"), related_name="+"
    )
    post = models.ForeignKey(
        "access.Post", models.PROTECT, null=True, blank=True, verbose_name=_("post"), related_name="changes"
    )
    """The post that ends, or, once approved, the one that was given."""
    role_code = models.CharField(_("role"), max_length=40, blank=True)
    organisation = models.ForeignKey(
        "access.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("organisation"),
        related_name="+",
    )
    scope_code = ScopeCodeField(verbose_name=_("place"), blank=True)
    title = models.CharField(pgettext_lazy("post", "title"), max_length=80, blank=True)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    successor = models.ForeignKey(
        "access.Account",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("who takes over"),
        related_name="+",
    )
    successor_post = models.ForeignKey(
        "access.Post",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("post that takes over"),
        related_name="+",
    )
    issuer = models.CharField(_("identity provider"), max_length=200, blank=True)
    claim = models.CharField(_("claim"), max_length=60, blank=True)
    subject = models.CharField(_("name at the city's login"), max_length=255, blank=True)
    handed_over_at = models.DateTimeField(_("work handed over at"), null=True)
    handed_over = models.PositiveIntegerField(_("matters handed over"), default=0)

    class Meta:
        verbose_name = _("change of rights")
        verbose_name_plural = _("changes of rights")
        indexes = [
            models.Index(fields=["state", "-id"], name="access_change_state"),
            models.Index(
                fields=["ends_on"],
                name="access_change_handover",
                condition=Q(kind="end", state="approved", handed_over_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="access_change_two_people",
                condition=Q(state="withdrawn")
                | Q(decided_by__isnull=True)
                | (~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("account"))),
            ),
            models.CheckConstraint(
                name="access_change_decided",
                condition=Q(state="waiting", decided_by__isnull=True) | Q(decided_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["kind", "account"],
                name="access_change_password_once",
                condition=Q(state="waiting", kind__in=["password", "close", "link"]),
            ),
        ]


class HelpTicket(models.Model):
    """A dated permission of one post to work in another area: asked for, approved by that area, over by itself."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for the area")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        REVOKED = "revoked", _("taken back")

    post = models.ForeignKey(
        "access.Post", models.PROTECT, verbose_name=_("post that helps"), related_name="+"
    )
    scope_code = ScopeCodeField(verbose_name=_("area that is helped"))
    purposes = models.CharField(_("purposes"), max_length=120)
    """Codes joined by commas; some of those that the post carries in its own area."""
    reason = models.CharField(_("reason"), max_length=200)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(
        "access.Post", models.PROTECT, null=True, verbose_name=_("decided by"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    revoked_by = models.ForeignKey(
        "access.Post", models.PROTECT, null=True, verbose_name=_("taken back by"), related_name="+"
    )
    revoked_at = models.DateTimeField(_("taken back at"), null=True)

    class Meta:
        verbose_name = _("help ticket")
        verbose_name_plural = _("help tickets")
        indexes = [
            models.Index(fields=["post", "-id"], name="access_help_post"),
            models.Index(fields=["scope_code", "-id"], name="access_help_scope"),
        ]
        constraints = [
            models.CheckConstraint(name="access_help_days", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="access_help_approved",
                condition=Q(decided_by__isnull=False) | ~Q(state="approved"),
            ),
        ]


class BreakGlass(models.Model):
    """Purposes opened in an emergency, for minutes, with the protection officer told at once and judging afterwards."""

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified", _("justified")
        UNJUSTIFIED = "unjustified", _("not justified")

    post = models.ForeignKey(
        "access.Post", models.PROTECT, verbose_name=_("post that opened"), related_name="+"
    )
    scope_code = ScopeCodeField(verbose_name=_("area that was opened"))
    purposes = models.CharField(_("purposes"), max_length=120)
    reason = models.CharField(_("reason"), max_length=200)
    begun_at = models.DateTimeField(_("begun at"))
    ends_at = models.DateTimeField(_("ends at"))
    closed_at = models.DateTimeField(_("ended early at"), null=True)
    told = models.PositiveSmallIntegerField(_("protection officers told"))
    review_due_at = models.DateTimeField(_("to be judged by"))
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict, blank=True)
    reviewed_by = models.ForeignKey(
        "access.Post", models.PROTECT, null=True, verbose_name=_("judged by"), related_name="+"
    )
    reviewed_at = models.DateTimeField(_("judged at"), null=True)
    note = models.CharField(_("note of the officer"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("break-glass")
        verbose_name_plural = _("break-glass openings")
        indexes = [
            models.Index(fields=["post", "-id"], name="access_glass_post"),
            models.Index(fields=["review_due_at"], name="access_glass_due", condition=Q(verdict="")),
        ]
        constraints = [
            models.CheckConstraint(name="access_glass_told", condition=Q(told__gte=1)),
            models.CheckConstraint(
                name="access_glass_short",
                condition=Q(ends_at__gt=F("begun_at"))
                & Q(
                    ends_at__lte=models.ExpressionWrapper(
                        F("begun_at") + timedelta(hours=8), models.DateTimeField()
                    )
                ),
            ),
        ]


class GlassPerson(models.Model):
    """Whom an emergency opening names: its minutes reach this one resident's rows, restricted ones too, and no others."""

    opening = models.OneToOneField(
        BreakGlass, models.PROTECT, primary_key=True, verbose_name=_("break-glass"), related_name="+"
    )
    resident_id = models.BigIntegerField(_("resident"))
    post_id = models.BigIntegerField(_("post that opened"))

    class Meta:
        verbose_name = _("person of an emergency opening")
        verbose_name_plural = _("persons of emergency openings")
        indexes = [models.Index(fields=["resident_id"], name="access_glass_person")]


class AuditCheck(models.Model):
    """One verification of the whole audit: what was looked at, what was found, how long it took."""

    begun_at = models.DateTimeField(_("begun at"))
    ended_at = models.DateTimeField(_("ended at"))
    chains = models.PositiveIntegerField(_("chains"))
    entries = models.PositiveBigIntegerField(_("entries"))
    seals = models.PositiveIntegerField(_("seals"))
    findings = models.PositiveIntegerField(_("places that do not fit"))
    found = models.JSONField(_("the first of them"), default=list)
    """At most fifty: [chain, number, words]."""

    class Meta:
        verbose_name = _("verification of the audit")
        verbose_name_plural = _("verifications of the audit")


class AuditCut(models.Model):
    """The old part of the audit that ran out: cut up to a signed seal, whose copy is kept here for ever."""

    at = models.DateTimeField(_("at"))
    seal = models.BigIntegerField(_("seal"))
    sealed_at = models.DateTimeField(_("sealed at"))
    previous = models.BinaryField(_("hash of the seal before"))
    heads = models.JSONField(_("heads"))
    key = models.PositiveSmallIntegerField(_("signing key"))
    signature = models.BinaryField(_("signature"))
    removed = models.BigIntegerField(_("entries cut"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("cut of the audit")
        verbose_name_plural = _("cuts of the audit")
