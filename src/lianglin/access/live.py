"""The one gate of domains that wait for their impact assessment: every page and every API call passes here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import get_template
from django.utils.translation import gettext as _

from lianglin.access.middleware import OUTSIDE
from lianglin.kit import discovery
from lianglin.kit.live import is_live, refresh

STATUS = 503


class AssessmentGate:
    """Answers 503 for the routes of a domain that is not live; stands behind the actor's transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Reads what is live, at most every twenty seconds; the question is asked once the route is known."""
        if not request.path.startswith(OUTSIDE):
            refresh()
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None for what is live, the closed page (or problem) for the rest."""
        match = request.resolver_match
        if match is None:
            return None
        api = match.namespace == "api"
        code = _package_of(match.route) if api else match.namespace
        if is_live(code):
            return None
        label = next(found.label for found in discovery.manifests() if found.code == code)
        words = _("“%(service)s” waits for its impact assessment and is closed until then.") % {
            "service": label
        }
        return _problem(words) if api else _page(request, words)


def _package_of(route: str) -> str:
    """ "api/v1/appeals/track" → "appeals": routers are mounted under their manifest's code."""
    parts = route.split("/")
    return parts[2] if len(parts) > 2 else ""


def _page(request: HttpRequest, words: str) -> HttpResponse:
    text = get_template("access/not_live.html").render({"message": words}, request)
    return HttpResponse(text, status=STATUS)


def _problem(words: str) -> HttpResponse:
    body = {"type": "about:blank", "title": "Not live", "status": STATUS, "detail": words}
    return JsonResponse(body, status=STATUS, content_type="application/problem+json")
