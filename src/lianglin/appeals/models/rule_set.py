"""Rules of dispatch (派单规则) as versions: drafted, proposed, approved by a second person, in force from a day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import Drafted, apart
from lianglin.access.models import Organisation
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class RuleSet(Drafted):
    """One version of the rules of an area. Once approved it is never changed; the next version takes its place."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waits for the second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    version = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=60)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    drafted_at = models.DateTimeField(_("drafted at"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("rules of dispatch")
        verbose_name_plural = _("versions of the rules of dispatch")
        constraints = [
            models.UniqueConstraint(fields=["scope_code", "version"], name="appeals_rule_set_version"),
            apart("appeals_rule_set_two_people"),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(in_force_from__isnull=False),
                name="appeals_rule_set_from_a_day",
            ),
        ]


class DispatchRule(models.Model):
    """One rule: which appeals it takes, and which unit it gives them to. The first of its set that fits counts."""

    rule_set = models.ForeignKey(
        RuleSet, models.CASCADE, db_index=False, verbose_name=_("rules of dispatch"), related_name="rules"
    )
    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=60)
    conditions = models.JSONField(_("conditions"), default=list)
    unit = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit in the lead"), related_name="+"
    )
    co_units = models.JSONField(_("units that handle it with the lead (codes)"), default=list)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("rule of dispatch")
        verbose_name_plural = _("rules of dispatch")
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "position"],
                name="appeals_rule_position",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]


class DispatchAdvice(models.Model):
    """What a rule advised for one order, and whether the dispatcher followed it: by this the rule is judged."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()
    rule = models.ForeignKey(
        DispatchRule, models.PROTECT, db_index=False, verbose_name=_("rule of dispatch"), related_name="+"
    )
    advised = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit advised"), related_name="+"
    )
    chosen = models.ForeignKey(
        Organisation, models.PROTECT, db_index=False, verbose_name=_("unit chosen"), related_name="+"
    )
    taken = models.BooleanField(_("advice taken"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("advice of a rule")
        verbose_name_plural = _("advice of rules")
        indexes = [
            models.Index(fields=["rule", "taken"], name="appeals_advice_rule"),
        ]
