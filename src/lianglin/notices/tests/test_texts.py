"""Texts of messages are changed in versions by two people; what is sent is the one in force, and never nothing."""

from __future__ import annotations

import dataclasses
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.files.tests.factories import HERE, Staff, staff
from lianglin.kit import clock, discovery, messages
from lianglin.kit.domain import Domain, Notice
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.messages import Message as Request
from lianglin.notices import tasks
from lianglin.notices.models import Message, TextVersion
from lianglin.notices.wording import actions, queries, speaking
from lianglin.notices.wording.actions import Unsound

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R048")]
CODE = "test.done"
SHIPPED = {
    "zh-hans": "您的事{number}办好了，{due}前回访。可打12345。",
    "en": "Matter {number} is done. A call by {due}, or call 12345.",
    "elder": "您好。{number}办好了。{due}前打电话。可打12345。",
}
NOTICE = Notice(CODE, "办好了", SHIPPED, ("number", "due", "unit"), "right")
NEW = {**SHIPPED, "zh-hans": "好消息：{number}办好了，{due}前回访，请接听12345。"}


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Notice:
    _declare(monkeypatch, NOTICE)
    speaking.forget()
    return NOTICE


def _declare(monkeypatch: pytest.MonkeyPatch, notice: Notice, real: Any = discovery.manifests) -> None:
    manifests = (*real(), Domain(code="test", label="测试", notices=(notice,)))
    monkeypatch.setattr(discovery, "manifests", lambda: manifests)


@pytest.fixture
def writer() -> Staff:
    return staff("city_coordinator", "", "city")


@pytest.fixture
def second(writer: Staff) -> Staff:
    return _another(writer, "city-two", "city_coordinator", "")


def _another(like: Staff, name: str, role: str, scope: str) -> Staff:
    from lianglin.access.models import Account, Post
    from lianglin.access.queries import actor_in
    from lianglin.files.tests.factories import _logged_in

    account = Account.objects.create_user(name, None, name=name, created_at=clock.now())
    post = Post.objects.create(
        account=account, role_code=role, organisation=like.post.organisation, scope_code=scope, title=name,
        starts_on="2024-01-01",
    )  # fmt: skip
    return Staff(post, actor_in(post), _logged_in(account, post))


def does(who: Staff, verb: str, refused: type[HouseError] | None = None, **given: Any) -> Any:
    with transaction.atomic(), acting(who.actor):
        if refused is None:
            return getattr(actions, verb)(by=who.actor, **given)
        with pytest.raises(refused) as said:
            getattr(actions, verb)(by=who.actor, **given)
        return said.value


def proposed(who: Staff, texts: dict[str, str] | None = None, **given: Any) -> TextVersion:
    common = {"code": CODE, "texts": texts or NEW, "reason": "说得更清楚", "from_on": clock.today()}
    return does(who, "propose", **{**common, **given})


def approved(who: Staff, second: Staff, texts: dict[str, str] | None = None, **given: Any) -> TextVersion:
    made = does(second, "decide", version_id=proposed(who, texts, **given).pk, approve=True)
    speaking.forget()
    return made


def sent(scope_code: str = HERE, **more: Any) -> Message:
    context = {"number": "A 1", "due": "12月5日", "unit": "街道"}
    given = {"channel": "sms", "address": "15412345678", "scope_code": scope_code, "context": context, **more}
    with acting(actors.job()):
        messages.send(Request(code=CODE, **given))
    return Message._base_manager.latest("id")


def test_a_text_counts_after_the_second_look_and_a_message_knows_its_version(
    writer: Staff, second: Staff
) -> None:
    before = sent()
    made = proposed(writer)
    speaking.forget()
    assert sent().body.startswith("您的事A 1")
    does(writer, "decide", Forbidden, version_id=made.pk, approve=True)
    does(second, "decide", Refused, version_id=made.pk, approve=False)
    does(second, "decide", version_id=made.pk, approve=True)
    speaking.forget()
    after = sent()
    assert after.body == "好消息：A 1办好了，12月5日前回访，请接听12345。"
    assert (before.text_version, after.text_version) == (None, made.pk)
    before.refresh_from_db()
    assert before.body.startswith("您的事A 1"), "what was written stays"


