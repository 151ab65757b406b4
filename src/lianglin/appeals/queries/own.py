"""Reads of a resident about the one matter they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.cases.models import Case, Step
from lianglin.people.models import Resident

MATTERS = """
create or replace function appeals_own_matters(behind bigint, most integer)
returns table (id bigint, number text, title text, state text, opened_at timestamptz, due_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.id, c.number, c.title, c.state, c.opened_at, c.due_at
    from appeals_appellant a join cases_case c on c.id = a.case_id
    where a.resident_id = nullif(current_setting('app.resident', true), '')::bigint and a.case_id < behind
    order by a.case_id desc limit least(most, 100)
$$"""
"""The appeals of the resident who logged in. The tables' one predicate for residents is the case they hold."""


def install(cursor: Any) -> None:
    """Creates or replaces the function."""
    cursor.execute(MATTERS)


@dataclass(frozen=True)
class Matter:
    """One of the own appeals, as a list shows it."""

    id: int
    number: str
    title: str
    state: str
    opened_at: datetime
    due_at: datetime | None


def own_matters(*, actor: Actor, behind: int = 2**62, limit: int = 20) -> list[Matter]:
    """What the resident who logged in reported while logged in, newest first; [] for anybody else.

    ``behind`` an id: the page that follows it.
    """
    if actor.resident_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute("select * from appeals_own_matters(%s, %s)", [behind, limit])
        return [Matter(*row) for row in cursor.fetchall()]


def own_matter(number: str, *, actor: Actor) -> int | None:
    """The id of the own appeal with this number; None when it is not one of them."""
    behind = 2**62
    while rows := own_matters(actor=actor, behind=behind, limit=100):
        if mine := next((row.id for row in rows if row.number == number), None):
            return mine
        behind = rows[-1].id
    return None


def own_contact(*, actor: Actor) -> dict[str, str]:
    """Name and phone of the resident who logged in, to spare typing them; {} for anybody else."""
    if actor.resident_id is None:
        return {}
    mine = Resident.objects.visible_to(actor, purpose="own_data").filter(pk=actor.resident_id).first()
    return {"name": mine.name, "phone": mine.phone or ""} if mine else {}


ANSWERS = frozenset({"answer", "answer_now", "follow", "refuse", "redirect"})
"""Moves whose note is what the resident was told."""
AGAIN = frozenset({"send_back", "handle_again", "reopen"})
"""Moves after which the answer no longer stands."""


def own_case(actor: Actor) -> Case | None:
    """The appeal the resident holds, with everything its page shows; one query."""
    found = Case.objects.visible_to(actor, purpose=actor.work_purpose).filter(kind=rules.KIND)
    return (
        found.select_related("community", "building", "compound", "owner", "parent", "appeal__item__category")
        .defer("community__geometry", "building__footprint", "compound__geometry")
        .first()
    )


@dataclass(frozen=True)
class Promise:
    """What is promised next, and until when; ``provisional``: the calendar of that time is not yet official."""

    label: str
    due_at: datetime
    provisional: bool


def promise(case: Case, steps: Sequence[Step]) -> Promise | None:
    """The clock that runs now, read from the case and its steps; None where none runs."""
    if case.due_at is None:
        return None
    lifecycle = case.lifecycle
    starts = {move.code: move.starts for move in lifecycle.moves if move.starts}
    started = [starts[step.move] for step in steps if step.move in starts]
    stage = started[-1] if started else lifecycle.limits[0].stage
    return Promise(str(lifecycle.limit(stage).label), case.due_at, case.due_provisional)


def answer(steps: Sequence[Step]) -> Step | None:
    """The last answer given, unless the matter was taken up again after it."""
    last = None
    for step in steps:
        if step.move in ANSWERS:
            last = step
        elif step.move in AGAIN:
            last = None
    return last
