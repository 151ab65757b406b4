"""What was sent about one appeal and what became of it: fetched when its place on the page comes into sight."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from lianglin.access.gate import acting, in_post
from lianglin.appeals.views import words
from lianglin.appeals.views.handling import find
from lianglin.notices.delivery import panel


@require_GET
@in_post("appeals.read")
def told(request: HttpRequest, number: str) -> HttpResponse:
    """The list; with htmx into the page of the case, without it as a page of its own."""
    actor = acting(request)
    case = find(actor, number)
    context = {"case": case, "number": words.grouped(case.number), **panel.of_case(case.pk, actor)}
    part = "notices/delivery/_of_case.html" if request.headers.get("HX-Request") else "appeals/desk/told.html"
    return render(request, part, context)


routes: list[URLPattern] = [path("desk/<str:number>/told/", told, name="told")]
