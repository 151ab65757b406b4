"""Before a version is approved: how many would come in and go out, and which worked examples come out differently."""

from __future__ import annotations

from datetime import date

import pytest

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.benefits.actions import measures, reviewing
from lianglin.benefits.models import MeasureVersion, VersionCount
from lianglin.benefits.queries import reviewing as queries
from lianglin.benefits.tests import life_scene as scenes
from lianglin.benefits.tests.life_scene import ALLOWANCE, SECOND, WRITER, Scene
from lianglin.kit.errors import Forbidden
from lianglin.people.models import Resident

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R066")]
LOWER = ALLOWANCE.replace("年龄 ≥ 80", "年龄 ≥ 70").replace("1950-05-01", "1970-05-01")
"""Everybody of the world was born in 1950: none is 80, all are 70."""


@pytest.fixture
def scene(db: None) -> Scene:
    return scenes.build()


def drafted(scene: Scene, text: str = LOWER) -> MeasureVersion:
    saved = scene.do(WRITER, measures.amend, scene.version("age-allowance").measure_id, source=text)
    assert saved.report.sound
    return saved.version


def counted(scene: Scene, version: MeasureVersion) -> VersionCount:
    scene.do(WRITER, reviewing.ask, version.pk)
    with acting(job()) as by:
        reviewing.count(version.pk, by=by)
    return VersionCount.objects.get(version=version)


def test_who_would_be_new_is_counted_over_everybody(scene: Scene) -> None:
    found = counted(scene, drafted(scene))
    everybody = Resident._base_manager.count()
    assert (found.looked_at, found.may_before, found.may_after, found.new, found.gone) == (
        everybody, 0, everybody, everybody, 0,
    )  # fmt: skip
    assert (found.streets, found.state) == (found.all_streets, "done")


def test_a_version_that_cannot_be_read_is_not_counted(scene: Scene) -> None:
    version = drafted(scene)
    broken = LOWER.replace("年龄", "年零")
    scene.do(WRITER, measures.write, version.pk, revision=version.revision, source=broken)
    assert counted(scene, version).state == "failed"


def test_the_reviewer_reads_the_sums_and_none_under_ten(scene: Scene) -> None:
    version = drafted(scene)
    counted(scene, version)
    VersionCount.objects.update(new=9, gone=10, may_before=0)
    page = scene.browser(SECOND).get(f"/benefits/desk/measures/{version.pk}/").content.decode()
    assert "少于10" in page
    fragment = scene.browser(SECOND).get(f"/benefits/desk/measures/{version.pk}/counts/").content.decode()
    assert ">10<" in fragment
    assert ">9<" not in fragment
    assert ">0<" in fragment


def test_examples_that_come_out_differently_are_named(scene: Scene) -> None:
    text = LOWER.replace(
        "  - {名: 生日不明",
        "  - {名: 七十五岁, 日期: 2026-03-01, 成员: [{出生日期: 1951-01-01}], 结果: 可能符合}\n  - {名: 生日不明",
    )
    (case, *more) = queries.cases(drafted(scene, text), date(2026, 11, 28))
    assert (case.before, case.after) == ("not", "may")
    assert {one.example.name for one in (case, *more)} == {"七十五岁", "年龄不够"}


def test_saving_a_sound_draft_has_it_counted(scene: Scene) -> None:
    version = drafted(scene)
    here = f"/benefits/desk/measures/{version.pk}/edit/"
    browser = scene.browser(WRITER)
    browser.post(here, {"source": LOWER + "\n", "revision": version.revision})
    assert VersionCount.objects.get(version=version).state == "asked"
    assert 'hx-trigger="every 3s"' in browser.get(here).content.decode()


def test_only_who_may_read_drafts_has_them_counted(scene: Scene) -> None:
    version = drafted(scene)
    with pytest.raises(Forbidden):
        scene.do("protection_officer", reviewing.ask, version.pk)


def test_a_part_of_the_streets_is_spread_over_the_city() -> None:
    streets = [str(number) for number in range(100)]
    first = list(queries.spread(streets))[:10]
    assert sorted(map(int, first)) == list(range(0, 100, 10))
    assert sorted(queries.spread(streets)) == sorted(streets)
