"""评一评: an appellant opens the link of the text message, reads the answer, says whether it is solved, and grades."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.replies import done
from lianglin.access.transaction import together
from lianglin.appeals.actions import rating as actions
from lianglin.appeals.forms.calls import RateForm
from lianglin.appeals.queries import own as queries
from lianglin.appeals.views.own import accepted, shown
from lianglin.cases import queries as cases
from lianglin.kit import throttle
from lianglin.kit.csrf import keeps_typing
from lianglin.kit.errors import Conflict
from lianglin.kit.ids import group_case_number

GONE = 410


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Item and answer, and the form: no name, no place, nothing of what was reported. The link works once."""
    with together():
        holder = actions.opened(token, throttle.client_address(request))
        case = queries.own_case(holder) if holder else None
        if holder is None or case is None:
            return _closed(request)
        return _page(request, token, holder, case)


def _page(request: HttpRequest, token: str, holder: Actor, case: Any) -> HttpResponse:
    bound = request.POST if request.method == "POST" else None
    form = RateForm(bound, initial={"version": case.version})

    def act() -> None:
        given = dict(form.cleaned_data)
        seen = given.pop("version")
        if not actions.rate(token, by=holder, seen_version=seen, **given):
            raise Conflict(_("This link was used already."))

    answer = (
        form.is_bound
        and accepted(request, form)
        and done(request, form, act, _("Thank you. Your word is recorded."), reverse("appeals:rated"))
    )
    if answer:
        return answer
    context = {
        "form": form,
        "number": group_case_number(case.number),
        "item": case.appeal.item,
        "answer": queries.answer(cases.steps(case, holder)),
        "sample": case.sample,
    }
    refused = getattr(form, "refused", None)
    return shown(request, "appeals/public/rate.html", context, status=refused.status if refused else 0)


def _closed(request: HttpRequest) -> HttpResponse:
    """The same page for a link that is used, over or wrong: nothing is told apart."""
    return render(request, "appeals/public/rate_over.html", status=GONE)


@require_GET
def rated(request: HttpRequest) -> HttpResponse:
    """Thanks, and where the matter can be followed."""
    return render(request, "appeals/public/rated.html")


routes: list[URLPattern] = [
    path("rate/", rated, name="rated"),
    path("rate/<slug:token>/", rate, name="rate"),
]
