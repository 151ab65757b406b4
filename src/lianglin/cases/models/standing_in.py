"""Who stands in for whom: cover of an absence, delegation of one case, handover of all open work."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.cases.models.case import Case
from lianglin.kit.models import ScopeCodeField


class Cover(models.Model):
    """While a post's holder is away, another of the same unit does the work: as himself, for the other."""

    for_post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("who is away"), related_name="+")
    by_post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("who stands in"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    ended_at = models.DateTimeField(_("ended before its last day at"), null=True, blank=True)

    class Meta:
        verbose_name = _("absence cover")
        verbose_name_plural = _("absence covers")
        indexes = [models.Index(fields=["organisation", "-ends_on"], name="cases_cover_unit")]


class Delegation(models.Model):
    """One case that a post has given to another of its unit; it stays the giver's own."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="delegations")
    scope_code = ScopeCodeField()
    from_post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("given by"), related_name="+")
    to_post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("given to"), related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    at = models.DateTimeField(_("at"))
    ended_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="cases_delegation_once"
            )
        ]


class Handover(models.Model):
    """All open work of one post given to its successor, or back to the unit; both can read the list."""

    from_post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("handed over by"), related_name="+")
    to_post = models.ForeignKey(
        Post, models.PROTECT, null=True, blank=True, verbose_name=_("handed over to"), related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="+"
    )
    at = models.DateTimeField(_("at"))
    lines = models.JSONField(_("cases handed over"), default=list)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        indexes = [models.Index(fields=["organisation", "-id"], name="cases_handover_unit")]
