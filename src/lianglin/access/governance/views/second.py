"""The page of a proposal: what every one of them shows, and the second person's decision on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.gate import acting
from lianglin.access.governance import deciding
from lianglin.access.governance.two_people import Seconded
from lianglin.access.replies import done, status_of


class Decide(Protocol):
    """A package's verb for the second person, its row given."""

    def __call__(self, *, by: Actor, approve: bool, note: str) -> Any: ...


@dataclass(frozen=True)
class Look:
    """What a page of a proposal needs: the answer when somebody decided, else its context and status."""

    answer: HttpResponse | None
    context: dict[str, Any]
    status: int


def look(request: HttpRequest, row: Seconded, act: Decide, *, duty: str, said: str, here: str) -> Look:
    """Decides when the form was sent (``do``: approve or refuse), else shows it. ``said``: words after an approval.

    The context has ``tone``, ``form``, ``may_decide``, ``own``, for access/_second_look.html.
    """
    actor, approve = acting(request), request.POST.get("do") == "approve"
    form = deciding.DecideForm(request.POST if request.method == "POST" else None)
    answer = None
    if form.is_bound:
        answer = done(
            request,
            form,
            lambda: act(by=actor, approve=approve, note=form.cleaned_data["note"]),
            said if approve else _("Refused."),
            here,
        )
    context = {
        "tone": deciding.TONES.get(getattr(row, "state", ""), "plain"),
        "form": form,
        "may_decide": deciding.may_decide(row, actor, duty),
        "own": row.waits and row.is_of(actor.account_id),
    }
    return Look(answer, context, status_of(form))
