"""What a report for publication says of figures that are published by month."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lianglin.indicators.models import PublishedValue
from lianglin.indicators.reports import publicly
from lianglin.indicators.reports.words import Cell
from lianglin.indicators.rules import Counts
from lianglin.kit.domain import Indicator
from lianglin.kit.period import Period

PLACE, CITY = "230103", ""
HIDDEN = Cell(Counts(0), hidden="guard")
QUARTER = Period.parse("2026-Q3")


def figure(kind: Any = "flow", **more: Any) -> Indicator:
    return Indicator("x.figure", "x", "x", "persons", kind, cells="x:y", **more)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> dict[Any, PublishedValue]:
    """What is published: filled by :func:`put`."""
    rows: dict[Any, PublishedValue] = {}
    monkeypatch.setattr(publicly.queries, "published", lambda _places, _months: rows)
    return rows


def put(rows: dict[Any, PublishedValue], month: int, place: str, count: int | None) -> None:
    rows[place, "x.figure", "", date(2026, month, 1)] = PublishedValue(
        numerator=count, hidden="" if count else "hidden"
    )


def told(one: Indicator, period: Period, place: str = PLACE) -> Cell | None:
    return publicly.known([one], [place], period).get((one.code, place))


def test_months_are_added_up_as_they_were_published(published: dict[Any, PublishedValue]) -> None:
    for month, count in ((7, 20), (8, 30), (9, 40)):
        put(published, month, CITY, 100)
        put(published, month, PLACE, count)
    assert told(figure(people=True), QUARTER) == Cell(Counts(90))
    assert told(figure("stock", people=True), QUARTER) == Cell(Counts(40))
    assert told(figure(), QUARTER, "230104") == Cell(Counts(0))


def test_a_period_with_one_hidden_month_is_hidden(published: dict[Any, PublishedValue]) -> None:
    for month in (7, 8, 9):
        put(published, month, CITY, 100)
        put(published, month, PLACE, None if month == 8 else 50)
    assert told(figure(people=True), QUARTER) == HIDDEN
    assert told(figure(), QUARTER) == HIDDEN


def test_people_are_not_told_of_before_the_month_is_published_nor_by_the_week(
    published: dict[Any, PublishedValue],
) -> None:
    assert told(figure(people=True), Period.month(2026, 10)) == HIDDEN
    assert told(figure(), Period.month(2026, 10)) is None
    put(published, 10, CITY, 100)
    put(published, 10, PLACE, 50)
    assert told(figure(people=True), Period.month(2026, 10)) == Cell(Counts(50))
    assert told(figure(people=True), Period.parse("2026-W41")) == HIDDEN
    assert told(figure(), Period.parse("2026-W41")) is None


def test_a_running_total_of_people_is_told_for_the_whole_city_alone(
    published: dict[Any, PublishedValue],
) -> None:
    put(published, 10, CITY, 100)
    running = figure("cumulative", people=True)
    assert told(running, Period.month(2026, 10)) == HIDDEN
    assert told(running, Period.month(2026, 10), CITY) == Cell(Counts(100))


def test_a_figure_that_is_not_published_is_none_of_this() -> None:
    assert told(figure(people=True, published=False), Period.month(2026, 10)) is None


def test_parts_that_say_another_number_than_the_published_whole_are_found() -> None:
    assert publicly.add_up([Counts(5), Counts(7)], Cell(Counts(12)))
    assert not publicly.add_up([Counts(5), Counts(8)], Cell(Counts(12)))
    assert publicly.add_up([Counts(1, 2), Counts(3, 4), Counts(0, 0)], Cell(Counts(4, 6)))
    assert not publicly.add_up([], Cell(Counts(12)))
    assert publicly.add_up([], Cell(Counts(0, 0)))
