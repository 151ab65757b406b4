"""What residents read of problem classes: what it is, what is done, by when, how far; no person, no small count."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from lianglin.appeals.models import PublicProblem
from lianglin.appeals.queries import problem_news as news
from lianglin.appeals.queries import problems as queries
from lianglin.appeals.views import problem_words as words
from lianglin.appeals.views.public.atom import FEED, Entry, answer
from lianglin.kit import paging
from lianglin.places.areas import area

PER_PAGE, STORY = 20, 50


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The classes of an area (``?area=`` a code), newest first."""
    code = request.GET.get("area", "")
    near = area(code) if code else None
    found = paging.page(
        queries.public_classes(near.code if near else ""),
        "-problem_id",
        cursor=request.GET.get("cursor", ""),
        size=PER_PAGE,
    )
    labels = words.area_labels(one.scope_code for one in found.rows)
    rows = [_row(one, labels[one.scope_code]) for one in found.rows]
    return render(request, "appeals/public/problems.html", {"page": found, "rows": rows, "near": near})


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One class as residents are told of it."""
    found = queries.public_classes().filter(problem_id=pk).first()
    if found is None:
        raise Http404
    story = list(news.events(problem_id=pk).order_by("-id")[:STORY])
    context = _row(found, words.area_label(found.scope_code)) | {
        "covers": words.covers(found.codes),
        "measures": [news.measure_words(measure) for measure in found.measures],
        "effect": news.effect_sentence(found.effect) if found.effect else "",
        "steps": [
            {"name": news.kind_words(event), "state": news.tone(event), "at": event.at, "text": news.sentence(event)}
            for event in reversed(story)
        ],
    }  # fmt: skip
    return render(request, "appeals/public/problem.html", context)


@require_safe
def feed(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """What is new of one class, or of an area's (``?area=``), as Atom; a reader that has it gets 304."""
    about = news.shown(pk) if pk is not None else None
    if pk is not None and about is None:
        raise Http404
    code = request.GET.get("area", "")
    near = area(code) if code and pk is None else None
    rows = list(news.events(problem_id=pk, area=near.code if near else "").order_by("-id")[:FEED])
    title = (
        about.title
        if about
        else " · ".join(p for p in (_("Being solved for good"), near.label if near else "") if p)
    )
    back = reverse("appeals:public_problem", args=[pk]) if about else reverse("appeals:public_problems")
    entries = [
        Entry(
            reverse("appeals:public_problem", args=[row.problem_id]), f"e{row.pk}", row.at,
            f"{row.problem.title} · {news.kind_words(row)}", news.sentence(row),
        )
        for row in rows
    ]  # fmt: skip
    return answer(request, title, back, entries, named=[(row.pk, row.problem.title) for row in rows])


def _row(one: PublicProblem, label: str) -> dict[str, Any]:
    return {"one": one, "area": label, "tone": words.TONES[one.state], "small": queries.SMALL}


routes: list[URLPattern] = [
    path("problems/public/", listed, name="public_problems"),
    path("problems/public/feed.atom", feed, name="public_problems_feed"),
    path("problems/public/<int:pk>/", one, name="public_problem"),
    path("problems/public/<int:pk>/feed.atom", feed, name="public_problem_feed"),
]
