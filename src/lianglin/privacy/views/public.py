"""The public notice: which data, for what, how long, who sees it, who receives it, how to use one's rights."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from lianglin.kit import clock
from lianglin.kit.views import remember_elder
from lianglin.privacy import rules
from lianglin.privacy.queries import notice as queries


@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """Made from the manifests and the registers at this moment; can be printed."""
    context = {
        "uses": queries.uses(),
        "processors": queries.processors(),
        "receivers": queries.receivers(),
        "units": queries.officer_units(),
        "version": queries.version(),
        "today": clock.today(),
        "answer_days": rules.ANSWER_DAYS,
        "kinds": [label for _code, label in rules.KINDS],
    }
    return remember_elder(request, render(request, "privacy/public/notice.html", context))


routes: list[URLPattern] = [path("", notice, name="notice")]
