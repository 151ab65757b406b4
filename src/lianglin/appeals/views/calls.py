"""The callers' list: whom to call now, what was agreed for later, second call-backs; taking the next one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import pressed, see
from lianglin.appeals import rules
from lianglin.appeals.actions import calling
from lianglin.appeals.queries import calls as queries
from lianglin.appeals.views import words
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock, paging

TABS = {"": queries.waiting, "later": queries.later, "second": queries.second}


@require_GET
@in_post(calling.CALL)
def listed(request: HttpRequest) -> HttpResponse:
    """Whom to call, what is due first first; each with its tries and the time agreed."""
    actor = acting(request)
    chosen = request.GET.get("tab", "")
    chosen = chosen if chosen in TABS else ""
    found = paging.page(TABS[chosen](actor), "due_at", "id", cursor=request.GET.get("cursor", ""), size=30)
    context = {
        "page": found,
        "rows": [_row(case, actor) for case in found.rows],
        "tabs": _tabs(chosen),
        "may_take": chosen == "" and bool(found.rows),
        "tries": rules.CALL_TRIES,
    }
    return render(request, "appeals/calls/list.html", context)


def _tabs(chosen: str) -> list[dict[str, Any]]:
    here = reverse("appeals:calls")
    labels = {"": _("to call now"), "later": _("agreed for later"), "second": _("second call-backs")}
    return [
        {"label": label, "url": f"{here}?tab={code}" if code else here, "current": code == chosen}
        for code, label in labels.items()
    ]


def _row(case: Any, actor: Actor) -> dict[str, Any]:
    kept = getattr(case, "held_until", None)
    live = kept is not None and kept > clock.now()
    return {
        "case": case,
        "number": words.grouped(case.number),
        "place": words.place(case),
        "left": cases.time_left(case),
        "next_at": getattr(case, "next_at", None),
        "tries": getattr(case, "tries", None),
        "kept": live and case.caller_id != actor.post_id,
        "mine": live and case.caller_id == actor.post_id,
        "url": _url(case),
    }


def _url(case: Case) -> str:
    if case.kind == rules.KIND:
        return f"{reverse('appeals:detail', args=[case.number])}?move=call_back#do-call_back"
    return reverse("appeals:side", args=[case.number])


@require_POST
@in_post(calling.CALL)
def take(request: HttpRequest) -> HttpResponse:
    """Keeps the first call that waits for this post, and opens it."""
    taken: list[Case] = []
    answer = pressed(
        request,
        lambda: taken.append(calling.take_next_call(by=acting(request))),
        _("Kept for you for half an hour."),
        reverse("appeals:calls"),
    )
    return see(_url(taken[0])) if taken else answer


routes: list[URLPattern] = [
    path("calls-to-make/", listed, name="calls"),
    path("calls-to-make/next/", take, name="call_next"),
]
