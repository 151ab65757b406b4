"""Stored figures: summed over a code prefix, compared, published; who sees which. Rows are made by hand here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from lianglin.access import actor as actors
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.indicators import actions, queries, tasks
from lianglin.indicators.models import IndicatorValue, PublishedValue
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
    put,
)
from lianglin.kit import clock, discovery
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.domain import Cell, Indicator
from lianglin.kit.errors import Forbidden
from lianglin.kit.period import Period

RATE, COUNT, GROWN, STOCK, PARTS = "test.rate", "test.count", "test.grown", "test.stock", "test.parts"
INDICATORS = {
    i.code: i
    for i in (
        figure(COUNT, "cases", people=True),
        figure(
            RATE,
            "percent",
            people=True,
            target=95.0,
            numerator_label="done",
            denominator_label="of",
            rest_label="not",
        ),
        figure(GROWN, "cases", kind="cumulative"),
        figure(STOCK, "cases", kind="stock"),
        figure(PARTS, "cases", people=True, members=f"{__name__}:members"),
    )
}
COMPUTED: list[Cell] = []


def members() -> dict[str, str]:
    """Two parts."""
    return {"a": "第一类", "b": "第二类"}


def cells(codes: list[str], span: Period, scope_codes: list[str] | None) -> Iterator[Cell]:
    """What the tests put into ``COMPUTED``."""
    for cell in COMPUTED:
        asked = scope_codes is None or cell.scope_code in scope_codes
        if asked and cell.indicator in codes and span.start <= cell.month < span.end:
            yield cell


@pytest.fixture(autouse=True)
def own_figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only the figures declared here; nothing computed yet; the clock stands in November 2026."""
    declared = {code: replace(i, cells=f"{__name__}:cells") for code, i in INDICATORS.items()}
    monkeypatch.setattr(discovery, "indicators", lambda: declared)
    COMPUTED.clear()
    before = clock.offset()
    clock.set_offset(timedelta(0))
    clock.set_offset(datetime(2026, 11, 20, 10, tzinfo=CITY_ZONE) - clock.now())
    yield
    clock.set_offset(before)


@pytest.fixture
def city(db: None) -> None:
    districts()


def staff(prefix: str) -> Actor:
    return Actor(role="staff", low=prefix, high=prefix + "~", purposes=frozenset({"handle_case"}))


# --- summing -----------------------------------------------------------------------------------------------


def test_a_code_prefix_sums_every_level(city: None) -> None:
    for place, numerator, denominator in ((HERE, 8, 10), (NEXT_DOOR, 20, 20), (OTHER_DISTRICT, 1, 2)):
        put(RATE, place, numerator, denominator)
    for prefix, expected in (
        ("", (29, 32)),
        ("2301", (29, 32)),
        ("230103", (28, 30)),
        (STREET, (28, 30)),
        (HERE, (8, 10)),
    ):
        assert queries.value(RATE, prefix, MONTH).counts == Counts(*expected)
    assert queries.value(RATE, "", MONTH).amount == 90.6


def test_the_places_below_are_summed_by_their_codes(city: None) -> None:
    put(COUNT, HERE, 3)
    put(COUNT, NEXT_DOOR, 4)
    put(COUNT, OTHER_DISTRICT, 5)
    by_county = queries.by_place("", 6, [INDICATORS[COUNT]], MONTH.start)
    assert {place: counts.numerator for (place, _code), counts in by_county.items()} == {
        "230103": 7,
        "230104": 5,
    }


def test_flows_add_up_over_months_and_stocks_do_not(city: None) -> None:
    for month, number in ((9, 1), (10, 2), (11, 4)):
        for code in (COUNT, GROWN, STOCK):
            put(code, HERE, number, month=date(2026, month, 1))
    quarter = Period(date(2026, 10, 1), date(2026, 12, 1))
    values = {code: queries.value(code, HERE, quarter).counts.numerator for code in (COUNT, GROWN, STOCK)}
    assert values == {COUNT: 6, GROWN: 7, STOCK: 4}


def test_an_unknown_figure_is_no_zero(city: None) -> None:
    with pytest.raises(KeyError):
        queries.value("test.none", "", MONTH)


