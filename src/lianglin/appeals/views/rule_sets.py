"""Rules of dispatch: their versions, one version with its rules, one rule, and the second person's decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.duty_list.views import area_words
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES, DecideForm, may_decide
from lianglin.access.replies import done, see, status_of
from lianglin.appeals.actions import rule_sets as actions
from lianglin.appeals.forms.rule_sets import ProposeForm, RuleForm, VersionForm
from lianglin.appeals.models import DispatchRule, RuleSet
from lianglin.appeals.queries import dispatching, trial, worklists
from lianglin.appeals.queries.rule_flaws import checked
from lianglin.appeals.views import trials
from lianglin.appeals.views.rule_words import conditions_words, wrong
from lianglin.kit import paging

PER_PAGE = 20


def find(actor: Actor, pk: int) -> RuleSet:
    """A version that concerns the post; 404 for any other."""
    found = dispatching.sets_near(actor).select_related("proposed_post", "decided_post").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def rules_of(rule_set: RuleSet) -> list[DispatchRule]:
    """The rules of a version in their order."""
    found = rule_set.rules.select_related("unit", "rule_set").order_by("position")
    return list(found)


@require_http_methods(["GET", "POST"])
@in_post("appeals.rules")
def versions(request: HttpRequest) -> HttpResponse:
    """All versions that concern the post, newest first; a form that begins the next one of its own area."""
    actor = acting(request)
    form = VersionForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        answer = done(
            request,
            form,
            lambda: actions.draft(by=actor, title=form.cleaned_data["title"]),
            _("The draft is begun."),
            lambda made: reverse("appeals:rule_set", args=[made.pk]),
        )
        if answer is not None:
            return answer
    found = paging.page(
        dispatching.sets_near(actor), "-id", cursor=request.GET.get("cursor", ""), size=PER_PAGE
    )
    known = dispatching.book_of(actor)
    in_force = {rule.rule_set_id for rule in known.by_id.values()}
    context = {
        "form": form,
        "page": found,
        "area": area_words(actor.low),
        "rows": [
            {
                "set": one,
                "area": area_words(one.scope_code),
                "tone": TONES[one.state],
                "in_force": one.pk in in_force,
            }
            for one in found.rows
        ],
        "wrong": wrong(known),
    }
    return render(request, "appeals/rules/versions.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post("appeals.rules")
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version with its rules; a draft is proposed here, a proposed one decided."""
    actor = acting(request)
    found = find(actor, pk)
    bound = request.POST if request.method == "POST" else None
    approving = request.POST.get("do", "") in ("approve", "refuse")
    propose = ProposeForm(bound if not approving else None)
    decide = DecideForm(bound if approving else None)
    form, what = decide if approving else propose, request.POST.get("do", "")
    if form.is_bound:
        here = reverse("appeals:rule_set", args=[pk])
        answer = done(request, form, lambda: _act(actor, found, what, form.cleaned_data), _said(what), here)
        if answer is not None:
            return answer
    context = _context(actor, find(actor, pk)) | {"propose": propose, "form": decide}
    return render(request, "appeals/rules/version.html", context, status=status_of(form))


def _act(actor: Actor, found: RuleSet, what: str, given: dict[str, Any]) -> None:
    if what in ("approve", "refuse"):
        actions.decide(by=actor, rule_set_id=found.pk, approve=what == "approve", note=given["note"])
    else:
        actions.propose(by=actor, rule_set_id=found.pk, in_force_from=given["in_force_from"])


def _said(what: str) -> str:
    if what == "approve":
        return _("Approved. From its first day on it counts.")
    return _("Refused.") if what == "refuse" else _("Proposed. A second person decides.")


