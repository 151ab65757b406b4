"""Logging in with the city's own identity provider: there, back, ending the link, and out again."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lianglin.access import actions
from lianglin.access.again import by_outside, recently_proved
from lianglin.access.gate import acting
from lianglin.access.outside import flow, provider
from lianglin.access.replies import see
from lianglin.access.views import greet, safe_address
from lianglin.kit import throttle
from lianglin.kit.errors import HouseError, Missing


def _must_be_open() -> None:
    if not provider.is_open():
        raise Missing(_("This city has no login of its own here."))


def _back(request: HttpRequest) -> str:
    """Our address to which the provider sends the browser back."""
    site = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    return site + reverse("access:outside_back")


@never_cache
@require_GET
def there(request: HttpRequest) -> HttpResponse:
    """To the provider's page. A link, not a form: forms lead to this site alone (form-action)."""
    _must_be_open()
    return _to_provider(request, again=False)


@never_cache
@require_GET
def again(request: HttpRequest) -> HttpResponse:
    """To the provider's page once more, before a sensitive action."""
    _must_be_open()
    if acting(request).account_id is None:
        return HttpResponseRedirect(reverse("access:login"))
    return _to_provider(request, again=True)


def _to_provider(request: HttpRequest, *, again: bool) -> HttpResponse:
    actions.count_unnamed(throttle.client_address(request))
    onward = safe_address(request, request.GET.get("next", ""))
    try:
        address = flow.begin(request=request, back=_back(request), onward=onward, again=again)
    except HouseError as error:
        return _failed(request, error)
    return HttpResponseRedirect(address)


def _failed(request: HttpRequest, error: HouseError) -> HttpResponse:
    """What went wrong and what to do, with the ways on."""
    known = acting(request).account_id is not None
    return render(
        request, "access/outside_failed.html", {"said": error.message, "known": known}, status=error.status
    )


@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """From the provider: into the account, to its second step, or on to the sensitive action."""
    _must_be_open()
    try:
        proved = flow.finish(request=request)
        if proved.again:
            by_outside(request=request, proved=proved)
            return see(proved.onward or reverse("access:security"))
        account = actions.log_in_from_outside(request=request, proved=proved)
    except HouseError as error:
        return _failed(request, error)
    if account is None:
        step = "access:code" if actions.has_code(request) else "access:passkey_login"
        return see(f"{reverse(step)}?{urlencode({'next': proved.onward})}")
    return greet(request, account.language, proved.onward or reverse("access:start"))


@require_POST
@recently_proved
def unlink(request: HttpRequest) -> HttpResponse:
    """Ends the link of one's own account."""
    actions.unlink_outside(request=request)
    messages.success(request, _("The link is ended. Log in with your password again."))
    return see(reverse("access:security"))


@never_cache
@require_GET
def left(request: HttpRequest) -> HttpResponse:
    """After logging out here: the way out of the provider, too."""
    _must_be_open()
    return render(request, "access/outside_left.html", {"leaving": provider.leaving()})