def test_nothing_counted_is_zero_and_no_rate(city: None) -> None:
    figure = queries.value(RATE, HERE, MONTH)
    assert (figure.counts, figure.amount, figure.computed_at) == (Counts(0, 0), None, None)


# --- computing ---------------------------------------------------------------------------------------------


def test_computing_twice_counts_once(city: None) -> None:
    COMPUTED.append(Cell(COUNT, MONTH.start, HERE, 3))
    for _time in range(2):
        actions.refresh(by=job(), codes=[], span=MONTH)
    assert queries.value(COUNT, "", MONTH).counts == Counts(3)


def test_a_cell_that_is_empty_again_disappears(city: None) -> None:
    COMPUTED.extend([Cell(COUNT, MONTH.start, HERE, 3), Cell(COUNT, MONTH.start, NEXT_DOOR, 5)])
    actions.refresh(by=job(), codes=[], span=MONTH)
    COMPUTED.clear()
    actions.refresh(by=job(), codes=[COUNT], span=MONTH, scope_codes=[HERE])
    assert list(IndicatorValue.objects.values_list("scope_code", "numerator")) == [(NEXT_DOOR, 5)]


def test_the_job_role_itself_may_compute_and_publish(city: None) -> None:
    COMPUTED.append(Cell(COUNT, date(2026, 10, 1), HERE, 30))
    with acting(job()) as system:
        actions.rebuild(by=system, months=3)
    assert PublishedValue.objects.filter(indicator=COUNT).count() == 4  # city, county, street, community


def test_only_the_system_computes(city: None) -> None:
    with pytest.raises(Forbidden):
        actions.refresh(by=staff(""), codes=[], span=MONTH)


def test_a_figure_that_is_no_longer_declared_is_forgotten(city: None) -> None:
    put("test.old", HERE, 3)
    actions.rebuild(by=job(), months=1)
    assert not IndicatorValue.objects.filter(indicator="test.old").exists()


@pytest.mark.parametrize("already", [0, 1, 2])
def test_time_that_passed_asks_for_the_month_whoever_advanced_it(city: None, already: int) -> None:
    for _time in range(already):
        tasks.time_has_passed()
    with acting(actors.public()):
        tasks.time_has_passed()
    assert ProcrastinateJob.objects.filter(task_name=tasks.THIS_MONTH).count() == already + 1


def test_the_periodic_tasks_count_and_publish(city: None) -> None:
    COMPUTED.extend([Cell(COUNT, MONTH.start, HERE, 12), Cell(COUNT, date(2026, 10, 1), HERE, 30)])
    tasks.this_month(timestamp=0)
    assert queries.value(COUNT, HERE, MONTH).counts == Counts(12)
    tasks.last_months(timestamp=0)
    assert set(PublishedValue.objects.filter(indicator=COUNT).values_list("month", "numerator")) == {
        (date(2026, 10, 1), 30)
    }


# --- who sees what -----------------------------------------------------------------------------------------


def test_staff_read_the_figures_of_their_area_only(city: None) -> None:
    for place in (HERE, NEXT_DOOR, OTHER_DISTRICT):
        put(COUNT, place, 1)
    seen = {}
    for prefix in (HERE, STREET, "230104", ""):
        with acting(staff(prefix)):
            seen[prefix] = queries.value(COUNT, "", MONTH).counts.numerator
    assert seen == {HERE: 1, STREET: 2, "230104": 1, "": 3}


@pytest.mark.parametrize("actor", [actors.public(), actors.resident(1)], ids=["public", "resident"])
def test_the_public_reads_no_figure_but_the_published(city: None, actor: Actor) -> None:
    put(COUNT, HERE, 1)
    with acting(actor):
        assert list(PublishedValue.objects.all()) == []
        with pytest.raises(DatabaseError), transaction.atomic():
            list(IndicatorValue.objects.all())


