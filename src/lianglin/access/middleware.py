"""One request, one transaction, one actor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import select_template

from lianglin.access import actor as actors
from lianglin.access import audit, queries
from lianglin.access.actions import log_page
from lianglin.access.transaction import acting, running
from lianglin.kit.errors import HouseError

log = logging.getLogger("lianglin.access")
OUTSIDE = ("/static/", "/places/map/", "/healthz", "/readyz", "/metrics", "/favicon.ico")
"""Paths that touch no data of the city and open no transaction."""


class ActingMiddleware:
    """Finds out who acts (account and post of the session, else the public) and runs the view as that actor.

    The transaction commits below status 400 and rolls back from there; a refusal (403) of a known post is
    audited in a transaction of its own. House errors become plain pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Opens the actor's transaction around the view."""
        if request.path.startswith(OUTSIDE):
            return self.get_response(request)
        with transaction.atomic():
            actor, account = queries.actor_of(request)
            request.actor = actor  # pyright: ignore[reportAttributeAccessIssue]
            request.user = account or AnonymousUser()
            with acting(actor):
                response = self.get_response(request)
                if hasattr(response, "render") and not response.is_rendered:  # pyright: ignore
                    response.render()  # pyright: ignore[reportAttributeAccessIssue]
                if response.status_code >= 400:
                    transaction.set_rollback(True)
                elif actor.lent:
                    log_page(by=actor)
                if actor.role != "public" or account is not None:
                    # what somebody known reads stays in no cache, of a proxy or of a shared computer
                    response.headers.setdefault("Cache-Control", "private, no-store")
        acted: actors.Actor = request.actor  # pyright: ignore[reportAttributeAccessIssue] - a token's, where one came
        if response.status_code == 403 and acted.post_id:
            self._audit_refusal(request, acted)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turns a house error into a page that says what was wrong and what to do; others pass on."""
        return error_response(request, error) if isinstance(error, HouseError) else None

    @staticmethod
    def _audit_refusal(request: HttpRequest, actor: actors.Actor) -> None:
        route = request.resolver_match.view_name if request.resolver_match else ""
        with acting(actor):
            audit.record("access.refused", "route", route, scope_code=actor.low.rstrip(actors.TOP))


def error_response(request: HttpRequest, error: HouseError) -> HttpResponse:
    """The page of a house error, with its status."""
    transaction.set_rollback(True)
    template = select_template([f"{error.status}.html", "400.html"])
    context = {
        "message": error.message,
        "retry_after": int(error.code or 0) // 60 if error.status == 429 else None,
    }
    response = HttpResponse(template.render(context, request), status=error.status)
    if error.status == 429 and error.code:
        response["Retry-After"] = error.code
    return response


def problem(request: Any, error: HouseError) -> JsonResponse:
    """The same as application/problem+json (RFC 9457)."""
    body = {
        "type": "about:blank",
        "title": error.title or type(error).__name__,
        "status": error.status,
        "detail": str(error.message),
    }
    if error.field:
        body["field"] = error.field
    transaction.set_rollback(True)
    response = JsonResponse(body, status=error.status, content_type="application/problem+json")
    if error.status == 429 and error.code:
        response["Retry-After"] = error.code
    return response


def require_acting() -> actors.Actor:
    """The actor of the running request."""
    return running().actor
