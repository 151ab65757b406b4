"""The first five minutes: switching, the clock, the neighbour; and that a real city has none of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.world import FAR, HERE, NEXT_DOOR, World, build, catalogue

from lianglin.access import demo
from lianglin.access.models import Account, AuditEntry
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden
from lianglin.kit.models import DemoClock
from lianglin.portal import queries
from lianglin.portal import seed as seeds
from lianglin.portal.seed import tell_story

pytestmark = pytest.mark.django_db
PAGES = ("/demo/", "/demo/neighbour/", "/demo/meet/")
POSTS = ("/demo/as/", "/demo/advance/", "/demo/anew/")


@pytest.fixture
def world(db: None) -> World:
    made = build()
    catalogue()
    return made


@pytest.fixture
def tour(world: World, settings: Any, tmp_path: Path) -> World:
    """The demo city with its story and three personas."""
    settings.DEMO, settings.DATA, settings.SECOND_FACTOR_LEVELS = True, tmp_path, ()
    DemoClock.objects.get_or_create(id=1)
    bureau, officer = world.organisations["bureau-1"], world.organisations["city"]
    community = world.organisations[f"community-{HERE}"]
    demo.make_login(
        "community",
        "王示例",
        community,
        "community_worker",
        HERE,
        "社区工作者",
        "Worker",
        "受理",
        "Receives",
        True,
    )
    demo.make_login(
        "department", "朱示例", bureau, "unit_handler", "", "承办员", "Handler", "承办", "Handles", True
    )
    demo.make_login(
        "officer", "林示例", officer, "protection_officer", "", "专员", "Officer", "看谁看过", "Looks", True
    )
    demo.make_login("hidden", "何示例", officer, "manager", "", "管理者", "Manager", "看", "Looks")
    demo.note("story", tell_story(HERE, NEXT_DOOR))
    yield world
    clock.set_offset(timedelta(0))


def become(client: Client, who: str, **more: str) -> Any:
    return client.post("/demo/as/", {"persona": who, **more})


def number() -> str:
    return demo.notes()["story"]["number"]


@pytest.mark.parametrize("page", PAGES)
def test_a_real_city_has_no_demo(client: Client, world: World, page: str) -> None:
    assert client.get(page).status_code == 404
    assert "快进" not in client.get("/").content.decode()


@pytest.mark.parametrize("page", POSTS)
def test_a_real_city_switches_and_advances_nothing(client: Client, world: World, page: str) -> None:
    assert client.post(page, {"persona": "community", "days": "3"}).status_code == 404


def test_a_real_city_makes_no_sample_logins(world: World) -> None:
    with pytest.raises(Forbidden):
        demo.make_login("x", "x", world.organisations["city"], "manager", "", "", "", "", "")
    assert demo.logins() == []


def test_the_story_stands_on_the_page_with_whose_turn_it_is(client: Client, tour: World) -> None:
    shown = client.get("/demo/").content.decode()
    assert "楼道灯坏了三天" in shown
    assert "轮到这里" in shown


@pytest.mark.parametrize("who", ["community", "resident"])
def test_one_press_leads_to_the_matter(client: Client, tour: World, who: str) -> None:
    answered = become(client, who)
    page = client.get(client.get(answered["Location"])["Location"])
    assert page.status_code == 200
    assert "楼道灯坏了三天" in page.content.decode()


def test_the_department_sees_nothing_before_it_is_given(client: Client, tour: World) -> None:
    answered = become(client, "department")
    assert client.get(answered["Location"])["Location"] == "/work/"
    case = Case._base_manager.get(number=number())
    with acting(tour.actors[f"street-{HERE[:9]}"]) as street:
        from lianglin.appeals import actions

        actions.accept(case.pk, by=street)
        actions.dispatch(case.pk, by=street, unit=tour.organisations["bureau-1"])
    assert number() in client.get("/demo/meet/")["Location"]


def test_the_officer_sees_who_looked(client: Client, tour: World) -> None:
    become(client, "officer")
    assert client.get("/demo/meet/")["Location"] == "/account/looks/"


@pytest.mark.parametrize("who", ["hidden", "nobody", "", "admin"])
def test_only_the_storys_people_can_be_become(client: Client, tour: World, who: str) -> None:
    assert become(client, who).status_code == 403


def test_a_switch_is_audited_and_goes_nowhere_else(client: Client, tour: World) -> None:
    answered = become(client, "community", next="https://elsewhere.example/")
    assert answered["Location"] == "/demo/meet/"
    assert any(b"demo_login" in bytes(entry.body) for entry in AuditEntry.objects.all())


def test_the_sample_password_opens_the_sample_login(client: Client, tour: World) -> None:
    row = next(row for row in demo.logins() if row["username"] == "community")
    assert Account._base_manager.get(username="community").check_password(row["password"])


def test_the_table_of_logins_begins_with_a_resident(client: Client, tour: World) -> None:
    """A resident has no password: the code is read from the demo's phone."""
    assert demo.logins()[0]["username"] == "community"
    demo.note("resident_login", {"phone": "15400000001"})
    row = demo.logins()[0]
    assert (row["username"], "/messages/demo/" in row["password"]) == ("15400000001", True)
    assert client.get("/messages/demo/").status_code == 200


