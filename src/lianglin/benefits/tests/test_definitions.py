"""Shared definitions: by two people, and never so that a measure breaks."""

from __future__ import annotations

import pytest

from lianglin.benefits.actions import definitions, measures
from lianglin.benefits.models import Definitions
from lianglin.benefits.queries import packages
from lianglin.benefits.tests import life_scene as scenes
from lianglin.benefits.tests.life_scene import BUS, LEGAL, SECOND, WRITER, Scene
from lianglin.kit.errors import Conflict, Forbidden, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R066")]
TEXT = "老年人: {式: 年龄 ≥ 65, 英文名: older people}\n"
PAGE = "/benefits/desk/definitions/"


@pytest.fixture
def scene(db: None) -> Scene:
    return scenes.build()


def in_force(scene: Scene) -> None:
    made = scene.do(WRITER, definitions.propose, source=TEXT)
    scene.do(SECOND, definitions.decide, made.pk, approve=True)


def test_a_text_is_proposed_and_approved_on_pages(scene: Scene) -> None:
    scene.browser(WRITER).post(PAGE, {"source": TEXT})
    waiting = Definitions.objects.get()
    assert scene.browser(WRITER).post(f"{PAGE}{waiting.pk}/", {"do": "approve"}).status_code == 403
    assert "<ins>老年人" in scene.browser(SECOND).get(f"{PAGE}{waiting.pk}/").content.decode()
    scene.browser(SECOND).post(f"{PAGE}{waiting.pk}/", {"do": "approve"})
    assert [one.name for one in packages.package().definitions] == ["老年人"]


def test_nobody_approves_the_own_text(scene: Scene) -> None:
    made = scene.do(WRITER, definitions.propose, source=TEXT)
    with pytest.raises(Forbidden):
        scene.do(WRITER, definitions.decide, made.pk, approve=True)
    with pytest.raises(Conflict):
        scene.do(SECOND, definitions.propose, source=TEXT + "# more\n")


def test_a_definition_that_a_measure_uses_does_not_go(scene: Scene) -> None:
    in_force(scene)
    text = BUS.replace("bus-card", "tram-card").replace("年龄 ≥ 65", "老年人")
    saved = scene.do(WRITER, measures.draft_measure, source=text)
    assert saved.report.sound, saved.report.problems
    scene.do(WRITER, measures.send_to_legal, saved.version.pk, revision=1)
    scene.do(LEGAL, measures.check_legally, saved.version.pk)
    scene.do(SECOND, measures.approve, saved.version.pk)
    for wrong in ("", "长者: {式: 年龄 ≥ 65}\n", "老年人: {式: 年零 ≥ 65}\n"):
        with pytest.raises(Refused):
            scene.do(WRITER, definitions.propose, source=wrong)


def test_only_who_writes_measures_proposes(scene: Scene) -> None:
    with pytest.raises(Forbidden):
        scene.do("manager", definitions.propose, source=TEXT)
