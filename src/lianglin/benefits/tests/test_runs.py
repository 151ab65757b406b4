"""A run finds who may qualify, keeps what people said, says why something is gone, and goes on after a kill."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from django.db import transaction
from tests.world import FAR, HERE

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.benefits.actions import matching
from lianglin.benefits.models import HealthErrand, HealthMatch, Match, MatchAhead, MatchRun
from lianglin.benefits.queries import population
from lianglin.benefits.tests.match_scene import (
    CARD,
    OLD,
    SEVENTY,
    MatchScene,
    build,
    health_codes,
    states,
    text,
)
from lianglin.kit import clock
from lianglin.people.models import Resident

pytestmark = [pytest.mark.rows("R066")]


@pytest.fixture
def scene(db: None) -> MatchScene:
    return build()


def test_a_run_finds_everybody_and_says_by_which_rules(scene: MatchScene) -> None:
    with scene.under():
        run = scene.run()
    assert (run.state, run.persons, run.households) == (MatchRun.State.DONE, 16, 16)
    assert set(states(scene.household_id)) == {"seventy", "card", "alone"}
    seventy, card = scene.match("seventy"), scene.match("card")
    assert (seventy.answer, seventy.amount_fen, seventy.digest) == (2, 10000, run.digest)
    assert (card.answer, card.away, card.unknown) == (1, 1, 0b10)
    assert (seventy.on, seventy.resident_id) == (clock.today(), scene.facts.resident_id)
    assert scene.match("alone").resident_id is None


def test_on_the_spot_and_at_night_are_one_answer(scene: MatchScene) -> None:
    scene.facts.record("person.disability_card", "0")
    with scene.under():
        scene.rematch()
        kept = _told(scene.household_id)
        Match._base_manager.all().delete()
        scene.run()
        assert _told(scene.household_id) == kept
    assert kept


def _told(household_id: int) -> set[tuple[object, ...]]:
    rows = Match._base_manager.filter(household_id=household_id)
    return set(
        rows.values_list("measure__code", "resident_id", "answer", "failed", "unknown", "amount_fen", "away")
    )


def test_what_somebody_said_outlives_the_next_run(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        rows = Match._base_manager.filter(household_id=scene.household_id)
        rows.filter(measure__code="seventy").update(state="declined")
        rows.filter(measure__code="alone").update(state="told")
        scene.run()
    assert states(scene.household_id) == {"seventy": "declined", "alone": "told", "card": "suggested"}


def test_what_no_longer_matches_is_gone_with_its_reason_and_may_come_back(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        Match._base_manager.filter(measure__code="seventy").update(state="told")
        people = Resident._base_manager.filter(pk=scene.facts.resident_id)
        people.update(born_on=date(1980, 1, 1))
        scene.run()
        gone = scene.match("seventy")
        assert (gone.state, gone.answer, gone.failed) == ("gone", 0, 0b1)
        people.update(born_on=date(1950, 1, 1))
        scene.run()
        assert scene.match("seventy").state == "suggested"


def test_a_running_claim_is_not_taken_away_by_a_run(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        Match._base_manager.filter(measure__code="seventy").update(state="claimed", claim_case_id=7)
        Resident._base_manager.update(born_on=date(1980, 1, 1))
        scene.run()
    assert (scene.match("seventy").state, scene.match("seventy").answer) == ("claimed", 0)


def test_a_run_that_was_killed_goes_on_behind_its_last_piece(scene: MatchScene) -> None:
    _killed_in_its_second_of(4, scene)


def test_a_large_street_is_worked_off_in_parts_with_the_same_result(
    scene: MatchScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory grows with the people of a piece; the number of pieces must not."""
    whole = population.pieces()
    monkeypatch.setattr(population, "COMMUNITIES", 1)
    parts = population.pieces()
    assert (len(whole), len(parts)) == (4, 8)
    for street in whole:
        own = [one for one in parts if one.low[:9] == street.low]
        assert (own[0].low, own[-1].high, own[-1].last) == (street.low, street.high, street.last)
        assert all(one.high == following.low for one, following in pairwise(own))
    for reached, left in ((parts[0].last, 7), (whole[0].last, 6), (whole[-1].last, 0)):
        assert list(population.after(reached)) == parts[8 - left :]
    _killed_in_its_second_of(8, scene)


