"""Logins that go on: one's own, and those of others for whoever may end them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access import login_list
from lianglin.access.forms import OthersForm
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.access.second_factor import LOGIN_ROLE
from lianglin.access.transaction import acting as acting_as
from lianglin.kit.errors import HouseError
from lianglin.kit.ids import row_number


def number_of(request: HttpRequest, name: str) -> int:
    """A posted row number; 0 for what is none."""
    return row_number(request.POST.get(name, ""))


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Ends one of one's own logins."""
    actor = acting(request)
    if actor.account_id is None:
        return HttpResponseRedirect(f"{reverse('access:login')}?next={reverse('access:security')}")
    login_list.end(login_id=number_of(request, "login"), by=actor)
    messages.success(request, _("That login is ended."))
    return see(reverse("access:security"))


@never_cache
@require_http_methods(["GET", "POST"])
@in_post("access.end_sessions")
def others(request: HttpRequest) -> HttpResponse:
    """The logins of one account, to end one or all of them: a lost device, a person who left at once."""
    asked = request.method == "POST"
    form, status = OthersForm(request.POST if asked else None), 200
    context: dict[str, Any] = {"form": form, "looked": False}
    if asked:
        status = 422
        if form.is_valid():
            try:
                done = _end_or_look(request, form.cleaned_data, context)
            except HouseError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
                status = error.status
            else:
                if done is not None:
                    return done
                status = 200
    return render(request, "access/others.html", context, status=status)


def _end_or_look(request: HttpRequest, given: dict[str, str], context: dict[str, Any]) -> HttpResponse | None:
    """Ends what was asked for and goes back; None when the list alone was wanted, which is then in the context."""
    if "end" in request.POST or "all" in request.POST:
        login_id = None if "all" in request.POST else number_of(request, "end")
        login_list.end_of_account(**given, login_id=login_id, by=acting(request))
        messages.success(request, _("Ended. From the next click on, the login opens nothing."))
        return see(reverse("access:others"))
    with acting_as(LOGIN_ROLE):
        account = login_list.account_called(given["username"])
    context |= {"looked": True, "logins": login_list.shown(account_id=account.pk), "given": given}
    return None
