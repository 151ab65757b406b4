"""An index behind every list of matches, and the number of statements that pages of matching send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import world as worlds
from tests.world import HERE, STREET, WORKER

from lianglin.access.actor import Actor
from lianglin.access.transaction import acting
from lianglin.benefits.models import Measure
from lianglin.benefits.queries import matches
from lianglin.benefits.tests.match_scene import MatchScene, build
from lianglin.kit import clock
from lianglin.kit.paging import page

FILL = """
insert into benefits_match (scope_code, household_id, resident_id, measure_id, answer, failed, unknown, away, "on", digest,
    matched_at, state, state_at, quiet)
select '23010300100' || 1 + g %% 2, g, g, (select min(id) + g %% 4 from benefits_measure), case when g %% 3 = 0 then 2 else 1 end,
    0, 1, case when g %% 3 = 0 then 0 else 1 + g %% 2 end, current_date, 'x', now(),
    (array['suggested', 'told', 'claimed', 'gone'])[1 + g %% 4], now(), g %% 50 = 0
from generate_series(1, 12000) g
"""
AHEAD = """
insert into benefits_matchahead (scope_code, household_id, resident_id, measure_id, change, "on", failed, unknown, counted_at, quiet)
select '23010300100' || 1 + g %% 2, g, g, (select min(id) + g %% 4 from benefits_measure),
    case when g %% 2 = 0 then 'begins' else 'ends' end, current_date, 0, 0, now(), false from generate_series(1, 12000) g
"""


@pytest.fixture
def full(db: None) -> worlds.World:
    made = worlds.build()
    Measure.objects.bulk_create(Measure(code=f"m{n}", created_at=clock.now()) for n in range(4))
    with connection.cursor() as cursor:
        cursor.execute(FILL, [])
        cursor.execute(AHEAD, [])
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("analyze benefits_match")
        cursor.execute("analyze benefits_matchahead")
    return made


def _measure() -> int:
    return Measure.objects.order_by("pk").values_list("pk", flat=True)[0]


LISTS: list[tuple[str, Callable[[Actor], Any], set[str]]] = [
    ("open", lambda who: matches.not_claimed(who), {"benefits_match_open"}),
    (
        "open of a measure",
        lambda who: matches.not_claimed(who, measure_id=_measure()),
        {"benefits_match_open_of", "benefits_match_open"},
    ),
    ("near", lambda who: matches.one_away(who), {"benefits_match_near"}),
    ("begins", lambda who: matches.ahead(who, "begins"), {"benefits_ahead_change", "benefits_ahead_scope"}),
]


@pytest.mark.parametrize("who", [WORKER, STREET])
@pytest.mark.parametrize(("name", "rows", "indexes"), LISTS, ids=[one[0] for one in LISTS])
def test_a_list_is_read_by_its_index_and_not_sorted(
    full: worlds.World, who: str, name: str, rows: Callable[[Actor], Any], indexes: set[str]
) -> None:
    with acting(full.actors[who]) as actor:
        with CaptureQueriesContext(connection) as captured:
            page(rows(actor), *matches.KEYS, size=30)
        text = next(q["sql"] for q in reversed(captured.captured_queries) if "benefits_match" in q["sql"])
        with connection.cursor() as cursor:
            cursor.execute(f"explain {text}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
    assert any(index in plan for index in indexes), f"{name}: {plan}"
    assert "Seq Scan on benefits_match" not in plan


@pytest.fixture
def scene(db: None) -> MatchScene:
    return build()


@pytest.mark.parametrize(("name", "most"), [("matches", 9), ("take_up", 12)])
def test_a_page_sends_few_statements_whatever_is_on_it(scene: MatchScene, name: str, most: int) -> None:
    with scene.under():
        scene.run()
        browser = scene.world.browser(WORKER)
        url = reverse(f"benefits:{name}")
        browser.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
    sent = [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sent) <= most, "\n".join(sent)


def test_a_household_is_read_by_few_statements(scene: MatchScene) -> None:
    from lianglin.access.actor import TOP, job
    from lianglin.benefits.queries import population, programs

    with scene.under(), acting(job(HERE, HERE + TOP)) as by:
        words = programs.package().vocabulary
        with CaptureQueriesContext(connection) as captured:
            population.home(scene.household_id, words=words, actor=by)
    assert len(captured.captured_queries) <= 3, captured.captured_queries
