"""Pure rules of cases: what a move needs, and whether a lifecycle table is sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Lifecycle, Move

SUBJECT = "cases.Case"
"""How grants and the audit name a case."""
SHIFTS = (("day", _("by day, 8:00-20:00")), ("night", _("by night, 20:00-8:00")))
"""The two turns of a day on call, working day or not."""


def shift_of(local: datetime) -> tuple[date, str]:
    """The turn that an instant of the city's time falls into; the small hours belong to the night before."""
    if 8 <= local.hour < 20:
        return local.date(), "day"
    return (local.date() if local.hour >= 20 else local.date() - timedelta(days=1)), "night"


def missing_fields(move: Move, given: Mapping[str, Any], note: str) -> list[str]:
    """What the move needs and was not given; "note" stands for the note."""
    missing = [name for name in move.fields if given.get(name) in (None, "")]
    if move.note == "required" and not note.strip():
        missing.append("note")
    return missing


def flaws(lifecycle: Lifecycle) -> list[str]:
    """What is wrong with a lifecycle table: dead ends, unreachable states, unknown names. Empty when sound."""
    codes = {state.code for state in lifecycle.states}
    found = list(_unknown_names(lifecycle, codes))
    reached = _reachable(lifecycle)
    for state in lifecycle.states:
        leaving = [move for move in lifecycle.moves_from(state.code) if move.target != state.code]
        if state.code not in reached:
            found.append(f"state {state.code} cannot be reached from {lifecycle.first}")
        if not state.final and not leaving:
            found.append(f"state {state.code} is a dead end and not final")
        if not (state.final or state.follows) and state.expects not in {
            move.code for move in lifecycle.moves_from(state.code)
        }:
            found.append(f"state {state.code} does not say which of its moves is expected next")
        if not state.final and not _leads_to_an_end(lifecycle, state.code):
            found.append(f"no way leads from {state.code} to an end")
    return found


def _unknown_names(lifecycle: Lifecycle, codes: set[str]) -> Iterable[str]:
    stages = {limit.stage for limit in lifecycle.limits}
    if lifecycle.first not in codes:
        yield f"the first state {lifecycle.first} is not in the table"
    for move in lifecycle.moves:
        for name in (*move.sources, move.target):
            if name not in codes:
                yield f"move {move.code} names the state {name}, which is not in the table"
        for stage in filter(None, (move.starts, *move.stops)):
            if stage not in stages:
                yield f"move {move.code} names the stage {stage}, which has no limit"


def _reachable(lifecycle: Lifecycle, start: str = "") -> set[str]:
    reached, frontier = set(), [start or lifecycle.first]
    while frontier:
        state = frontier.pop()
        if state not in reached:
            reached.add(state)
            frontier.extend(move.target for move in lifecycle.moves_from(state))
    return reached


def _leads_to_an_end(lifecycle: Lifecycle, start: str) -> bool:
    finals = {state.code for state in lifecycle.states if state.final}
    return bool(finals & _reachable(lifecycle, start))
