"""Counts for everybody: nothing small is stored, shown or found by subtraction."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st
from tests.world import HERE, NEXT_DOOR

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import open_counting
from lianglin.appeals.models import OpenCount, OpenFile
from lianglin.appeals.rules.suppressing import ALL, LEAST, hidden, summed
from lianglin.cases.models import Case
from lianglin.indicators.rules import Counts, hide_siblings
from lianglin.kit import clock

from .scene import Town, build

tables = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), st.integers(0, 40), min_size=1, max_size=16
)


@given(tables)
def test_no_line_gives_a_hidden_count_away(cells: dict[tuple[str, str], int]) -> None:
    table = summed(cells)
    out = hidden(table)
    assert all(cell in out for cell, count in table.items() if 0 < count < LEAST)
    lines = [([c for c in table if c[0] == row and c[1] != ALL], (row, ALL)) for row in {c[0] for c in table}]
    lines += [
        ([c for c in table if c[1] == col and c[0] != ALL], (ALL, col)) for col in {c[1] for c in table}
    ]
    for parts, total in lines:
        gone = [cell for cell in parts if cell in out]
        if not parts:
            continue
        if total in out:
            assert gone or not any(table[cell] for cell in parts)
        elif gone:
            assert len(gone) > 1
            assert sum(table[cell] for cell in gone) >= LEAST


@given(tables)
def test_what_the_published_figures_say_of_a_community_gives_no_class_away(
    cells: dict[tuple[str, str], int],
) -> None:
    """The same number stands in two tables: hidden in one it is hidden in both, shown in one it is known."""
    table = summed(cells)
    sums = {cell[0]: Counts(count) for cell, count in table.items() if cell[1] == ALL and cell[0] != ALL}
    withheld = {(row, ALL) for row in hide_siblings(sums, people=True)}
    told = {cell for cell in table if cell[1] == ALL} - withheld
    out = hidden(table, withheld=withheld, told=told)
    assert out >= withheld
    for row, _all in told - {(ALL, ALL)}:
        filled = [c for c in table if c[0] == row and c[1] != ALL and table[c]]
        gone = [c for c in filled if c in out]
        assert not gone or gone == filled or (len(gone) > 1 and sum(table[c] for c in gone) >= LEAST)
        if len(filled) == 1:  # known from its sum: its class must not lack one other alone
            column = [c for c in table if c[1] == filled[0][1] and c[0] != ALL]
            others = [c for c in column if c in out and c != filled[0] and (c[0], ALL) in withheld]
            assert (
                len(others) != 1
                or (ALL, filled[0][1]) in out
                or table[others[0]] >= LEAST
                or len([c for c in column if c in out and c != filled[0]]) > 1
            )


@given(tables, tables)
def test_closed_and_open_are_told_together_and_give_nothing_away(
    closed: dict[tuple[str, str], int], more: dict[tuple[str, str], int]
) -> None:
    """What is told of the parts of a number stands under the number, and no line of either table has one gap."""
    still_open = {cell: more.get(cell, 0) for cell in closed}
    rows = list(open_counting._month(clock.today(), closed, still_open, clock.now()))
    for one in rows:
        assert (one.closed is None) == (one.open is None)
        assert one.closed is None or one.received == one.closed + one.open
        assert not any(0 < (count or 0) < LEAST for count in (one.received, one.closed, one.open))
    for table in (summed(closed), summed(still_open)):
        out = {(one.scope_code, one.category_code) for one in rows if one.closed is None}
        for row in {cell[0] for cell in table}:
            gone = [cell for cell in table if cell[0] == row and cell in out]
            assert len(gone) != 1 or not any(table[cell] for cell in table if cell[0] == row)


@given(tables)
def test_a_table_of_large_counts_is_shown_whole(cells: dict[tuple[str, str], int]) -> None:
    assert hidden(summed({cell: count + LEAST for cell, count in cells.items()})) == set()


@pytest.fixture
def town(db: None) -> Town:
    made = build()
    for scope, many in ((HERE, 12), (NEXT_DOOR, 3)):
        for _one in range(many):
            made.appeal(community=made.world.community(scope))
    last = clock.today().replace(day=1) - timedelta(days=3)
    Case._base_manager.update(opened_at=f"{last.isoformat()}T04:00:00Z")
    with acting(job()) as background:
        open_counting.recount(by=background, years=2)
    return made


def test_small_counts_are_not_even_stored(town: Town) -> None:
    found = {(one.scope_code, one.category_code): one.received for one in OpenCount.objects.all()}
    assert found[NEXT_DOOR, ""] is None
    assert found[HERE, ""] is None, "else the city's sum less it would be three"
    assert found["", ""] == 15


def test_the_month_that_runs_is_not_counted(town: Town) -> None:
    Case._base_manager.update(opened_at=clock.now())
    with acting(job()) as background:
        assert open_counting.recount(by=background) == 0
    assert not OpenFile.objects.exists()


def test_the_files_say_what_they_hold_and_keep_their_digest(town: Town) -> None:
    page = Client().get("/appeals/open-data/").content.decode()
    year = OpenFile.objects.values_list("year", flat=True).first()
    for form in ("csv", "json"):
        answer = Client().get(f"/appeals/open-data/{year}.{form}")
        digest = hashlib.sha256(answer.content).hexdigest()
        assert digest in page
        again = Client().get(f"/appeals/open-data/{year}.{form}", headers={"If-None-Match": answer["ETag"]})
        assert (answer.status_code, again.status_code) == (200, 304)
    whole = json.loads(answer.content)
    assert set(whole["metadata"]["definitions"]) == set(open_counting.DEFINITIONS)
    text = Client().get(f"/appeals/open-data/{year}.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert next((row["reported"], row["suppressed"]) for row in rows if not row["community_code"]) == (
        "15",
        "0",
    )
    assert {row["reported"] for row in rows if row["community_code"] == NEXT_DOOR} == {""}
    assert Client().get("/appeals/open-data/1999.csv").status_code == 404


def test_the_heat_map_has_its_list_and_hides_the_same(town: Town) -> None:
    page = Client().get("/appeals/heat/").content.decode()
    assert page.count(gettext("not shown")) >= 6
    shapes = Client().get("/appeals/heat/shapes.json").json()["features"]
    assert {one["properties"]["tone"] for one in shapes} == {"closed"}
    assert Client().get("/appeals/heat/?month=2026-13&area=x&category=%00").status_code == 200
