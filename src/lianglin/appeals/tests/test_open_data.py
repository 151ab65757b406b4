"""Counts for everybody: nothing small is stored, shown or found by subtraction."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.world import HERE, NEXT_DOOR

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import open_counting
from lianglin.appeals.models import OpenCount, OpenFile
from lianglin.appeals.rules.suppressing import ALL, LEAST, hidden, summed
from lianglin.cases.models import Case
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


@pytest.mark.rows("R047")
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
    assert page.count("未公开") + page.count("not shown") >= 2
    shapes = Client().get("/appeals/heat/shapes.json").json()["features"]
    assert {one["properties"]["tone"] for one in shapes} == {"closed"}
    assert Client().get("/appeals/heat/?month=2026-13&area=x&category=%00").status_code == 200
