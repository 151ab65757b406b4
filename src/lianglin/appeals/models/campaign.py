"""Campaigns (专项行动): items of the catalogue worked on in seasons, this season beside the last."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.models import Account, Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals.rules import problems
from lianglin.kit.models import ScopeCodeField


class Campaign(models.Model):
    """One campaign of an area: what it covers, under which document, in whose hands."""

    scope_code = ScopeCodeField(verbose_name=_("area"))
    title = models.CharField(_("title"), max_length=60)
    kind = models.CharField(_("kind of campaign"), max_length=8, choices=problems.CAMPAIGNS)
    codes = models.JSONField(_("codes of the catalogue"), default=list)
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit in the lead"), related_name="+"
    )
    document_no = models.CharField(_("document number"), max_length=60, blank=True)
    made_at = models.DateTimeField(_("campaign begun at"))
    made_by = models.ForeignKey(
        Account, models.PROTECT, null=True, db_index=False, verbose_name=_("begun by"), related_name="+"
    )
    made_post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post"), related_name="+"
    )
    sample = models.BooleanField(_("sample data"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        indexes = [models.Index(fields=["scope_code", "-id"], name="appeals_campaign_scope")]


class CampaignSeason(models.Model):
    """One season of a campaign: its days and what it means to reach against the season before."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, db_index=False, verbose_name=_("campaign"), related_name="seasons"
    )
    scope_code = ScopeCodeField(verbose_name=_("area"))
    label = models.CharField(pgettext_lazy("campaign", "season"), max_length=40)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    fall_percent = models.PositiveSmallIntegerField(_("goal: fewer appeals by (percent)"), null=True)
    goal = models.CharField(_("goal in words"), max_length=200, blank=True)
    added_at = models.DateTimeField(_("added at"))
    added_post = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post"), related_name="+"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("season of a campaign")
        verbose_name_plural = _("seasons of campaigns")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "first_day"], name="appeals_season_once"),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="appeals_season_days"),
        ]