def _killed_in_its_second_of(pieces: int, scene: MatchScene) -> None:
    """A run goes on behind its last piece, and misses nobody."""
    with scene.under():
        with acting(job()) as by:
            run = matching.start_run(by=by)
        with acting(job()) as by:
            assert matching.go_on(run.pk, by=by)
        with pytest.raises(RuntimeError):
            _killed_in(run)
        assert scene.finish(run) == pieces - 1
        run.refresh_from_db()
    assert (run.state, run.households) == (MatchRun.State.DONE, 16)
    assert Match._base_manager.filter(measure__code="seventy").count() == 16


def _killed_in(run: MatchRun) -> None:
    with transaction.atomic(), acting(job()) as by:
        matching.go_on(run.pk, by=by)
        raise RuntimeError("killed before the commit")


def test_health_related_matches_lie_in_their_ground_alone(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        scene.rematch()
    assert health_codes() == {"medicine"}
    assert not Match._base_manager.filter(measure__code="medicine").exists()
    assert not MatchAhead._base_manager.filter(measure__code="medicine").exists()
    assert HealthMatch._base_manager.count() == HealthErrand._base_manager.count() == 16


def test_a_changed_rule_touches_its_own_matches_only(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
    before = dict(Match._base_manager.values_list("pk", "digest"))
    with scene.under(card=text("card", SEVENTY.replace("70", "60"), CARD)):
        with acting(job()) as by:
            run = matching.match_changed(by=by)
        assert run is not None
        assert run.only == ["card"]
        scene.finish(run)
        with acting(job()) as by:
            assert matching.match_changed(by=by) is None
    others = Match._base_manager.exclude(measure__code="card").values_list("pk", "digest")
    assert all(before[pk] == digest for pk, digest in others)


def test_what_the_next_month_brings_is_seen_today(scene: MatchScene) -> None:
    today = clock.today()
    soon = date(today.year - 80, today.month, 1)
    turns = date(soon.year + (soon.month == 12), soon.month % 12 + 1, 10)
    Resident._base_manager.filter(pk=scene.facts.resident_id).update(born_on=turns)
    with scene.under(old_age=text("old-age", OLD)):
        scene.run()
        row = MatchAhead._base_manager.get(measure__code="old-age")
        assert (row.household_id, row.change, row.failed) == (scene.household_id, "begins", 0)
        Resident._base_manager.filter(pk=scene.facts.resident_id).update(born_on=date(1950, 1, 1))
        scene.rematch()
    assert not MatchAhead._base_manager.filter(measure__code="old-age").exists()


def test_what_ends_next_month_says_why(scene: MatchScene) -> None:
    today = clock.today()
    until = f"{today.year + (today.month == 12)}-{today.month % 12 + 1:02d}-15"
    valid = "  - {名: 证件有效, 英: the card is valid, 式: 残疾人证有效期至 ≥ 今天, 性质: 可办理, 证明: 残疾人证, 去哪办: 残联}"
    scene.facts.record("person.disability_card_until", until)
    with scene.under(card=text("card", SEVENTY, valid)):
        scene.run()
    row = MatchAhead._base_manager.get(measure__code="card")
    assert (row.household_id, row.change, row.failed) == (scene.household_id, "ends", 0b10)


def test_nobody_is_one_step_away_from_what_only_the_authority_can_enter(scene: MatchScene) -> None:
    lone = text("lone", CARD)
    rent = "  - {名: 租金低于标准, 英: rent below the standard, 式: 工资性收入月额 < 租金标准, 性质: 可办理, 证明: 合同, 去哪办: 社区}"
    parameters = "租金标准: {英文名: rent standard, 单位: 元/月, 类型: 金额, 值: [{地区: '', 自: 2020-01-01, 至: , 值: 待填, 文号: ''}]}\n"
    scene.texts |= {"measures/lone.yaml": lone, "parameters.yaml": parameters}
    scene.facts.record("person.wage_fen", "100000")
    with scene.under(rent=text("rent", SEVENTY, rent)):
        scene.rematch()
    assert set(states(scene.household_id)) == {"seventy", "card", "alone"}


def test_who_lives_elsewhere_is_in_that_place(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
    assert (
        Match._base_manager.filter(scope_code=FAR).count()
        == Match._base_manager.filter(scope_code=HERE).count()
    )
