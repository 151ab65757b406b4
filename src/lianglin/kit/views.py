"""Settings of the page itself."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from lianglin.kit.context import ELDER, ELDER_SIZES


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Turns 长辈版 on (POST `on`: 1, 18, 24 or 30) or off (0) and goes back to the page."""
    back = str(request.POST.get("next", "/"))
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    asked = request.POST.get("on", "")
    return _keep(request, HttpResponseRedirect(_without_switch(back)), asked if asked in ELDER_SIZES else "0")


def remember_elder(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response, keeping what a poster's `?elder=1` asked for beyond its first page."""
    asked = request.GET.get(ELDER, "")
    return _keep(request, response, asked) if asked in ELDER_SIZES else response


def _keep(request: HttpRequest, response: HttpResponse, size: str) -> HttpResponse:
    response.set_cookie(
        ELDER,
        size,
        max_age=int(timedelta(days=730).total_seconds()),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def _without_switch(address: str) -> str:
    """The address without `?elder=`, which would overrule what was just chosen."""
    parts = urlsplit(address)
    query = QueryDict(parts.query, mutable=True)
    query.pop(ELDER, None)
    return urlunsplit(parts._replace(query=query.urlencode()))


DRAFT_COOKIE = "draft"
"""The key to what this browser keeps of forms begun without a login (notices.drafts)."""


def forget_device(response: HttpResponse) -> HttpResponse:
    """Takes that key away (a shared computer is left): what it opened can be opened by nobody and runs out."""
    response.delete_cookie(DRAFT_COOKIE)
    return response
