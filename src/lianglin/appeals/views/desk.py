"""The desk: appeals as a list, narrowed by filters. The pages of one appeal, the queue and the record beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from lianglin.access.gate import acting, in_post
from lianglin.appeals.forms.desk import FilterForm
from lianglin.appeals.queries import worklists
from lianglin.appeals.views import board, handling, record, words
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import paging


@require_GET
@in_post("appeals.read")
def worklist(request: HttpRequest) -> HttpResponse:
    """The appeals of the post's area, or granted to its unit: newest first, 50 a page."""
    actor = acting(request)
    form = FilterForm(request.GET, places=worklists.places_below(actor), categories=worklists.categories())
    found = paging.page(
        worklists.worklist(actor, **form.chosen()), "-id", cursor=request.GET.get("cursor", "")
    )
    context = {"form": form, "page": found, "rows": [row(case) for case in found.rows]}
    return render(request, "appeals/desk/list.html", context)


def row(case: Any) -> dict[str, Any]:
    """One appeal as lists show it."""
    return {
        "case": case,
        "number": words.grouped(case.number),
        "item": case.item_label,
        "place": case.place_text or (case.building.address if case.building else ""),
        "community": case.community.label,
        "tone": words.tone(case.state),
        "left": cases.time_left(case),
        "owner": owner(case),
    }


def owner(case: Case) -> str:
    """The unit in charge, "" before there is one and while the dispatcher looks for another."""
    return case.owner.label if case.owner and case.state not in words.WITHOUT_UNIT else ""


routes: list[URLPattern] = [
    path("desk/", worklist, name="desk"),
    path("desk/dispatch/", board.queue, name="dispatch_board"),
    path("desk/record/", record.new, name="record"),
    path("desk/record/places/", record.places, name="record_places"),
    path("desk/record/done/", record.done, name="recorded"),
    path("desk/<str:number>/", handling.detail, name="detail"),
    path("desk/<str:number>/spot.json", handling.spot, name="spot"),
    path("desk/<str:number>/who/", handling.appellant, name="appellant"),
    path("desk/<str:number>/<slug:code>/", handling.move, name="move"),
]
