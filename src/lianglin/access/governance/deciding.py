"""The second person's decision on what somebody proposed (see two_people.py): the same checks wherever it is asked for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.access.governance.two_people import Seconded, TwoPeople
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

State = TwoPeople.State
TONES: dict[str, str] = {
    "draft": "plain",
    "proposed": "waiting",
    "waiting": "waiting",
    "approved": "good",
    "in_force": "good",
    "published": "good",
    "refused": "bad",
    "replaced": "closed",
    "withdrawn": "closed",
}
DECISION = ("state", "decided_by", "decided_post", "decided_at", "note")


class DecideForm(forms.Form):
    """What the second person remarks."""

    note = forms.CharField(
        label=_("remark"), max_length=200, required=False, help_text=_("Needed when you refuse it.")
    )


def covers(row: Seconded, actor: Actor) -> bool:
    """Whether a row is of the actor's area; one that names no area is of everybody's."""
    return actor.covers(getattr(row, "scope_code", actor.low))


def may_decide(row: Seconded, actor: Actor, duty: str) -> bool:
    """Whether this actor is a second person for a proposal that waits."""
    return row.waits and actor.may(duty) and not row.is_of(actor.account_id) and covers(row, actor)


def decide(row: Seconded, *, by: Actor, approve: bool, note: str) -> None:
    """Writes the decision into a locked proposal; says why not. The caller saves the columns of ``decision()``."""
    if not covers(row, by):
        raise Forbidden(gettext("This is not of the area of your current post."))
    decide_anywhere(row, by=by, approve=approve, note=note)


def decide_anywhere(row: Seconded, *, by: Actor, approve: bool, note: str) -> None:
    """The same by an officer whose duty holds for every area (administrator and security officer)."""
    _must_wait(row)
    if row.is_of(by.account_id):
        raise Forbidden(gettext("You proposed it yourself: somebody else decides."))
    if not approve and not note.strip():
        raise Refused(gettext("Say why you refuse it."), field="note")
    two = row.TWO
    written = {
        "state": two.approved if approve else two.refused,
        f"{two.decider}_id": by.account_id,
        two.decided_at: clock.now(),
        two.note: note.strip(),
    }
    if two.decider_post:
        written[f"{two.decider_post}_id"] = by.post_id
    for column, value in written.items():
        setattr(row, column, value)


def withdraw(row: Seconded, *, by: Actor) -> None:
    """Whoever proposed it takes it back while nobody has decided; the note says so where no state does."""
    if not covers(row, by):
        raise Forbidden(gettext("This is not of the area of your current post."))
    _must_wait(row)
    if not row.is_of(by.account_id):
        raise Forbidden(gettext("Only whoever proposed it takes it back."))
    two = row.TWO
    setattr(row, "state", two.withdrawn)  # noqa: B010 - the column is the table's own
    if two.withdrawn == two.refused:
        setattr(row, two.note, gettext("taken back"))


def _must_wait(row: Seconded) -> None:
    if not row.waits:
        raise Conflict(gettext("This proposal does not wait for a decision any more. Look at it again."))
