"""Worklists of matching: not claimed, one document away, what next month brings; one match, and what is done about it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actions import log_look, log_looks
from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.queries import place_names
from lianglin.access.replies import done, pressed, see, status_of
from lianglin.benefits.actions import telling
from lianglin.benefits.forms.matching import DeclineForm, NarrowForm, NotEligibleForm, TellForm
from lianglin.benefits.models import Match
from lianglin.benefits.queries import explained, matches, places, programs
from lianglin.benefits.rules import matching as rules
from lianglin.benefits.views import match_words as words
from lianglin.kit import clock
from lianglin.kit.paging import page
from lianglin.people.models import Resident
from lianglin.people.queries.guardians import purpose_of as of_people
from lianglin.people.rules import mask_name

PER_PAGE = 30
LISTS = ("", "near", "begins", "ends")
SEEN = "which benefits the household may qualify for"


@require_GET
@in_post(rules.MATCH)
def listed(request: HttpRequest, which: str = "") -> HttpResponse:
    """One of the lists, by place and number; narrowed to a measure and a place. No names: doors."""
    if which not in LISTS:
        raise Http404
    actor, known = acting(request), words.measures()
    offered = sorted((explained.label(one), one.id) for one in known.values() if not one.health)
    form = NarrowForm(
        request.GET,
        measures=[(code, name) for name, code in offered],
        places=places.below(actor),
    )
    chosen = form.cleaned_data if form.is_valid() else {}
    narrowed: dict[str, Any] = {"prefix": chosen.get("place", "")}
    if code := chosen.get("measure"):
        narrowed["measure_id"] = programs.measure_ids([code]).get(code, 0)
    rows = {
        "": matches.not_claimed,
        "near": matches.one_away,
        "begins": lambda who, **given: matches.ahead(who, "begins", **given),
        "ends": lambda who, **given: matches.ahead(who, "ends", **given),
    }[which](actor, **narrowed)
    found = page(rows, *matches.KEYS, cursor=request.GET.get("cursor", ""), size=PER_PAGE)
    context = {
        "which": which,
        "form": form,
        "page": found,
        "rows": words.rows_of(found.rows, actor),
        "tabs": _tabs(which),
        "narrowed": any(chosen.values()),
        "until": rules.later_day(clock.today()),
    }
    return render(request, "benefits/matches/list.html", context)


def _tabs(current: str) -> list[dict[str, Any]]:
    labels = {
        "": _("May qualify, not claimed"),
        "near": _("One document away"),
        "begins": _("Will begin next month"),
        "ends": _("Will end next month"),
        "errands": _("For the health centre"),
    }
    return [
        {"label": label, "url": _address(code), "current": code == current} for code, label in labels.items()
    ]


def _address(code: str) -> str:
    if code == "errands":
        return reverse("benefits:health_errands")
    return reverse("benefits:match_list", args=[code]) if code else reverse("benefits:matches")


@require_http_methods(["GET", "POST"])
@in_post(rules.MATCH)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One match: its conditions, what was said, and the forms. The look is written down."""
    actor = acting(request)
    match = matches.of_area(actor).filter(pk=pk).first()
    if match is None:
        raise Http404
    what = request.POST.get("do", "") if request.method == "POST" else ""
    forms = {
        "tell": TellForm(request.POST if what == "tell" else None, quiet=match.quiet, auto_id="tell_%s"),
        "decline": DeclineForm(request.POST if what == "decline" else None, auto_id="decline_%s"),
        "not_eligible": NotEligibleForm(request.POST if what == "not_eligible" else None, auto_id="not_%s"),
    }
    if what in forms:
        answer = _said(request, match, what, forms[what], actor)
        if answer is not None:
            return answer
    context = {**_shown(match, actor), "forms": forms, "do": what, "may_tell": actor.may(rules.TELL)}
    status = status_of(forms[what]) if what in forms else 200
    return render(request, "benefits/matches/one.html", context, status=status)


def _said(request: HttpRequest, match: Match, what: str, form: Any, actor: Actor) -> HttpResponse | None:
    act = {"tell": telling.tell, "decline": telling.decline, "not_eligible": telling.not_eligible}[what]
    said = {
        "tell": _("Noted: they were told."),
        "decline": _("Noted: they do not want it."),
        "not_eligible": _("Noted. Whoever keeps the rule reads the reason, without the person."),
    }[what]
    here = reverse("benefits:match", args=[match.pk])
    return done(request, form, lambda: act(match.pk, by=actor, **form.cleaned_data), said, here)


