"""One law that begins on a day: the same household, as the database holds it, the day before and the day of it."""

from __future__ import annotations

from datetime import date
from unittest import mock

import pytest

from lianglin.benefits.models import Match, MatchAhead
from lianglin.benefits.rules.folder import from_folder
from lianglin.benefits.seed.load import PACKAGE
from lianglin.benefits.tests.match_scene import MatchScene, build
from lianglin.kit import clock
from lianglin.people.models import Resident

CODE = "elder-care-vouchers"
DAY_BEFORE, FIRST_DAY = date(2025, 12, 31), date(2026, 1, 1)

pytestmark = [pytest.mark.rows("R021", "R022", "R066")]


@pytest.fixture
def scene(db: None) -> MatchScene:
    """A household whose elder is moderately impaired and pays for care at home, known since the autumn before."""
    made = build()
    shipped = from_folder(PACKAGE)
    measure = f"measures/{CODE}.yaml"
    made.texts = {name: shipped[name] for name in (measure, "parameters.yaml", "definitions.yaml")}
    Resident._base_manager.filter(pk=made.facts.resident_id).update(born_on=date(1950, 1, 1))
    since = date(2025, 10, 1)
    made.facts.record("person.ability_grade", "2", valid_from=since)
    made.facts.record("person.home_care_bill_fen", "100000", valid_from=since)
    made.facts.record("person.care_home_bill_fen", "0", valid_from=since)
    return made


def run_on(scene: MatchScene, day: date) -> Match | None:
    """The city's nightly run on a day; what it says of the household's elder."""
    with mock.patch.object(clock, "today", return_value=day), scene.under():
        scene.run()
    return Match._base_manager.filter(
        household_id=scene.household_id, measure__code=CODE, resident_id=scene.facts.resident_id
    ).first()


def test_the_day_before_there_is_nothing_and_on_the_day_half_of_the_bill(scene: MatchScene) -> None:
    before = run_on(scene, DAY_BEFORE)
    assert before is None or before.answer == 0
    ahead = MatchAhead._base_manager.filter(household_id=scene.household_id, measure__code=CODE)
    assert [(row.change, row.failed) for row in ahead] == [("begins", 0)]  # it is told that it will begin
    on_the_day = run_on(scene, FIRST_DAY)
    assert on_the_day is not None
    assert (on_the_day.answer, on_the_day.amount_fen, on_the_day.on) == (2, 50_000, FIRST_DAY)
    assert list(ahead.values("change", "failed", "unknown", "on")) == []  # it has begun


@pytest.mark.parametrize(
    ("born", "answer"),
    [
        (date(1966, 1, 1), 2),  # sixty on the day the law begins
        (date(1966, 1, 2), None),  # a day later
    ],
)
def test_who_turns_sixty_on_the_first_day(scene: MatchScene, born: date, answer: int | None) -> None:
    Resident._base_manager.filter(pk=scene.facts.resident_id).update(born_on=born)
    found = run_on(scene, FIRST_DAY)
    assert (found.answer if found and found.answer else None) == answer
