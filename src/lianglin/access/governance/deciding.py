"""The second person's decision on a proposal of an area (see two_people.py): the same checks wherever it is asked for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.access.governance.two_people import OfAnArea, TwoPeople
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

State = TwoPeople.State
TONES = {
    State.WAITING: "waiting",
    State.APPROVED: "good",
    State.REFUSED: "bad",
    State.WITHDRAWN: "closed",
}
DECISION = ("state", "decided_by", "decided_post", "decided_at", "note")


class DecideForm(forms.Form):
    """What the second person remarks."""

    note = forms.CharField(
        label=_("remark"), max_length=200, required=False, help_text=_("Needed when you refuse it.")
    )


def may_decide(row: OfAnArea, actor: Actor, duty: str) -> bool:
    """Whether this actor is a second person for a proposal that waits."""
    return (
        row.state == State.WAITING
        and actor.may(duty)
        and actor.account_id != row.proposed_by_id
        and actor.covers(row.scope_code)
    )


def decide(row: OfAnArea, *, by: Actor, approve: bool, note: str) -> None:
    """Writes the decision into a locked proposal with a ``scope_code``; says why not. The caller saves DECISION."""
    if not by.covers(row.scope_code):
        raise Forbidden(gettext("This is not of the area of your current post."))
    if row.state != State.WAITING:
        raise Conflict(gettext("This proposal does not wait for a decision any more. Look at it again."))
    if row.proposed_by_id == by.account_id:
        raise Forbidden(gettext("You proposed it yourself: somebody else decides."))
    if not approve and not note.strip():
        raise Refused(gettext("Say why you refuse it."), field="note")
    row.state = State.APPROVED if approve else State.REFUSED
    row.decided_by_id, row.decided_post_id = by.account_id, by.post_id
    row.decided_at, row.note = clock.now(), note.strip()


def withdraw(row: OfAnArea, *, by: Actor) -> None:
    """Whoever proposed it takes it back while nobody has decided."""
    if row.state != State.WAITING:
        raise Conflict(gettext("This proposal does not wait for a decision any more. Look at it again."))
    if row.proposed_by_id != by.account_id:
        raise Forbidden(gettext("Only whoever proposed it takes it back."))
    row.state = State.WITHDRAWN
