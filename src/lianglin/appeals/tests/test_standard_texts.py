"""Standard texts: who writes them, what they must keep, and how they come into an answer without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from tests.world import HERE

from lianglin.access.models import Account, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import texts
from lianglin.appeals.actions.texts import Written
from lianglin.appeals.models import StandardText
from lianglin.appeals.queries import texts as queries
from lianglin.appeals.rules import texts as rules
from lianglin.appeals.tests.scene import Town, build
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused

pytestmark = pytest.mark.rows("R048")
FRAME = "不满意可拨12345。"


@pytest.fixture(scope="module")
def built(lasting: None) -> Town:
    made = build()
    city = made.world.posts["manager"].organisation
    for name in ("city-one", "city-two"):
        account = Account.objects.create(username=name, name=name, created_at=clock.now())
        post = Post.objects.create(
            account=account, role_code="city_coordinator", organisation=city, scope_code="", title=name,
            starts_on="2024-01-01",
        )  # fmt: skip
        made.world.posts[name], made.world.actors[name] = post, actor_in(post)
    return made


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built


def does(town: Town, who: str, verb: str, refused: type[HouseError] | None = None, **given: Any) -> Any:
    actor = town.world.actors.get(who) or town.actor(who)
    with acting(actor):
        if refused is None:
            return getattr(texts, verb)(by=actor, **given)
        with pytest.raises(refused) as said:
            getattr(texts, verb)(by=actor, **given)
        return said.value


def written(body: str = f"{{地点}}的{{事项}}已修复。{FRAME}", **given: Any) -> dict[str, Any]:
    common = {"move": "answer", "title": "修复", "body": body}
    return {"written": Written(**{**common, **given}), "reason": "常用"}


def offered(scope_code: str = HERE, item: str = "") -> list[str]:
    return [one.title for one in queries.in_force(scope_code, "answer", item)]


def test_a_streets_text_counts_at_once_and_the_citys_after_a_second_look(town: Town) -> None:
    does(town, "street", "write", **written())
    made = does(town, "city-one", "write", **written(title="全市", frame=FRAME))
    assert offered() == ["修复"]
    does(town, "city-one", "decide", Forbidden, text_id=made.pk, approve=True)
    does(town, "city-two", "decide", text_id=made.pk, approve=True)
    assert offered() == ["修复", "全市"]
    assert offered("230104001001") == ["全市"]


def test_a_streets_text_keeps_the_frame_of_the_city(town: Town) -> None:
    made = does(town, "city-one", "write", **written(title="全市", frame=FRAME))
    does(town, "city-two", "decide", text_id=made.pk, approve=True)
    said = does(town, "street", "write", Refused, **written("已修复。"))
    assert (said.field, FRAME in str(said.message)) == ("body", True)
    does(town, "street", "write", **written(f"已修复。 {FRAME}"))


@pytest.mark.parametrize(
    ("given", "field"),
    [({"body": "{姓名}您好"}, "body"), ({"body": "x", "item_code": "999999"}, "item_code"), ({"body": "x", "move": "settle"}, "move")],
)  # fmt: skip
def test_what_a_text_may_not_hold(town: Town, given: dict[str, Any], field: str) -> None:
    assert does(town, "street", "write", Refused, **written(**given)).field == field


def test_versions_follow_one_another_and_a_retired_text_is_not_offered(town: Town) -> None:
    first = does(town, "street", "write", **written())
    second = does(town, "street", "write", before=first, **written("新：已修复"))
    assert (second.version, [t.body for t in queries.in_force(HERE, "answer")]) == (2, ["新：已修复"])
    does(town, "street", "retire", Conflict, text_id=first.pk)
    does(town, "other_street", "retire", Forbidden, text_id=second.pk)
    does(town, "street", "retire", text_id=second.pk)
    assert offered() == []
    does(town, "worker", "write", Forbidden, **written())


def test_a_text_for_an_item_is_offered_for_that_item_alone(town: Town) -> None:
    does(town, "street", "write", **written(item_code="020603"))
    assert (offered(item="020603"), offered(item="020601")) == (["修复"], [])


def test_placeholders_come_from_the_case_and_name_nobody(town: Town) -> None:
    case = town.brought_to("handling")
    case.refresh_from_db()
    values = queries.values(case)
    filled = rules.filled("{编号}|{number}|{事项}|{地点}|{单位}", values)
    number, other, item, place, unit = filled.split("|")
    assert number == other
    assert (number.replace(" ", ""), item, place) == (case.number, town.lamp.label, town.building.address)
    assert unit == town.unit("unit").label
    assert not {"李示例", "15400000001"} & set(values.values())
    assert rules.filled("{时限}", {}) == "【时限】"


def test_inserted_without_a_script_what_was_typed_stays_and_nothing_is_sent(town: Town) -> None:
    case = town.brought_to("handling")
    case.refresh_from_db()
    text = does(town, "street", "write", **written("{地点}已修复：【时间】"))
    unit = town.client("unit")
    here = reverse("appeals:move", args=[case.number, "answer"])
    page = unit.get(reverse("appeals:detail", args=[case.number])).content.decode()
    assert f'<option value="{text.pk}">修复</option>' in page
    sent = {"seen_version": case.version, "outcome": "solved", "note": "您好！", "standard_text": text.pk}
    answer = unit.post(here, {**sent, "insert": "1"})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert f"您好！\n{town.building.address}已修复：【时间】" in body
    assert 'value="solved"' in body
    assert "checked" in body
    case.refresh_from_db()
    assert case.state == "handling"
    left_in = {**sent, "note": f"{town.building.address}已修复：【时间】"}
    assert unit.post(here, left_in).status_code == 422
    assert unit.post(here, {**sent, "note": "已修复"}).status_code == 303


def test_written_changed_and_looked_at_with_a_case_on_the_pages(town: Town) -> None:
    case, street = town.brought_to("accepted"), town.client("street")
    sent = {"move": "answer", "item_code": "", "title": "说明", "body": "编号{编号}", "reason": "常用"}
    assert street.post(reverse("appeals:text_new"), {**sent, "body": "{谁}"}).status_code == 422
    made = street.post(reverse("appeals:text_new"), sent)
    assert made.status_code == 303
    assert (
        f"编号{queries.values(case)['number']}"
        in street.get(made.url, {"number": case.number}).content.decode()
    )
    changed = street.post(f"{made.url}change/", {**sent, "body": "新的编号{编号}"})
    assert StandardText.objects.order_by("-version").first().version == 2  # pyright: ignore[reportOptionalMemberAccess]
    assert street.post(f"{changed.url}retire/").status_code == 303
    assert town.client("other_street").get(made.url).status_code == 404
