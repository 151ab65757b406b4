"""Suggested items: while somebody records what was told, and beside the form that accepts. A person chooses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.appeals.queries import suggesting
from lianglin.appeals.views import words
from lianglin.appeals.views.handling import find


@require_POST
@in_post("appeals.intake")
def while_recording(request: HttpRequest) -> HttpResponse:
    """Items for the text as far as it is written, as buttons of the record's form; nothing is kept."""
    found = suggesting.suggestions(request.POST.get("text", "")[:4000])
    response = render(request, "appeals/desk/_items_recorded.html", {"suggested": found})
    response.repeats = True  # pyright: ignore[reportAttributeAccessIssue] - asked again with every pause (access.twice)
    return response


@require_GET
@in_post("appeals.accept")
def for_case(request: HttpRequest, number: str) -> HttpResponse:
    """Items for an appeal, as links that open the form of acceptance with one chosen."""
    case = find(acting(request), number)
    found = suggesting.suggestions(case.appeal.text, chosen=case.appeal.item)
    context = {"case": case, "number": words.grouped(case.number), "suggested": found}
    part = "_items.html" if request.headers.get("HX-Request") else "items.html"
    return render(request, f"appeals/desk/{part}", context)
