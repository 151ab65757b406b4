"""How API requests are authenticated: the browser's session (CSRF-checked), a key (token_gate.py), or nobody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Schema
from ninja.errors import HttpError
from ninja.utils import check_csrf

from lianglin.access.actor import Actor


class Problem(Schema):
    """RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    field: str | None = None
    errors: list[dict[str, str]] | None = None


PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429), Problem)
"""Documented with every operation: what may go wrong, in one shape."""

STORABLE = r"^[^\x00]*$"
"""Pattern of text that the database can store: anything without NUL."""


def _csrf(request: HttpRequest) -> None:
    """What a cookie says, another site's page could make a browser say; a key it cannot."""
    actor: Actor = request.actor  # pyright: ignore[reportAttributeAccessIssue]
    by_cookie = request.user.is_authenticated or actor.resident_id is not None
    if by_cookie and check_csrf(request):
        raise HttpError(
            403, "The request came without a valid CSRF token. Send the cookie's value as X-CSRFToken."
        )


def anybody(request: HttpRequest) -> Actor:
    """Every actor, the public included."""
    _csrf(request)
    return request.actor  # pyright: ignore[reportAttributeAccessIssue]


def staff(request: HttpRequest) -> Any:
    """Somebody who acts in a post; 401 otherwise."""
    _csrf(request)
    actor: Actor = request.actor  # pyright: ignore[reportAttributeAccessIssue]
    return actor if actor.post_id else None
