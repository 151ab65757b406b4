"""What a figure said before: kept only where it changed, by day, at every level, with the reason; and as it was published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.indicators import actions
from lianglin.indicators.models import (
    DefinitionVersion,
    FigureRevision,
    IndicatorValue,
    PublishedRevision,
    PublishedValue,
)
from lianglin.indicators.rules import Counts
from lianglin.indicators.tests.city import (
    HERE,
    MONTH,
    NEXT_DOOR,
    OTHER_DISTRICT,
    STREET,
    browser,
    districts,
    figure,
)
from lianglin.indicators.values import definitions, history, writing
from lianglin.kit import clock, discovery
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period

RATE, GROWN = "test.rate", "test.grown"
COMPUTED: list[Cell] = []
OCTOBER = Period.month(2026, 10)


def cells(codes: list[str], span: Period, scope_codes: list[str] | None) -> Iterator[Cell]:
    """What the tests put into ``COMPUTED``."""
    for cell in COMPUTED:
        if (
            cell.indicator in codes
            and span.start <= cell.month < span.end
            and (scope_codes is None or cell.scope_code in scope_codes)
        ):
            yield cell


def on(day: int, month: int = 11, hour: int = 10) -> None:
    """The clock stands on this day."""
    clock.set_offset(timedelta(0))
    clock.set_offset(datetime(2026, month, day, hour, tzinfo=CITY_ZONE) - clock.now())


@pytest.fixture(autouse=True)
def own_figures(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[None]:
    declared = {
        RATE: figure(RATE, "percent", people=True, numerator_label="done", denominator_label="of"),
        GROWN: figure(GROWN, "cases", kind="cumulative"),
    }
    declared = {code: replace(i, cells=f"{__name__}:cells") for code, i in declared.items()}
    monkeypatch.setattr(discovery, "indicators", lambda: declared)
    COMPUTED.clear()
    before = clock.offset()
    on(1)
    districts()
    definitions.keep(declared.values(), date(2026, 9, 1))
    yield
    clock.set_offset(before)


def count(*found: tuple[str, int, int], month: Period = OCTOBER, **more: str) -> None:
    """The month is counted as it stands now."""
    COMPUTED[:] = [Cell(RATE, month.start, place, n, d) for place, n, d in found]
    actions.refresh(by=job(), codes=[RATE], span=month, **more)


def rate() -> object:
    return discovery.indicators()[RATE]


def said(prefix: str, day: int) -> Counts | None:
    return history.as_of(rate(), prefix, [OCTOBER.start], date(2026, 11, day))[OCTOBER.start]


def test_what_a_figure_said_on_a_day_is_answered_at_every_level() -> None:
    count((HERE, 8, 10), (OTHER_DISTRICT, 5, 5))
    on(5)
    count((HERE, 9, 10), (NEXT_DOOR, 1, 1), (OTHER_DISTRICT, 5, 5))
    on(9)
    count((HERE, 9, 10), (OTHER_DISTRICT, 5, 5), cause="ruling")
    assert [said(HERE, day) for day in (1, 4, 5, 9)] == [
        Counts(8, 10), Counts(8, 10), Counts(9, 10), Counts(9, 10)
    ]  # fmt: skip
    assert [said(STREET, day) for day in (4, 5, 8, 9)] == [
        Counts(8, 10), Counts(10, 11), Counts(10, 11), Counts(9, 10)
    ]  # fmt: skip
    assert said("", 8) == Counts(15, 16)
    steps = history.steps(rate(), STREET, OCTOBER.start)
    assert [(step.day.day, step.counts, step.causes) for step in steps if step.day] == [
        (1, Counts(8, 10), ()),
        (5, Counts(10, 11), ("counted",)),
        (9, Counts(9, 10), ("ruling",)),
    ]


def test_counting_every_ten_minutes_keeps_one_line_a_day_and_none_for_what_stood_still() -> None:
    count((HERE, 8, 10), (NEXT_DOOR, 1, 1))
    on(2)
    for n in range(5):
        count((HERE, 8 + n % 3, 10), (NEXT_DOOR, 1, 1))
    assert list(
        FigureRevision.objects.values_list("scope_code", "numerator", "valid_from", "valid_until")
    ) == [(HERE, 8, date(2026, 11, 1), date(2026, 11, 2))]
    assert said(HERE, 2) == Counts(9, 10)


def test_a_changed_definition_is_named_as_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    count((HERE, 8, 10))
    on(3)
    newer = {RATE: replace(discovery.indicators()[RATE], definition_version="2", definition="定义：改过。")}
    monkeypatch.setattr(discovery, "indicators", lambda: newer)
    count((HERE, 8, 10))
    assert FigureRevision.objects.get().ended_by == "definition"
    assert definitions.keep(newer.values(), clock.today()) == 1
    assert definitions.keep(newer.values(), clock.today()) == 0
    then, now = definitions.on_day(RATE, date(2026, 11, 2)), definitions.on_day(RATE, date(2026, 11, 3))
    assert then
    assert now
    assert (then.version, now.version) == ("1", "2")
    assert definitions.words(then)["definition"] == "定义：测试用。"


def test_a_cumulative_figure_is_answered_with_all_months_before() -> None:
    COMPUTED[:] = [Cell(GROWN, date(2026, m, 1), HERE, 10) for m in (9, 10)]
    actions.refresh(by=job(), codes=[GROWN], span=Period(date(2026, 9, 1), OCTOBER.end))
    on(6)
    COMPUTED[0] = Cell(GROWN, date(2026, 9, 1), HERE, 12)
    actions.refresh(by=job(), codes=[GROWN], span=Period(date(2026, 9, 1), OCTOBER.end))
    grown = discovery.indicators()[GROWN]
    answers = [history.as_of(grown, "", [OCTOBER.start], date(2026, 11, d))[OCTOBER.start] for d in (5, 6)]
    assert answers == [Counts(20), Counts(22)]


def test_what_was_told_before_the_history_began_is_answered_as_it_stands() -> None:
    IndicatorValue.objects.create(
        indicator=RATE, month=OCTOBER.start, scope_code=HERE, numerator=7, denominator=10, definition_version="1",
        computed_at=clock.now(),
    )  # fmt: skip
    on(4)
    count((HERE, 8, 10))
    assert (said(HERE, 3), said(HERE, 4)) == (Counts(7, 10), Counts(8, 10))
    assert history.steps(rate(), HERE, OCTOBER.start)[0].day is None


def test_running_months_are_thinned_when_long_over_and_later_changes_stay() -> None:
    kept = {
        "indicator": RATE,
        "scope_code": HERE,
        "numerator": 1,
        "definition_version": "1",
        "ended_by": "counted",
    }
    old = date(2025, 6, 1)
    FigureRevision.objects.create(month=old, valid_until=date(2025, 6, 20), **kept)
    FigureRevision.objects.create(month=old, valid_until=date(2025, 7, 9), **kept)
    FigureRevision.objects.create(month=OCTOBER.start, valid_until=date(2026, 10, 9), **kept)
    assert writing.thin(by=job()) == 1
    assert set(FigureRevision.objects.values_list("valid_until", flat=True)) == {
        date(2025, 7, 9),
        date(2026, 10, 9),
    }


def test_each_version_of_a_published_value_stays_with_its_time() -> None:
    def publish(n: int) -> None:
        count((HERE, n, 40), (OTHER_DISTRICT, 30, 30))
        actions.publish(by=job(), months=[OCTOBER])

    publish(30)
    first = PublishedValue.objects.get(scope_code="", indicator=RATE)
    on(5)
    publish(30)
    assert not PublishedRevision.objects.exists()
    assert PublishedValue.objects.get(scope_code="", indicator=RATE).published_at == first.published_at
    on(6)
    publish(15)
    versions = history.published_versions(rate(), "2301", OCTOBER.start)
    assert [row.numerator for row in versions] == [45, 60]
    assert versions[1].published_at == first.published_at
    assert not PublishedRevision.objects.filter(scope_code=OTHER_DISTRICT).exists()


def test_staff_read_the_history_of_their_area_and_write_none() -> None:
    count((HERE, 8, 10), (OTHER_DISTRICT, 5, 5))
    on(2)
    count((HERE, 9, 10), (OTHER_DISTRICT, 4, 5))
    with acting(Actor(role="staff", low=STREET, high=STREET + "~", purposes=frozenset({"handle_case"}))):
        assert {row.scope_code for row in FigureRevision.objects.all()} == {HERE}
        with pytest.raises(DatabaseError), transaction.atomic():
            FigureRevision.objects.update(numerator=1)


@pytest.mark.rows("R058")
def test_the_page_answers_what_a_figure_said_and_why_it_changed() -> None:
    count((HERE, 38, 40))
    on(5)
    count((HERE, 39, 40), cause="ruling")
    street = browser("street_coordinator", STREET)
    page = street.get(f"/figures/one/{RATE}/?place={HERE}&month=2026-10&day=2026-11-03")
    text = page.content.decode()
    assert page.context["asked_line"]["then"].counts == Counts(38, 40)
    assert "统计认定" in text
    assert "现在的数值已不同" in text
    assert [line["then_told"] for line in page.context["lines"]][-2:] == ["–", "95.0%"]
    early = street.get(f"/figures/one/{RATE}/?place={HERE}&month=2026-10&day=2026-08-31")
    assert "历史数值自以下日期起留存" in early.content.decode()


@pytest.mark.parametrize(
    ("query", "status"), [("day=2027-01-01", 422), ("day=yesterday", 422), ("place=230104", 404), ("", 200)]
)
def test_a_wrong_question_is_refused_plainly(query: str, status: int) -> None:
    street = browser("street_coordinator", STREET)
    assert street.get(f"/figures/one/{RATE}/?{query}").status_code == status


def test_a_rate_on_few_stands_as_its_counts_with_no_judgement() -> None:
    count((HERE, 4, 5), month=MONTH)
    page = browser("community_worker", HERE).get(f"/figures/?indicator={RATE}").content.decode()
    assert "4 / 5" in page
    assert "80.0%" not in page


def test_a_definition_opens_as_it_was_on_a_day() -> None:
    DefinitionVersion.objects.filter(indicator=RATE).update(valid_until=date(2026, 10, 1))
    definitions.keep([replace(discovery.indicators()[RATE], definition="新口径")], date(2026, 10, 1))
    street = browser("street_coordinator", STREET)
    old = street.get(f"/figures/one/{RATE}/definition/?day=2026-09-15").content.decode()
    assert ("定义：测试用。" in old, "新口径" in old) == (True, False)


def test_the_page_asks_as_often_however_long_the_history() -> None:
    street, asked = browser("street_coordinator", STREET), []
    for day in (2, 3, 4, 5):
        on(day)
        count((HERE, 20 + day, 40), (NEXT_DOOR, day, 9))
        with CaptureQueriesContext(connection) as captured:
            page = street.get(f"/figures/one/{RATE}/?month=2026-10&day=2026-11-02")
        assert page.status_code == 200
        asked.append(len(captured))
    assert len(page.context["steps"]) == 4
    assert asked[1] == asked[-1] <= 24, asked