def test_a_text_of_the_future_waits_for_its_day(writer: Staff, second: Staff) -> None:
    approved(writer, second, from_on=clock.today() + timedelta(days=3))
    assert sent().text_version is None
    clock.set_offset(timedelta(days=3))
    try:
        speaking.forget()
        assert sent().text_version is not None
    finally:
        clock.set_offset(timedelta(0))


def test_a_district_has_its_own_and_the_others_the_citys(writer: Staff, second: Staff) -> None:
    district = _another(writer, "district-one", "district_coordinator", HERE[:6])
    approved(writer, second)
    own = approved(district, second, {**SHIPPED, "zh-hans": "本区：{number}办好了，{due}前回访。12345"})
    assert own.scope_code == HERE[:6]
    assert [sent(code).body[:3] for code in (HERE, "230104002002", "")] == ["本区：", "好消息", "好消息"]
    does(
        staff("street_coordinator", HERE[:9], "street"), "propose", Forbidden, code=CODE, texts=NEW, reason="x", from_on=clock.today()
    )  # fmt: skip


def test_back_to_the_shipped_text_is_a_version_like_any_other(writer: Staff, second: Staff) -> None:
    said = does(
        writer, "propose", Refused, code=CODE, texts={}, reason="x", from_on=clock.today(), shipped=True
    )
    assert said.message
    approved(writer, second)
    approved(writer, second, {}, shipped=True)
    made = sent()
    assert (made.body, made.text_version) == ("您的事A 1办好了，12月5日前回访。可打12345。", None)
    assert TextVersion.objects.filter(code=CODE).count() == 2


def test_a_version_never_changes(writer: Staff, second: Staff) -> None:
    made = approved(writer, second)
    for column, value in (("zh", "x"), ("from_on", "2020-01-01"), ("state", "waiting"), ("reason", "y")):
        with pytest.raises(DatabaseError), transaction.atomic():
            TextVersion.objects.filter(pk=made.pk).update(**{column: value})
    waiting = proposed(writer, {**SHIPPED, "en": "New: {number} by {due}, 12345"})
    with pytest.raises(DatabaseError), transaction.atomic():
        TextVersion.objects.filter(pk=waiting.pk).update(en="other")


def test_one_version_waits_at_a_time_and_nothing_new_is_no_version(writer: Staff) -> None:
    does(writer, "propose", Refused, code=CODE, texts=SHIPPED, reason="x", from_on=clock.today())
    made = proposed(writer)
    does(writer, "propose", Conflict, code=CODE, texts=NEW, reason="x", from_on=clock.today())
    does(writer, "withdraw", version_id=made.pk)
    proposed(writer)


@pytest.mark.parametrize(
    "text", ["{number.__class__}{due}12345", "{0}", "{number}{due}12345 http://evil.cn", "{"]
)
def test_a_hostile_text_reaches_nobody(writer: Staff, text: str) -> None:
    said = does(
        writer, "propose", Unsound, code=CODE, texts={**SHIPPED, "zh-hans": text}, reason="x", from_on=clock.today()
    )  # fmt: skip
    assert {flaw.variant for flaw in said.flaws} == {"zh-hans"}
    assert not TextVersion.objects.exists()


# --- the software changes under an edited text ---------------------------------------------------------------------


