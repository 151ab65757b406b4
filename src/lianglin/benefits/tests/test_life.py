"""A measure's way from a draft to the catalogue: two people, nothing lost, nothing broken by it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.benefits.actions import measures
from lianglin.benefits.models import Edition, MeasureVersion
from lianglin.benefits.queries import measures as queries
from lianglin.benefits.queries import packages
from lianglin.benefits.rules import life
from lianglin.benefits.tests import life_scene as scenes
from lianglin.benefits.tests.life_scene import ALLOWANCE, LEGAL, SECOND, WRITER, Scene
from lianglin.kit.errors import Conflict, Forbidden, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R066")]
NEXT = ALLOWANCE.replace("年龄 ≥ 80", "年龄 ≥ 79").replace("满80周岁", "满79周岁")


@pytest.fixture
def scene(db: None) -> Scene:
    return scenes.build()


def drafted(scene: Scene, text: str = NEXT) -> MeasureVersion:
    saved = scene.do(WRITER, measures.amend, scene.version("age-allowance").measure_id, source=text)
    assert saved.report.sound, (saved.report.problems, saved.report.failures)
    return saved.version


def checked(scene: Scene, text: str = NEXT) -> MeasureVersion:
    version = drafted(scene, text)
    scene.do(WRITER, measures.send_to_legal, version.pk, revision=version.revision)
    return scene.do(LEGAL, measures.check_legally, version.pk)


def test_the_table_of_steps_has_no_dead_end() -> None:
    assert list(life.flaws(MeasureVersion.State.values)) == []
    cut = [step for step in life.STEPS.values() if step.verb != "expire" and step.verb != "amend"]
    assert "in_force: a dead end" in list(life.flaws(MeasureVersion.State.values, cut))


def test_a_version_goes_its_whole_way_and_replaces_the_one_before(scene: Scene) -> None:
    old, before = scene.version("age-allowance"), packages.package()
    version = checked(scene)
    scene.do(SECOND, measures.approve, version.pk)
    old.refresh_from_db()
    assert (old.state, scene.version("age-allowance").pk) == ("amended", version.pk)
    after = packages.package()
    assert after.digest != before.digest
    assert [c.name for c in after.by_id()["age-allowance"].conditions] == ["满79周岁"]
    assert [v.pk for v in queries.catalogue("满79周岁")] == [version.pk]
    assert not queries.catalogue("满80周岁")


def test_who_wrote_a_part_neither_checks_nor_approves(scene: Scene) -> None:
    version = drafted(scene)
    saved = scene.do(SECOND, measures.write, version.pk, revision=version.revision, source=NEXT + "\n")
    scene.do(WRITER, measures.send_to_legal, version.pk, revision=saved.version.revision)
    scene.do(LEGAL, measures.check_legally, version.pk)
    for who in (WRITER, SECOND):
        with pytest.raises(Forbidden):
            scene.do(who, measures.approve, version.pk)


def test_postgresql_holds_the_two_people_and_the_text(scene: Scene) -> None:
    version = checked(scene)
    writer = scene.actor(WRITER).account_id
    for change in (
        {"approved_by": writer},
        {"checked_by": writer},
        {"source": "anything"},
        {"state": "approved"},
        {"writers": []},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            MeasureVersion.objects.filter(pk=version.pk).update(**change)


def test_a_text_that_cannot_be_read_is_kept_and_goes_no_further(scene: Scene) -> None:
    broken = ALLOWANCE.replace("年龄 ≥ 80", "年零 ≥ 80")
    saved = scene.do(WRITER, measures.amend, scene.version("age-allowance").measure_id, source=broken)
    (problem, *_more) = saved.report.problems
    assert (problem.line, problem.word) == (13, "年零")
    assert "年龄" in problem.allowed
    saved.version.refresh_from_db()
    assert saved.version.source == broken
    with pytest.raises(Refused):
        scene.do(WRITER, measures.send_to_legal, saved.version.pk, revision=saved.version.revision)


def test_an_example_that_comes_out_otherwise_holds_a_draft_back(scene: Scene) -> None:
    text = ALLOWANCE.replace("年龄 ≥ 80", "年龄 ≥ 90")
    saved = scene.do(WRITER, measures.amend, scene.version("age-allowance").measure_id, source=text)
    assert not saved.report.problems
    assert [failure.example.name for failure in saved.report.failures] == ["符合"]
    with pytest.raises(Refused):
        scene.do(WRITER, measures.send_to_legal, saved.version.pk, revision=saved.version.revision)


def test_who_saves_over_somebody_else_is_told_and_nothing_changes(scene: Scene) -> None:
    version = drafted(scene)
    scene.do(SECOND, measures.write, version.pk, revision=version.revision, source=NEXT + "# theirs\n")
    with pytest.raises(Conflict):
        scene.do(WRITER, measures.write, version.pk, revision=version.revision, source=NEXT + "# mine\n")
    version.refresh_from_db()
    assert version.source.endswith("# theirs\n")


def test_one_version_of_a_measure_is_on_its_way_at_a_time(scene: Scene) -> None:
    drafted(scene)
    with pytest.raises(Conflict):
        scene.do(SECOND, measures.amend, scene.version("age-allowance").measure_id)


def test_a_version_waits_for_its_first_day(scene: Scene) -> None:
    text = (
        NEXT.replace("自: 2018-12-29", "自: 2099-01-01")
        .replace("2026-03-01", "2099-03-01")
        .replace("1950-05-01", "2050-05-01")
    )
    version = checked(scene, text)
    scene.do(SECOND, measures.approve, version.pk)
    assert scene.version("age-allowance").number == 1
    assert packages.package(date(2099, 1, 2)).by_id()["age-allowance"].conditions[0].name == "满79周岁"
    assert packages.package().by_id()["age-allowance"].conditions[0].name == "满80周岁"
    with acting(job()) as by:
        assert measures.put_in_force_due(by=by) == 0
        assert measures.put_in_force_due(by=by, today=date(2099, 1, 1)) == 1
    assert scene.version("age-allowance").pk == version.pk


def test_a_version_whose_last_day_is_over_expires(scene: Scene) -> None:
    before = Edition.objects.get(pk=1).revision
    with acting(job()) as by:
        assert measures.expire_due(by=by, today=date(2026, 12, 31)) == 0
        assert measures.expire_due(by=by, today=date(2027, 1, 1)) == 1
    assert scene.version("bus-card", "expired").ended_at is not None
    assert Edition.objects.get(pk=1).revision > before
    assert not queries.catalogue("免费乘车")


def test_it_is_sent_back_with_a_reason_and_goes_the_way_again(scene: Scene) -> None:
    version = checked(scene)
    with pytest.raises(Refused):
        scene.do(SECOND, measures.send_back, version.pk, note=" ")
    back = scene.do(SECOND, measures.send_back, version.pk, note="条文写全")
    assert (back.state, back.note, back.checked_by_id) == ("draft", "条文写全", None)


@pytest.mark.parametrize("verb", ["approve", "check_legally"])
def test_a_step_out_of_turn_is_refused(scene: Scene, verb: str) -> None:
    version = drafted(scene)
    with pytest.raises(Conflict):
        scene.do(SECOND if verb == "approve" else LEGAL, getattr(measures, verb), version.pk)


def test_posts_without_the_duty_do_nothing(scene: Scene) -> None:
    version = drafted(scene)
    for who, act in (
        ("manager", lambda by: measures.write(version.pk, by=by, revision=1, source="x")),
        (LEGAL, lambda by: measures.send_to_legal(version.pk, by=by, revision=1)),
        (WRITER, lambda by: measures.check_legally(version.pk, by=by)),
        (LEGAL, lambda by: measures.approve(version.pk, by=by)),
    ):
        with pytest.raises(Forbidden), transaction.atomic(), acting(scene.actor(who)) as by:
            act(by)


def test_the_package_is_read_once_and_asked_for_by_one_query(
    scene: Scene, django_assert_num_queries: Any
) -> None:
    first = packages.package()
    with django_assert_num_queries(1):
        assert packages.package() is first


def test_a_past_day_is_answered_by_what_held_then(scene: Scene) -> None:
    assert set(packages.package(date(2020, 6, 1)).by_id()) == {"age-allowance", "bus-card"}
    assert set(packages.package(date(2019, 6, 1)).by_id()) == {"age-allowance"}


@given(st.dates(), st.none() | st.dates(), st.none() | st.dates())
def test_what_has_run_out_is_never_only_about_to(today: date, ends: date | None, review: date | None) -> None:
    found = life.warnings(ends, review, today)
    assert not {"lapsed", "lapses"} <= set(found)
    assert ("lapsed" in found) is (ends is not None and ends < today)


def test_a_measure_that_others_name_is_not_changed_under_them(scene: Scene) -> None:
    """One rests on the allowance; the allowance becomes a household's, which a person's rule may not name so."""
    resting = scenes.BUS.replace("bus-card", "tram-card").replace("年龄 ≥ 65", "符合('age-allowance')")
    saved = scene.do(WRITER, measures.draft_measure, source=resting)
    assert saved.report.sound, (saved.report.problems, saved.report.failures)
    scene.do(WRITER, measures.send_to_legal, saved.version.pk, revision=1)
    scene.do(LEGAL, measures.check_legally, saved.version.pk)
    scene.do(SECOND, measures.approve, saved.version.pk)
    version = drafted(scene, ALLOWANCE.replace("年龄 ≥ 80", "年龄 ≥ 86").replace("1940-05-01", "1930-05-01"))
    with pytest.raises(Refused) as refused:
        scene.do(WRITER, measures.send_to_legal, version.pk, revision=version.revision)
    assert "tram-card" in str(refused.value.message)
