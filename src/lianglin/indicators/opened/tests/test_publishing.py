"""Publishing and publishing again: late cases, running totals, places merged. Rows are made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from lianglin.access.actor import job
from lianglin.indicators.models import IndicatorValue, PublishedValue
from lianglin.indicators.opened import publishing
from lianglin.indicators.tests.city import HERE, NEXT_DOOR, OTHER_DISTRICT, STREET, districts, figure, put
from lianglin.kit import clock, discovery
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.period import Period
from lianglin.places.queries import history
from lianglin.places.rules.crosswalk import Crosswalk, Passage

COUNT, AGAIN, GROWN, WORK = "test.count", "test.again", "test.grown", "test.work"
INDICATORS = {
    i.code: replace(i, cells="x:y")
    for i in (
        figure(COUNT, "cases", people=True),
        figure(AGAIN, "percent"),
        figure(GROWN, "cases", kind="cumulative", people=True),
        figure(WORK, "cases"),
    )
}
OCTOBER, SEPTEMBER = Period.month(2026, 10), Period.month(2026, 9)


@pytest.fixture(autouse=True)
def own_figures(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[None]:
    """Only these figures; the clock stands in November 2026."""
    monkeypatch.setattr(discovery, "indicators", lambda: INDICATORS)
    before = clock.offset()
    clock.set_offset(timedelta(0))
    clock.set_offset(datetime(2026, 11, 20, 10, tzinfo=CITY_ZONE) - clock.now())
    districts()
    yield
    clock.set_offset(before)


def counted(code: str, **places: tuple[int, int | None]) -> None:
    """The cells of October, in place of those before."""
    IndicatorValue.objects.filter(indicator=code, month=OCTOBER.start).delete()
    for name, (numerator, denominator) in places.items():
        put(code, {"here": HERE, "next": NEXT_DOOR, "far": OTHER_DISTRICT}[name], numerator, denominator, month=OCTOBER.start)  # fmt: skip


def published(code: str, month: Period = OCTOBER) -> dict[str, int | None]:
    """place -> published count, None where it is hidden."""
    rows = PublishedValue.objects.filter(indicator=code, month=month.start)
    return {row.scope_code: row.numerator for row in rows}


def publish(*months: Period) -> int:
    return publishing.publish(by=job(), months=months or [OCTOBER])


def test_the_base_of_a_rate_hides_what_its_count_hides() -> None:
    counted(COUNT, here=(4, None), next=(40, None), far=(50, None))
    counted(AGAIN, here=(0, 4), next=(3, 40), far=(1, 50))
    publish()
    hidden = {row.scope_code for row in PublishedValue.objects.filter(indicator=AGAIN, hidden="hidden")}
    assert hidden == {HERE, NEXT_DOOR}
    assert published(COUNT)[STREET] == 44


def test_one_late_case_changes_nothing_that_is_published() -> None:
    counted(COUNT, here=(44, None), next=(40, None), far=(50, None))
    publish()
    counted(COUNT, here=(45, None), next=(40, None), far=(50, None))
    assert publish() == 0
    assert (published(COUNT)[HERE], published(COUNT)[""]) == (44, 134)


def test_ten_late_cases_are_told_with_a_new_revision() -> None:
    counted(COUNT, here=(44, None), next=(40, None), far=(50, None))
    publish()
    counted(COUNT, here=(56, None), next=(40, None), far=(50, None))
    publish()
    revised = {row.scope_code: row for row in PublishedValue.objects.filter(indicator=COUNT)}
    assert (revised[HERE].numerator, revised[HERE].revision) == (56, 1)
    assert (revised[NEXT_DOOR].revision, revised[""].numerator) == (0, 146)
    first = revised[HERE].first_published_at
    assert first is not None
    assert first < revised[HERE].published_at


def test_a_place_that_moves_little_holds_its_neighbours_too() -> None:
    """The city's and the district's new totals are told; which community it was is not."""
    counted(COUNT, here=(44, None), next=(40, None), far=(50, None))
    publish()
    counted(COUNT, here=(56, None), next=(43, None), far=(50, None))
    publish()
    assert (published(COUNT)[""], published(COUNT)[STREET]) == (149, 99)
    assert (published(COUNT)[HERE], published(COUNT)[NEXT_DOOR]) == (44, 40)


def test_an_office_s_own_work_is_corrected_to_the_last_case() -> None:
    counted(WORK, here=(3, None))
    publish()
    counted(WORK, here=(4, None))
    publish()
    assert published(WORK)[HERE] == 4


def test_a_running_total_about_people_is_the_city_s_and_waits_for_ten() -> None:
    put(GROWN, HERE, 30, month=SEPTEMBER.start)
    put(GROWN, NEXT_DOOR, 4, month=OCTOBER.start)
    publish(OCTOBER, SEPTEMBER)
    assert published(GROWN, SEPTEMBER) == {"": 30}
    assert published(GROWN) == {"": None}, "else the two months tell of four persons"
    put(GROWN, OTHER_DISTRICT, 2, month=OCTOBER.start)
    assert publish() == 0


def test_a_month_stands_under_the_codes_it_was_published_with(monkeypatch: pytest.MonkeyPatch) -> None:
    counted(COUNT, here=(44, None), next=(4, None), far=(50, None))
    publish()
    merged = Passage(
        date(2026, 11, 1), {(HERE, f"{STREET}009"): 1, (NEXT_DOOR, f"{STREET}009"): 1}, merge=True
    )
    monkeypatch.setattr(history, "crosswalk", lambda: Crosswalk((merged,)))
    counted(COUNT, here=(44, None), next=(40, None), far=(90, None))
    assert publish() == 0
    assert f"{STREET}009" not in published(COUNT)


def test_months_before_anything_was_counted_are_not_published() -> None:
    counted(COUNT, here=(44, None))
    publish(SEPTEMBER, OCTOBER)
    assert published(COUNT, SEPTEMBER) == {}
    assert published(WORK) == {"": 0}, "nothing counted in a published month is nought"
