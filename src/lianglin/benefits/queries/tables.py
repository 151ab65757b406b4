"""The parameters as rows of a workbook, and what a workbook that comes back would change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from lianglin.benefits.models import Parameter, ParameterValue
from lianglin.benefits.queries import packages
from lianglin.benefits.rules import figures
from lianglin.benefits.rules.figures import Entry
from lianglin.benefits.rules.workbook import AREA, DOCUMENT, FROM, NAME, TO, TO_ENTER, VALUE, Row

SHEETS = {"money": "金额", "number": "数值", "date": "日期"}
SAMPLES = "示例"


@dataclass(frozen=True)
class Wrong:
    """A cell of a row that says nothing that can be taken; ``code`` as in rules.figures, or: name, day, order, area, document."""

    cell: str
    code: str
    text: str


@dataclass(frozen=True)
class Change:
    """One value that would be entered; ``before`` is what counts there now, "" for nothing."""

    name: str
    unit: str
    before: str
    entry: Entry


@dataclass
class Difference:
    """What a workbook would change."""

    changes: list[Change] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    same: int = 0


def rows() -> dict[str, list[Row]]:
    """Sheet -> its rows, values in force; parameters without any value have a row to be filled."""
    found: dict[str, list[Row]] = {title: [] for title in (*SHEETS.values(), SAMPLES)}
    held: dict[int, list[ParameterValue]] = {}
    for value in ParameterValue.objects.filter(state="in_force").order_by(
        "parameter_id", "area", "from_on", "id"
    ):
        held.setdefault(value.parameter_id, []).append(value)
    for one in Parameter.objects.order_by("name"):
        title = SAMPLES if one.sample else SHEETS[one.kind]
        found[title] += [_row(one, value) for value in held.get(one.pk, [])] or [
            Row(one.name, one.unit, "", "", "", TO_ENTER, "")
        ]
    return {title: sheet for title, sheet in found.items() if sheet}


def _row(one: Parameter, value: ParameterValue) -> Row:
    said = packages.value_text(one.kind, one.scale, value.value)
    return Row(
        one.name, one.unit, value.area, value.from_on.isoformat(), value.to_on.isoformat() if value.to_on else "",
        said.removesuffix("元"), value.document,
    )  # fmt: skip


def difference(given: Iterable[Row]) -> Difference:
    """Compares rows with what counts, and with what waits; rows that say 待填 change nothing."""
    found, seen = Difference(), set[tuple[int, str, date]]()
    known = {one.name: one for one in Parameter.objects.all()}
    held = {
        (value.parameter_id, value.area, value.from_on): value
        for value in ParameterValue.objects.filter(state__in=["in_force", "waiting"]).order_by("-state", "id")
    }
    for row in given:
        if row.value in ("", TO_ENTER):
            continue
        wrong = list(_wrong(row, known.get(row.name)))
        found.wrong += wrong
        if wrong:
            continue
        one = known[row.name]
        entry = Entry(
            one.pk, row.area, date.fromisoformat(row.from_on), _day(row.to_on), row.value, row.document
        )
        key = (one.pk, entry.area, entry.from_on)
        if key in seen:
            found.wrong.append(Wrong(row.cell(FROM), "twice", row.from_on))
            continue
        seen.add(key)
        now = held.get(key)
        value = figures.value_of(row.value, one.kind, one.scale)
        if now is not None and (now.value, now.document, now.to_on) == (value, entry.document, entry.to_on):
            found.same += 1
            continue
        before = packages.value_text(one.kind, one.scale, now.value) if now is not None else ""
        found.changes.append(Change(one.name, one.unit, before, entry))
    return found


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _wrong(row: Row, one: Parameter | None) -> Iterable[Wrong]:
    if one is None:
        yield Wrong(row.cell(NAME), "name", row.name)
        return
    try:
        figures.value_of(row.value, one.kind, one.scale)
    except figures.NoValue as wrong:
        yield Wrong(row.cell(VALUE), wrong.code, row.value)
    days: list[date] = []
    for column, text in ((FROM, row.from_on), (TO, row.to_on)):
        try:
            days += [date.fromisoformat(text)] if text or column == FROM else []
        except ValueError:
            yield Wrong(row.cell(column), "date", text)
    if len(days) == 2 and days[1] < days[0]:
        yield Wrong(row.cell(TO), "order", row.to_on)
    if not figures.is_area(row.area):
        yield Wrong(row.cell(AREA), "area", row.area)
    if not row.document:
        yield Wrong(row.cell(DOCUMENT), "document", "")
