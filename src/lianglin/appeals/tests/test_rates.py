"""The five rates over any period and in parts: parts add up to the whole, months to the kept figures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.appeals.models import Category, Field, Item
from lianglin.appeals.queries.indicators import DIMENSIONS, INDICATORS
from lianglin.appeals.queries.report import RATES
from lianglin.indicators import actions as indicators
from lianglin.indicators import queries
from lianglin.indicators.reports.counting import Found, count
from lianglin.indicators.rules import Counts
from lianglin.kit import discovery
from lianglin.kit.period import Period

from . import figures_city
from .figures_city import BESIDE, ELSEWHERE, HERE, City, at, on

END = "2026-11-27 16:00"
NOVEMBER = Period.month(2026, 11)
COUNTED = [figure for figure in INDICATORS if figure.counts]


@pytest.fixture
def city(db: None) -> Iterator[City]:
    made = figures_city.build()
    with at(on(END)):
        yield made


@pytest.fixture
def work(city: City) -> City:
    """Two weeks of work in three communities: settled in time, late, called back in all ways, on the spot."""
    first = Item.objects.get()
    group = Field.objects.create(
        catalogue=first.category.field.catalogue, code="02", name="城市品质", name_en="City"
    )
    water = Item.objects.create(
        category=Category.objects.create(field=group, code="0201", name="供水", name_en="Water"), code="020101",
        name="停水", name_en="No water", owner_name="水务", owner_name_en="Water", limit_days=3, place_kind="building",
    )  # fmt: skip
    for number, (place, item, solved, grade) in enumerate([
        (HERE, first, "yes", 5), (HERE, water, "no", 1), (BESIDE, water, "", None), (BESIDE, None, "partly", 3),
    ]):  # fmt: skip
        case = city.report(f"2026-11-0{number + 2} 09:00", place, item=item)
        city.dispatch(case, f"2026-11-0{number + 2} 11:00")
        city.settle(case, f"2026-11-{10 + number} 10:00")
        city.call(case, f"2026-11-{11 + number} 10:00", solved, grade)
    city.report("2026-11-20 09:00", BESIDE)
    late = city.report("2026-10-28 09:00", HERE, item=water)
    city.dispatch(late, "2026-10-29 10:00")
    return city


def counted(prefix: str, period: Period, dimension: str = "", width: int = 0) -> dict[tuple[str, str], Found]:
    with acting(job()):
        return count(COUNTED, prefix, period, dimension, width)


@pytest.mark.rows("R057", "R058", "R110")
@pytest.mark.parametrize("dimension", ["place", *(one.code for one in DIMENSIONS)])
@pytest.mark.parametrize("period", ["2026", "2026-Q4", "2026-11", "2026-W45"])
def test_parts_add_up_to_the_whole(work: City, dimension: str, period: str) -> None:
    whole = counted("", Period.parse(period))
    parts = counted("", Period.parse(period), dimension, 6)
    for figure in COUNTED:
        zero = Counts(0, None if whole[figure.code, ""].counts.denominator is None else 0)
        together = sum((found.counts for (code, _part), found in parts.items() if code == figure.code), zero)
        assert together == whole[figure.code, ""].counts, figure.code
    assert whole["appeals.received", ""].counts.numerator > 0


@pytest.mark.rows("R057", "R058")
@pytest.mark.parametrize("month", ["2026-10", "2026-11"])
@pytest.mark.parametrize("prefix", ["", HERE, BESIDE])
def test_a_month_says_what_the_kept_figures_say(work: City, month: str, prefix: str) -> None:
    asked = Period.parse(month)
    indicators.refresh(by=job(), codes=[], span=Period(Period.month(2026, 10).start, NOVEMBER.end))
    found = counted(prefix, asked)
    for figure in COUNTED:
        if figure.cells:
            sums = queries.sums(prefix, [([figure], [asked.start])])
            assert found[figure.code, ""].counts == sums.of(figure, asked.start), figure.code


def test_a_quarter_is_the_sum_of_its_months(work: City) -> None:
    months = [counted("", Period.month(2026, month)) for month in (10, 11, 12)]
    quarter = counted("", Period.quarter(2026, 4))
    for code in (
        "appeals.received",
        "appeals.settled",
        "appeals.on_time",
        "appeals.solved_rate",
        "appeals.reached",
    ):
        first, second, third = (month[code, ""].counts for month in months)
        assert quarter[code, ""].counts == first + second + third, code


@pytest.mark.rows("R110")
def test_the_response_rate_counts_the_units_first_act_within_a_working_day(city: City) -> None:
    prompt, slow, waiting, new = (city.report("2026-11-16 09:00") for _number in range(4))
    for case in (prompt, slow, waiting):
        city.dispatch(case, "2026-11-16 10:00")
    city.dispatch(new, "2026-11-27 10:00")  # its day is not over yet
    from lianglin.appeals import actions

    city.act("unit", actions.take_on, prompt, "2026-11-17 16:00")
    city.act("unit", actions.take_on, slow, "2026-11-18 09:00")
    assert counted("", NOVEMBER)["appeals.responded", ""].counts == Counts(1, 3)


def test_units_and_classes_are_named_and_listed_by_code(work: City) -> None:
    by_unit = counted("", NOVEMBER, "unit")
    assert {part for code, part in by_unit if code == "appeals.settled"} == {str(work.unit.pk), "none"}
    members = {one.code: discovery.resolve(one.members) for one in DIMENSIONS}
    assert list(members["unit"]({"none", str(work.unit.pk)})) == [str(work.unit.pk), "none"]
    assert list(members["class"]({"0101"})) == ["0101", "0201"]


def test_every_rate_of_the_report_can_be_taken_apart() -> None:
    known = discovery.indicators()
    for code in RATES:
        assert {one.code for one in known[code].dimensions} >= {"channel", "field", "class", "unit"}


@pytest.mark.rows("R058")
def test_a_post_counts_its_own_range_and_no_more(work: City) -> None:
    """The street asks for the whole city: PostgreSQL counts the street."""
    street: Actor = work.actors["street"]
    work.report("2026-11-10 09:00", ELSEWHERE)
    with acting(street):
        own = count(COUNTED, "", NOVEMBER)
    assert own["appeals.received", ""].counts == Counts(5)
    assert counted("", NOVEMBER)["appeals.received", ""].counts == Counts(6)


def test_the_page_shows_counts_alone_below_the_least_base(work: City) -> None:
    page = work.browser("street").get("/figures/in-parts/?by=unit&period=2026-11")
    text = page.content.decode()
    assert page.status_code == 200
    assert "3 / 5" in text
    assert "60.0%" not in text


@pytest.mark.parametrize("query", ["period=2026-13", "period=x", "period=2027", "by=nothing", "place=9999"])
def test_what_cannot_be_is_refused_plainly(work: City, query: str) -> None:
    assert work.browser("street").get(f"/figures/in-parts/?{query}").status_code in (400, 404)
