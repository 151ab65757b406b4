"""Pages of passkeys: logging in with one, adding one, taking one away. They alone need a script."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access import actions, again
from lianglin.access.gate import acting
from lianglin.access.passkeys import ceremony
from lianglin.access.passkeys.forms import NewPasskeyForm, UsePasskeyForm
from lianglin.access.replies import see
from lianglin.access.session_views import number_of
from lianglin.access.views import greet, safe_address
from lianglin.kit import throttle
from lianglin.kit.errors import HouseError, Refused


def _refused(form: Any, error: HouseError) -> int:
    form.add_error(None, str(error.message))
    return error.status


def _home(request: HttpRequest) -> HttpResponse | None:
    """To the login, when nobody is logged in."""
    if acting(request).account_id is not None:
        return None
    return HttpResponseRedirect(f"{reverse('access:login')}?next={reverse('access:passkeys')}")


@never_cache
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Signs a challenge with a passkey: the second step after a password, or the whole login."""
    onward = safe_address(request, request.POST.get("next") or request.GET.get("next") or "")
    form, status = UsePasskeyForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.count_unnamed(throttle.client_address(request))
                account = actions.log_in_with_passkey(
                    request=request, response=form.cleaned_data["credential"]
                )
            except HouseError as error:
                status = _refused(form, error)
            else:
                return greet(request, account.language, onward or reverse("access:start"))
    pending = actions.pending_account(request)
    context = {
        "form": form,
        "next": onward,
        "pending": pending is not None,
        "passkeys_alone": pending is not None and not actions.has_code(request),
        "options": ceremony.begin_use(request=request, account_id=pending),
        "layout": "kit/base.html",
    }
    return render(request, "access/passkey_login.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """A passkey before a sensitive action."""
    account_id = acting(request).account_id
    if account_id is None:
        return _home(request) or HttpResponse()
    onward = safe_address(request, request.POST.get("next") or request.GET.get("next") or "")
    form, status = UsePasskeyForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                again.by_passkey(request=request, response=form.cleaned_data["credential"])
            except HouseError as error:
                status = _refused(form, error)
            else:
                return see(onward or reverse("access:security"))
    options = ceremony.begin_use(request=request, account_id=account_id)
    context = {"form": form, "next": onward, "options": options, "proving": True, "layout": "kit/desk.html"}
    return render(request, "access/passkey_login.html", context, status=status)


@never_cache
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """One's passkeys with their names, since when, last used."""
    account_id = acting(request).account_id
    if account_id is None:
        return _home(request) or HttpResponse()
    return render(request, "access/passkeys.html", {"passkeys": ceremony.of_account(account_id)})


@never_cache
@require_http_methods(["GET", "POST"])
@again.recently_proved
def new(request: HttpRequest) -> HttpResponse:
    """Adds a passkey under a name; all other sessions end."""
    form, status = NewPasskeyForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                ceremony.add(request=request, response=given["credential"], name=given["name"])
            except HouseError as error:
                status = _refused(form, error)
            else:
                messages.success(request, _("The passkey is added. All your other sessions are ended."))
                return see(reverse("access:passkeys"))
    context = {"form": form, "options": ceremony.begin_new(request=request)}
    return render(request, "access/passkey_new.html", context, status=status)


@require_POST
@again.recently_proved
def remove(request: HttpRequest) -> HttpResponse:
    """Takes one of one's own passkeys away."""
    try:
        ceremony.take_away(passkey_id=number_of(request, "passkey"), by=acting(request))
    except Refused as error:
        messages.warning(request, str(error.message))
    else:
        messages.success(request, _("The passkey is taken away. It opens nothing any more."))
    return see(reverse("access:passkeys"))
