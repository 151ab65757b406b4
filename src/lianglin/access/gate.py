"""The door of a staff page: who may come in, and where everybody else is sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from lianglin.access.actor import Actor

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def acting(request: HttpRequest) -> Actor:
    """Who acts in this request (set by the middleware)."""
    return request.actor  # pyright: ignore[reportAttributeAccessIssue]


def in_post(duty: str = "") -> Callable[[View[P]], View[P]]:
    """Lets a view be seen by people who act in a post, and with ``duty`` only by posts that carry it.

    Nobody logged in: to the login, and back afterwards. Logged in without a post in force: to the list of
    posts. Without the duty: :class:`~lianglin.kit.errors.Forbidden`, the 403 page, audited.
    """

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            actor = acting(request)
            if actor.account_id is None:
                return HttpResponseRedirect(f"{reverse('access:login')}?{_next(request)}")
            if actor.post_id is None:
                return HttpResponseRedirect(reverse("access:posts"))
            if duty:
                actor.require(duty)
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def _next(request: Any) -> str:
    """The way back after the login: to this page, or after a form that was sent to the first page."""
    return urlencode({"next": request.get_full_path() if request.method == "GET" else "/"})
