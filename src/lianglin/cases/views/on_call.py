"""The rota: who is on call for urgent cases, by day and by night."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.cases.actions.on_call import clear_turn, fill_rota
from lianglin.cases.forms import RotaForm
from lianglin.cases.models import OnCallTurn
from lianglin.cases.queries.on_call import on_call, rota, units_for
from lianglin.cases.rules import SHIFTS
from lianglin.kit import clock
from lianglin.kit.errors import Refused

SHOWN = 14
"""Days of the rota on the page."""


@require_http_methods(["GET", "POST"])
@in_post("cases.rota")
def page(request: HttpRequest) -> HttpResponse:
    """Who is on call now and in the next two weeks; a form that fills many days at once."""
    actor = acting(request)
    units = units_for(actor)
    sent = request.POST if request.method == "POST" else None
    initial = {"first": clock.today(), "last": clock.today() + timedelta(days=6)}
    form = RotaForm(sent, units=units, initial=initial)
    if sent is not None and form.is_valid():
        given = form.cleaned_data
        try:
            count = fill_rota(by=actor, unit_id=given.pop("unit"), **given)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.success(
                request, ngettext("%(n)d turn is set.", "%(n)d turns are set.", count) % {"n": count}
            )
            return see(reverse("cases:on_call"))
    turns = rota(actor, clock.today() - timedelta(days=1), SHOWN + 1)
    context = {
        "form": form,
        "days": _by_day(turns),
        "now": on_call(actor.low, clock.now()),
        "shown": SHOWN,
        "shifts": SHIFTS,
    }
    return render(request, "cases/on_call.html", context, status=422 if form.errors else 200)


def _by_day(turns: list[OnCallTurn]) -> list[dict[str, Any]]:
    """One line a day: its turn by day and its turn by night, None where nobody is on call."""
    found: dict[date, dict[str, OnCallTurn]] = {}
    for turn in turns:
        found.setdefault(turn.day, {})[turn.shift] = turn
    return [
        {"day": day, "turns": [(label, held.get(code)) for code, label in SHIFTS]}
        for day, held in found.items()
    ]


@require_POST
@in_post("cases.rota")
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a turn off the rota."""
    clear_turn(by=acting(request), turn_id=pk)
    messages.success(request, _("The turn is off the rota."))
    return see(reverse("cases:on_call"))
