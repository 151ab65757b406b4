"""The page of rates in parts reads what is kept by place; it says what a count of the rows would say."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.models import Exclusion
from lianglin.indicators import actions as indicators
from lianglin.indicators import queries
from lianglin.indicators.models import IndicatorValue
from lianglin.indicators.reports import reading
from lianglin.indicators.reports.counting import Found, count, dimensions
from lianglin.indicators.values import counted
from lianglin.indicators.views.showing import COLUMNS
from lianglin.kit import clock
from lianglin.kit.period import Period

from . import figures_city
from .figures_city import BESIDE, ELSEWHERE, HERE, City, at, on

END = "2026-11-27 16:00"
BASELINE = 8
"""Statements of the page by place, however many figures and places it has; the session's and the post's among them."""


@pytest.fixture
def city(db: None) -> Iterator[City]:
    """A fortnight of work in three communities of two streets, with a ruling on each rate, and all of it counted."""
    made = figures_city.build()
    with at(on(END)):
        for number, (place, solved, grade) in enumerate(
            [
                (HERE, "yes", 5),
                (HERE, "no", 1),
                (BESIDE, "", None),
                (BESIDE, "partly", 3),
                (ELSEWHERE, "yes", 4),
            ]
        ):
            case = made.report(f"2026-11-0{number + 2} 09:00", place)
            if place == ELSEWHERE:
                continue
            made.dispatch(case, f"2026-11-0{number + 2} 11:00")
            made.settle(case, f"2026-11-{10 + number} 10:00")
            made.call(case, f"2026-11-{11 + number} 10:00", solved, grade)
            if number < 2:
                for figure in Exclusion.Figure.values:
                    ruled(made, case, figure)
        late = made.report("2026-10-28 09:00", HERE)
        made.dispatch(late, "2026-10-29 10:00")
        ruled(made, late, "settled")
        indicators.refresh(
            by=job(), codes=[], span=Period(Period.month(2026, 10).start, Period.month(2026, 11).end)
        )
        yield made


def ruled(city: City, case: int, figure: str) -> None:
    Exclusion._base_manager.create(
        case_id=case, figure=figure, scope_code=HERE, ground="unlawful", reason="x", asked_by=city.posts["unit"],
        unit=city.unit, state=Exclusion.State.GRANTED, asked_at=clock.now(), ruled_at=clock.now(),
    )  # fmt: skip


FIGURES = [one for one in queries.figures_of() if one.counts and one.dimensions]


@pytest.mark.rows("R057", "R058", "R110")
@pytest.mark.parametrize("period", ["2026-10", "2026-11", "2026-Q4", "2026"])
@pytest.mark.parametrize(("prefix", "width"), [("", 6), (HERE[:6], 9), (HERE[:9], 12)])
def test_what_is_kept_says_what_the_rows_say(city: City, period: str, prefix: str, width: int) -> None:
    asked = Period.parse(period)
    with acting(job()):
        live = count(FIGURES, prefix, asked, "place", width)
        whole = count(FIGURES, prefix, asked)
        kept = reading.parts(FIGURES, prefix, asked, "place", width)
    assert something(kept.found) == something(live)
    assert kept.whole == {figure.code: whole[figure.code, ""] for figure in FIGURES}
    assert kept.counted_at == IndicatorValue.objects.latest("computed_at").computed_at


def something(found: dict[tuple[str, str], Found]) -> dict[tuple[str, str], Found]:
    """Without the parts in which nothing was counted: what is kept has no line of zeros."""
    return {key: one for key, one in found.items() if one.counts.base or one.counts.numerator or one.left_out}


@pytest.mark.parametrize("period", ["2026-W46", "2026-11"])
def test_the_whole_of_any_dimension_is_the_sum_of_its_parts(city: City, period: str) -> None:
    asked = Period.parse(period)
    for dimension in ("place", *{code for figure in FIGURES for code in dimensions([figure])}):
        figures = [one for one in FIGURES if dimension == "place" or dimension in dimensions([one])]
        with acting(job()):
            whole = count(figures, "", asked)
            read = reading.parts(figures, "", asked, dimension, 6)
        assert read.whole == {figure.code: whole[figure.code, ""] for figure in figures}, dimension


def test_every_figure_of_the_page_is_kept() -> None:
    assert FIGURES
    assert all(counted.source(figure) for figure in FIGURES)


@pytest.mark.rows("R058")
def test_what_a_ruling_left_out_is_kept_and_never_published(city: City) -> None:
    kept = IndicatorValue.objects.filter(member=queries.LEFT_OUT)
    assert set(kept.values_list("indicator", flat=True)) >= {
        "appeals.settled",
        "appeals.satisfied",
        "appeals.responded",
    }
    figures = [one for one in queries.figures_of() if one.cells]
    counts = queries.community_counts(figures, Period.month(2026, 11).start)
    assert counts
    assert not [code for code, member in counts if member == queries.LEFT_OUT]


def test_the_page_by_place_counts_nothing_anew(city: City) -> None:
    client = city.browser("street")
    address = "/figures/in-parts/?by=place"
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) <= BASELINE
    assert not [one["sql"] for one in captured if "cases_" in one["sql"] or "appeals_callback" in one["sql"]]


def test_no_table_in_parts_is_wider_than_a_screen(city: City) -> None:
    page = city.browser("street").get("/figures/in-parts/?by=place").content.decode()
    tables = re.findall(r"<thead>.*?</thead>", page, re.DOTALL)
    columns = [head.count('class="num"') for head in tables]
    assert len(columns) > 1
    assert max(columns) <= COLUMNS
    assert sum(columns) == sum(bool(one.counts and one.dimensions) for one in queries.figures_of())


def test_each_table_in_parts_has_a_name_of_its_own_and_is_named_once(city: City) -> None:
    page = city.browser("street").get("/figures/in-parts/?by=place").content.decode()
    names = re.findall(r'<h2 id="parts-\d+">(.*?)</h2>', page)
    assert len(names) == len(set(names)) > 1
    assert page.count('aria-labelledby="parts-') == len(names)
