"""Something is wrong: the person chooses which datum, and says what is right (PIPL art. 46)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from lianglin.access.gate import acting
from lianglin.access.replies import done
from lianglin.kit.domain import Datum
from lianglin.people.rules import mask
from lianglin.privacy.actions import requests as actions
from lianglin.privacy.forms.own import CorrectForm
from lianglin.privacy.queries import corrections
from lianglin.privacy.queries.subjects import Key
from lianglin.privacy.views.replies import arrived
from lianglin.privacy.views.visitors import known


def _stands(datum: Datum) -> str:
    return datum.text if datum.mask == "none" else mask(datum.text, datum.mask)


@require_safe
@known
def choose(request: HttpRequest, key: Key) -> HttpResponse:
    """The data that may be corrected, masked; whoever holds a receipt only asks in words."""
    if key.of != "resident":
        return HttpResponseRedirect(reverse("privacy:ask"))
    data = corrections.data_of(key.id, acting(request))
    rows = [{"code": code, "label": one.label, "stands": _stands(one)} for code, one in data.items()]
    return render(request, "privacy/public/correct_which.html", {"rows": rows})


@sensitive_post_parameters("value")
@require_http_methods(["GET", "HEAD", "POST"])
@known
def correct(request: HttpRequest, key: Key, datum: str) -> HttpResponse:
    """One datum: what stands there (masked), and what is right. The receipt is shown once."""
    actor, made = acting(request), []
    found = corrections.data_of(key.id, actor).get(datum) if key.of == "resident" else None
    if found is None:
        raise Http404
    form = CorrectForm(request.POST or None, datum=found)

    def act() -> None:
        given: dict[str, Any] = form.cleaned_data
        acting_for = "self" if actor.guardian_id is None else "guardian"
        asked = actions.Asked("correct", given["text"], acting_for, datum=datum, value=given["value"])
        made.append(actions.ask(asked=asked, by=actor))

    if request.method == "POST" and done(
        request, form, act, _("Your request has arrived."), reverse("privacy:mine")
    ):
        return arrived(request, made[0])
    context = {"form": form, "label": found.label, "stands": _stands(found)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "privacy/public/correct.html", context, status=status)


routes: list[URLPattern] = [
    path("mine/correct/", choose, name="correct_which"),
    path("mine/correct/<str:datum>/", correct, name="correct"),
]
