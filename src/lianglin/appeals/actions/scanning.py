"""The nightly scan for concentrations: candidates for problem classes are found, kept up to date, or let go.

Imported by the background alone: it brings NumPy and SciPy into the process. A candidate that somebody has decided on
is never touched, and what it covers is not proposed a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.appeals.models import CandidateCase, ClassCandidate
from lianglin.appeals.queries import candidates
from lianglin.appeals.queries.candidates import Reported
from lianglin.engines import similarity
from lianglin.kit import clock

RECENT = timedelta(days=180)
"""What ended longer ago is no candidate any more."""
STREET = 9
"""Digits of a street's code."""
ALONE = 0.5
"""A community with more than this share of all reports is looked at place by place."""


@dataclass(frozen=True)
class _Found:
    item_id: int
    scope_code: str
    first: date
    last: date
    people: int
    expected: float
    chance: float
    rows: tuple[Reported, ...]


def scan() -> int:
    """Looks through fourteen months and brings the table of candidates up to date; how many there are."""
    with acting(job()) as by:
        found = _concentrations(candidates.reported(by))
    with acting(job()) as by:
        return keep(found, by=by)


def _concentrations(rows: Sequence[Reported]) -> list[_Found]:
    if not rows:
        return []
    areas = _areas(rows)
    places = {area: n for n, area in enumerate(sorted(set(areas)))}
    streets = {code: n for n, code in enumerate(sorted({row.scope_code[:STREET] for row in rows}))}
    people = {key: n for n, key in enumerate(sorted({row.person for row in rows if row.person}), start=1)}
    items = {pk: n for n, pk in enumerate(sorted({row.item_id for row in rows}))}
    found = similarity.concentrations(
        _column([items[row.item_id] for row in rows]),
        _column([places[area] for area in areas]),
        _column([streets[row.scope_code[:STREET]] for row in rows]),
        np.array([row.opened_at.timestamp() / 86_400 for row in rows]),
        _column([people[row.person] if row.person else similarity.NOBODY for row in rows]),
    )
    since = clock.now() - RECENT
    told = [_told(one, rows) for one in found]
    return [one for one in told if one.last >= clock.local(since).date()]


def _areas(rows: Sequence[Reported]) -> list[tuple[str, int]]:
    """The smallest area of each report: its community. Where most of the city's reports are of one community, there is
    nothing to compare that one with, and the cells of its places stand for themselves."""
    of = Counter(row.scope_code for row in rows)
    code, most = of.most_common(1)[0]
    alone = code if most > len(rows) * ALONE else ""
    return [(row.scope_code, row.cell or 0 if row.scope_code == alone else 0) for row in rows]


def _column(values: Sequence[int]) -> np.ndarray:
    return np.array(values, np.int64)


def _told(one: similarity.Concentration, rows: Sequence[Reported]) -> _Found:
    inside = tuple(rows[k] for k in one.rows.tolist())
    codes = {row.scope_code for row in inside}
    return _Found(
        item_id=inside[0].item_id,
        scope_code=codes.pop() if len(codes) == 1 else inside[0].scope_code[:STREET],
        first=_day(min(row.opened_at for row in inside)),
        last=_day(max(row.opened_at for row in inside)),
        people=one.people,
        expected=one.expected,
        chance=one.chance,
        rows=inside,
    )


def _day(at: datetime) -> date:
    return clock.local(at).date()


def keep(found: Sequence[_Found], *, by: Actor) -> int:
    """Writes what the scan found: new ones, open ones anew, open ones that are no longer found away."""
    by.require("system")
    now = clock.now()
    known = list(ClassCandidate.objects.select_for_update().order_by("id"))
    kept: set[int] = set()
    for one in found:
        same = [row for row in known if _same(row, one)]
        if any(row.state != ClassCandidate.State.OPEN for row in same):
            continue
        row = same[0] if same else ClassCandidate(item_id=one.item_id, found_at=now)
        row.scope_code, row.first_day, row.last_day = one.scope_code, one.first, one.last
        row.people, row.expected, row.found = one.people, round(one.expected, 2), len(one.rows)
        row.chance, row.seen_at = one.chance, now
        row.save()
        kept.add(row.pk)
        _keep_cases(row, one.rows)
    gone = [row.pk for row in known if row.state == ClassCandidate.State.OPEN and row.pk not in kept]
    CandidateCase.objects.filter(candidate_id__in=gone).delete()
    ClassCandidate.objects.filter(pk__in=gone).delete()
    if kept or gone:
        audit.record(
            "appeals.scan", "appeals.ClassCandidate", 0, values={"open": len(kept), "gone": len(gone)}
        )
    return len(kept)


def _same(row: ClassCandidate, one: _Found) -> bool:
    """Whether both are of one item, one street and days that touch."""
    return (
        row.item_id == one.item_id
        and row.scope_code[:STREET] == one.scope_code[:STREET]
        and row.first_day <= one.last
        and one.first <= row.last_day
    )


def _keep_cases(row: ClassCandidate, rows: Sequence[Reported]) -> None:
    there = set(CandidateCase.objects.filter(candidate_id=row.pk).values_list("case_id", flat=True))
    wanted = {one.case_id: one.scope_code for one in rows}
    CandidateCase.objects.filter(candidate_id=row.pk, case_id__in=there - wanted.keys()).delete()
    CandidateCase.objects.bulk_create(
        CandidateCase(candidate_id=row.pk, case_id=case_id, scope_code=code)
        for case_id, code in wanted.items()
        if case_id not in there
    )
