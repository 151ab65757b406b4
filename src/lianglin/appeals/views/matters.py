"""The appeals of a resident who logged in: on 我的, all of them, and into one of them without its receipt."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianglin.access.actions import hold_case
from lianglin.access.actor import Actor
from lianglin.access.gate import acting
from lianglin.access.replies import see
from lianglin.appeals import rules
from lianglin.appeals.queries import own as queries
from lianglin.appeals.views import words
from lianglin.kit.ids import clean_case_number, group_case_number, row_number

ON_MINE, A_PAGE = 5, 20


def _line(matter: queries.Matter) -> dict[str, Any]:
    state = rules.LIFECYCLE.state(matter.state)
    return {
        "matter": matter,
        "grouped": group_case_number(matter.number),
        "state": state.label,
        "tone": words.tone(matter.state),
        "running": not state.final,
        "url": reverse("appeals:matter", args=[matter.number]),
    }


def panel(actor: Actor, _subject: Any) -> dict[str, Any] | None:
    """The newest of one's matters, and whether there are more; None for who did not log in."""
    if actor.resident_id is None:
        return None
    found = queries.own_matters(actor=actor, limit=ON_MINE + 1)
    return {"lines": [_line(one) for one in found[:ON_MINE]], "more": len(found) > ON_MINE}


@never_cache
@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """All of one's matters, newest first, twenty a page."""
    actor = acting(request)
    if actor.resident_id is None:
        return see(reverse("appeals:track"))
    asked = request.GET.get("cursor", "")
    behind = row_number(asked) or 2**62
    found = queries.own_matters(actor=actor, behind=behind, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    older = str(shown[-1].id) if len(found) > A_PAGE else ""
    context = {"lines": [_line(one) for one in shown], "older": older, "later": bool(asked)}
    return render(request, "appeals/public/matters.html", context)


@never_cache
@require_safe
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """Into one of one's own matters, as its receipt would open it; for anybody else there is nothing here."""
    try:
        wanted = clean_case_number(number)
    except ValueError as error:
        raise Http404 from error
    case_id = queries.own_matter(wanted, actor=acting(request))
    if case_id is None:
        raise Http404
    hold_case(request=request, case_id=case_id)
    return see(reverse("appeals:mine"))


routes: list[URLPattern] = [
    path("matters/", matters, name="matters"),
    path("matters/<str:number>/", matter, name="matter"),
]