def test_nobody_but_the_system_writes_figures(city: None) -> None:
    put(COUNT, HERE, 1)
    with acting(staff("")):
        for write in (
            lambda: IndicatorValue.objects.update(numerator=2),
            lambda: PublishedValue.objects.create(
                indicator=COUNT, month=MONTH.start, published_at=clock.now()
            ),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                write()


# --- publishing --------------------------------------------------------------------------------------------


def test_small_cells_are_hidden_with_what_would_give_them_away(city: None) -> None:
    october = date(2026, 10, 1)
    COMPUTED.extend(
        [
            Cell(COUNT, october, HERE, 4),
            Cell(COUNT, october, NEXT_DOOR, 40),
            Cell(COUNT, october, OTHER_DISTRICT, 12),
        ]
    )
    actions.rebuild(by=job(), months=2)
    cells = {row.scope_code: row for row in PublishedValue.objects.filter(indicator=COUNT)}
    assert (cells[""].numerator, cells["230103"].numerator, cells["230104"].numerator) == (56, 44, 12)
    assert (cells[HERE].hidden, cells[HERE].numerator) == ("hidden", None)
    assert (cells[NEXT_DOOR].hidden, cells[NEXT_DOOR].numerator) == ("hidden", None)


def test_a_running_month_is_not_published(city: None) -> None:
    COMPUTED.append(Cell(COUNT, MONTH.start, HERE, 40))
    actions.rebuild(by=job(), months=2)
    assert not PublishedValue.objects.exists()


def test_parts_are_published_for_the_whole_city_only(city: None) -> None:
    october = date(2026, 10, 1)
    COMPUTED.extend(
        [Cell(PARTS, october, HERE, 30, None, "a"), Cell(PARTS, october, NEXT_DOOR, 3, None, "b")]
    )
    actions.rebuild(by=job(), months=2)
    cells = {
        (row.scope_code, row.member): row.hidden for row in PublishedValue.objects.filter(indicator=PARTS)
    }
    assert cells == {("", ""): "", ("", "a"): "hidden", ("", "b"): "hidden"}


def test_the_public_page_shows_no_small_number(city: None, client: Client) -> None:
    october = date(2026, 10, 1)
    COMPUTED.extend([Cell(COUNT, october, HERE, 4), Cell(COUNT, october, NEXT_DOOR, 41)])
    actions.rebuild(by=job(), months=2)
    page = client.get(f"/figures/public/?place={STREET}")
    assert page.status_code == 200
    assert [line["cells"][0]["hidden"] for line in page.context["lines"]] == ["hidden", "hidden"]
    assert page.context["tiles"][0]["shown"].counts == Counts(45)


def test_before_anything_is_published_the_page_says_so(city: None, client: Client) -> None:
    page = client.get("/figures/public/")
    assert page.status_code == 200
    assert "尚未公布" in page.content.decode()


def test_definitions_are_open_to_everybody(city: None, client: Client) -> None:
    assert RATE in client.get("/figures/definitions/").content.decode()


# --- pages of the desk -------------------------------------------------------------------------------------


def test_the_dashboard_shows_value_counts_goal_and_data_time(city: None) -> None:
    put(RATE, HERE, 19, 20)
    page = browser("community_worker", HERE).get("/figures/")
    text = page.content.decode()
    shown = next(tile for tile in page.context["sheet"].tiles if tile.indicator.code == RATE)
    assert (shown.amount, shown.counts, shown.indicator.target) == (95.0, Counts(19, 20), 95.0)
    assert "数据截至" in text
    assert "定义" in text


def test_the_trend_has_thirteen_months_with_a_table_twin(city: None) -> None:
    put(RATE, HERE, 19, 20)
    put(RATE, HERE, 9, 10, month=date(2025, 11, 1))
    page = browser("community_worker", HERE).get("/figures/")
    trend = page.context["sheet"].trend
    assert (len(trend), trend[0].url, trend[0].amount, trend[-1].amount) == (13, "2025-11", 90.0, 95.0)
    assert '<td class="num" data-value="90.0">' in page.content.decode()


def test_places_stand_in_the_order_of_their_codes(city: None) -> None:
    put(RATE, HERE, 1, 20)
    put(RATE, NEXT_DOOR, 20, 20)
    page = browser("street_coordinator", STREET).get("/figures/")
    assert [line.place.code for line in page.context["sheet"].lines] == [HERE, NEXT_DOOR]


def test_an_empty_community_is_drawn_as_not_loaded(city: None) -> None:
    page = browser("manager", "").get("/figures/?place=230104001")
    assert "tag--sample" in page.content.decode()


def test_last_year_stands_beside_with_both_counts(city: None) -> None:
    put(RATE, HERE, 38, 40)
    put(RATE, HERE, 36, 40, month=date(2025, 11, 1))
    put(COUNT, HERE, 12)
    put(COUNT, HERE, 20, month=date(2025, 11, 1))
    page = browser("community_worker", HERE).get("/figures/")
    shown = {tile.indicator.code: tile for tile in page.context["sheet"].tiles}
    assert shown[RATE].before == Counts(36, 40)
    assert shown[RATE].change.startswith("+5.0")
    assert shown[COUNT].change == "基数不足 30"


def test_the_table_comes_as_csv(city: None) -> None:
    put(RATE, HERE, 19, 20)
    answer = browser("street_coordinator", STREET).get("/figures/table.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    here = dict(zip(rows[0], rows[1], strict=True))
    assert rows[1][0] == HERE
    assert [here["done"], here["of"]] == ["19", "20"]


@pytest.mark.parametrize("place", ["230104", "2301040", "230103001999", "x", "230103001001~"])
def test_a_place_outside_of_the_area_is_not_there(city: None, place: str) -> None:
    assert browser("street_coordinator", STREET).get(f"/figures/?place={place}").status_code == 404


@pytest.mark.parametrize(
    ("month", "status"), [("2026-13", 400), ("11", 400), ("2027-01", 400), ("2026", 400), ("2026-10", 200)]
)
def test_a_wrong_month_is_refused_plainly(city: None, month: str, status: int) -> None:
    assert browser("street_coordinator", STREET).get(f"/figures/?month={month}").status_code == status


def test_without_the_duty_there_are_no_figures(city: None, client: Client) -> None:
    assert client.get("/figures/").status_code == 403
    assert browser("unit_handler", "").get("/figures/").status_code == 403


# --- API ---------------------------------------------------------------------------------------------------


def test_the_api_gives_definitions_to_everybody_and_values_to_posts(city: None, client: Client) -> None:
    put(RATE, HERE, 19, 20)
    listed = client.get("/api/v1/indicators/").json()
    assert {row["code"] for row in listed} == set(INDICATORS)
    address = f"/api/v1/indicators/{RATE}/values?month=2026-11&months=2"
    assert client.get(address).status_code == 401
    found = browser("community_worker", HERE).get(address).json()["items"]
    assert [(row["month"], row["value"], row["numerator"], row["denominator"]) for row in found] == [
        ("2026-10", None, 0, 0),
        ("2026-11", 95.0, 19, 20),
    ]


def test_the_api_publishes_with_small_cells_hidden(city: None, client: Client) -> None:
    october = date(2026, 10, 1)
    COMPUTED.extend([Cell(COUNT, october, HERE, 4), Cell(COUNT, october, NEXT_DOOR, 41)])
    actions.rebuild(by=job(), months=2)
    answer = client.get(f"/api/v1/indicators/{COUNT}/published?month=2026-10&place={HERE}").json()["items"]
    assert [(row["numerator"], row["hidden"]) for row in answer] == [(None, "hidden")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{RATE}/values?month=2026-11&place=230104", 404),
        (f"{RATE}/values?month=2026-11&months=99", 422),
        (f"{RATE}/values?month=2026-1", 422),
        ("test.none/values?month=2026-11", 404),
    ],
)
def test_the_api_refuses_plainly(city: None, path: str, status: int) -> None:
    answer = browser("street_coordinator", STREET).get(f"/api/v1/indicators/{path}")
    assert answer.status_code == status, answer.content


def test_every_declared_figure_of_the_house_is_sound() -> None:
    real: list[Indicator] = list(discovery.each("indicators"))
    assert len({i.code for i in real}) == len(real)
    for indicator in real:
        ways = [way for way in (indicator.cells, indicator.at_level) if way]
        if indicator.origin == "imported":
            assert [*ways, indicator.counts, indicator.rows] == ["", ""], indicator.code
            continue
        assert len(ways) == 1 or (not ways and indicator.counts), indicator.code
        assert not indicator.rows or indicator.duty, f"{indicator.code} opens rows to everybody"
        assert indicator.unit != "percent" or (indicator.numerator_label and indicator.denominator_label), (
            indicator.code
        )
        assert len(indicator.code) <= 40
