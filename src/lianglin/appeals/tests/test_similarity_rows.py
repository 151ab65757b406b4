"""The similarity row: written with the appeal, following its item, made for what was there before, without a text."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import HERE, NEXT_DOOR

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.actions import similarity_rows
from lianglin.appeals.models import Appeal, SimilarityRow
from lianglin.appeals.queries import alike
from lianglin.appeals.queries.alike import Asked
from lianglin.appeals.rules.grams import cell_of, cells_around, grams_of
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden

TOLD = "三单元二楼的灯不亮，晚上看不见"


def hold(scope_code: str) -> None:
    """What writing a row does to its place."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [alike._LOCKS, scope_code])


@pytest.fixture
def town(db: None) -> Town:
    return build()


def row_of(case: Case) -> SimilarityRow:
    return SimilarityRow._base_manager.get(pk=case.pk)


@given(
    st.lists(st.one_of(st.text(max_size=90), st.text("路灯不亮123 ，。ＡｂⅣ½\n𠮷", max_size=700)), max_size=4)
)
@settings(max_examples=150, deadline=None)
def test_grams_are_the_engines(texts: list[str]) -> None:
    from lianglin.engines import similarity

    bags = similarity.bags(texts)
    assert [grams_of(text) for text in texts] == [similarity.kept(bags, k) for k in range(len(texts))]


@given(st.floats(73, 135), st.floats(18, 54))
@settings(max_examples=80, deadline=None)
def test_cells_are_the_engines(lon: float, lat: float) -> None:
    import numpy as np

    from lianglin.engines import similarity

    there = similarity.cells(np.array([lon]), np.array([lat]))
    assert cell_of(lon, lat) == there[0]
    assert sorted(cells_around(cell_of(lon, lat))) == sorted(similarity.around(there)[:, 0].tolist())


def test_an_appeal_brings_its_row_without_a_text(town: Town) -> None:
    case = town.appeal(TOLD)
    row = row_of(case)
    assert (row.scope_code, row.chosen, row.class_code) == (HERE, town.lamp, "0206")
    assert (row.building_id, row.lon, row.cell) == (
        town.building.pk,
        town.building.lon,
        cell_of(row.lon, row.lat),
    )
    assert bytes(row.grams) == grams_of(TOLD)
    assert TOLD.encode() not in b"".join(bytes(v) for v in vars(row).values() if isinstance(v, bytes))


def test_the_persons_number_is_made_for_this_purpose_alone(town: Town) -> None:
    first, second = town.appeal(TOLD), town.appeal("电梯停了三天", item=town.lift)
    other = town.appeal(TOLD, reporter=actions.Reporter(name="王示例", phone="15400000077"))
    nobody = town.appeal(TOLD, reporter=actions.Reporter())
    assert row_of(first).person == row_of(second).person != row_of(other).person
    assert row_of(nobody).person is None
    elsewhere = {
        int.from_bytes(match_key("15400000001", p)[:8], "little", signed=True) for p in ("phone", "")
    }
    assert row_of(first).person not in elsewhere


def test_a_corrected_item_is_followed_and_the_first_choice_stays(town: Town) -> None:
    case = town.appeal("电梯也停了", item=None)
    assert row_of(case).class_code == ""
    town.do("worker", "accept", case, item=town.lift)
    assert (row_of(case).class_code, row_of(case).chosen) == ("0206", None)


def test_the_second_matter_of_a_split_has_a_row_too(town: Town) -> None:
    case = town.appeal(TOLD)
    town.do("worker", "split", case, text="另外电梯也坏了", item=town.lift)
    part = Case._base_manager.get(origin=case)
    assert row_of(part).person == row_of(case).person
    assert bytes(row_of(part).grams) == grams_of("另外电梯也坏了")


def test_rows_of_before_are_made_by_the_background(town: Town) -> None:
    case, old = town.appeal(TOLD), town.appeal("很久以前的事情")
    wanted = {f.attname: getattr(row_of(case), f.attname) for f in SimilarityRow._meta.concrete_fields}
    SimilarityRow._base_manager.all().delete()
    Case._base_manager.filter(pk=old.pk).update(closed_at=clock.now() - timedelta(days=800))
    with acting(job()) as by:
        assert similarity_rows.make_missing(by=by) == 1
        assert similarity_rows.make_missing(by=by) == 0
    made = {f.attname: getattr(row_of(case), f.attname) for f in SimilarityRow._meta.concrete_fields}
    assert made == wanted


