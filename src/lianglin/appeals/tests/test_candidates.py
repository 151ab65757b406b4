"""Candidates for problem classes: what stands out at a place is found at night, and a decision on it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from tests.world import HERE, NEXT_DOOR

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import scanning
from lianglin.appeals.models import CandidateCase, ClassCandidate, SimilarityRow
from lianglin.appeals.queries import candidates
from lianglin.appeals.tests.scene import Town, build
from lianglin.kit import clock

pytestmark = pytest.mark.rows("R061")


@pytest.fixture
def town(db: None) -> Town:
    return build()


def reports(
    town: Town, scope_code: str, *, count: int, days: float, item: int, first: int = 0, cells: int = 0
) -> None:
    """So many reports by as many people, evenly over the last days, written as rows of cases; in turn in so many cells."""
    community = town.world.community(scope_code)
    ago = [days * (k + 0.5) / count for k in range(count)]
    with connection.cursor() as cursor:
        for k, day in enumerate(ago):
            at = clock.now() - timedelta(days=day)
            cursor.execute(
                "insert into cases_case (number, kind, title, scope_code, community_id, place_text, state, outcome, urgent, "
                "opened_at, due_provisional, version, related, sample) values (%s, 'appeal', 'x', %s, %s, '', 'accepted', '', "
                "false, %s, false, 0, false, true) returning id",
                [f"X{first + k:012d}", scope_code, community.pk, at],
            )
            (case,) = cursor.fetchone()
            cursor.execute(
                "insert into appeals_appeal (case_id, scope_code, item_id, channel, text, entity, anonymous, language, opened_at) "
                "values (%s, %s, %s, 'web', 'x', false, false, 'zh-hans', %s)",
                [case, scope_code, item, at],
            )
            cursor.execute(
                "insert into appeals_similarityrow (case_id, scope_code, class_code, opened_at, grams, read_by, person, cell) "
                "values (%s, %s, '', %s, '', '', %s, %s)",
                [case, scope_code, at, 1000 + first + k, 7 + k % cells if cells else None],
            )


def drains_in(town: Town) -> None:
    """Forty reports of one item in twelve days at one place, and quiet everywhere else."""
    reports(town, HERE, count=40, days=12, item=town.lift.pk)
    for n, code in enumerate(town.world.codes(), start=1):
        reports(town, code, count=60, days=380, item=town.lamp.pk, first=10_000 * n)
        if code != NEXT_DOOR:
            reports(town, code, count=12, days=380, item=town.lift.pk, first=10_000 * n + 500)


@pytest.fixture
def drains(town: Town) -> Town:
    """See drains_in."""
    drains_in(town)
    return town


def test_what_stands_out_is_a_candidate_with_its_counts(drains: Town) -> None:
    assert scanning.scan() == 1
    found = ClassCandidate.objects.get()
    assert (found.item_id, found.scope_code, found.state) == (drains.lift.pk, HERE, "open")
    assert found.found == CandidateCase.objects.filter(candidate=found).count() >= 40
    assert found.people == found.found
    assert found.expected < found.found / 4
    assert str(found.found) in found.reason


def test_a_city_of_one_community_is_looked_at_place_by_place(town: Town) -> None:
    reports(town, HERE, count=120, days=400, item=town.lamp.pk, cells=12)
    reports(town, HERE, count=24, days=400, item=town.lift.pk, first=500, cells=12)
    assert scanning.scan() == 0, "the same everywhere"
    reports(town, HERE, count=14, days=10, item=town.lift.pk, first=900, cells=1)
    assert scanning.scan() == 1
    found = ClassCandidate.objects.get()
    assert (found.item_id, found.scope_code) == (town.lift.pk, HERE)
    assert found.people >= 14


def test_who_sees_it_and_the_very_cases(drains: Town) -> None:
    scanning.scan()
    for post, seen in (("worker", 1), ("street", 1), ("neighbour", 0), ("other_street", 0), ("manager", 1)):
        with acting(drains.actor(post)) as by:
            assert candidates.open_candidates(by).count() == seen, post
    with acting(drains.actor("street")) as by:
        found = candidates.open_candidates(by, item_id=drains.lift.pk, place=HERE).get()
        assert candidates.cases_of(found, by).count() == found.found
        assert candidates.candidate(by, found.pk) == found
        assert not candidates.open_candidates(by, item_id=drains.lamp.pk).exists()


def test_a_second_night_changes_the_same_one(drains: Town) -> None:
    scanning.scan()
    before = ClassCandidate.objects.get()
    reports(drains, HERE, count=5, days=2, item=drains.lift.pk, first=500_000)
    scanning.scan()
    now = ClassCandidate.objects.get()
    assert now.pk == before.pk
    assert now.found > before.found


def test_what_is_no_longer_there_goes(drains: Town) -> None:
    scanning.scan()
    SimilarityRow._base_manager.filter(scope_code=HERE).delete()
    scanning.scan()
    assert not ClassCandidate.objects.exists()
    assert not CandidateCase.objects.exists()


@pytest.mark.parametrize("state", ["confirmed", "refused"])
def test_a_decision_is_kept_and_not_asked_again(drains: Town, state: str) -> None:
    scanning.scan()
    ClassCandidate.objects.update(state=state, found=1)
    assert scanning.scan() == 0
    kept = ClassCandidate.objects.get()
    assert (kept.state, kept.found) == (state, 1)


def test_few_people_are_no_class(town: Town) -> None:
    reports(town, HERE, count=40, days=12, item=town.lift.pk)
    SimilarityRow._base_manager.update(person=7)
    for n, code in enumerate(town.world.codes(), start=1):
        reports(town, code, count=60, days=380, item=town.lamp.pk, first=10_000 * n)
    assert scanning.scan() == 0


def test_nothing_reported_is_nothing_found(town: Town) -> None:
    with acting(job()) as by:
        assert candidates.reported(by) == []
    assert scanning.scan() == 0
