"""One move on many appeals: chosen in the list, looked through, made, and told case by case."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.appeals import rules
from lianglin.appeals.forms.desk import FilterForm, MoveForm
from lianglin.appeals.forms.many import FORMS, ManyContext
from lianglin.appeals.queries import worklists
from lianglin.appeals.views import words
from lianglin.appeals.views.handling import DEEDS, NO_MOVES, WRITERS
from lianglin.cases import actions as cases
from lianglin.cases import queries
from lianglin.cases.actions import AT_ONCE, Chosen
from lianglin.cases.models import BulkMove, Case
from lianglin.kit.errors import Refused
from lianglin.kit.ids import row_number

NEVER_TOGETHER = frozenset({"call_back", "refuse", "split", "co_order", "co_answer"})
"""Each call, refusal and split concerns one person and is made for that person alone."""


def offered(actor: Actor) -> dict[str, str]:
    """The moves this post may make on many: code -> label, in the order of an appeal's page."""
    moves = {m.code: m.label for m in rules.LIFECYCLE.moves if actor.may(m.duty)}
    if actor.may("appeals.dispatch"):
        moves["extend"] = NO_MOVES["extend"]
    if actor.duties & WRITERS:
        moves["remark"] = NO_MOVES["remark"]
    return {code: str(moves[code]) for code in DEEDS if code in moves and code not in NEVER_TOGETHER}


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def many(request: HttpRequest) -> HttpResponse:
    """Which of the chosen can be moved and which cannot, and why; then the move, once per form."""
    actor = acting(request)
    given = request.POST if request.method == "POST" else request.GET
    found, cut = _chosen(request, actor)
    moves, code = offered(actor), given.get("move", "")
    if not found:
        return render(request, "appeals/desk/bulk.html", {"found": []})
    if code not in moves:
        return _page(request, found, cut, "", None)
    context = ManyContext(actor, units=_units(found, given), unit_text=given.get("unit_text", "")[:40])
    made = FORMS.get(code, DEEDS[code].form)
    if request.method == "GET":
        return _page(request, found, cut, code, made(code=code, context=context))  # pyright: ignore[reportArgumentType]
    form = made(request.POST, code=code, context=context)  # pyright: ignore[reportArgumentType]
    if not form.is_valid():
        return _page(request, found, cut, code, form, status=422)
    try:
        run = _run(request, actor, found, code, form)
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return _page(request, found, cut, code, form, status=422)
    return see(reverse("appeals:bulk_result", args=[run.key]))


def _run(request: HttpRequest, actor: Actor, found: list[Case], code: str, form: MoveForm) -> BulkMove:
    entries = (entry.rpartition(":") for entry in request.POST.getlist("chosen"))
    seen = {number: version for number, _colon, version in entries}
    chosen = [
        Chosen(case.pk, case.number, row_number(seen[case.number])) for case in found if case.number in seen
    ]
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refused(_("The page was incomplete. Choose the cases again.")) from None

    def deed(entry: Chosen) -> None:
        arguments = form.arguments()
        if "seen_version" in arguments:
            arguments["seen_version"] = entry.seen_version
        DEEDS[code].action(entry.case_id, by=actor, **arguments)

    return cases.move_many(chosen, deed, by=actor, kind=rules.KIND, move=code, key=key)


def _chosen(request: HttpRequest, actor: Actor) -> tuple[list[Case], bool]:
    """The chosen appeals this post may see, newest first; whether more fitted than are moved at once."""
    ticked = (entry.rpartition(":")[0] for entry in request.POST.getlist("chosen"))
    numbers = list(ticked) if request.method == "POST" else request.GET.getlist("case")
    rows = worklists.appeals(actor).order_by("-id")
    if request.method == "GET" and request.GET.get("all"):
        form = FilterForm(
            request.GET, places=worklists.places_below(actor), categories=worklists.categories()
        )
        rows = worklists.worklist(actor, **form.chosen()).order_by("-id")
    else:
        rows = rows.filter(number__in=[number[:16] for number in numbers[: AT_ONCE + 1]])
    found = list(rows[: AT_ONCE + 1])
    return found[:AT_ONCE], len(found) > AT_ONCE


def _units(found: list[Case], given: Any) -> list[Any]:
    if given.get("move") != "dispatch":
        return []
    text = given.get("unit_text", "").strip()[:40]
    near = worklists.units_of({case.scope_code for case in found})
    named = worklists.units_named(text) if text else []
    return [*named, *(unit for unit in near if unit not in named)]


def why_not(case: Case, code: str) -> str:
    """Why this move cannot be made on an appeal as it stands; "" when it can."""
    lifecycle = case.lifecycle
    if code == "extend":
        return "" if case.due_at else _("no clock runs")
    if code == "remark":
        return _("it is at its end") if lifecycle.state(case.state).final else ""
    return queries.why_not(case, lifecycle.move(code))


def _page(
    request: HttpRequest, found: list[Case], cut: bool, code: str, form: MoveForm | None, *, status: int = 200
) -> HttpResponse:
    actor = acting(request)
    rows = [{"case": case, "number": words.grouped(case.number), "place": words.place(case),
             "tone": words.tone(case.state), "why": why_not(case, code) if code else ""} for case in found]  # fmt: skip
    here = reverse("appeals:bulk")
    numbers = [("case", case.number) for case in found]
    context = {
        "found": found,
        "cut": cut,
        "at_once": AT_ONCE,
        "code": code,
        "form": form,
        "label": capfirst(offered(actor).get(code, "")),
        "able": [row for row in rows if not row["why"]],
        "unable": [row for row in rows if row["why"]],
        "numbers": numbers,
        "key": request.POST.get("key") or uuid4(),
        "unit_text": request.GET.get("unit_text", ""),
        "moves": [
            {
                "label": capfirst(label),
                "url": f"{here}?{urlencode([('move', move), *numbers])}",
                "current": move == code,
                "count": sum(not why_not(case, move) for case in found),
            }
            for move, label in offered(actor).items()
        ],
    }
    context["moves"] = [move for move in context["moves"] if move["count"] or move["current"]]
    return render(request, "appeals/desk/bulk.html", context, status=status)


@require_GET
@in_post("appeals.read")
def result(request: HttpRequest, key: UUID) -> HttpResponse:
    """What became of each; shown to the post that asked for it."""
    actor = acting(request)
    run = BulkMove.objects.filter(key=key, post_id=actor.post_id, kind=rules.KIND).first()
    if run is None:
        raise Http404
    titles = dict(
        worklists.appeals(actor)
        .filter(pk__in=[line["case"] for line in run.lines])
        .values_list("pk", "title")
    )
    lines = [
        {**line, "title": titles.get(line["case"], ""), "grouped": words.grouped(line["number"])}
        for line in run.lines
    ]
    labels = {m.code: m.label for m in rules.LIFECYCLE.moves} | NO_MOVES
    context = {
        "run": run,
        "label": capfirst(str(labels.get(run.move, run.move))),
        "done": [line for line in lines if line["done"]],
        "refused": [line for line in lines if not line["done"]],
    }
    return render(request, "appeals/desk/bulk_result.html", context)
