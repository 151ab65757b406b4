"""Who somebody is at the city's own identity provider."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import TwoPeople


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


class LinkList(TwoPeople):
    """A list of declarations for many accounts: proposed whole by one person, decided whole by a second one.

    PostgreSQL applies it (access_decide_links); no role writes a link by itself. ``digest`` names what the list says.
    """

    issuer = models.CharField(_("identity provider"), max_length=200)
    claim = models.CharField(_("claim"), max_length=60)
    filename = models.CharField(_("file name"), max_length=120)
    digest = models.CharField(_("digest of the list"), max_length=64)
    count = models.PositiveIntegerField(_("rows"))
    same = models.PositiveIntegerField(_("declared so already"))

    class Meta:
        verbose_name = _("list of logins at the city's provider")
        verbose_name_plural = _("lists of logins at the city's provider")
        indexes = [models.Index(fields=["state", "-id"], name="access_linklist_state")]
        constraints = [
            models.CheckConstraint(
                name="access_links_two_people",
                condition=Q(state="withdrawn") | Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="access_links_decided",
                condition=Q(state="waiting", decided_by__isnull=True) | Q(decided_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["digest"], name="access_links_once", condition=Q(state="waiting")
            ),
        ]


class LinkRow(models.Model):
    """One row of such a list: this subject is to open this account."""

    list = models.ForeignKey(LinkList, models.CASCADE, verbose_name=_("list of logins"), related_name="rows")
    account = models.ForeignKey("access.Account", models.PROTECT, verbose_name=_("account"), related_name="+")
    subject = models.CharField(_("name at the city's login"), max_length=255)

    class Meta:
        verbose_name = _("row of a list of logins")
        verbose_name_plural = _("rows of lists of logins")
        constraints = [
            models.UniqueConstraint(fields=["list", "account"], name="access_linkrow_account"),
            models.UniqueConstraint(fields=["list", "subject"], name="access_linkrow_subject"),
        ]
