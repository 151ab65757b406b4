"""Similar appeals beside one on the desk, with their reasons: a request of its own, fetched when the page is there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.appeals.queries import resembling, worklists
from lianglin.appeals.views import words
from lianglin.appeals.views.handling import find
from lianglin.cases import queries as cases
from lianglin.cases.models import Case


@require_GET
@in_post("appeals.read")
def alike(request: HttpRequest, number: str) -> HttpResponse:
    """The list with its reasons; with htmx into the page, without it as a page of its own."""
    actor = acting(request)
    case = find(actor, number)
    found = resembling.resembling(case, case.appeal.text, case.appeal.item, actor)
    context = {
        "case": case,
        "number": words.grouped(case.number),
        "found": found,
        "plain": worklists.similar(case, case.appeal.item, actor) if found is None else [],
        "repeats": [one for one in found or [] if one.repeat],
        "may_merge": may_merge(case, actor),
    }
    part = "_alike.html" if request.headers.get("HX-Request") else "alike.html"
    return render(request, f"appeals/desk/{part}", context)


def may_merge(case: Case, actor: Actor) -> bool:
    """Whether this actor may merge the appeal into another now."""
    return any(move.code in ("merge", "join") for move in cases.possible_moves(case, actor))