def _shown(match: Match, actor: Actor) -> dict[str, Any]:
    log_look(
        by=actor,
        purpose=rules.PURPOSE,
        what=SEEN,
        scope_code=match.scope_code,
        resident_id=match.resident_id,
    )
    known = words.measures()
    answers = explained.of_household(match.household_id, actor=actor)
    lines = [*answers.may, *answers.away, *answers.unknown, *answers.no] if answers else []
    mine = (match.measure.code, match.resident_id)
    homes = matches.doors([match.household_id], actor)
    home = homes.get(match.household_id)
    return {
        "match": match,
        "measure": words.name_of(match.measure.code, known),
        "rule": known.get(match.measure.code),
        "line": next((line for line in lines if (line.measure.id, line.resident_id) == mine), None),
        "who": _name(match.resident_id, actor) if match.resident_id else "",
        "home": words.door(home) if home else "",
        "community": place_names({match.scope_code}).get(match.scope_code, match.scope_code),
        "tone": words.TONES[match.state],
        "open": match.state in (rules.SUGGESTED, rules.TOLD),
        "back_open": match.state in (rules.DECLINED, rules.NOT_ELIGIBLE),
        "why": words.why_gone(match, known) if match.state == rules.GONE else "",
        "steps": matches.steps([match.pk], actor),
    }


def _name(resident_id: int, actor: Actor) -> str:
    rows = Resident.objects.visible_to(actor, purpose=of_people(actor)).filter(pk=resident_id)
    name = rows.values_list("name", flat=True).first()
    return mask_name(name) if name else ""


@require_POST
@in_post(rules.MATCH)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins the claim and leads to it."""
    actor = acting(request)
    number: list[str] = []
    here = reverse("benefits:match", args=[pk])
    answer = pressed(
        request,
        lambda: number.append(telling.start_claim(pk, by=actor)),
        _("The claim is begun."),
        here,
    )
    return see(reverse("benefits:claim", args=[number[0]])) if number else answer


@require_POST
@in_post(rules.TELL)
def open_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A refusal or a judgement is taken back."""
    actor = acting(request)
    here = reverse("benefits:match", args=[pk])
    return pressed(request, lambda: telling.open_again(pk, by=actor), _("It stands on the list again."), here)


@require_GET
@in_post(rules.TELL)
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """A slip to print: the benefit, what to bring, where to go. Nothing about the person."""
    match = matches.of_area(acting(request)).filter(pk=pk).first()
    known = words.measures()
    if match is None or match.measure.code not in known:
        raise Http404
    rule = known[match.measure.code]
    return render(
        request, "benefits/matches/slip.html", {"rule": rule, "name": explained.label(rule), "match": match}
    )


@require_GET
@in_post(rules.MATCH)
def errands(request: HttpRequest) -> HttpResponse:
    """Households that the health centre is to be asked to look at; nothing is said of why."""
    actor = acting(request)
    found = page(matches.errands(actor), *matches.KEYS, cursor=request.GET.get("cursor", ""), size=PER_PAGE)
    homes = matches.doors((row.household_id for row in found.rows), actor)
    names = place_names({row.scope_code for row in found.rows})
    rows = [
        {
            "errand": row,
            "door": words.door(homes[row.household_id])
            if row.household_id in homes
            else f"#{row.household_id}",
            "community": names.get(row.scope_code, row.scope_code),
        }
        for row in found.rows
    ]
    context = {"page": found, "rows": rows, "tabs": _tabs("errands"), "may_tell": actor.may(rules.TELL)}
    return render(request, "benefits/matches/errands.html", context)


@require_POST
@in_post(rules.TELL)
def errand_done(request: HttpRequest, pk: int) -> HttpResponse:
    """The health centre was asked."""
    actor = acting(request)
    back = reverse("benefits:health_errands")
    return pressed(
        request, lambda: telling.errand_done(pk, by=actor), _("Noted: the health centre was asked."), back
    )


@require_GET
@in_post("access.health")
def health(request: HttpRequest) -> HttpResponse:
    """Health-related matches of the own place, for the health role alone."""
    actor = acting(request)
    found = page(matches.of_health(actor), *matches.KEYS, cursor=request.GET.get("cursor", ""), size=PER_PAGE)
    known, names = words.measures(), place_names({row.scope_code for row in found.rows})
    seen = [(row.scope_code, None, row.resident_id) for row in found.rows]
    log_looks(seen, by=actor, purpose="health", what=SEEN)
    rows = [
        {
            "match": row,
            "measure": words.name_of(row.measure.code, known),
            "community": names.get(row.scope_code, row.scope_code),
            "missing": words.missing(row, known),
            "tone": words.TONES[row.state],
        }
        for row in found.rows
    ]
    return render(request, "benefits/matches/health.html", {"page": found, "rows": rows})


@require_POST
@in_post("access.health")
def health_told(request: HttpRequest, pk: int) -> HttpResponse:
    """The family doctor spoke of it with the person."""
    actor = acting(request)
    back = reverse("benefits:health_matches")
    return pressed(request, lambda: telling.health_told(pk, by=actor), _("Noted: they were told."), back)
