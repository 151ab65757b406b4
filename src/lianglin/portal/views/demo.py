"""The first five minutes: one light bulb seen by five people, the clock, the neighbouring community."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianglin.access import demo
from lianglin.access.actions import hold_case, log_out
from lianglin.access.actor import TOP, duties_of, job
from lianglin.access.gate import acting
from lianglin.access.replies import see
from lianglin.access.transaction import acting as acting_as
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.indicators.tasks import time_has_passed
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Missing
from lianglin.kit.ids import group_case_number
from lianglin.places.queries import community
from lianglin.portal import queries
from lianglin.portal.context import RESIDENT, strip
from lianglin.portal.seed import tell_story, wake


def must_be_demo() -> dict[str, Any]:
    """The story's notes; 404 in a real city, or before the demo city is filled."""
    story = demo.notes().get("story") if settings.DEMO else None
    if not story:
        raise Missing(_("There is no demo here."))
    return story


@never_cache
@require_safe
def story(request: HttpRequest) -> HttpResponse:
    """One light bulb: how it stands, whose turn it is, what each of the five sees, the rate before and now."""
    told = must_be_demo()
    with acting_as(job(told["scope_code"], told["scope_code"] + TOP)) as reader:
        case = cases.visible(reader).filter(number=told["number"]).first()
        figure = queries.rate(told["scope_code"])
    now = queries.shown(figure)
    context: dict[str, Any] = {
        "told": told,
        "number": group_case_number(told["number"]),
        "case": case,
        "people": _people(request, case),
        "figure": figure,
        "now": now,
        "before": told.get("before") if _moved(told, now) else None,
        "today": clock.today(),
        "place": community(told["scope_code"]),
        "neighbour_place": community(told["neighbour"]),
    }
    template = "portal/_rate.html" if request.headers.get("HX-Request") else "portal/demo.html"
    return render(request, template, context)


def _moved(told: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether the rate is another than before the story, in the same month: two months are not compared."""
    return told.get("month") == f"{clock.today():%Y-%m}" and told.get("before") != now


def _people(request: HttpRequest, case: Case | None) -> list[dict[str, Any]]:
    """The strip's people, and whose turn it is: the first who holds the duty of the expected move."""
    people = strip(request)
    if case is None:
        return people
    state = case.lifecycle.state(case.state)
    if state.expects:
        move = case.lifecycle.move(state.expects)
        holders = [p for p in people if p.get("role") and move.duty in duties_of(p["role"])]
        for person in holders[:1]:
            person["turn"], person["next"] = True, str(move.label)
    if state.settled and not state.final:
        people[0]["turn"] = True
    return people


@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """One press: looks at the city as one of the story's people, on the page where they meet the matter."""
    told = must_be_demo()
    wanted = request.POST.get("persona", "")
    if wanted == RESIDENT:
        log_out(request=request)
        hold_case(request=request, case_id=told["case_id"])
    else:
        demo.log_in_as(request=request, username=wanted)
    asked = request.POST.get("next", "")
    safe = asked and url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    )
    return see(asked if safe else reverse("portal:demo_meet"))


@never_cache
@require_safe
def meet(request: HttpRequest) -> HttpResponse:
    """To the page on which whoever one is now meets the matter, as far as their post lets them see it."""
    told, actor = must_be_demo(), acting(request)
    lifecycle = next(k for k in discovery.lifecycles().values() if told["number"].startswith(k.prefix))
    if actor.case_id is not None:
        return see(reverse(lifecycle.own_url))
    if actor.role_code == "protection_officer":
        return see(reverse("access:who_looked"))
    if actor.work_purpose not in actor.purposes:
        return see(reverse("access:start"))
    if cases.visible(actor).filter(number=told["number"]).exists():
        return see(reverse(lifecycle.url, args=[told["number"]]))
    messages.info(
        request,
        _("This post does not see the light bulb now: it is outside of its place, or not given to it yet."),
    )
    return see(reverse("portal:work"))


@require_POST
def advance(request: HttpRequest) -> HttpResponse:
    """Three working days later; what time brings shows by itself, and the new day has urgent samples of its own."""
    must_be_demo()
    days = request.POST.get("days", "3")
    now = demo.advance(working_days=int(days) if days.isdecimal() and len(days) < 4 else 0)
    time_has_passed()
    wake()
    if (case_id := acting(request).case_id) is not None:
        hold_case(request=request, case_id=case_id)  # the half hour begins anew on the new day
    messages.info(
        request, _("The demo's clock now shows %(now)s.") % {"now": f"{clock.local(now):%Y-%m-%d %H:%M}"}
    )
    back = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return see(back if safe else reverse("portal:demo"))


@require_POST
def anew(request: HttpRequest) -> HttpResponse:
    """The story from its beginning: another light bulb, reported a moment ago."""
    told = must_be_demo()
    log_out(request=request)
    demo.note("story", tell_story(told["scope_code"], told["neighbour"]))
    return see(reverse("portal:demo"))


@never_cache
@require_safe
def neighbour(request: HttpRequest) -> HttpResponse:
    """The same statement for the own and the neighbouring community, as the role one acts in: PostgreSQL decides."""
    told = must_be_demo()
    actor = acting(request)
    own = community(actor.low) or community(told["scope_code"])
    other = community(told["neighbour"])
    if own is not None and other is not None and own.pk == other.pk:
        other = community(told["scope_code"])
    looks = []
    for place in filter(None, (own, other)):
        seen = queries.look(place.label, place.scope_code)
        with acting_as(job(place.scope_code, place.scope_code + TOP)):
            looks.append((seen, queries.look(place.label, place.scope_code).count))
    context = {"looks": looks, "actor": actor, "people": strip(request)}
    return render(request, "portal/neighbour.html", context)
