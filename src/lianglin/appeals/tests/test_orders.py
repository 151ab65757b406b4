"""Orders: objections with a ruling that binds, co-handlers with limits of their own, the community's duty list as a guard."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.watch import as_administrator
from tests.world import HERE

from lianglin.access.actor import job
from lianglin.access.duty_list.models import CommunityDuty
from lianglin.access.models import Grant, Organisation, Post
from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.models import CoOrder, DispatchTerm, Item, Objection
from lianglin.appeals.tasks import close_orders
from lianglin.appeals.tests.scene import POSTS, Town, build
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.events import CaseMoved

pytestmark = pytest.mark.rows("R050")


@pytest.fixture(scope="module")
def built(lasting: None) -> Town:
    return build()


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built


def refused(
    town: Town, who: str, verb: str, case: Case, kind: type[HouseError] = Refused, **given: Any
) -> Any:
    with acting(town.actor(who)) as actor, pytest.raises(kind) as said:
        getattr(actions, verb)(case.pk, by=actor, **given)
    return said.value


def sees(town: Town, who: str, case: Case) -> bool:
    with acting(town.actor(who)) as actor:
        return Case.objects.visible_to(actor, purpose="handle_case").filter(pk=case.pk).exists()


# --- objections --------------------------------------------------------------------------------------------


def test_another_unit_upholds_the_objection(town: Town) -> None:
    case = town.brought_to("dispatched")
    town.do("unit", "object_to", case, ground="area", note="不在本辖区")
    town.do("street", "dispatch", case, unit=town.unit("other_unit"))
    ruled = Objection._base_manager.get(case=case)
    assert (ruled.ruling, ruled.unit, ruled.sent_to) == ("upheld", town.unit("unit"), town.unit("other_unit"))


def test_the_same_unit_rejects_it_with_a_reason_and_no_time_is_gained(town: Town) -> None:
    case = town.brought_to("dispatched")
    promised = Clock._base_manager.get(case=case, stage="handle").due_at
    town.do("unit", "object_to", case, ground="area", note="不在本辖区")
    assert refused(town, "street", "dispatch", case, unit=town.unit("unit")).field == "note"
    town.do("street", "dispatch", case, unit=town.unit("unit"), note="红线图内")
    ruled = Objection._base_manager.get(case=case)
    assert (ruled.ruling, ruled.reason, ruled.ruled_by) == ("rejected", "红线图内", town.unit("street"))
    assert Case._base_manager.get(pk=case.pk).due_at == promised


def test_a_ground_that_was_rejected_is_not_heard_again(town: Town) -> None:
    case = town.brought_to("dispatched")
    town.do("unit", "object_to", case, ground="area", note="不在本辖区")
    town.do("street", "dispatch", case, unit=town.unit("unit"), note="红线图内")
    assert refused(town, "unit", "object_to", case, ground="area", note="还是不在").field == "ground"
    town.do("unit", "object_to", case, ground="owner", note="产权属学校")
    assert Case._base_manager.get(pk=case.pk).state == "accepted"


def test_after_its_limit_no_objection_is_heard(town: Town) -> None:
    case = town.brought_to("dispatched")
    with as_administrator():
        Step._base_manager.filter(case=case, move="dispatch").update(at=clock.now() - timedelta(days=10))
    assert "异议期限已于" in str(refused(town, "unit", "object_to", case, note="不属本单位").message)


def test_an_areas_own_limit_counts_from_its_day_on(town: Town) -> None:
    case = town.brought_to("dispatched")
    with as_administrator():
        Step._base_manager.filter(case=case, move="dispatch").update(at=clock.now() - timedelta(days=10))
        given = {"kind": "objection", "amount": 30, "unit": "working_days", "basis": "x"}
        DispatchTerm.objects.create(scope_code=HERE[:9], valid_from=date(2024, 1, 1), **given)
    town.do("unit", "object_to", case, note="不属本单位")


def test_an_objection_lapses_where_the_matter_is_refused(town: Town) -> None:
    case = town.brought_to("dispatched")
    town.do("unit", "object_to", case, note="不属本单位")
    town.do("worker", "refuse", case, ground="beyond_duty", note="请走诉讼")
    assert Objection._base_manager.get(case=case).ruling == "lapsed"


def test_the_list_and_the_page_show_rulings(town: Town) -> None:
    case = town.brought_to("dispatched")
    town.do("unit", "object_to", case, ground="area", note="不在本辖区")
    listed = town.client("street").get(reverse("appeals:rulings")).content.decode()
    assert "待裁定" in listed
    assert "不在本辖区" in listed
    shown = town.client("street").get(reverse("appeals:detail", args=[case.number])).content.decode()
    assert "仍派该单位即驳回异议" in shown
    assert "不在本辖区" not in town.client("other_street").get(reverse("appeals:rulings")).content.decode()


# --- co-handlers -------------------------------------------------------------------------------------------


def called_in(town: Town, days: int | None = 3) -> Case:
    case = town.brought_to("handling")
    town.do("street", "order_co_handling", case, unit=town.unit("other_unit"), note="查验电路", days=days)
    return case


def test_a_co_handler_sees_the_case_while_it_is_asked(town: Town) -> None:
    case = called_in(town)
    assert sees(town, "other_unit", case)
    made = CoOrder._base_manager.get(case=case)
    assert made.due_at > clock.now()
    town.do("other_unit", "answer_co_order", case, note="线路已修复")
    town.do("unit", "answer", case, outcome="solved", note="已修好")
    town.do("street", "settle", case)
    assert (sees(town, "other_unit", case), sees(town, "unit", case)) == (False, True)


def test_the_lead_waits_or_says_why_not(town: Town) -> None:
    case = called_in(town)
    given = {"outcome": "solved", "note": "已修好"}
    assert refused(town, "unit", "answer", case, **given).field == "without"
    town.do("unit", "answer", case, without="居民急用，线路另行查验", **given)
    step = Step._base_manager.get(case=case, move="answered_without")
    assert (step.public, step.note) == (False, "居民急用，线路另行查验")


@pytest.mark.parametrize("verb", ["take_on", "answer", "object_to", "pause"])
def test_a_co_handler_does_not_act_for_the_lead(town: Town, verb: str) -> None:
    case = town.brought_to("dispatched" if verb == "take_on" else "handling")
    town.do("street", "order_co_handling", case, unit=town.unit("other_unit"), note="查验电路")
    given = {"answer": {"outcome": "solved"}, "pause": {"ground": "expert"}}.get(verb, {})
    refused(town, "other_unit", verb, case, Forbidden, note="x", **given)


def test_another_lead_ends_the_co_handlers_orders(town: Town) -> None:
    case = town.brought_to("dispatched")
    town.do("street", "order_co_handling", case, unit=town.unit("other_unit"), note="查验电路")
    town.do("unit", "object_to", case, note="不属本单位")
    town.do("street", "dispatch", case, unit=town.unit("other_unit"))
    assert CoOrder._base_manager.get(case=case).state == "ended"
    assert sees(town, "other_unit", case)
    assert not sees(town, "unit", case)


def test_nothing_is_asked_of_anybody_once_the_appeal_ended(town: Town) -> None:
    case = called_in(town)
    Case._base_manager.filter(pk=case.pk).update(state="withdrawn")
    Objection._base_manager.create(
        case=case, scope_code=case.scope_code, unit=town.unit("unit"), ground="area", at=clock.now()
    )
    told = CaseMoved(case.pk, "appeal", case.scope_code, "withdraw", "withdrawn", "", "")
    for _turn in range(2):
        with acting(job()):
            close_orders(told)
    assert CoOrder._base_manager.get(case=case).state == "ended"
    assert Objection._base_manager.get(case=case).ruling == "lapsed"
    assert not sees(town, "other_unit", case)


def test_a_unit_is_called_in_once_and_never_beside_itself(town: Town) -> None:
    case = called_in(town)
    refused(town, "street", "order_co_handling", case, Conflict, unit=town.unit("other_unit"), note="再查")
    refused(town, "street", "order_co_handling", case, unit=town.unit("unit"), note="自己")
    refused(town, "unit", "order_co_handling", case, Forbidden, unit=town.unit("other_unit"), note="x")


def test_called_in_on_the_pages(town: Town) -> None:
    case = town.brought_to("handling")
    move = reverse("appeals:move", args=[case.number, "co_order"])
    version = Case._base_manager.get(pk=case.pk).version
    sent = {"seen_version": version, "co_unit": town.unit("other_unit").pk, "days": 2, "note": "查验电路"}
    assert town.client("street").post(move, sent).status_code == 303
    listed = town.client("other_unit").get(reverse("appeals:co_orders")).content.decode()
    assert "查验电路" in listed
    helper = town.client("other_unit").get(reverse("appeals:detail", args=[case.number]))
    assert [deed["code"] for deed in helper.context["deeds"]] == ["co_answer", "remark"]
    assert "首接单位" in helper.content.decode()
    answer = {"seen_version": version + 1, "note": "线路已修复"}
    done = town.client("other_unit").post(reverse("appeals:move", args=[case.number, "co_answer"]), answer)
    assert done.status_code == 303
    shown = town.client("unit").get(reverse("appeals:detail", args=[case.number])).content.decode()
    assert "线路已修复" in shown


# --- the community's duty list -----------------------------------------------------------------------------


@pytest.fixture
def committee(town: Town) -> Organisation:
    """A committee that takes orders."""
    found = town.unit("worker")
    account = town.world.posts[POSTS["neighbour"]].account
    Post.objects.create(
        account=account, role_code="unit_handler", organisation=found, title="x", starts_on=date(2024, 1, 1)
    )
    return found


def listed(**given: Any) -> CommunityDuty:
    common = {
        "code": "S-01",
        "text": "楼道照明报修",
        "kind": "assist",
        "basis": "社区事项清单第3项",
        "valid_from": date(2024, 1, 1),
    }
    return CommunityDuty.objects.create(**{**common, **given})


def test_what_is_not_on_the_list_is_not_given_to_a_community(town: Town, committee: Organisation) -> None:
    case = town.brought_to("accepted")
    assert "没有生效的社区工作事项清单" in str(
        refused(town, "street", "dispatch", case, unit=committee).message
    )
    listed()
    said = refused(town, "street", "dispatch", case, unit=committee)
    assert (said.field, "社区事项清单第3项" in str(said.message)) == ("unit", True)


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({}, True), ({"scope_code": HERE[:6]}, True), ({"scope_code": "230104"}, False),
        ({"valid_to": date(2025, 1, 1)}, False), ({"valid_from": date(2030, 1, 1)}, False), ({"code": "S-02"}, False),
    ],
)  # fmt: skip
def test_the_list_is_dated_and_of_an_area(
    town: Town, committee: Organisation, given: dict[str, Any], allowed: bool
) -> None:
    Item.objects.filter(pk=town.lamp.pk).update(duty_code="S-01")
    listed(**given)
    case = town.brought_to("accepted")
    if allowed:
        town.do("street", "dispatch", case, unit=committee)
        assert Grant.objects.filter(subject_id=case.pk, organisation=committee).exists()
    else:
        refused(town, "street", "dispatch", case, unit=committee)
