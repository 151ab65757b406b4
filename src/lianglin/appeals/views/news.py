"""Is anything new? A small answer with a tag; 304 while it stays as it was. Nothing is held open, no row is shown."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from lianglin.access.gate import acting, in_post
from lianglin.appeals.queries import news, worklists
from lianglin.appeals.views import board
from lianglin.appeals.views.handling import find
from lianglin.appeals.views.listing import form_of
from lianglin.kit.ids import row_number


def _answer(request: HttpRequest, count: int, text: str) -> HttpResponse:
    tag = f'"{acting(request).post_id}-{count}"'
    if request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = JsonResponse({"count": count, "text": text})
    answer["ETag"] = tag
    return answer


@require_safe
@in_post("appeals.read")
def in_list(request: HttpRequest) -> HttpResponse:
    """How many came into the list since ``?since=``, the number of its newest row."""
    actor = acting(request)
    count = news.in_list(
        actor, row_number(request.GET.get("since", "")) or 0, form_of(actor, request.GET).chosen()
    )
    return _answer(request, count, ngettext("%(n)d new", "%(n)d new", count) % {"n": count})


@require_safe
@in_post("appeals.dispatch")
def in_queue(request: HttpRequest) -> HttpResponse:
    """How far the queue of the dispatch board has moved since ``?since=``, how many it held."""
    view = request.GET.get("view", "")
    state = board.VIEWS.get(view, "accepted")
    held = worklists.queue_counts(acting(request), [state])[state]
    more = held - (row_number(request.GET.get("since", "")) or 0)
    text = ngettext("%(n)d new", "%(n)d new", more) % {"n": more} if more > 0 else _("The queue has changed")
    return _answer(request, abs(more), text)


@require_safe
@in_post("appeals.read")
def in_case(request: HttpRequest, number: str) -> HttpResponse:
    """How many steps an appeal has made since ``?since=``, the number of the last one shown."""
    actor = acting(request)
    case = find(actor, number)
    count = news.in_case(case.pk, row_number(request.GET.get("since", "")) or 0, actor)
    return _answer(request, count, ngettext("%(n)d new step", "%(n)d new steps", count) % {"n": count})
