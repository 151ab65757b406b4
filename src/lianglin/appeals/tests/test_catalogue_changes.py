"""The catalogue in versions, by two people; extra questions asked, kept, shown, and looked at by rules of dispatch."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests.world import HERE

from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import catalogue_changes as actions
from lianglin.appeals.actions import rule_sets
from lianglin.appeals.models import Appeal, CatalogueDraft, Item, ItemQuestion, QuestionAnswer
from lianglin.appeals.queries import catalogue, dispatching, trial
from lianglin.appeals.queries import catalogue_changes as queries
from lianglin.appeals.rules import catalogue_changes as rules
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period

pytestmark = pytest.mark.rows("R046", "R048")
ASKED = (
    "trapped | yes_no | 有人被困吗？ | Is anybody trapped? | 必答\nfloor | number | 停在几层？ | Which floor?"
)


@pytest.fixture
def town(db: None) -> Town:
    made = build()
    office = Organisation.objects.create(code="district", name="区政府", kind="district", scope_code=HERE[:6])
    for name in ("keeper", "second"):
        account = Account.objects.create_user(name, None, name=name, created_at=clock.now())
        post = Post.objects.create(
            account=account, role_code="district_coordinator", organisation=office, scope_code=HERE[:6], title=name,
            starts_on="2024-01-01",
        )  # fmt: skip
        made.world.posts[name], made.world.actors[name] = post, actor_in(post)
    return made


def keeper(town: Town, name: str = "keeper") -> Any:
    return acting(town.world.actors[name])


def said(town: Town, of: str, /, **given: Any) -> dict[str, Any]:
    """An item as it stands, with something said otherwise."""
    current = queries.in_force()
    assert current is not None
    return {"code": of, **queries.said_by(current)[of], **given}


def published(town: Town, *changes: dict[str, Any], days: int = 1) -> CatalogueDraft:
    with keeper(town) as by:
        draft = actions.begin(by=by, title="示例变更")
        for change in changes:
            actions.put_change(draft.pk, by=by, change=change)
        actions.propose(draft.pk, by=by, in_force_from=clock.today() + timedelta(days=days))
    with keeper(town, "second") as by:
        return actions.decide(draft.pk, by=by, approve=True)


def tomorrow() -> None:
    clock.set_offset(timedelta(days=1))
    held.forget()


@pytest.fixture(autouse=True)
def _todays_clock():
    yield
    clock.set_offset(timedelta(0))
    held.forget()


@pytest.mark.django_db
def test_a_version_counts_from_its_day_and_old_appeals_keep_theirs(town: Town) -> None:
    before = town.appeal()
    published(
        town,
        {
            "do": "change",
            "code": town.lamp.code,
            "item": said(town, town.lamp.code, name="公共照明", limit_days=3),
        },
    )
    assert catalogue.choices().by_code[town.lamp.code].name == "楼道照明"
    tomorrow()
    now = catalogue.choices().by_code[town.lamp.code]
    assert (now.name, now.limit_days) == ("公共照明", 3)
    assert Appeal._base_manager.get(pk=before.pk).item.name == "楼道照明"
    assert set(catalogue.choices().by_code) >= {town.lamp.code, town.lift.code}


@pytest.mark.django_db
def test_split_merged_and_retired_items_have_successors(town: Town) -> None:
    new = [
        said(town, town.lamp.code, code=code, name=name)
        for code, name in (("020691", "楼道灯"), ("020692", "院灯"))
    ]
    published(
        town,
        *({"do": "add", "item": one} for one in new),
        {"do": "retire", "code": town.lamp.code, "to": ["020691", "020692"]},
    )
    tomorrow()
    published(town, {"do": "retire", "code": "020692", "to": ["020691"]}, days=1)
    clock.set_offset(timedelta(days=2))
    held.forget()
    assert not {town.lamp.code, "020692"} & set(catalogue.choices().by_code)
    assert "020691" in catalogue.choices().by_code
    assert queries.successors({town.lamp.code, "020692", town.lift.code}) == {
        town.lamp.code: ["020691"], "020692": ["020691"],
    }  # fmt: skip


@pytest.mark.django_db
def test_two_people_one_draft_and_nothing_after_the_decision(town: Town) -> None:
    with keeper(town) as by:
        draft = actions.begin(by=by, title="示例")
        with pytest.raises(Conflict), transaction.atomic():
            actions.begin(by=by, title="另一份")
        with pytest.raises(Refused), transaction.atomic():
            actions.propose(draft.pk, by=by, in_force_from=clock.today() + timedelta(days=1))
        actions.put_change(draft.pk, by=by, change={"do": "retire", "code": town.lift.code, "to": []})
        actions.propose(draft.pk, by=by, in_force_from=clock.today() + timedelta(days=1))
        with pytest.raises(Forbidden), transaction.atomic():
            actions.decide(draft.pk, by=by, approve=True)
        with pytest.raises(Conflict), transaction.atomic():
            actions.take_change_out(draft.pk, by=by, code=town.lift.code)
    for who in ("street", "unit"):
        with pytest.raises(Forbidden), transaction.atomic(), acting(town.actor(who)) as by:
            actions.begin(by=by, title="越权")
    with keeper(town), pytest.raises(DatabaseError), transaction.atomic():
        Item.objects.filter(pk=town.lamp.pk).update(name="改")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"do": "change", "code": "999999", "item": {}},
        {"do": "retire", "code": "020601", "to": ["999999"]},
        {"do": "add", "item": {"code": "020601"}},
        {"do": "add", "item": {"code": "12"}},
        {"do": "add", "item": {"code": "030101", "category": "0206"}},
    ],
)
def test_a_change_that_does_not_fit_is_refused(town: Town, change: dict[str, Any]) -> None:
    with keeper(town) as by:
        draft = actions.begin(by=by, title="示例")
        with pytest.raises(Refused), transaction.atomic():
            actions.put_change(draft.pk, by=by, change=change)


def test_questions_are_read_and_written_as_lines() -> None:
    text = ASKED + "\nkind | choice | 哪种？ | Which? | 必答 | a=甲/A; b=乙/B"
    assert rules.read_questions(rules.write_questions(rules.read_questions(text))) == rules.read_questions(
        text
    )
    for wrong in ("x", "a1 | maybe | 问", "a1 | choice | 问 | | | a=甲", "A | text | 问"):
        with pytest.raises(rules.Wrong):
            rules.read_questions(wrong)


@pytest.mark.django_db
def test_the_screens_carry_a_draft_to_a_version(town: Town) -> None:
    browser, second = town.world.browser("keeper"), town.world.browser("second")
    begun = browser.post("/appeals/catalogue/", {"title": "加追问"})
    assert begun.status_code == 303
    item = said(town, town.lift.code)
    sent = {name: "" if value is None else value for name, value in item.items()} | {
        "questions": ASKED,
        "name": "电梯困人",
    }
    here = f"{begun.url}item/{town.lift.code}/"
    assert browser.get(here).status_code == 200
    assert browser.post(here, sent | {"questions": "x"}).status_code == 422
    assert browser.post(here, sent).status_code == 303
    assert browser.post(f"{begun.url}end/{town.lamp.code}/", {"to": "999999"}).status_code == 422
    assert browser.get(f"{begun.url}new/").status_code == 200
    page = browser.get(f"{begun.url}?q=dt").content.decode()
    assert "电梯困人" in page
    assert "有人被困吗" in page
    day = (clock.today() + timedelta(days=1)).isoformat()
    assert browser.post(begun.url, {"do": "propose", "in_force_from": day}).status_code == 303
    assert second.post(begun.url, {"do": "approve"}).status_code == 303
    tomorrow()
    asked = ItemQuestion.objects.filter(item=catalogue.choices().by_code[town.lift.code]).order_by("position")
    assert [(one.code, one.required) for one in asked] == [("trapped", True), ("floor", False)]
    assert browser.get("/appeals/catalogue/").status_code == 200


# --- extra questions ---------------------------------------------------------------------------------------


@pytest.fixture
def asking(town: Town) -> Town:
    for position, one in enumerate(rules.read_questions(ASKED)):
        ItemQuestion.objects.create(item=town.lift, position=position, **one)
    held.forget()
    return town


@pytest.mark.django_db
def test_the_wizard_asks_and_the_page_shows(asking: Town) -> None:
    browser = Client()
    browser.post("/appeals/report/", {"item": asking.lift.code})
    browser.post("/appeals/report/where/", {"place": f"n:{HERE}"})
    tell = {"text": "电梯停在半空不动了"}
    assert "有人被困吗" in browser.get("/appeals/report/tell/").content.decode()
    assert browser.post("/appeals/report/tell/", tell).status_code == 422
    assert (
        browser.post("/appeals/report/tell/", tell | {"q_trapped": "yes", "q_floor": "六"}).status_code == 422
    )
    assert (
        browser.post("/appeals/report/tell/", tell | {"q_trapped": "yes", "q_floor": "6"}).status_code == 303
    )
    browser.post("/appeals/report/reach/", {"reach": "anonymous"})
    check = browser.get("/appeals/report/check/")
    assert "停在几层" in check.content.decode()
    assert browser.post("/appeals/report/check/", {"key": check.context["draft"].key}).status_code == 303
    case = Case._base_manager.get()
    assert dict(QuestionAnswer._base_manager.values_list("question__code", "value")) == {
        "trapped": "yes",
        "floor": "6",
    }
    page = asking.client("worker").get(f"/appeals/desk/{case.number}/").content.decode()
    assert "有人被困吗" in page


@pytest.mark.django_db
def test_another_item_asks_anew(asking: Town) -> None:
    browser = Client()
    browser.post("/appeals/report/", {"item": asking.lamp.code})
    browser.post("/appeals/report/where/", {"place": f"n:{HERE}"})
    browser.post("/appeals/report/tell/", {"text": "电梯停在半空不动了"})
    browser.post("/appeals/report/reach/", {"reach": "anonymous"})
    browser.post("/appeals/report/?change=1", {"item": asking.lift.code})
    assert browser.get("/appeals/report/check/").url == "/appeals/report/tell/"


@pytest.mark.django_db
def test_the_interface_takes_answers_and_refuses_what_is_none(asking: Town) -> None:
    def send(answers: dict[str, str]) -> Any:
        said = {"community": HERE, "text": "电梯停在半空不动了", "item": asking.lift.code, "answers": answers}
        return Client().post(
            "/api/v1/appeals/", json.dumps(said), content_type="application/json",
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )  # fmt: skip

    assert send({"trapped": "perhaps"}).status_code == 422
    assert send({"colour": "red"}).status_code == 422
    assert send({"trapped": "no"}).status_code == 201
    assert QuestionAnswer._base_manager.get().value == "no"


@pytest.mark.django_db
def test_a_rule_of_dispatch_looks_at_answers(asking: Town) -> None:
    conditions = [{"on": "answer", "question": "trapped", "in": ["yes"]}]
    with acting(asking.actor("street")) as by:
        made = rule_sets.draft(by=by, title="困人优先")
        wrong = rule_sets.Written(
            "错", [{"on": "answer", "question": "trapped", "in": ["maybe"]}], asking.unit("unit"), [], "示例"
        )
        with pytest.raises(Refused), transaction.atomic():
            rule_sets.add_rule(by=by, rule_set_id=made.pk, rule=wrong)
        written = rule_sets.Written("困人", conditions, asking.unit("unit"), [], "示例")
        rule = rule_sets.add_rule(by=by, rule_set_id=made.pk, rule=written)
    made.refresh_from_db()
    type(made).objects.filter(pk=made.pk).update(state="approved", in_force_from=clock.today())
    cases = [
        asking.appeal("电梯停在半空不动了", item=asking.lift, answers=answers)
        for answers in ({"trapped": "yes"}, {"trapped": "no"}, {})
    ]
    with acting(asking.actor("street")) as by:
        told = [dispatching.advice_for(case, by) for case in cases]
        report = trial.report(made, [rule], Period.month_of(clock.today()), by)
    assert [advice is not None for advice in told] == [True, False, False]
    assert (report.total, report.tried[rule.pk].takes) == (3, 1)
    page = asking.client("street").get(f"/appeals/rules/rule/{rule.pk}/").content.decode()
    assert "trapped = yes" in page
    shown = asking.client("street").get(f"/appeals/rules/{made.pk}/").content.decode()
    assert "有人被困吗" in shown