def _context(actor: Actor, found: RuleSet) -> dict[str, Any]:
    rules = rules_of(found)
    known, usage, reached = checked(rules), trial.usage(rules), trial.never_reached(rules)
    open_draft = found.state in (RuleSet.State.DRAFT, RuleSet.State.REFUSED)
    return {
        "set": found,
        "area": area_words(found.scope_code),
        "tone": TONES[found.state],
        "rules": [
            {
                "rule": rule,
                "conditions": conditions_words(rule.conditions),
                "co_units": known.co_units(rule),
                "wrong": known.wrong_with(rule),
                "behind": reached.get(rule.pk),
                "taken": usage[rule.pk][0],
                "given": usage[rule.pk][1],
                "share": round(100 * usage[rule.pk][0] / usage[rule.pk][1]) if usage[rule.pk][1] else None,
            }
            for rule in rules
        ],
        "may_change": open_draft and found.scope_code == actor.low,
        "may_decide": may_decide(found, actor, actions.APPROVE),
        "own": found.waits and found.is_of(actor.account_id),
        "month": trials.last_month().code,
    }


@require_http_methods(["GET", "POST"])
@in_post("appeals.rules")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new rule at the end of a draft."""
    actor = acting(request)
    found = find(actor, pk)

    def write(rule: actions.Written) -> DispatchRule:
        return actions.add_rule(by=actor, rule_set_id=found.pk, rule=rule)

    return _form_page(request, found, None, write)


@require_http_methods(["GET", "POST"])
@in_post("appeals.rules")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule of a draft, written anew."""
    actor = acting(request)
    held = _rule(actor, pk)

    def write(rule: actions.Written) -> DispatchRule:
        return actions.change_rule(by=actor, rule_id=held.pk, rule=rule)

    return _form_page(request, held.rule_set, held, write)


def _rule(actor: Actor, pk: int) -> DispatchRule:
    held = DispatchRule.objects.select_related("rule_set", "unit").filter(pk=pk).first()
    if held is None or not dispatching.sets_near(actor).filter(pk=held.rule_set_id).exists():
        raise Http404
    return held


def _form_page(
    request: HttpRequest,
    rule_set: RuleSet,
    held: DispatchRule | None,
    write: Callable[[actions.Written], DispatchRule],
) -> HttpResponse:
    actor = acting(request)
    form = RuleForm(request.POST if request.method == "POST" else None, units=units_near(actor), rule=held)
    if form.is_bound:
        here = reverse("appeals:rule_set", args=[rule_set.pk])
        answer = done(request, form, lambda: write(_written(form)), _("The rule is written down."), here)
        if answer is not None:
            return answer
    context = {"form": form, "set": rule_set, "rule": held, "area": area_words(rule_set.scope_code)}
    return render(request, "appeals/rules/rule.html", context, status=status_of(form))


def _written(form: RuleForm) -> actions.Written:
    given = form.cleaned_data
    return actions.Written(
        title=given["title"],
        conditions=form.conditions(),
        unit=given["unit"],
        co_units=list(given["co_units"]),
        reason=given["reason"],
    )


def units_near(actor: Actor) -> Any:
    """The units that take orders in the area of a post, above it and within it."""
    found = worklists.units()
    within = found.filter(scope_code__gte=actor.low, scope_code__lt=actor.high)
    return (found.filter(scope_code__in=dispatching.areas_over(actor.low)) | within).order_by("kind", "code")


@require_POST
@in_post("appeals.rules")
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a rule of a draft earlier or later, or takes it out."""
    actor = acting(request)
    held = _rule(actor, pk)
    what = request.POST.get("do", "")
    if what == "remove":
        actions.remove_rule(by=actor, rule_id=pk)
        messages.success(request, _("The rule is out of the draft."))
    elif what in ("up", "down"):
        actions.move_rule(by=actor, rule_id=pk, up=what == "up")
    return see(f"{reverse('appeals:rule_set', args=[held.rule_set_id])}#rules")


routes: list[URLPattern] = [
    path("rules/", versions, name="rule_sets"),
    path("rules/<int:pk>/", version, name="rule_set"),
    path("rules/<int:pk>/add/", add, name="rule_add"),
    path("rules/rule/<int:pk>/", change, name="rule"),
    path("rules/rule/<int:pk>/arrange/", arrange, name="rule_arrange"),
    path("rules/<int:pk>/trial/", trials.summary, name="rule_trial"),
    path("rules/<int:pk>/trial/cases/", trials.cases, name="rule_trial_cases"),
]
