"""吹哨报到: called, arrived, answered; both sides say how it was, of units alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.watch import as_administrator

from lianglin.access.transaction import acting
from lianglin.appeals.actions import whistling
from lianglin.appeals.models import WhistleCall, WhistleUnit
from lianglin.appeals.tests.scene import Town, build
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused

pytestmark = pytest.mark.rows("R050")


@pytest.fixture(scope="module")
def built(lasting: None) -> Town:
    return build()


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built


def called(town: Town, *units: str, **given: Any) -> WhistleCall:
    with acting(town.actor("street")) as actor:
        chosen = [town.unit(name) for name in units or ("unit",)]
        common = {"place_text": "北门广场", "text": "摊点占道", "arrive_by": clock.now() + timedelta(hours=2)}
        return whistling.call(by=actor, units=chosen, **{**common, **given})


def does(town: Town, who: str, verb: str, **given: Any) -> WhistleUnit:
    with acting(town.actor(who)) as actor:
        return getattr(whistling, verb)(by=actor, **given)


def refuses(town: Town, who: str, verb: str, kind: type[HouseError], **given: Any) -> None:
    with acting(town.actor(who)) as actor, pytest.raises(kind):
        getattr(whistling, verb)(by=actor, **given)


def test_a_call_from_both_sides(town: Town) -> None:
    made = called(town, "unit", "other_unit")
    does(town, "unit", "arrive", call_id=made.pk)
    refuses(town, "unit", "arrive", Conflict, call_id=made.pk)
    does(town, "unit", "answer", call_id=made.pk, text="已清理", warranted="yes")
    given = {"call_id": made.pk, "came": "yes", "helped": "yes"}
    does(town, "street", "assess", unit_id=town.unit("unit").pk, **given)
    told = WhistleUnit._base_manager.get(call=made, unit=town.unit("unit"))
    assert (told.warranted, told.came, told.helped) == ("yes", "yes", "yes")


def test_a_unit_sees_itself_alone_and_an_uncalled_one_nothing(town: Town) -> None:
    made = called(town, "unit")
    with acting(town.actor("unit")) as actor:
        seen = WhistleUnit.objects.visible_to(actor, purpose="handle_case")
        assert [one.unit_id for one in seen] == [town.unit("unit").pk]
    address = reverse("appeals:whistle", args=[made.pk])
    assert town.client("unit").get(address).status_code == 200
    assert town.client("other_unit").get(address).status_code == 404
    assert town.client("other_street").get(address).status_code == 404
    refuses(town, "other_unit", "arrive", Forbidden, call_id=made.pk)


def test_the_street_waits_for_the_time_or_the_answer(town: Town) -> None:
    made = called(town)
    given = {
        "call_id": made.pk,
        "unit_id": town.unit("unit").pk,
        "came": "no",
        "helped": "no",
        "note": "没到",
    }
    refuses(town, "street", "assess", Conflict, **given)
    with as_administrator():
        WhistleCall._base_manager.filter(pk=made.pk).update(arrive_by=clock.now() - timedelta(hours=1))
    refuses(town, "street", "assess", Refused, **{**given, "note": ""})
    assert does(town, "street", "assess", **given).came == "no"
    refuses(town, "other_street", "assess", Forbidden, **given)


@pytest.mark.parametrize("hours", [-1, 24 * 31])
def test_the_time_to_be_there_lies_ahead(town: Town, hours: int) -> None:
    with acting(town.actor("street")) as actor, pytest.raises(Refused):
        whistling.call(
            by=actor, units=[town.unit("unit")], place_text="x", text="x",
            arrive_by=clock.now() + timedelta(hours=hours),
        )  # fmt: skip


def test_communities_are_not_called_so(town: Town) -> None:
    with acting(town.actor("street")) as actor, pytest.raises(Refused):
        whistling.call(
            by=actor, units=[town.unit("worker")], place_text="x", text="x",
            arrive_by=clock.now() + timedelta(hours=1),
        )  # fmt: skip


def test_called_and_answered_on_the_pages(town: Town) -> None:
    case = town.brought_to("handling")
    street, unit = town.client("street"), town.client("unit")
    soon = (clock.local(clock.now()) + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    sent = {
        "units": [town.unit("unit").pk],
        "number": case.number,
        "place_text": "北门",
        "text": "占道",
        "arrive_by": soon,
    }
    assert street.post(reverse("appeals:whistle_new"), {**sent, "number": "A999"}).status_code == 422
    done = street.post(reverse("appeals:whistle_new"), sent)
    assert done.status_code == 303
    assert WhistleCall._base_manager.get().case == case
    assert "北门" in unit.get(reverse("appeals:whistles")).content.decode()
    assert unit.post(done.url, {"do": "arrive"}).status_code == 303
    answer = {"do": "answer", "text": "已清理", "warranted": "no"}
    assert unit.post(done.url, answer).status_code == 422
    assert unit.post(done.url, {**answer, "note": "属城管"}).status_code == 303
    code = f"assess-{town.unit('unit').pk}"
    assert code in street.get(done.url).content.decode()
    assert street.post(done.url, {"do": code, "came": "yes", "helped": "partly"}).status_code == 303
    assert "属城管" in street.get(done.url).content.decode()


def sees(town: Town, who: str, case: Any) -> bool:
    return town.client(who).get(reverse("appeals:detail", args=[case.number])).status_code == 200


def test_a_call_about_an_appeal_opens_it_while_it_runs(town: Town) -> None:
    case = town.brought_to("handling")  # the lead is "unit"
    assert not sees(town, "other_unit", case)
    made = called(town, "other_unit", "unit", case=case)
    assert sees(town, "other_unit", case)
    page = town.client("street").get(reverse("appeals:detail", args=[case.number])).content.decode()
    assert reverse("appeals:whistle", args=[made.pk]) in page
    for who in ("other_unit", "unit"):
        does(town, who, "answer", call_id=made.pk, text="已到", warranted="yes")
        given = {"call_id": made.pk, "unit_id": town.unit(who).pk, "came": "yes", "helped": "yes"}
        does(town, "street", "assess", **given)
    assert not sees(town, "other_unit", case)
    assert sees(town, "unit", case)  # it leads


def test_a_unit_that_helps_keeps_the_appeal_and_a_call_is_no_order(town: Town) -> None:
    case = town.brought_to("handling")
    made = called(town, "other_unit", case=case)
    page = town.client("other_unit").get(reverse("appeals:detail", args=[case.number])).content.decode()
    assert 'id="do-answer"' not in page
    town.do("street", "order_co_handling", case, unit=town.unit("other_unit"), note="配合")
    does(town, "other_unit", "answer", call_id=made.pk, text="已到", warranted="yes")
    does(
        town,
        "street",
        "assess",
        call_id=made.pk,
        unit_id=town.unit("other_unit").pk,
        came="yes",
        helped="yes",
    )
    assert sees(town, "other_unit", case)


def test_calls_and_orders_to_help_wait_in_the_common_inbox(town: Town) -> None:
    case = town.brought_to("handling")
    town.do("street", "order_co_handling", case, unit=town.unit("other_unit"), note="配合")
    called(town, "other_unit")
    mine = town.client("other_unit").get(reverse("portal:work")).content.decode()
    assert f"{case.number}/?move=co_answer" in mine
    assert "北门广场" in mine
    assert "?task=errand.appeals.co_order" in mine
    narrowed = town.client("other_unit").get(reverse("portal:work"), {"task": "errand.appeals.whistle"})
    assert "move=co_answer" not in narrowed.content.decode()
    lead = town.client("unit").get(reverse("portal:work")).content.decode()
    assert "move=co_answer" not in lead
    assert reverse("appeals:detail", args=[case.number]) in lead
