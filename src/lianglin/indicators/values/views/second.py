"""The page of a proposal that a second person decides: the same steps for a goal and for a file of another office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.duty_list.views import area_words
from lianglin.access.governance.deciding import TONES, DecideForm, State, may_decide
from lianglin.access.governance.two_people import OfAnArea
from lianglin.access.replies import done, status_of

Decide = Callable[[bool, str], Any]
"""Carries a decision out: approve or refuse, and the remark."""


def told(row: OfAnArea) -> dict[str, Any]:
    """What every list and page says of a proposal: its area, and the tone of its state."""
    return {"area": area_words(row.scope_code), "tone": TONES[State(row.state)]}


def decided(
    request: HttpRequest, decide: Decide, *, approved: str, here: str
) -> tuple[HttpResponse | None, DecideForm]:
    """Decides when a button was pressed; the answer, or None when the page is to be shown with the form."""
    form = DecideForm(request.POST if request.method == "POST" else None)
    approve = request.POST.get("do") == "approve"
    answer = form.is_bound and done(
        request,
        form,
        lambda: decide(approve, form.cleaned_data["note"]),
        approved if approve else _("Refused."),
        here,
    )
    return answer or None, form


def shown(
    request: HttpRequest, template: str, actor: Actor, row: OfAnArea, form: DecideForm, duty: str, more: dict[str, Any]
) -> HttpResponse:  # fmt: skip
    """The page with what this actor may do: decide as the second person, or wait as the one who proposed it."""
    context = {
        **told(row),
        **more,
        "form": form,
        "may_decide": may_decide(row, actor, duty),
        "own": row.state == State.WAITING and actor.account_id == row.proposed_by_id,
    }
    return render(request, template, context, status=status_of(form))
