"""Answers to what is often asked: for residents before they report, without a login."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import Draft
from lianglin.appeals.queries import knowledge
from lianglin.appeals.views.knowledge import item_names
from lianglin.appeals.views.rule_sets import area_words
from lianglin.kit import clock

SHOWN = 30


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """What is often asked, or what fits the words searched for."""
    asked = request.GET.get("q", "").strip()[:40]
    found = knowledge.find(asked, limit=SHOWN)
    rows = [{"one": one, "area": area_words(one.scope_code)} for one in found]
    return render(request, "appeals/public/answers.html", {"asked": asked, "rows": rows})


@require_safe
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer, on what it rests, until when it holds; and the way on when it does not help."""
    found = knowledge.current(pk)
    if found is None:
        raise Http404
    draft = drafts.load(request.session)
    context = {
        "one": found,
        "area": area_words(found.scope_code),
        "items": item_names(found.items),
        "over": found.valid_until < clock.today(),
        "reporting": bool(draft.item),
    }
    return render(request, "appeals/public/answer.html", context)


def maybe(draft: Draft) -> list[Any]:
    """Answers that may make this report needless: by its item, its place and its words."""
    spot = draft.spot()
    return knowledge.find(
        draft.text, item=draft.item, scope_code=spot.community.scope_code if spot else None, limit=3
    )


routes: list[URLPattern] = [
    path("answers/", answers, name="answers"),
    path("answers/<int:pk>/", answer, name="answer"),
]
