"""The desk: appeals as a list, narrowed by filters. The pages of one appeal, the queue and the record beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.appeals.forms.desk import FilterForm
from lianglin.appeals.queries import worklists
from lianglin.appeals.views import (
    alike,
    board,
    bulk,
    excluding,
    handling,
    history,
    listing,
    news,
    record,
    rows,
    suggesting,
)
from lianglin.cases.actions import AT_ONCE
from lianglin.cases.queries.filters import Chip, chips
from lianglin.kit import lists, paging
from lianglin.kit.addresses import address


@require_GET
@in_post("appeals.read")
def worklist(request: HttpRequest) -> HttpResponse:
    """The appeals of the post's area, or granted to its unit: newest first, 50 a page."""
    actor = acting(request)
    form = FilterForm(request.GET, places=worklists.places_below(actor), categories=worklists.categories())
    found = paging.page(
        worklists.worklist(actor, **form.chosen()), "-id", cursor=request.GET.get("cursor", "")
    )
    choosing = bool(bulk.offered(actor))
    context = {
        "form": form,
        "page": found,
        "rows": rows.table_rows(found.rows, choosing=choosing),
        "choosing": choosing,
        "chips": _chips(request, actor, form),
        "list_url": address("appeals:desk"),
        "chosen": form.chosen().items(),
        "at_once": AT_ONCE,
        "live": _live(request, found.rows),
    }
    return render(request, "appeals/desk/list.html", context)


def _live(request: HttpRequest, shown: list[Any]) -> str:
    """Where the first page of the list asks what is new; "" on the others."""
    if request.GET.get("cursor"):
        return ""
    query = request.GET.copy()
    query["since"] = str(max((row.pk for row in shown), default=0))
    return f"{address('appeals:list_news')}?{query.urlencode()}"


def _chips(request: HttpRequest, actor: Actor, form: FilterForm) -> list[Chip]:
    """The saved filters above the list; none where only what was found is drawn anew."""
    if request.headers.get("HX-Request") or not actor.may("cases.own_work"):
        return []
    given = {name: str(value) for name, value in form.chosen().items()}
    return chips(actor, lists.all_lists()["appeals.desk"], given, lambda: listing.choices_of(form))


routes: list[URLPattern] = [
    path("desk/", worklist, name="desk"),
    path("desk/news/", news.in_list, name="list_news"),
    path("desk/dispatch/news/", news.in_queue, name="board_news"),
    path("desk/dispatch/", board.queue, name="dispatch_board"),
    path("desk/record/", record.new, name="record"),
    path("desk/record/places/", record.places, name="record_places"),
    path("desk/record/items/", suggesting.while_recording, name="record_items"),
    path("desk/record/questions/", record.questions, name="record_questions"),
    path("desk/record/done/", record.done, name="recorded"),
    path("desk/bulk/", bulk.many, name="bulk"),
    path("desk/bulk/<uuid:key>/", bulk.result, name="bulk_result"),
    path("desk/<str:number>/", handling.detail, name="detail"),
    path("desk/<str:number>/news/", news.in_case, name="case_news"),
    path("desk/<str:number>/history/", history.history, name="history"),
    path("desk/<str:number>/spot.json", handling.spot, name="spot"),
    path("desk/<str:number>/alike/", alike.alike, name="alike"),
    path("desk/<str:number>/items/", suggesting.for_case, name="items"),
    path("desk/<str:number>/who/", handling.appellant, name="appellant"),
    path("desk/<str:number>/<slug:code>/", handling.move, name="move"),
    *excluding.routes,
]