def test_a_text_that_no_longer_fits_is_passed_over_set_aside_and_said(
    writer: Staff, second: Staff, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = approved(writer, second, {**SHIPPED, "zh-hans": "{unit}：{number}办好了，{due}前回访。12345"})
    assert sent().body.startswith("街道：")
    smaller = dataclasses.replace(NOTICE, fields=("number", "due"))
    monkeypatch.undo()
    _declare(monkeypatch, smaller)
    caplog.set_level(logging.ERROR, logger="lianglin.notices")
    logging.getLogger("lianglin.notices").addHandler(caplog.handler)
    message = sent(context={"number": "A 1", "due": "12月5日"})
    assert (message.body[:3], message.text_version) == ("您的事", None)
    assert "does not fit" in caplog.text
    assert tasks.check_texts(timestamp=0) == 1
    assert tasks.check_texts(timestamp=0) == 0
    made.refresh_from_db()
    assert made.aside_at is not None
    told = Message._base_manager.filter(code="notices.text_aside")
    assert set(told.values_list("post_id", flat=True)) == {writer.post.pk, second.post.pk}
    assert "办好了" in told.first().body  # pyright: ignore[reportOptionalMemberAccess]
    page = writer.browser.get(reverse("notices:text_version", args=[made.pk])).content.decode()
    assert "已停用" in page


def test_sending_asks_the_database_nothing_more_for_its_words(
    writer: Staff, second: Staff, django_assert_num_queries: Any
) -> None:
    approved(writer, second)
    sent()
    with acting(actors.job()):
        notice = queries.find(CODE)
        assert notice is not None
        with django_assert_num_queries(0):
            for variant in ("zh-hans", "elder", "en"):
                speaking.speak(notice[1], variant, HERE, {"number": "1", "due": "2", "unit": "3"})


# --- pages ---------------------------------------------------------------------------------------------------------


def form(**changed: str) -> dict[str, str]:
    texts = {"zh": NEW["zh-hans"], "elder": NEW["elder"], "en": NEW["en"]}
    return {**texts, "from_on": clock.today().isoformat(), "reason": "更清楚", **changed}


def test_from_the_catalogue_to_the_second_persons_yes(writer: Staff, second: Staff) -> None:
    assert "办好了" in writer.browser.get(reverse("notices:texts") + "?q=test.done").content.decode()
    here = reverse("notices:text_write", args=[CODE])
    page = writer.browser.get(here).content.decode()
    assert SHIPPED["zh-hans"] in page
    looked = writer.browser.post(here, {**form(), "look": "1"})
    assert looked.status_code == 200
    assert "<ins>" in looked.content.decode()
    assert not TextVersion.objects.exists(), "a look keeps nothing"
    assert writer.browser.post(here, form()).status_code == 303
    made = TextVersion.objects.get()
    listed = second.browser.get(reverse("notices:texts")).content.decode()
    address = reverse("notices:text_version", args=[made.pk])
    assert address in listed
    assert 'value="approve"' not in writer.browser.get(address).content.decode()
    assert 'value="approve"' in second.browser.get(address).content.decode()
    assert second.browser.post(address, {"do": "approve", "note": ""}).status_code == 303
    speaking.forget()
    assert sent().text_version == made.pk


def test_a_flaw_stands_beside_its_text_and_nothing_typed_is_lost(writer: Staff) -> None:
    said = writer.browser.post(
        reverse("notices:text_write", args=[CODE]), form(zh="好了{nummer}，请打12345"), follow=True
    )
    page = said.content.decode()
    assert said.status_code == 422
    assert "好了{nummer}，请打12345" in page
    assert "{number}" in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize("variant", ["zh", "elder", "en"])
def test_a_text_that_is_missing_is_said_once(writer: Staff, variant: str) -> None:
    said = writer.browser.post(reverse("notices:text_write", args=[CODE]), form(**{variant: " "}))
    assert said.status_code == 422
    assert not TextVersion.objects.exists()


def test_a_huge_text_is_told_how_long_a_text_may_be(writer: Staff) -> None:
    said = writer.browser.post(reverse("notices:text_write", args=[CODE]), form(zh="长{number}" * 1000))
    page = said.content.decode()
    assert said.status_code == 422
    assert "最多600个字符，现在有9000个。" in page
    assert "2000 字符" not in page


def test_who_may_only_see_sees_and_who_may_not_does_not() -> None:
    officer, worker = staff("protection_officer", "", "city"), staff("community_worker", HERE)
    assert officer.browser.get(reverse("notices:text", args=[CODE])).status_code == 200
    assert officer.browser.get(reverse("notices:text_write", args=[CODE])).status_code == 403
    assert worker.browser.get(reverse("notices:texts")).status_code == 403