def test_erased_with_its_appeal(town: Town) -> None:
    from lianglin.privacy.actions import retaining
    from lianglin.privacy.queries import retention

    case = town.appeal(TOLD)
    rule = retention.rule_of("appeals.SimilarityRow")
    assert rule is not None
    assert (rule.method, rule.keep) == ("erase", "P2Y")
    Case._base_manager.filter(pk=case.pk).update(closed_at=clock.now() - timedelta(days=800))
    with acting(job()) as by:
        run = retaining.begin(rule=rule, by=by)
        while retaining.go_on(run_id=run.pk, by=by):
            pass
    assert not SimilarityRow._base_manager.exists()
    assert Appeal._base_manager.filter(pk=case.pk).exists()


def asked(town: Town, **given: object) -> Asked:
    usual = Asked(
        text=TOLD, kinds=("0206",), scope_code=HERE, lon=town.building.lon, lat=town.building.lat,
        cell=cell_of(town.building.lon, town.building.lat), building_id=town.building.pk,
    )  # fmt: skip
    return Asked(**{**vars(usual), **given})


def test_staff_find_their_own_area_alone_and_the_public_no_person(town: Town) -> None:
    here, there = town.appeal(TOLD), town.appeal(TOLD, community=town.there)
    question = asked(town, person=row_of(here).person)
    with acting(town.actor("worker")) as by:
        assert [one.case_id for one in alike.near(question, by)] == [here.pk]
    with acting(town.actor("street")) as by:
        assert [one.case_id for one in alike.near(question, by)] == [here.pk, there.pk]
    with acting(town.actor("neighbour")) as by:
        assert [one.case_id for one in alike.near(question, by)] == [there.pk]
    with acting(town.actor("manager")) as by, pytest.raises(Forbidden):
        alike.near(question, by)


def test_the_plan_that_is_kept_holds_nobodys_area(town: Town) -> None:
    here, there = town.appeal(TOLD), town.appeal(TOLD, community=town.there)
    question = asked(town, person=row_of(here).person)
    wanted = {"worker": [here.pk], "street": [here.pk, there.pk], "neighbour": [there.pk]}
    for _ in range(4):
        for post, cases in wanted.items():
            with acting(town.actor(post)) as by:
                assert [one.case_id for one in alike.near(question, by)] == cases


def test_what_concerns_one_person_is_told_to_nobody(town: Town) -> None:
    from lianglin.access.actor import public

    case = town.appeal(TOLD)
    type(town.lamp).objects.filter(pk=town.lamp.pk).update(duplicate_radius_m=60)
    with acting(public()):
        found = alike.open_near(asked(town))
        assert [(one.case_id, one.person, one.compound, one.people) for one in found] == [
            (case.pk, None, "和宁小区", 1)
        ]
    type(town.lamp).objects.filter(pk=town.lamp.pk).update(duplicate_radius_m=-1)
    with acting(public()):
        assert alike.open_near(asked(town)) == []


def test_the_second_of_two_people_at_once_sees_the_first(transactional_db: None) -> None:
    """Without the lock the comparison would read what had been there before the first one's commit."""
    town = build()
    type(town.lamp).objects.filter(pk=town.lamp.pk).update(duplicate_radius_m=60)
    waited: list[bool] = []
    ready = threading.Event()

    def second() -> None:
        try:
            with transaction.atomic():
                ready.set()
                alike.await_place(HERE)
                waited.append(bool(alike.open_near(asked(town))))
        finally:
            connection.close()

    with transaction.atomic():
        town.appeal(TOLD)
        other = threading.Thread(target=second)
        other.start()
        ready.wait(5)
        other.join(0.3)
        assert not waited, "it did not wait"
    other.join(10)
    assert waited == [True]


def test_one_place_does_not_wait_for_another(transactional_db: None) -> None:
    build()
    through: list[bool] = []

    def elsewhere() -> None:
        try:
            with transaction.atomic():
                hold(NEXT_DOOR)
                through.append(True)
        finally:
            connection.close()

    with transaction.atomic():
        hold(HERE)
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join(10)
        assert through == [True]