def test_three_working_days_pass_and_it_is_audited(client: Client, tour: World) -> None:
    before = clock.now()
    assert client.post("/demo/advance/", {"days": "3"}).status_code == 303
    passed = DemoClock.objects.get().offset_seconds
    assert passed >= 3 * 86_400
    assert passed % 86_400 == 0
    assert clock.now() - before >= timedelta(days=3)
    assert any(b"demo_clock" in bytes(entry.body) for entry in AuditEntry.objects.all())


@pytest.mark.parametrize("days", ["0", "31", "-1", "x", "", "999999"])
def test_the_clock_does_not_jump(client: Client, tour: World, days: str) -> None:
    assert client.post("/demo/advance/", {"days": days}).status_code == 422
    assert DemoClock.objects.get().offset_seconds == 0


def test_two_months_are_not_compared(client: Client, tour: World) -> None:
    """What the rate was before the light bulb is that of the same month, or nothing."""
    told = {**demo.notes()["story"], "before": {"shown": 12.5, "unit": "%", "n": 1, "d": 8}}
    demo.note("story", told)
    assert "12.5" in client.get("/demo/").content.decode()
    demo.note("story", {**told, "month": "2020-01"})
    page = client.get("/demo/").content.decode()
    assert "12.5" not in page
    assert f"{clock.today().year}年{clock.today().month}月" in page, "the month is named"
    seeds.wake()
    assert demo.notes()["story"]["month"] == f"{clock.today():%Y-%m}"


def test_the_resident_stays_the_resident_when_time_passes(client: Client, tour: World) -> None:
    become(client, "resident")
    client.post("/demo/advance/", {"days": "3"})
    assert client.get("/appeals/mine/").status_code == 200


def test_the_story_begins_anew(client: Client, tour: World) -> None:
    first = number()
    assert client.post("/demo/anew/")["Location"] == "/demo/"
    assert number() != first
    assert number()[:1] == "A"


def test_postgresql_itself_gives_the_neighbours_rows_to_nobody_else(client: Client, tour: World) -> None:
    tour.report(NEXT_DOOR)
    become(client, "community")
    shown = client.get("/demo/neighbour/").content.decode()
    assert "lianglin_staff" in shown
    assert "0 行" in shown
    with acting(tour.actors[f"community-{HERE}"]):
        assert queries.look("", NEXT_DOOR).count == 0
        assert queries.look("", HERE).count == 1
    with acting(tour.actors[f"community-{NEXT_DOOR}"]):
        assert queries.look("", NEXT_DOOR).count == 1
    with acting(tour.actors[f"community-{FAR}"]):
        assert queries.look("", HERE).count == 0


def test_home_asks_the_database_twice_at_most_in_the_demo(client: Client, tour: World) -> None:
    client.get("/")
    with CaptureQueriesContext(connection) as found:
        client.get("/")
    asked = [q["sql"] for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert len(asked) <= 2, asked


def test_the_public_is_refused_by_postgresql(client: Client, tour: World) -> None:
    assert "permission denied" in client.get("/demo/neighbour/").content.decode()


def test_a_new_day_has_urgent_samples_of_its_own(
    client: Client, tour: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        seeds, "URGENT", (("020602", "有燃气味（示例）", "示例：厨房一直有燃气味，人在楼下等。"),)
    )
    seeds.plant_urgent()
    seeds.plant_urgent()
    planted = Case._base_manager.filter(title="有燃气味（示例）")
    assert planted.count() == 1, "not twice on one day"
    assert (planted.get().scope_code, planted.get().urgent) == (NEXT_DOOR, True)
    client.post("/demo/advance/", {"days": "3"})
    fresh = planted.order_by("-id").first()
    assert planted.count() == 2
    assert fresh is not None
    assert fresh.due_at > clock.now(), "and it is not overdue on the day one has come to"


def test_a_city_with_a_catalogue_of_its_own_gets_no_samples(client: Client, tour: World) -> None:
    seeds.plant_urgent()
    assert not Case._base_manager.filter(title__contains="示例）").exists()
    assert client.post("/demo/advance/", {"days": "3"}).status_code == 303
