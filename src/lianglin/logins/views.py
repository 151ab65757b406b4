"""A resident's way in (number, code, who) and 我的, the page of what is theirs. No script is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianglin.access import login_list
from lianglin.access.demo import notes
from lianglin.access.gate import acting
from lianglin.access.replies import see
from lianglin.access.session_views import number_of
from lianglin.access.transaction import together
from lianglin.access.views import safe_address
from lianglin.kit import discovery
from lianglin.kit.errors import HouseError
from lianglin.kit.live import is_live
from lianglin.kit.views import forget_device, remember_elder
from lianglin.logins import actions, queries
from lianglin.logins.forms import CodeForm, PhoneForm, WhoForm
from lianglin.people.rules import mask_name


def _onward(request: HttpRequest) -> str:
    """Where the person wanted to go; "" for 我的."""
    return safe_address(request, request.POST.get("next") or request.GET.get("next") or "")


def _to(name: str, onward: str) -> str:
    return reverse(name) + (f"?{urlencode({'next': onward})}" if onward else "")


def _step(
    request: HttpRequest, template: str, form: Form, work: Callable[[], HttpResponse], **more: Any
) -> HttpResponse:
    """One page with one form: does the work of a valid one; a refusal stands at its field, with its status."""
    status, after = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with together():
                    return work()
            except HouseError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
                status, after = error.status, error.code if error.status == 429 else ""
    context = {"form": form, "next": _onward(request), **more}
    response = render(request, f"logins/{template}.html", context, status=status)
    if after:
        response["Retry-After"] = after
    return response


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """The number. Whatever number it is, the next page says the same."""
    actor = acting(request)
    if actor.resident_id is not None:
        return HttpResponseRedirect(_onward(request) or reverse("logins:me"))
    form = PhoneForm(request.POST or None)

    def work() -> HttpResponse:
        actions.send_code(request=request, phone=form.cleaned_data["phone"])
        return see(_to("logins:code", _onward(request)))

    more = {
        "signed_in": actor.account_id is not None,
        "is_open": actions.is_open(),
        "demo_phone": notes().get("resident_login", {}).get("phone", "") if settings.DEMO else "",
    }
    if request.method == "POST" and more["signed_in"]:
        return see(reverse("logins:phone"))
    return remember_elder(request, _step(request, "phone", form, work, **more))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The six digits, within five minutes. The demo shows them here and says that it does."""
    held = actions.pending(request)
    if held is None or held["proved"]:
        return HttpResponseRedirect(reverse("logins:who" if held else "logins:phone"))
    form = CodeForm(request.POST or None)

    def work() -> HttpResponse:
        people = actions.enter_code(request=request, code=form.cleaned_data["code"])
        if not people:
            return render(request, "logins/unknown.html", {"shown": held["shown"]})
        if len(people) > 1:
            return see(_to("logins:who", _onward(request)))
        return _welcome(request)

    return _step(request, "code", form, work, shown=held["shown"], demo_code=held.get("demo_code", ""))


@never_cache
@sensitive_post_parameters("name", "year")
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Which of those who share the number: the year of birth, and the name where two were born in it."""
    held = actions.pending(request)
    if held is None or not held["proved"]:
        return HttpResponseRedirect(reverse("logins:code" if held else "logins:phone"))
    form = WhoForm(request.POST or None)

    def work() -> HttpResponse:
        actions.say_who(request=request, **form.cleaned_data)
        return _welcome(request)

    return _step(request, "who", form, work)


def _welcome(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("You are logged in. Log out when this is not your own phone or computer."))
    return see(_onward(request) or reverse("logins:me"))


@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """我的: what every package offers to the resident who logged in, and the way out."""
    actor = acting(request)
    if actor.resident_id is None:
        return HttpResponseRedirect(reverse("logins:phone"))
    offered = sorted(
        (
            panel
            for one in discovery.manifests()
            if is_live(one.code)
            for panel in one.panels
            if panel.slot == "me"
        ),
        key=lambda panel: panel.order,
    )
    panels = [(panel.template, discovery.resolve(panel.context)(actor, request)) for panel in offered]
    context = {
        "name": mask_name(queries.own_name(actor.resident_id)),
        "logins": login_list.shown(resident_id=actor.resident_id, current=request.session.session_key),
        "panels": [{"template": one, "context": given} for one, given in panels if given is not None],
    }
    return remember_elder(request, render(request, "logins/me.html", context))


@require_POST
def out(request: HttpRequest) -> HttpResponse:
    """Ends the session; nothing stays on a shared computer."""
    actions.log_out(request=request, by=acting(request))
    messages.success(request, _("You are logged out. This device keeps nothing of you."))
    return forget_device(see(reverse("logins:phone")))


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Ends one of the resident's logins."""
    actor = acting(request)
    if actor.resident_id is None:
        return HttpResponseRedirect(reverse("logins:phone"))
    login_list.end(login_id=number_of(request, "login"), by=actor)
    messages.success(request, _("That login is ended."))
    return see(reverse("logins:me"))


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Ends every other login of the resident."""
    actor = acting(request)
    if actor.resident_id is None:
        return HttpResponseRedirect(reverse("logins:phone"))
    login_list.end_others(request=request, by=actor)
    messages.success(request, _("All your other logins are ended."))
    return see(reverse("logins:me"))
