"""The second step of the login, one's own login and security, the administrator's reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access import actions, login_list, second_factor, totp
from lianglin.access.again import recently_proved
from lianglin.access.forms import CodeForm, FirstCodeForm, ResetForm
from lianglin.access.gate import acting, in_post
from lianglin.access.outside import links, provider
from lianglin.access.passkeys import ceremony
from lianglin.access.replies import see
from lianglin.access.transaction import acting as acting_as
from lianglin.access.views import greet, safe_address
from lianglin.kit import qr
from lianglin.kit.errors import HouseError


def _refused(form: Any, error: HouseError) -> int:
    """Writes a refusal at its field, or above the form; returns the answer's status."""
    form.add_error(error.field if error.field in form.fields else None, str(error.message))
    return error.status


def _to_login(request: HttpRequest) -> HttpResponse | None:
    """To the login, when nobody is logged in."""
    if acting(request).account_id is not None:
        return None
    return HttpResponseRedirect(f"{reverse('access:login')}?next={reverse('access:security')}")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code_page(request: HttpRequest) -> HttpResponse:
    """The code of the second factor, within five minutes of the password."""
    onward = safe_address(request, request.POST.get("next") or request.GET.get("next") or "")
    if second_factor.PENDING_KEY not in request.session:
        return HttpResponseRedirect(reverse("access:login"))
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                account = actions.log_in_with_code(request=request, code=form.cleaned_data["code"])
            except HouseError as error:
                status = _refused(form, error)
            else:
                return greet(request, account.language, onward or reverse("access:start"))
    context = {"form": form, "next": onward, "has_passkey": actions.has_passkey(request)}
    return render(request, "access/code.html", context, status=status)


@never_cache
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """What guards one's login: the app, the recovery codes, other sessions."""
    account_id = acting(request).account_id
    if account_id is None:
        return _to_login(request) or HttpResponse()
    factor = second_factor.factor_of(account_id)
    with acting_as(second_factor.LOGIN_ROLE):
        linked = links.linked(account_id) if provider.is_open() else None
    context = {
        "outside": provider.label(),
        "linked": linked,
        "factor": factor,
        "codes_left": second_factor.codes_left(account_id) if factor else 0,
        "passkeys": len(ceremony.of_account(account_id)),
        "required": acting(request).post_id is None
        and factor is None
        and not second_factor.has_passkey(account_id),
        "logins": login_list.shown(account_id=account_id, current=request.session.session_key),
    }
    return render(request, "access/security.html", context)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@recently_proved
def app(request: HttpRequest) -> HttpResponse:
    """Sets up an authenticator app: a secret to scan, then the first code. Shows the recovery codes once."""
    account_id = acting(request).account_id
    if account_id is None:
        return _to_login(request) or HttpResponse()
    if request.method == "POST" and "begin" in request.POST:
        second_factor.begin(request=request)
        return see(reverse("access:app"))
    prepared = second_factor.prepared(account_id)
    if prepared is None:
        return HttpResponseRedirect(reverse("access:security"))
    form, status = FirstCodeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = second_factor.confirm(request=request, code=form.cleaned_data["code"])
            except HouseError as error:
                status = _refused(form, error)
            else:
                return render(request, "access/codes.html", {"codes": made})
    secret = str(prepared.secret)
    address = totp.address(secret, account=request.user.get_username(), issuer=settings.CITY_NAME)
    context = {
        "form": form,
        "qr": qr.svg(address),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
    return render(request, "access/app.html", context, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes after one more code; shown once."""

    def renew(code: str) -> HttpResponse:
        made = second_factor.renew_codes(request=request, code=code)
        return render(request, "access/codes.html", {"codes": made})

    return _after_code(request, renew, _("New recovery codes"), _("The old recovery codes are void then."))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def off(request: HttpRequest) -> HttpResponse:
    """Turns the authenticator app off after one more code."""

    def turn_off(code: str) -> HttpResponse:
        second_factor.turn_off(request=request, code=code)
        messages.success(request, _("The authenticator app is turned off."))
        return see(reverse("access:security"))

    lead = _("A post that needs a second factor stays closed until you set one up again.")
    return _after_code(request, turn_off, _("Turn off the authenticator app"), lead)


def _after_code(
    request: HttpRequest, work: Callable[[str], HttpResponse], title: str, lead: str
) -> HttpResponse:
    account_id = acting(request).account_id
    if account_id is None:
        return _to_login(request) or HttpResponse()
    if second_factor.factor_of(account_id) is None:
        return HttpResponseRedirect(reverse("access:security"))
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return work(form.cleaned_data["code"])
            except HouseError as error:
                status = _refused(form, error)
    context = {"form": form, "title": title, "lead": lead}
    return render(request, "access/after_code.html", context, status=status)


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Ends every other session of one's account."""
    if answer := _to_login(request):
        return answer
    second_factor.end_other_sessions(request=request)
    messages.success(request, _("All other sessions are ended."))
    return see(reverse("access:security"))


@require_http_methods(["GET", "POST"])
@in_post("access.secure")
@recently_proved
def reset(request: HttpRequest) -> HttpResponse:
    """The security officer forgets the second factor of somebody who lost phone and recovery codes."""
    form, status = ResetForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                second_factor.reset(**form.cleaned_data, by=acting(request))
            except HouseError as error:
                status = _refused(form, error)
            else:
                messages.success(
                    request,
                    _("Done. All sessions of this account are ended; the next login asks for the password."),
                )
                return see(reverse("access:reset"))
    return render(request, "access/reset.html", {"form": form}, status=status)
