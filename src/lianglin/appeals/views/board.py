"""The dispatcher's board: what waits for a unit, with a suggestion and its reason; what waits to be settled."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.appeals.models import Item
from lianglin.appeals.queries import dispatching, worklists
from lianglin.appeals.queries.resembling import Question, resembling_each
from lianglin.appeals.views import rule_words, words
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import paging

PER_PAGE = 20
VIEWS = {"dispatch": "accepted", "settle": "answered", "new": "received"}


@require_GET
@in_post("appeals.dispatch")
def queue(request: HttpRequest) -> HttpResponse:
    """Ordered by what is due first. ``?view=`` dispatch, settle, or new (not accepted yet); else the first with something."""
    actor = acting(request)
    counts = worklists.queue_counts(actor, list(VIEWS.values()))
    view = request.GET.get("view", "")
    if view not in VIEWS:
        view = next((name for name, state in VIEWS.items() if counts[state]), "dispatch")
    rows = worklists.queue(actor, VIEWS[view])
    found = paging.page(rows, "due_at", "id", cursor=request.GET.get("cursor", ""), size=PER_PAGE)
    known = dispatching.book_of(actor) if view == "dispatch" else None
    context = {
        "view": view,
        "tabs": _tabs(view, counts),
        "page": found,
        "rows": _rows(found.rows, actor, known),
        "wrong": rule_words.wrong(known) if known else [],
    }
    return render(request, "appeals/desk/board.html", context)


def _tabs(view: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    here = reverse("appeals:dispatch_board")
    labels = {"dispatch": _("To dispatch"), "settle": _("Answers to check"), "new": _("Not accepted yet")}
    return [
        {"label": labels[key], "url": f"{here}?view={key}", "current": key == view, "count": counts[state]}
        for key, state in VIEWS.items()
    ]


def _rows(found: list[Case], actor: Actor, rules: dispatching.RuleBook | None) -> list[dict[str, Any]]:
    """Each row with its text, what came last, what resembles it, and (with the rules in force) the unit it may go to."""
    texts, last = worklists.texts_of(found, actor), cases.last_steps(found, actor)
    items = worklists.items_of(found)
    near = _similar(found, texts, items, actor)
    known = worklists.units_of({case.scope_code for case in found}) if rules is not None and found else []
    advised = dispatching.advice_for_each(found, actor, rules) if rules else {}
    return [
        {
            "case": case,
            "number": words.grouped(case.number),
            "item": case.item_label,
            "limit": words.item_limit(case, items.get(case.item_id)),
            "text": _beyond(case.title, texts.get(case.pk, "")),
            "place": words.place(case),
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
