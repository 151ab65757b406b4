"""The typed request by which others open an appeal."""

from __future__ import annotations

import pytest
from tests.world import HERE, NEXT_DOOR, World, build, catalogue

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.appeals.models import Appeal, Appellant
from lianglin.cases.models import Case
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.events import OpenAppeal, ask
from lianglin.places.models import Building

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    made = build()
    catalogue()
    return made


def request(**given: object) -> OpenAppeal:
    usual = {
        "scope_code": HERE,
        "item_code": "020601",
        "title": "楼道灯",
        "text": "楼道灯坏了三天",
        "channel": "visit",
    }
    return OpenAppeal(**{**usual, **given})  # pyright: ignore[reportArgumentType] - a test's own words


def test_a_post_that_records_opens_an_appeal(world: World) -> None:
    building = Building.objects.get(scope_code=HERE)
    with acting(world.actors[f"community-{HERE}"]) as worker:
        number = ask(request(building_id=building.pk, name="李示例", phone="15400000003"), by=worker)
    case, appeal = Case._base_manager.get(number=number), Appeal._base_manager.get()
    assert (case.building_id, appeal.channel, appeal.item.code) == (building.pk, "visit", "020601")
    assert Appellant._base_manager.get().phone == "15400000003"


def test_the_public_may_ask_too(world: World) -> None:
    with acting(actors.public()) as anybody:
        assert ask(request(), by=anybody)


@pytest.mark.parametrize(
    "wrong", [{"scope_code": "000000000000"}, {"item_code": "999999"}, {"building_id": 0}, {"text": "灯"}]
)
def test_what_is_not_known_is_refused(world: World, wrong: dict[str, object]) -> None:
    if "building_id" in wrong:
        wrong = {"building_id": Building.objects.get(scope_code=NEXT_DOOR).pk}
    with acting(world.actors[f"community-{HERE}"]) as worker, pytest.raises(Refused):
        ask(request(**wrong), by=worker)


def test_a_post_without_the_duty_opens_nothing(world: World) -> None:
    with acting(world.actors["manager"]) as manager, pytest.raises(Forbidden):
        ask(request(), by=manager)
