"""The dispatcher's board: what waits for a unit, with a suggestion and its reason; what waits to be settled."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.appeals.models import Item
from lianglin.appeals.queries import board, dispatching, worklists
from lianglin.appeals.queries.resembling import Question, resembling_each
from lianglin.appeals.views import bulk, rule_words, words
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import paging

PER_PAGE = 20
VIEWS = {"dispatch": "accepted", "settle": "answered", "new": "received"}
WIDER = {"returned": board.returned, "running": board.running}
"""Views that hold more than one state, or a part of one."""
TO_DISPATCH = frozenset({"dispatch", "returned"})


@require_GET
@in_post("appeals.dispatch")
def queue(request: HttpRequest) -> HttpResponse:
    """Ordered by what is due first. ``?view=`` dispatch, returned, settle, running, or new (not accepted yet).

    Without one it is the first of dispatch, settle and new that has something.
    """
    actor = acting(request)
    counts = worklists.queue_counts(actor, [*VIEWS.values(), *board.RUNNING])
    view = request.GET.get("view", "")
    if view not in VIEWS and view not in WIDER:
        view = next((name for name, state in VIEWS.items() if counts[state]), "dispatch")
    rows = WIDER[view](actor) if view in WIDER else worklists.queue(actor, VIEWS[view])
    found = paging.page(rows, "due_at", "id", cursor=request.GET.get("cursor", ""), size=PER_PAGE)
    known = dispatching.book_of(actor) if view in TO_DISPATCH else None
    context = {
        "view": view,
        "dispatching": view in TO_DISPATCH,
        "tabs": _tabs(view, counts, actor),
        "live": _live(view, counts) if view in VIEWS else "",
        "choosing": bool(bulk.offered(actor)),
        "page": found,
        "rows": _rows(found.rows, actor, known),
        "wrong": rule_words.wrong(known) if known else [],
    }
    return render(request, "appeals/desk/board.html", context)


def _live(view: str, counts: dict[str, int]) -> str:
    """Where the board asks what is new in its queue."""
    return f"{reverse('appeals:board_news')}?{urlencode({'view': view, 'since': counts[VIEWS[view]]})}"


def _tabs(view: str, counts: dict[str, int], actor: Actor) -> list[dict[str, Any]]:
    here = reverse("appeals:dispatch_board")
    shown = (
        ("dispatch", _("To dispatch"), counts["accepted"]),
        ("returned", _("Came back"), board.returned(actor).order_by().count() if counts["accepted"] else 0),
        ("settle", _("Answers to check"), counts["answered"]),
        ("running", _("With units"), sum(counts[state] for state in board.RUNNING)),
        ("new", _("Not accepted yet"), counts["received"]),
    )
    return [
        {"label": label, "url": f"{here}?view={key}", "current": key == view, "count": count}
        for key, label, count in shown
    ]


def _rows(found: list[Case], actor: Actor, rules: dispatching.RuleBook | None) -> list[dict[str, Any]]:
    """Each row with its text, what came last, what resembles it, and (with the rules in force) the unit it may go to."""
    texts, last = worklists.texts_of(found, actor), cases.last_steps(found, actor)
    items = worklists.items_of(found)
    near = _similar(found, texts, items, actor)
    known = worklists.units_of({case.scope_code for case in found}) if rules is not None and found else []
    advised = dispatching.advice_for_each(found, actor, rules) if rules else {}
    first, duties = board.first_receivers(found, actor), board.duties_of(found, items)
    return [
        {
            "case": case,
            "number": words.grouped(case.number),
            "item": case.item_label,
            "limit": words.item_limit(case, items.get(case.item_id)),
            "text": _beyond(case.title, texts.get(case.pk, "")),
            "place": words.place(case),
            "first": first.get(case.pk, ""),
            "unit": words.unit_in_charge(case),
            "duty": duties[case.pk],
            "left": cases.time_left(case),
            "last": last.get(case.pk),
            "returned": case.pk in last and last[case.pk].move in worklists.RETURNED,
            "last_words": cases.step_label(case.lifecycle, last[case.pk].move) if case.pk in last else "",
            "similar": near.get(case.pk, []),
            "suggestion": next(
                iter(rule_words.suggested(case, items.get(case.item_id), known, advised.get(case.pk))), None
            ),
            "broken": rule_words.broken(advised.get(case.pk)),
        }
        for case in found
    ]


def _similar(
    found: list[Case], texts: dict[int, str], items: dict[int, Item], actor: Actor
) -> dict[int, list[dict[str, Any]]]:
    """What each resembles: with reasons where a model is in force, else what is of its item in its building."""
    asked = [Question(case, texts.get(case.pk, ""), items.get(case.item_id)) for case in found]
    alike = resembling_each(asked, actor)
    if alike is None:
        near = worklists.similar_to_each(found, actor)
        return {
            pk: [{"case": other, "number": words.grouped(other.number)} for other in others[:5]]
            for pk, others in near.items()
        }
    return {
        pk: [
            {
                "case": one.case,
                "number": one.number,
                "reason": one.reason,
                "strong": one.strong,
                "repeat": one.repeat,
            }
            for one in some[:5]
        ]
        for pk, some in alike.items()
    }


def _beyond(title: str, text: str) -> str:
    """The text, unless the title already says all of it."""
    return "" if text.strip() == title.strip() else text
