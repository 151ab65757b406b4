"""Who owes the next step of a matter, on every path: appeals, petitions, remedies; what warnings, ladder and ledgers share."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.rules import petition, remedy
from lianglin.cases import queries as cases
from lianglin.cases.models import Case

BY_UNIT: dict[str, tuple[str, ...]] = {
    rules.KIND: ("dispatched", "handling"),
    petition.KIND: ("accepted",),
    remedy.KIND: ("ordered",),
}
"""Kind -> states in which a unit owes the answer and its clock runs."""
BY_POSTS: dict[tuple[str, str], tuple[str, str]] = {
    (petition.KIND, "registered"): (petition.WORK, "township"),
    (petition.KIND, "review_asked"): (petition.APPROVE, "county"),
    (petition.KIND, "recheck_asked"): (petition.APPROVE, "county"),
    (remedy.KIND, "made_good"): ("appeals.call_back", "township"),
}
"""(kind, state) -> the duty and the level of the posts that owe the next step, no unit being in charge of it.

An appeal between its stages is the dispatcher's own and has its own list; the days in which a petitioner may go on
(answered, reviewed) are the person's and are told to nobody as a limit.
"""
KINDS = tuple(BY_UNIT)
OPEN_STATES: dict[str, tuple[str, ...]] = {
    one.kind: tuple(state.code for state in one.states if not state.final)
    for one in (rules.LIFECYCLE, petition.LIFECYCLE, remedy.LIFECYCLE)
}


def _of(states: dict[str, tuple[str, ...]]) -> Q:
    """Kind and state together. Said as: in one of these states, of one of these kinds, and in none that is not its kind's.

    An OR of pairs says the same and misleads the planner into putting bitmaps of whole kinds together; so the index of
    states serves, and the rest is looked at.
    """
    found = Q(state__in=sorted({code for codes in states.values() for code in codes}), kind__in=list(states))
    for kind, codes in states.items():
        found &= ~(Q(kind=kind) & ~Q(state__in=codes))
    return found


WITH_A_UNIT = _of(BY_UNIT)
IS_OPEN = _of(OPEN_STATES)
WITH_POSTS = _of(
    {
        kind: tuple(state for of, state in BY_POSTS if of == kind)
        for kind in dict.fromkeys(of for of, _state in BY_POSTS)
    }
)


def matters(actor: Actor) -> QuerySet[Case]:
    """All of these that the actor may read, with the item's name of an appeal as ``item_label``."""
    name = "name_en" if get_language() == "en" else "name"
    return (
        cases.visible(actor)
        .filter(kind__in=KINDS)
        .annotate(item_id=F("appeal__item_id"), item_label=F(f"appeal__item__{name}"))
    )


def find(actor: Actor, number: str) -> Case | None:
    """One of them by its number."""
    return matters(actor).filter(number=number).first()


def address(case: Case) -> str:
    """The page of a matter, whatever its path."""
    page = "appeals:detail" if case.kind == rules.KIND else "appeals:side"
    return reverse(page, args=[case.number])
