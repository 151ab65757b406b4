"""Businesses, groups, the anonymous; who they are stays closed to whoever is complained of; the fast record screen."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests.world import HERE

from lianglin.access.actor import public, resident
from lianglin.access.models import AccessLog
from lianglin.access.transaction import acting
from lianglin.appeals.actions import Reporter
from lianglin.appeals.actions import knowledge as actions
from lianglin.appeals.actions.knowledge import Said
from lianglin.appeals.models import (
    Appeal,
    Appellant,
    ItemQuestion,
    KnowledgeUse,
    QuestionAnswer,
    Representative,
)
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case
from lianglin.kit import clock, held
from lianglin.kit.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R047")]
FORM = "/appeals/desk/record/"
USCC = "91350100M000100Y43"
GROUP = Reporter(
    name="孙示例", phone="15400000003", headcount=12,
    representatives=(("孙示例", "15400000003"), ("李示例", "15400000004")),
)  # fmt: skip


@pytest.fixture
def town(db: None) -> Town:
    return build()


def told(**given: Any) -> dict[str, Any]:
    return {"once": str(uuid.uuid4()), "channel": "phone", "text": "门前道路积水多日没人管", **given}


def test_a_business_with_its_code(town: Town) -> None:
    browser = town.client("worker")
    wrong = browser.post(FORM, told(entity_name="示例商贸有限公司", uscc=USCC[:-1] + "1"))
    assert wrong.status_code == 422
    assert "营业执照" in wrong.content.decode()
    assert browser.post(FORM, told(uscc=USCC)).status_code == 422
    assert browser.post(FORM, told(entity_name="示例商贸有限公司", uscc=USCC.lower())).status_code == 303
    appeal, person = Appeal._base_manager.get(), Appellant._base_manager.get()
    assert (appeal.entity, appeal.anonymous, person.uscc) == (True, False, USCC)


def test_a_group_has_five_who_speak_at_most(town: Town) -> None:
    browser = town.client("worker")
    six = "\n".join(f"单{n} 1540000000{n}" for n in range(6))
    assert browser.post(FORM, told(headcount="20", representatives=six)).status_code == 422
    assert browser.post(FORM, told(representatives="赵示例 15400000001")).status_code == 422
    assert browser.post(FORM, told(headcount="2", representatives=six[:45])).status_code == 422
    assert (
        browser.post(FORM, told(headcount="20", representatives="赵示例 154 0000 0001\n钱示例")).status_code
        == 303
    )
    assert list(Representative._base_manager.order_by("position").values_list("name", "position")) == [
        ("赵示例", 1),
        ("钱示例", 2),
    ]
    with pytest.raises(Refused), transaction.atomic():
        town.appeal(reporter=Reporter(headcount=9, representatives=(("某", ""),) * 6))


def test_the_wizard_takes_business_and_group(town: Town) -> None:
    browser = Client()
    browser.post("/appeals/report/", {"item": town.lamp.code})
    browser.post("/appeals/report/where/", {"place": f"n:{HERE}"})
    browser.post("/appeals/report/tell/", {"text": "门前路灯连着几天不亮"})
    reach = {
        "reach": "phone",
        "phone": "15400000001",
        "headcount": "8",
        "representatives": "赵示例 15400000001",
        "entity_name": "示例商贸",
    }
    assert browser.post("/appeals/report/reach/", reach).status_code == 303
    again = browser.get("/appeals/report/reach/").content.decode()
    assert "赵示例 15400000001" in again
    check = browser.get("/appeals/report/check/")
    assert browser.post("/appeals/report/check/", {"key": check.context["draft"].key}).status_code == 303
    assert Appeal._base_manager.get().headcount == 8
    assert Appellant._base_manager.get().entity_name == "示例商贸"
    assert Representative._base_manager.get().phone == "15400000001"


def test_the_interface_takes_business_and_group() -> None:
    build()
    said = {
        "community": HERE, "text": "门前路灯连着几天不亮", "entity_name": "示例商贸", "uscc": USCC, "headcount": 3,
        "representatives": [{"name": "赵示例", "phone": "15400000001"}],
    }  # fmt: skip

    def send(body: Any) -> Any:
        return Client().post("/api/v1/appeals/", json.dumps(body), content_type="application/json")

    assert send(said | {"uscc": "9135"}).status_code == 422
    assert send(said).status_code == 201
    assert Representative._base_manager.count() == 1


IDENTITY = (("appeals_appellant", "case_id"), ("appeals_representative", "case_id"))


def test_no_database_role_but_the_offices_reads_who_it_was(town: Town) -> None:
    case = town.appeal(reporter=GROUP)
    town.do("worker", "accept", case)
    town.do("street", "dispatch", case, unit=town.unit("unit"))
    for table, column in IDENTITY:
        for actor, seen in (
            (town.actor("worker"), True),
            (town.actor("street"), True),
            (town.actor("other_street"), False),
            (resident(case.pk), True),
            (resident(case.pk + 1), False),
            (town.actor("officer"), False),
            (town.actor("manager"), False),
            (town.actor("officer"), False),
            (town.actor("manager"), False),
        ):
            with acting(actor):
                assert bool(rows(table, column, case.pk)) is seen, (table, actor)
        for actor in (town.actor("unit"), town.actor("other_unit"), public()):
            with acting(actor), pytest.raises(DatabaseError), transaction.atomic():
                rows(table, column, case.pk)
    with acting(town.actor("unit")):
        assert rows("appeals_appeal", "case_id", case.pk)
    page = town.client("unit").get(f"/appeals/desk/{case.number}/").content.decode()
    assert "12人联名" in page
    for secret in ("孙示例", "李示例", "15400000003"):
        assert secret not in page


def rows(table: str, column: str, pk: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"select 1 from {table} where {column} = %s", [pk])
        return cursor.fetchall()


def test_the_office_reads_it_once_the_look_is_logged(town: Town) -> None:
    case = town.appeal(reporter=GROUP)
    page = (
        town.client("worker")
        .post(f"/appeals/desk/{case.number}/who/", {"purpose": "handle_case"})
        .content.decode()
    )
    assert "李示例" in page
    assert AccessLog._base_manager.filter(case_id=case.pk).count() == 1


def test_a_matter_split_off_keeps_who_reported(town: Town) -> None:
    case = town.appeal(reporter=GROUP)
    town.do("worker", "split", case, text="第二件事：门口还有积水", item=None)
    assert Representative._base_manager.count() == 4
    assert set(Appeal._base_manager.values_list("headcount", flat=True)) == {12}


# --- the fast screen ---------------------------------------------------------------------------------------


def test_what_a_channel_needs_is_asked_for(town: Town) -> None:
    browser = town.client("worker")
    for channel in ("paper", "meeting"):
        assert browser.post(FORM, told(channel=channel)).status_code == 422
    assert (
        browser.post(FORM, told(channel="paper", channel_note="来信2026-17号，11月20日")).status_code == 303
    )
    case = Case._base_manager.get()
    assert "来信2026-17号" in browser.get(f"/appeals/desk/{case.number}/").content.decode()


def test_open_matters_of_a_number_only_with_consent_and_logged(town: Town) -> None:
    case = town.appeal(reporter=Reporter(phone="15400000002"))
    browser, asked = town.client("worker"), told(do="lookup", phone="154 0000 0002")
    assert case.title not in browser.post(FORM, asked).content.decode()
    assert not AccessLog._base_manager.exists()
    page = browser.post(FORM, asked | {"agreed": "1"}).content.decode()
    assert case.title in page
    assert asked["text"] in page
    assert AccessLog._base_manager.filter(case_id=case.pk).count() == 1
    assert case.title not in town.client("neighbour").post(FORM, asked | {"agreed": "1"}).content.decode()
    assert Case._base_manager.count() == 1


def test_an_answer_from_the_knowledge_base_without_dispatch(town: Town) -> None:
    with acting(town.actor("worker")) as by:
        draft = actions.begin(
            by=by,
            said=Said("道路积水找谁？", "城管热线24小时受理。", "示例", clock.today() + timedelta(days=30)),
        )
        actions.propose(draft.entry_id, by=by)
    with acting(town.actor("street")) as by:
        actions.decide(draft.entry_id, by=by, approve=True)
    browser = town.client("worker")
    page = browser.post(FORM, told(do="suggest", name="赵示例")).content.decode()
    assert "道路积水找谁" in page
    assert "赵示例" in page
    version = draft.entry.versions.get()
    assert browser.post(FORM, told(entry=version.pk)).status_code == 303
    case = Case._base_manager.get()
    assert (case.state, case.outcome) == ("settled", "explained")
    assert KnowledgeUse._base_manager.get().version == version


def test_the_items_questions_are_asked_before_it_is_recorded(town: Town) -> None:
    ItemQuestion.objects.create(
        item=town.lift, code="trapped", kind="yes_no", label="有人被困吗？", required=True, position=1
    )
    held.forget()
    browser, sent = town.client("worker"), told(item=town.lift.code)
    asked = browser.post(FORM, sent)
    assert asked.status_code == 422
    assert "有人被困吗" in asked.content.decode()
    assert "有人被困吗" in browser.get(f"{FORM}questions/", {"item": town.lift.code}).content.decode()
    assert browser.post(FORM, sent | {"asked": town.lift.code, "q_trapped": "no"}).status_code == 303
    assert QuestionAnswer._base_manager.get().value == "no"
