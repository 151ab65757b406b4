"""Forms in which nothing typed is lost when the page was open too long and its token has expired."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


class _Check(CsrfViewMiddleware):
    """Django's own check, asked by the view instead of before it."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponseForbidden()


_check = _Check(lambda request: HttpResponse())


def _asked(request: HttpRequest) -> None:
    """Stands for the view: the check looks whether the view wants to be left out."""


def keeps_typing(view: View) -> View:
    """Checks the CSRF token inside the view: ``request.expired`` says that the form must not be carried out.

    The view then shows the same form again with what was typed and a fresh token; it does nothing else.
    """

    @csrf_exempt
    @wraps(view)
    def kept(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        request.expired = (
            request.method == "POST" and _check.process_view(request, _asked, (), {}) is not None
        )
        return view(request, *args, **kwargs)

    return kept
