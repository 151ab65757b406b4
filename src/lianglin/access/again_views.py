"""The page that asks once more who it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lianglin.access import again, second_factor
from lianglin.access.demo import PASSWORD
from lianglin.access.forms import CodeForm, PasswordForm
from lianglin.access.gate import acting
from lianglin.access.outside import links, provider
from lianglin.access.replies import see
from lianglin.access.second_factor import LOGIN_ROLE
from lianglin.access.transaction import acting as acting_as
from lianglin.access.views import safe_address
from lianglin.kit.errors import HouseError


@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "POST"])
def again_page(request: HttpRequest) -> HttpResponse:
    """Before a sensitive action: a code of the second factor, or the password where there is none."""
    account_id = acting(request).account_id
    if account_id is None:
        return HttpResponseRedirect(reverse("access:login"))
    onward = safe_address(request, request.POST.get("next") or request.GET.get("next") or "")
    by_code = second_factor.factor_of(account_id) is not None
    with_passkey = second_factor.has_passkey(account_id)
    if with_passkey and not by_code:
        return see(f"{reverse('access:prove_passkey')}?{urlencode({'next': onward})}")
    form: Any = (CodeForm if by_code else PasswordForm)(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            prove: Any = again.by_code if by_code else again.by_password
            try:
                prove(request=request, **form.cleaned_data)
            except HouseError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
                status = error.status
            else:
                return see(onward or reverse("access:security"))
    context = {
        "form": form,
        "next": onward,
        "minutes": settings.PROVE_AGAIN_MINUTES,
        "has_passkey": with_passkey,
        "outside": _outside(account_id, by_code) and provider.label(),
        "sample": PASSWORD
        if settings.DEMO and not by_code and getattr(request.user, "sample", False)
        else "",
    }
    return render(request, "access/again.html", context, status=status)


def _outside(account_id: int, own_factor: bool) -> bool:
    """Whether the city's own login proves it, too: it is declared, and counts as much as one's own second factor."""
    if not provider.is_open() or (own_factor and not settings.OIDC_TRUSTED):
        return False
    with acting_as(LOGIN_ROLE):
        return links.linked(account_id) is not None
