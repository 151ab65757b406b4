"""Calls that are agreed, links for grading by oneself, and the remedies that follow a bad grade."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.access.scoped import ScopedManager
from lianglin.appeals import rules
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class CallPlan(models.Model):
    """Who makes the next call about a matter, and the time agreed for it."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="call_plan"
    )
    scope_code = ScopeCodeField()
    caller = models.ForeignKey(
        Post, models.PROTECT, null=True, db_index=False, verbose_name=_("post that calls"), related_name="+"
    )
    held_until = models.DateTimeField(_("kept for this post until"), null=True)
    next_at = models.DateTimeField(_("next call agreed for"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("planned call")
        verbose_name_plural = _("planned calls")


class CallLink(models.Model):
    """A link by which an appellant grades without a login: once, until a day. Only a keyed digest of it is kept."""

    case = models.ForeignKey(Case, models.PROTECT, db_index=False, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()
    digest = models.BinaryField(_("keyed digest of the secret"), unique=True)
    made_at = models.DateTimeField(_("link made at"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("link for grading")
        verbose_name_plural = _("links for grading")
        indexes = [models.Index(fields=["case", "-id"], name="appeals_link_case")]


class Remedy(models.Model):
    """What a case of the kind "remedy" makes good: the matter, its grade and reasons."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, verbose_name=_("case"), related_name="remedy"
    )
    scope_code = ScopeCodeField()
    of = models.ForeignKey(
        Case,
        models.PROTECT,
        db_index=False,
        verbose_name=_("matter that was badly graded"),
        related_name="remedies",
    )
    graded_at = models.DateTimeField(_("graded at"))
    grade = models.PositiveSmallIntegerField(_("grade"), choices=rules.GRADES)
    reasons = models.CharField(_("reasons (codes)"), max_length=120, blank=True)
    unit = models.ForeignKey(
        Organisation, models.PROTECT, null=True, db_index=False, verbose_name=_("unit"), related_name="+"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        constraints = [models.UniqueConstraint(fields=["of", "graded_at"], name="appeals_remedy_once")]
