"""A version of the rules tried on a past month: the counts, and the appeals that would have gone elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.appeals.forms.rule_sets import MonthForm
from lianglin.appeals.models import DispatchRule, RuleSet
from lianglin.appeals.queries import dispatching, trial
from lianglin.appeals.views import words
from lianglin.kit import clock
from lianglin.kit.errors import HouseError
from lianglin.kit.period import Period

MONTHS = 24
"""How far back rules are tried."""


def last_month() -> Period:
    """The month before the running one."""
    return Period.month_of(clock.today()).previous()


def past_months() -> list[Period]:
    """The months that rules can be tried on, the newest first."""
    found = [last_month()]
    while len(found) < MONTHS:
        found.append(found[-1].previous())
    return found


def _asked(request: HttpRequest) -> Period:
    text = request.GET.get("month", "")
    if not text:
        return last_month()
    chosen = next((month for month in past_months() if month.code == text), None)
    if chosen is None:
        raise HouseError(_("Choose one of the past months, like %(month)s.") % {"month": last_month().code}, field="month")  # fmt: skip
    return chosen


def _found(actor: Actor, pk: int) -> tuple[RuleSet, list[DispatchRule]]:
    rule_set = dispatching.sets_near(actor).filter(pk=pk).first()
    if rule_set is None:
        raise Http404
    return rule_set, list(rule_set.rules.select_related("unit", "rule_set").order_by("position"))


def _form(month: Period) -> MonthForm:
    return MonthForm({"month": month.code}, months=[(one.code, one.code) for one in past_months()])


@require_GET
@in_post("appeals.rules")
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version would have done with the appeals of a month (``?month=2026-10``), rule by rule."""
    actor = acting(request)
    rule_set, rules = _found(actor, pk)
    month = _asked(request)
    made = trial.report(rule_set, rules, month, actor)
    by_id = {rule.pk: rule for rule in rules}
    reached = trial.never_reached(rules)
    context = {
        "set": rule_set,
        "month": month,
        "form": _form(month),
        "report": made,
        "same": made.counts[trial.SAME],
        "other": made.counts[trial.OTHER],
        "none": made.counts[trial.NONE],
        "open": made.counts[trial.OPEN],
        "rows": [_row(rule, made, by_id, reached) for rule in rules],
    }
    return render(request, "appeals/rules/trial.html", context)


def _row(
    rule: DispatchRule,
    made: trial.Report,
    by_id: dict[int, DispatchRule],
    reached: dict[int, DispatchRule],
) -> dict[str, Any]:
    told = made.tried[rule.pk]
    takers = sorted(told.taken_by.items(), key=lambda entry: by_id[entry[0]].position)
    return {
        "rule": rule,
        "fits": told.fits,
        "takes": told.takes,
        "others": made.others[rule.pk],
        "dead": told.dead,
        "shadowed": told.shadowed,
        "behind": reached.get(rule.pk),
        "taken_by": [{"rule": by_id[key], "count": count} for key, count in takers],
    }


@require_GET
@in_post("appeals.rules")
def cases(request: HttpRequest, pk: int) -> HttpResponse:
    """The appeals of a month that a version would have given to another unit, some hundred looked through at a time."""
    actor = acting(request)
    rule_set, rules = _found(actor, pk)
    month = _asked(request)
    found = trial.differences(rule_set, rules, month, actor, cursor=request.GET.get("cursor", ""))
    context = {
        "set": rule_set,
        "month": month,
        "page": found,
        "rows": [
            {
                "case": one.appeal.case,
                "number": words.grouped(one.appeal.case.number),
                "item": one.appeal.item.label if one.appeal.item else "",
                "rule": one.rule,
            }
            for one in found.rows
        ],
    }
    return render(request, "appeals/rules/trial_cases.html", context)
