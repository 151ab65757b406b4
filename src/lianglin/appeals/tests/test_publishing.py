"""A closed case becomes public only masked, only after a person confirmed it, and leaves with its history."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.watch import forget_tries
from tests.world import HERE, SINCE

from lianglin.access.actor import job, public, resident
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import publication_rules, publishing
from lianglin.appeals.models import Publication, PublicationRule, PublishedCase, RedactedText
from lianglin.appeals.queries.publication import published
from lianglin.appeals.rules import redacting
from lianglin.appeals.tasks import close_item, follow_publication
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.events import CaseMoved

from .scene import Town, build

WORDS = "我叫李示例，电话15400000001，三单元502室楼道灯不亮，找过王经理，车牌黑A12345挡住单元门"
SECRETS = ("李示例", "15400000001", "502", "王经理", "黑A12345")


@pytest.fixture
def town(db: None) -> Town:
    forget_tries()
    made = build()
    PublicationRule.objects.create(item_code=made.lamp.code, listed=True, texts=True)
    PublicationRule.objects.create(item_code=made.lift.code, listed=True, texts=False)
    return made


def told(case: Case) -> None:
    """The event that the last move of a case published, delivered."""
    now = Case._base_manager.get(pk=case.pk)
    step = now.steps.model._base_manager.filter(case=now).order_by("-seq").first()
    follow_publication(CaseMoved(now.pk, now.kind, now.scope_code, step.move, now.state, "", ""))


def closed(town: Town, **given: object) -> Publication:
    case = town.brought_to("closed", text=WORDS, **given)
    with acting(job()):
        told(case)
    return Publication._base_manager.get(case_id=case.pk)


def test_what_is_published_was_masked_and_confirmed_by_a_person(town: Town) -> None:
    one = closed(town)
    assert one.state == "proposed"
    assert not PublishedCase.objects.exists()
    with acting(town.actor("street")) as street:
        row = publishing.publish(one.pk, by=street, seen=1)
    assert not any(secret in row.text + row.answer for secret in SECRETS)
    assert "楼道灯不亮" in row.text
    assert row.place == "和宁小区"
    with acting(public()):
        assert [found.pk for found in published(area=HERE[:6], words="灯不亮")] == [row.pk]
        assert not published(words="电梯").exists()
        assert not published(area="230104").exists()


def test_a_person_hides_more_and_shows_again_in_a_version_of_its_own(town: Town) -> None:
    one = closed(town)
    with acting(town.actor("street")) as street:
        first = RedactedText.objects.visible_to(street, purpose="handle_case").get(seq=1)
        doors = [
            ("text", n) for n, spot in enumerate(publishing.spots_of(first, "text")) if spot.kind == "door"
        ]
        phones = [("text", n) for n, s in enumerate(publishing.spots_of(first, "text")) if s.kind == "phone"]
        publishing.redact(one.pk, by=street, shown=[*doors, *phones], words=["挡住单元门"], seen=1)
        with pytest.raises(Conflict):
            publishing.publish(one.pk, by=street, seen=1)
        row = publishing.publish(one.pk, by=street, seen=2)
    assert "三单元502室" in row.text
    assert "挡住单元门" not in row.text
    assert "15400000001" not in row.text
    first.refresh_from_db()
    assert "〔门牌〕" in first.text


def test_withdrawn_means_gone_with_every_version(town: Town) -> None:
    one = closed(town)
    with acting(town.actor("street")) as street:
        publishing.publish(one.pk, by=street, seen=1)
        publishing.withdraw(one.pk, by=street, reason="漏了一个名字")
    assert not PublishedCase.objects.exists()
    left = RedactedText._base_manager.get(publication=one)
    assert (left.text, left.answer, left.spots) == ("", "", {})
    assert left.purged_at


def test_whoever_reported_objects_and_it_is_gone_or_never_proposed(town: Town) -> None:
    one = closed(town)
    with acting(town.actor("street")) as street:
        publishing.publish(one.pk, by=street, seen=1)
    with acting(resident(one.case_id)) as holder:
        publishing.object_to_publication(one.case_id, by=holder)
    one.refresh_from_db()
    assert one.state == "withdrawn"
    assert not PublishedCase.objects.exists()
    with acting(job()) as background:
        assert publishing.propose(one.case_id, by=background) is None
    other = town.brought_to("settled")
    with acting(resident(other.pk)) as holder:
        publishing.object_to_publication(other.pk, by=holder)
    town.do("worker", "call_back", other, reached=True, solved="yes", grade=5)
    with acting(job()):
        told(other)
    assert not Publication._base_manager.filter(case_id=other.pk).exists()


def test_a_reopened_case_leaves_the_page_and_is_proposed_anew(town: Town) -> None:
    one = closed(town)
    with acting(town.actor("street")) as street:
        publishing.publish(one.pk, by=street, seen=1)
    with acting(job()):
        follow_publication(CaseMoved(one.case_id, "appeal", HERE, "reopen", "accepted", "", ""))
    assert not PublishedCase.objects.exists()
    with acting(job()) as background:
        again = publishing.propose(one.case_id, by=background)
    assert again is not None
    assert again.latest == 2


def test_an_item_without_a_rule_or_without_words_is_not_proposed(town: Town) -> None:
    case = town.brought_to("closed", item=town.lift, text=WORDS)
    with acting(job()) as background:
        assert publishing.propose(case.pk, by=background) is None


@pytest.mark.parametrize("name", ["worker", "unit", "manager", "other_street"])
def test_without_the_duty_or_in_another_place_nobody_decides(town: Town, name: str) -> None:
    one = closed(town)
    with acting(town.actor(name)) as other, pytest.raises(Forbidden):
        publishing.publish(one.pk, by=other, seen=1)


def test_a_number_that_still_stands_in_it_stops_it(town: Town) -> None:
    one = closed(town)
    RedactedText._base_manager.filter(publication=one).update(text="请打 13800001111")
    with acting(town.actor("street")) as street, pytest.raises(Refused):
        publishing.publish(one.pk, by=street, seen=1)


def test_the_public_reads_the_page_and_no_way_to_it(town: Town) -> None:
    closed(town)
    with acting(public()), pytest.raises((DatabaseError, HouseError)), transaction.atomic():
        list(RedactedText._base_manager.all())


MASKED = (
    ("电话１３８ １２３４ ５６７８", "phone"), ("0451-87654321", "phone"), ("一三八零零一二三四五六", "phone"),
    ("230103199001011234", "id_number"), ("23010319900101123X", "id_number"), ("黑AD12345", "plate"),
    ("黑A·12345", "plate"), ("a.b+c@d-e.com.cn", "email"), ("微信号abc_12345", "account"), ("6222 0200 0000 1234 567", "account"),
    ("3号楼2单元502室", "door"), ("五栋一单元301", "door"), ("12-3-501", "door"),
    ("我叫王建国", "name"), ("张先生", "name"), ("欧阳女士", "name"), ("刘某某", "name"), ("联系人：陈静", "name"), ("老张家", "name"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), MASKED)
def test_each_kind_is_found(text: str, kind: str) -> None:
    assert kind in {spot.kind for spot in redacting.find(f"反映：{text}，请处理。")}


@pytest.mark.parametrize(
    "text",
    [
        "小区路灯不亮，全体业主反映多次",
        "高层供水压力不足",
        "和平社区门口时常积水，施工单位未清理",
        "2026年11月28日停暖三天",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert redacting.find(text) == []


@given(st.text(alphabet="1380李张 ，黑A-室号楼单元五某先生@.cn说", max_size=60))
def test_what_was_masked_holds_nothing_sure_any_more(text: str) -> None:
    spots = redacting.find(text)
    assert redacting.left_in(redacting.masked(text, spots)) == []
    assert "".join(words for words, _kind in redacting.pieces(text, spots)) == text


def ruler(town: Town, name: str) -> Any:
    """A district coordinator of HERE."""
    office, _new = Organisation.objects.get_or_create(
        code="district", defaults={"name": "区政府", "kind": "district", "scope_code": HERE[:6]}
    )
    account = Account.objects.create_user(name, None, name=name, created_at=clock.now())
    post = Post.objects.create(
        account=account, role_code="district_coordinator", organisation=office, scope_code=HERE[:6], title=name,
        starts_on=SINCE,
    )  # fmt: skip
    town.world.posts[name], town.world.actors[name] = post, actor_in(post)
    return town.world.actors[name]


def test_opening_an_item_takes_two_people_and_closing_it_takes_down_what_stands(town: Town) -> None:
    first, second = ruler(town, "first"), ruler(town, "second")
    wide = {"item_code": town.lift.code, "listed": True, "texts": True, "reason": "公共设施"}
    with acting(first) as by:
        made = publication_rules.change(by=by, **wide)
        with pytest.raises(Forbidden):
            publication_rules.decide(made.pk, by=by, approve=True)
        with pytest.raises(Conflict):
            publication_rules.change(by=by, **wide)
    assert not PublicationRule.objects.get(item_code=town.lift.code).texts
    with acting(second) as by:
        publication_rules.decide(made.pk, by=by, approve=True)
    assert PublicationRule.objects.get(item_code=town.lift.code).texts
    one = closed(town)
    with acting(town.actor("street")) as street:
        publishing.publish(one.pk, by=street, seen=1)
    with acting(first) as by:
        narrow = {"item_code": town.lamp.code, "listed": True, "texts": False, "reason": "常涉邻里"}
        publication_rules.change(by=by, **narrow)
    assert not PublishedCase.objects.exists()
    close_item(town.lamp.code)
    assert not RedactedText._base_manager.exclude(text="").exists()


def test_the_pages_of_the_rules_lead_through_a_change(town: Town) -> None:
    ruler(town, "first")
    ruler(town, "second")
    browser, here = town.world.browser("first"), f"/appeals/publications/rules/{town.lift.code}/"
    assert here in browser.get("/appeals/publications/rules/").content.decode()
    assert browser.post(here, {"texts": "on", "reason": "公共"}).status_code == 422
    assert browser.post(here, {"listed": "on", "texts": "on", "reason": "公共"}).status_code == 303
    assert "approve" in browser.get(here).content.decode()
    browser.post(here, {"deed": "approve"})
    assert not PublicationRule.objects.get(item_code=town.lift.code).texts
    town.world.browser("second").post(here, {"deed": "approve"})
    assert PublicationRule.objects.get(item_code=town.lift.code).texts
    assert town.client("street").get(here).status_code == 403
