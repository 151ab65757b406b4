"""我能享受的政策: eight questions, three answers, nothing kept. No session, no cookie with an answer, no line of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lianglin.access.replies import status_of
from lianglin.benefits.forms.self_check import CheckForm
from lianglin.benefits.queries import self_check as queries
from lianglin.kit import clock

MOST_MISSING = 2
"""Measures with more unknown conditions than this are counted, not listed: too far away to be a hint."""
MOST_NEAR = 30
"""Measures that are listed as not known yet; the page stays small enough for an old phone."""


@never_cache
@csrf_exempt  # nothing is written, and a token would be a cookie
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The form; sent, the three answers on the same address, computed in memory and forgotten with the page."""
    form = CheckForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        found = queries.check(form.answers(), clock.today())
        return render(request, "benefits/self_check/result.html", _sorted(found))
    return render(request, "benefits/self_check/form.html", {"form": form}, status=status_of(form))


def _sorted(found: list[queries.Found]) -> dict[str, Any]:
    may = [one for one in found if one.answer == "may"]
    unknown = sorted((one for one in found if one.answer == "unknown"), key=lambda one: len(one.unknown))
    near = [one for one in unknown if len(one.unknown) <= MOST_MISSING][:MOST_NEAR]
    return {
        "may": may,
        "near": near,
        "far": len(unknown) - len(near),
        "no": [one for one in found if one.answer == "not"],
        "sample": any(one.measure.sample for one in may),
        "on": clock.today(),
        "request": None,  # no switches of language or size here: they would lose the answers, and want a cookie
    }


routes: list[URLPattern] = [path("check/", check, name="self_check")]
