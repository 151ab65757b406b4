"""What the dated rows say of a place, an item and a day; held in the process, for rows begin tomorrow at the earliest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from lianglin.appeals.models import Item, Provision
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.dispatching import areas_over
from lianglin.appeals.rules.provisions import BY_CODE
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.held import held


@dataclass(frozen=True)
class Set:
    """An amount, its unit, and the row that sets it; None: the default."""

    amount: int
    unit: str
    row: Provision | None = None

    @property
    def limit(self) -> tuple[int, str]:
        """As a clock takes it."""
        return self.amount, self.unit


@held
def _approved() -> dict[str, list[Provision]]:
    found: dict[str, list[Provision]] = {}
    for row in Provision.objects.filter(state=Provision.State.APPROVED):
        found.setdefault(row.code, []).append(row)
    return found


def rows_of(code: str, scope_code: str, day: date) -> Iterable[Provision]:
    """The approved rows for a place on a day."""
    areas = areas_over(scope_code)
    for row in _approved().get(code, ()):
        if (
            row.scope_code in areas
            and row.valid_from <= day
            and (row.valid_to is None or day <= row.valid_to)
        ):
            yield row


def provision(code: str, scope_code: str, day: date, item: Item | None = None) -> Set:
    """What counts: a row for the item before one for its class before a general one; then the narrowest area, the newest."""
    fitting = [
        (_fit(row, item), len(row.scope_code), row.valid_from, row.pk, row)
        for row in rows_of(code, scope_code, day)
        if _fit(row, item) >= 0
    ]
    if fitting:
        row = max(fitting, key=lambda entry: entry[:4])[4]
        return Set(row.amount, row.unit, row)
    return Set(BY_CODE[code].amount, BY_CODE[code].unit)


def _fit(row: Provision, item: Item | None) -> int:
    """2 for the item, 1 for its class, 0 for everything, -1: not for it."""
    if row.item_code:
        return 2 if item is not None and item.code == row.item_code else -1
    if row.class_code:
        return 1 if item is not None and item.code[:4] == row.class_code else -1
    return 0


def opened_on(case: Case) -> date:
    """The day by whose rows a case goes to its end: an old case keeps its limits."""
    return clock.local(case.opened_at).date()


def handle_limit(case: Case, item: Item | None) -> tuple[int, str]:
    """The time for the answer: by a row for item or class, else by the catalogue's item, else by the general row.

    An urgent matter stays one in hours: rows in working days do not touch it.
    """
    return _handle(provision("service.handle", case.scope_code, opened_on(case), item), item)


def limit_today(item: Item | None) -> tuple[int, str]:
    """The same for what is reported today somewhere in the city."""
    return _handle(provision("service.handle", "", clock.today(), item), item)


def _handle(found: Set, item: Item | None) -> tuple[int, str]:
    urgent_hours = item.urgent_hours if item is not None else None
    special = found.row is not None and bool(found.row.item_code or found.row.class_code)
    if urgent_hours:
        return found.limit if special and found.unit == "hours" else (urgent_hours, "hours")
    if item is None or special:
        return found.limit
    return item.limit_days, "working_days"


def stage_limit(case: Case, stage: str) -> tuple[int, str] | None:
    """What a dated row sets for a stage of an appeal; None: as the lifecycle table has it."""
    code = f"service.{stage}"
    if code not in BY_CODE or case.urgent:
        return None
    found = provision(code, case.scope_code, opened_on(case))
    return found.limit if found.row is not None else None


SIDE_STAGES = {
    "remedy": "call_back.remedy", "again": "call_back.again", "accept": "petition.accept", "answer": "petition.answer",
    "ask_review": "petition.ask_review", "review": "petition.review", "ask_recheck": "petition.ask_recheck",
    "recheck": "petition.recheck",
}  # fmt: skip
"""The stages of remedies and petitions, and what sets their limits."""


def side_limit(case: Case, stage: str) -> tuple[int, str] | None:
    """What a dated row sets for a stage of a remedy or a petition; None: as the lifecycle table has it."""
    found = provision(SIDE_STAGES[stage], case.scope_code, opened_on(case))
    return found.limit if found.row is not None else None


def for_case(code: str, case: Case, item: Item | None = None) -> Set:
    """What counts for a case, by the day it was opened."""
    return provision(code, case.scope_code, opened_on(case), item)


def listed(states: Iterable[str]) -> QuerySet[Provision]:
    """The rows in these states. Page them by ("-id",)."""
    found = Provision.objects.filter(state__in=list(states))
    return found.select_related("proposed_post", "decided_post", "proposed_post__organisation")


def named(row: Provision) -> str:
    """The item or the class that a row is for, in words; "" for everything."""
    item = catalogue.item_of(row.item_code)
    if row.item_code:
        return item.label if item else row.item_code
    for group in catalogue.choices().categories.values():
        for one in group:
            if one.code == row.class_code:
                return one.label
    return row.class_code
