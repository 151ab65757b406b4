"""The duty list of communities changes by two people, from a day on, in the own area."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import world as worlds
from tests.world import FAR, HERE, World

from lianglin.access.actor import Actor
from lianglin.access.duty_list import actions, queries
from lianglin.access.duty_list.actions import Written
from lianglin.access.models import Account, CommunityDuty, DutyChange, Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused

pytestmark = pytest.mark.rows("R050")
SAMPLE = Written("S-01", "楼道照明报修", "Stairwell lights", "assist", "清单第3项")


@pytest.fixture(scope="module")
def built(lasting: None) -> World:
    made = worlds.build()
    office = Organisation.objects.create(code="d", name="区", kind="district", scope_code=HERE[:6])
    city = Organisation.objects.get(code="city")
    for name, role, unit, scope in (
        ("district", "district_coordinator", office, HERE[:6]),
        ("district-b", "district_coordinator", office, HERE[:6]),
        ("city-one", "city_coordinator", city, ""),
    ):
        account = Account.objects.create(username=name, name=name, created_at=clock.now())
        made.posts[name] = Post.objects.create(
            account=account, role_code=role, organisation=unit, scope_code=scope, title=name, starts_on="2024-01-01"
        )  # fmt: skip
        made.actors[name] = actor_in(made.posts[name])
    return made


@pytest.fixture
def world(built: World, db: None) -> World:
    return built


def actor(world: World, name: str) -> Actor:
    return world.actors[name]


def does(
    world: World, who: str, act: Callable[..., Any], refused: type[HouseError] | None = None, **given: Any
) -> Any:
    """What an action gives; with ``refused`` the refusal."""
    with acting(actor(world, who)) as by:
        if refused is None:
            return act(by=by, **given)
        with pytest.raises(refused) as said:
            act(by=by, **given)
        return said.value


def proposed(
    world: World, by: str = "district", refused: type[HouseError] | None = None, **given: Any
) -> Any:
    common: dict[str, Any] = {"written": SAMPLE, "from_day": clock.today(), "reason": "补列"}
    return does(world, by, actions.propose, refused, **{**common, **given})


def decided(
    world: World, by: str, change: DutyChange, refused: type[HouseError] | None = None, *, approve: bool = True,
    note: str = "",
) -> Any:  # fmt: skip
    return does(world, by, actions.decide, refused, change_id=change.pk, approve=approve, note=note)


def counts(code: str, place: str, day: date) -> bool:
    return queries.duty_in_force(code, place, day) is not None


def test_it_counts_once_a_second_person_approved_it_and_in_its_area_alone(world: World) -> None:
    change = proposed(world)
    assert not counts("S-01", HERE, clock.today())
    decided(world, "district-b", change)
    assert counts("S-01", HERE, clock.today())
    assert not counts("S-01", HERE, clock.today() - timedelta(days=1))
    assert not counts("S-01", FAR, clock.today())


def test_who_may_not_decide(world: World) -> None:
    change = proposed(world)
    decided(world, "district", change, Forbidden)
    decided(world, f"street-{HERE[:9]}", change, Forbidden)
    assert decided(world, "district-b", change, Refused, approve=False).field == "note"
    decided(world, "district-b", change, approve=False, note="依据不足")
    decided(world, "city-one", change, Conflict)
    assert not CommunityDuty.objects.exists()


def test_the_city_decides_what_a_district_proposed(world: World) -> None:
    decided(world, "city-one", proposed(world))
    assert counts("S-01", HERE, clock.today())


def test_a_change_ends_the_row_before_and_an_end_takes_it_off(world: World) -> None:
    today = clock.today()
    decided(world, "district-b", proposed(world))
    duty = CommunityDuty.objects.get()
    later = today + timedelta(days=10)
    other = Written("S-01", "楼道照明报修与巡查", "", "own", "清单第4项")
    decided(world, "district-b", proposed(world, written=other, duty=duty, from_day=later))
    before, after = queries.duty_in_force("S-01", HERE, today), queries.duty_in_force("S-01", HERE, later)
    assert (before and before.kind, after and after.kind) == ("assist", "own")
    new = CommunityDuty.objects.get(valid_from=later)
    given = {"duty": new, "from_day": later + timedelta(days=5), "reason": "改由物业承担"}
    ending = does(world, "district", actions.propose_end, **given)
    decided(world, "district-b", ending)
    assert counts("S-01", HERE, later + timedelta(days=4))
    assert not counts("S-01", HERE, later + timedelta(days=5))


def test_what_may_not_be_proposed(world: World) -> None:
    proposed(world)
    proposed(world, refused=Conflict)  # one waits already
    proposed(world, refused=Refused, from_day=clock.today() - timedelta(days=1))
    proposed(world, f"street-{HERE[:9]}", Forbidden)
    duty = CommunityDuty.objects.create(
        code="S-09", text="x", kind="own", basis="x", valid_from="2024-01-01", scope_code=""
    )
    proposed(world, refused=Forbidden, written=Written("S-09", "x", "", "own", "x"), duty=duty)


def browser(world: World, name: str) -> Client:
    return world.browser(name)


def test_proposed_withdrawn_and_approved_on_the_pages(world: World) -> None:
    one, two = browser(world, "district"), browser(world, "district-b")
    sent = {
        "code": "S-01", "text": "协助清雪", "text_en": "", "kind": "assist", "basis": "清单", "from_day": clock.today().isoformat(),
        "reason": "冬季",
    }  # fmt: skip
    assert one.post(reverse("access:duty_add"), {**sent, "basis": ""}).status_code == 422
    first = one.post(reverse("access:duty_add"), sent)
    assert first.status_code == 303
    assert one.post(f"{first.url}back/").status_code == 303
    done = one.post(reverse("access:duty_add"), sent)
    assert one.post(done.url, {"do": "approve"}).status_code == 403
    assert two.post(done.url, {"do": "refuse", "note": ""}).status_code == 422
    assert two.post(done.url, {"do": "approve", "note": ""}).status_code == 303
    listed = browser(world, f"community-{HERE}").get(reverse("access:duty_list")).content.decode()
    assert "协助清雪" in listed
    assert (
        "协助清雪" not in browser(world, f"community-{FAR}").get(reverse("access:duty_list")).content.decode()
    )


def test_who_reads_and_who_proposes(world: World) -> None:
    here = reverse("access:duty_add")
    assert browser(world, f"community-{HERE}").get(here).status_code == 403
    assert browser(world, "administrator").get(reverse("access:duty_list")).status_code == 403
    assert browser(world, "bureau-1").get(reverse("access:duty_list")).status_code == 200
