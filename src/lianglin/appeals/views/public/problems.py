"""What residents read of problem classes: what it is, what is done, by when, how far; no person, no small count."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from lianglin.appeals.models import PublicProblem
from lianglin.appeals.queries import problems as queries
from lianglin.appeals.views import problem_words as words
from lianglin.kit import paging
from lianglin.places.areas import area

PER_PAGE = 20


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
    context = _row(found, words.area_label(found.scope_code)) | {"covers": words.covers(found.codes)}
    return render(request, "appeals/public/problem.html", context)


def _row(one: PublicProblem, label: str) -> dict[str, Any]:
    return {"one": one, "area": label, "tone": words.TONES[one.state], "small": queries.SMALL}


routes: list[URLPattern] = [
    path("problems/public/", listed, name="public_problems"),
    path("problems/public/<int:pk>/", one, name="public_problem"),
]
