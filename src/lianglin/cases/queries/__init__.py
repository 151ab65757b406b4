"""Reads over cases: one inbox for all kinds, the steps a reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.access.prepared import Prepared
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit import clock, discovery
from lianglin.kit.calendar import calendar
from lianglin.kit.domain import Lifecycle, Move


def waiting_states(actor: Actor) -> dict[str, list[str]]:
    """Per kind of case, the states whose expected move waits for a duty of this actor."""
    found: dict[str, list[str]] = {}
    for lifecycle in discovery.lifecycles().values():
        states = [
            state.code
            for state in lifecycle.states
            if state.expects and actor.may(lifecycle.move(state.expects).duty)
        ]
        if states:
            found[lifecycle.kind] = states
    return found


def visible(actor: Actor) -> QuerySet[Case]:
    """All cases that the actor may read for its work, with what a list shows."""
    return (
        Case.objects.visible_to(actor, purpose=actor.work_purpose)
        .select_related("community", "building", "owner")
        .only(
            "id",
            "number",
            "kind",
            "title",
            "scope_code",
            "state",
            "outcome",
            "urgent",
            "opened_at",
            "due_at",
            "due_provisional",
            "settled_at",
            "closed_at",
            "version",
            "sample",
            "place_text",
            "assignee_id",
            "community__name",
            "community__name_en",
            "building__address",
            "owner__name",
            "owner__name_en",
        )
    )


def inbox(actor: Actor) -> QuerySet[Case]:
    """What waits for this actor's duties, whatever its kind. Page it by ("due_at", "id").

    A unit finds what it leads; what it is asked to help with are errands of its own (kit/errands.py).
    """
    waiting = Q(pk__in=[])
    for kind, states in waiting_states(actor).items():
        waiting |= Q(kind=kind, state__in=states)
    found = visible(actor).filter(waiting, due_at__isnull=False)
    return found.filter(owner_id=actor.organisation_id) if actor.role == "handler" else found


@Prepared
def _kin(actor: Actor, case_id: int, parent_id: int, origin_id: int) -> QuerySet[Case]:
    found = Case.objects.visible_to(actor, purpose=actor.work_purpose).only(
        "id", "number", "kind", "title", "state", "parent_id", "origin_id", "opened_at"
    )
    related = Q(pk__in=[parent_id, origin_id]) | Q(parent_id=case_id) | Q(origin_id=case_id)
    return found.filter(related).order_by("id")


@dataclass(frozen=True)
class Kin:
    """What a case belongs to: the one it follows, those that follow it, the one it was split from, its parts."""

    parent: Case | None
    children: list[Case]
    origin: Case | None
    parts: list[Case]


ALONE = Kin(None, [], None, [])


def kin(case: Case, actor: Actor) -> Kin:
    """The relations of a case, as far as the reader may see them. One query, and none for a case that stands alone."""
    if not (case.related or case.parent_id or case.origin_id):
        return ALONE
    found = _kin(actor, case.pk, case.parent_id or 0, case.origin_id or 0)
    by_id = {other.pk: other for other in found}
    return Kin(
        by_id.get(case.parent_id or 0),
        [other for other in found if other.parent_id == case.pk],
        by_id.get(case.origin_id or 0),
        [other for other in found if other.origin_id == case.pk],
    )


def running_clocks(found: Sequence[Case], actor: Actor) -> dict[int, Clock]:
    """The clock that runs on each of these cases, by case id: the rule behind its due date."""
    clocks = Clock.objects.visible_to(actor, purpose=actor.work_purpose)
    return {
        c.case_id: c for c in clocks.filter(case_id__in=[case.pk for case in found], stopped_at__isnull=True)
    }


def last_steps(found: Sequence[Case], actor: Actor) -> dict[int, Step]:
    """The newest step of each of these cases, by case id: from whom it came."""
    steps = Step.objects.visible_to(actor, purpose=actor.work_purpose).filter(
        case_id__in=[case.pk for case in found]
    )
    return {
        s.case_id: s
        for s in steps.select_related("organisation").order_by("case_id", "-seq").distinct("case_id")
    }


def step_label(lifecycle: Lifecycle, move: str) -> str:
    """What the step list says of a move, or of a remark that moved nothing."""
    known = next((m for m in lifecycle.moves if m.code == move), None)
    return str((known.past or known.label) if known else REMARKS.get(move, move))


REMARKS = {
    "open": _("reported"),
    "remark": _("note added"),
    "extend": _("time extended"),
    "call_try": _("called, nobody answered"),
    "delegate": _("given to a colleague"),
    "take_back": _("taken back from a colleague"),
    "hand_over": _("handed over with the work of a post"),
    "split": _("a second matter was split off"),
    "co_order": _("another unit called in to help"),
    "co_answer": _("the unit called in has answered"),
    "supervised": _("put under supervision"),
    "call_plan": _("another time for the call agreed"),
    "findings": _("what was found, for the opinion"),
    "remedy": _("badly graded: to be made good"),
    "whistle": _("departments called to the place"),
    "answered_without": _("answered without a unit that was called in"),
}
"""Steps that are no moves of a lifecycle."""


def limit_words(amount: int, unit: str) -> str:
    """A limit in words: "5 working days"."""
    if unit == "working_hours":
        text = ngettext("%(n)d working hour", "%(n)d working hours", amount)
    elif unit == "hours":
        text = ngettext("%(n)d hour, day and night", "%(n)d hours, day and night", amount)
    elif unit == "days":
        text = ngettext("%(n)d calendar day", "%(n)d calendar days", amount)
    else:
        text = ngettext("%(n)d working day", "%(n)d working days", amount)
    return text % {"n": amount}


def time_left(case: Case) -> int | timedelta | None:
    """What is left until a case is due, for the "deadline" filter; None where no clock runs."""
    if case.due_at is None:
        return None
    return calendar().time_left(clock.now(), case.due_at, around_the_clock=case.urgent)


def why_not(case: Case, wanted: Move) -> str:
    """Why a move cannot be made on the case as it stands, in words; "" when its state allows it."""
    if case.state in wanted.sources:
        return ""
    return gettext("not possible while it is “%(state)s”") % {"state": case.state_label}


def possible_moves(case: Case, actor: Actor) -> list[Move]:
    """The moves this actor may make on the case now."""
    return [m for m in case.lifecycle.moves_from(case.state) if actor.may(m.duty)]


@Prepared
def _steps(actor: Actor, case_id: int) -> QuerySet[Step]:
    found = (
        Step.objects.visible_to(actor, purpose=actor.work_purpose)
        .filter(case_id=case_id)
        .select_related("organisation")
    )
    if actor.role == "resident":
        found = found.filter(public=True)
    return found.order_by("seq")


def steps(case: Case, actor: Actor) -> list[Step]:
    """The case's steps in order; a resident sees the public ones."""
    return _steps(actor, case.pk)


@Prepared
def _clocks(actor: Actor, case_id: int) -> QuerySet[Clock]:
    return Clock.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id=case_id).order_by("id")


def clocks(case: Case, actor: Actor) -> list[Clock]:
    """The stage clocks of a case, oldest first."""
    return _clocks(actor, case.pk)


def phases(case: Case, steps_seen: list[Step]) -> list[dict[str, Any]]:
    """The resident's step list: each phase with label, whether it is done or current, and when it was reached."""
    lifecycle = case.lifecycle
    reached: dict[str, Any] = {}
    for step in steps_seen:
        phase = lifecycle.state(step.to_state).phase
        if phase:
            reached[phase] = step.at
    current = lifecycle.state(case.state).phase
    order = [code for code, _name in lifecycle.phases]
    position = order.index(current) if current in order else len(order)
    return [
        {
            "code": code,
            "label": label,
            "at": reached.get(code) if index <= position else None,
            "done": index < position or lifecycle.state(case.state).final,
            "current": code == current,
        }
        for index, (code, label) in enumerate(lifecycle.phases)
    ]
