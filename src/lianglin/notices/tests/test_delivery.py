"""What became of a message is seen by whom it concerns; a gateway's word counts once; what failed is seen to."""

from __future__ import annotations

import mailbox
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

from lianglin.access import actor as actors
from lianglin.access.models import Grant
from lianglin.access.transaction import acting
from lianglin.appeals.tasks import fetch_mail
from lianglin.files.tests.factories import HERE, NEXT_DOOR, Staff, staff
from lianglin.kit import clock, discovery, messages
from lianglin.kit.domain import Domain, Notice
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.notices import rules, tasks
from lianglin.notices.adapters.base import Undeliverable, Unreachable
from lianglin.notices.delivery import actions, bounces, noting, panel, queries, receipts, slips, words
from lianglin.notices.models import Delivery, Letter, Message, Recipient
from lianglin.notices.tests.test_outbox import CASE, Gateway, put, request

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-gateway"


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    monkeypatch.setattr(tasks, "adapter_for", lambda channel: made)
    return made


@pytest.fixture
def worker() -> Staff:
    return staff("community_worker", HERE)


def sent() -> Delivery:
    made = put()
    tasks.deliver(key=str(made.key))
    return stands(made)


def given_up(gateway: Gateway) -> Delivery:
    made = put()
    gateway.error = Unreachable("gateway")
    Message._base_manager.filter(pk=made.pk).update(tries=len(rules.WAITS))
    tasks.deliver(key=str(made.key))
    gateway.error = None
    return stands(made)


def stands(made: Any) -> Delivery:
    return Delivery._base_manager.get(key=made.key)


def say(settings: Any, token: str = TOKEN, **said: Any) -> int:
    settings.SMS_RECEIPT_TOKEN = TOKEN
    return (
        Client(enforce_csrf_checks=True)
        .post(
            "/messages/receipts/sms/", said.pop("rows", said), content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        .status_code
    )  # fmt: skip


def test_sent_and_arrived_differ_and_the_gateways_word_counts_once(gateway: Gateway, settings: Any) -> None:
    one = sent()
    assert (one.state, one.case_id, one.tries) == ("sent", CASE, 0)
    assert say(settings, id=str(one.key), status="delivered") == 204
    first = stands(one)
    assert (first.state, first.error) == ("delivered", "")
    for again in ({"status": "delivered"}, {"status": "failed", "code": "no_such_number"}):
        assert say(settings, id=str(one.key), **again) == 204
        assert (
            Delivery._base_manager.values().get() == Delivery._base_manager.filter(pk=first.pk).values().get()
        )
        assert stands(one).state == "delivered"


def test_not_arrived_is_corrected_by_arrived(gateway: Gateway, settings: Any) -> None:
    one = sent()
    say(settings, id=str(one.key), status="failed", code="switched_off", at="2020-01-01T00:00:00+08:00")
    failed = stands(one)
    assert (failed.state, failed.error, failed.ended_at) == ("failed", "switched_off", failed.sent_at)
    say(settings, id=str(one.key), status="delivered")
    assert stands(one).state == "delivered"


@pytest.mark.parametrize(
    ("token", "said", "status"),
    [
        ("wrong", {"status": "delivered"}, 401), ("", {"status": "delivered"}, 401),
        (TOKEN, {"status": "read"}, 204), (TOKEN, {"id": "1' or 1=1", "status": "delivered"}, 204),
        (TOKEN, {"id": str(uuid.uuid4()), "status": "delivered"}, 204), (TOKEN, {"rows": [1]}, 400),
        (TOKEN, {"rows": [{}] * (receipts.MOST + 1)}, 400), (TOKEN, {"rows": "x"}, 400),
    ],
)  # fmt: skip
def test_a_forged_or_senseless_receipt_changes_nothing(
    gateway: Gateway, settings: Any, token: str, said: dict[str, Any], status: int
) -> None:
    one = sent()
    assert say(settings, token, **{"id": str(one.key), **said}) == status
    assert stands(one).state == "sent"


def test_a_receipt_for_what_was_never_sent_is_ignored(gateway: Gateway, settings: Any) -> None:
    one = given_up(gateway)
    assert say(settings, id=str(one.key), status="delivered") == 204
    assert stands(one).state == "failed"


def test_without_a_token_there_are_no_receipts_and_wrong_ones_are_counted(settings: Any) -> None:
    settings.SMS_RECEIPT_TOKEN = ""
    assert Client().post("/messages/receipts/sms/", {}, content_type="application/json").status_code == 404
    answers = [say(settings, "wrong") for _time in range(receipts.WRONG + 1)]
    assert answers[-2:] == [401, 429]


def test_who_may_see_what_became_of_a_message(gateway: Gateway, worker: Staff) -> None:
    neighbour, unit = staff("community_worker", NEXT_DOOR), staff("unit_handler", "", "bureau")
    one = sent()
    for by, rows in ((worker.actor, 1), (neighbour.actor, 0), (unit.actor, 0), (actors.resident(CASE), 1)):
        with acting(by):
            assert len(queries.of_case(CASE, by)) == rows
            assert Delivery._base_manager.count() == rows, "PostgreSQL shows no more"
    Grant.objects.create(
        subject="cases.Case", subject_id=CASE, scope_code=HERE, organisation=unit.post.organisation,
        starts_at=clock.now(), reason="dispatch",
    )  # fmt: skip
    with acting(unit.actor):
        rows = queries.of_case(CASE, unit.actor)
        assert rows
        assert queries.masked(rows, unit.actor) == {}, "the unit is not shown to whom"
    with acting(worker.actor):
        assert queries.masked([one], worker.actor) == {one.pk: "154****5678"}


def test_what_was_given_up_is_listed_and_sent_again_while_its_address_is_there(
    gateway: Gateway, worker: Staff
) -> None:
    one = given_up(gateway)
    page = worker.browser.get("/messages/undelivered/").content.decode()
    assert "154****5678" in page
    assert "短信网关一天内一直无法连接。" in page
    assert worker.browser.post(f"/messages/undelivered/{one.pk}/again/").status_code == 303
    tasks.deliver(key=str(one.key))
    assert (stands(one).state, len(gateway.taken)) == ("sent", 1)
    with acting(worker.actor), pytest.raises(Conflict):
        actions.send_again(by=worker.actor, delivery_id=one.pk)


def test_sent_again_it_is_counted_for_its_number_once_more(gateway: Gateway, worker: Staff) -> None:
    one = given_up(gateway)
    known = bytes(Message._base_manager.get().address_match)
    Message._base_manager.update(address_match=None)  # as after two days
    with acting(worker.actor):
        actions.send_again(by=worker.actor, delivery_id=one.pk)
    assert bytes(Message._base_manager.get().address_match) == known


def test_after_three_days_the_address_is_forgotten_and_that_is_said(gateway: Gateway, worker: Staff) -> None:
    one = given_up(gateway)
    long_ago = clock.now() - noting.ADDRESS_KEPT - timedelta(hours=1)
    Message._base_manager.update(created_at=long_ago)
    tasks.tidy(timestamp=0)
    assert Message._base_manager.get().address is not None, "counted from the last try"
    Delivery._base_manager.update(ended_at=long_ago)
    tasks.tidy(timestamp=0)
    assert Message._base_manager.get().address is None
    with acting(worker.actor), pytest.raises(Refused):
        actions.send_again(by=worker.actor, delivery_id=one.pk)
    assert "不能重发" in worker.browser.get(f"/messages/undelivered/{one.pk}/").content.decode()


def test_somebody_told_by_telephone_is_off_the_list(gateway: Gateway, worker: Staff) -> None:
    one = given_up(gateway)
    here = f"/messages/undelivered/{one.pk}/"
    assert worker.browser.post(here, {}).status_code == 422
    assert worker.browser.post(here, {"answer": "again"}).status_code == 422, "not for hand"
    assert worker.browser.post(here, {"answer": "called"}).status_code == 303
    assert (stands(one).answer, stands(one).post_id) == ("called", worker.post.pk)
    assert here not in worker.browser.get("/messages/undelivered/").content.decode()


@pytest.mark.parametrize("code", ["mail_server", "gateway", "address_deferred", "http_503"])
def test_while_it_is_tried_again_nobody_is_told_that_it_failed_for_a_day(
    gateway: Gateway, worker: Staff, code: str
) -> None:
    gateway.error = Unreachable(code)
    made = put()
    tasks.deliver(key=str(made.key))
    with acting(worker.actor) as by:
        (told,) = panel.of_case(CASE, by)["told"]
    assert told["row"].state == "waiting"
    assert "一天" not in str(told["reason"].why)
    assert str(told["reason"].do) == "系统会自动重试，暂不需要处理。"


def test_a_neighbour_neither_sends_nor_prints_it(gateway: Gateway) -> None:
    neighbour, one = staff("community_worker", NEXT_DOOR), given_up(gateway)
    assert neighbour.browser.get(f"/messages/undelivered/{one.pk}/").status_code == 404
    with acting(neighbour.actor):
        for act in (actions.send_again, actions.put_on_paper):
            with pytest.raises(Forbidden):
                act(by=neighbour.actor, delivery_id=one.pk)
    assert stands(one).state == "failed"


def test_the_administrator_sees_numbers_and_no_address(gateway: Gateway) -> None:
    administrator, one = staff("administrator", "", "city"), given_up(gateway)
    page = administrator.browser.get("/messages/sending/").content.decode()
    assert "短信网关一天内一直无法连接。" in page
    assert "154****" not in page
    assert administrator.browser.get("/messages/undelivered/").status_code == 403
    assert administrator.browser.get(f"/messages/undelivered/{one.pk}/").status_code == 403


def paper(worker: Staff) -> Delivery:
    with acting(actors.job()):
        messages.send(request(channel="paper", address="", once=f"paper {uuid.uuid4()}"))
    made = Message._base_manager.latest("id")
    tasks.deliver(key=str(made.key))
    return stands(made)


def test_a_notice_on_paper_is_printed_handed_over_and_then_told_of(worker: Staff) -> None:
    one, other = paper(worker), paper(worker)
    assert (one.state, Message._base_manager.latest("id").state) == ("to_print", "sent")
    both = {"letter": [one.pk, other.pk]}
    answer = worker.browser.post("/messages/letters/do/", {**both, "do": "hand_over"}, follow=True)
    assert "请先打印" in answer.content.decode()
    answer = worker.browser.post("/messages/letters/do/", {**both, "do": "print"})
    sheet = worker.browser.get(answer["Location"])
    assert (sheet["Content-Type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
    assert {stands(row).state for row in (one, other)} == {"printed"}
    worker.browser.post("/messages/letters/do/", {"letter": [one.pk], "do": "hand_over"})
    done = stands(one)
    assert (done.state, done.post_id, done.ended_at is not None) == ("handed_over", worker.post.pk, True)
    page = worker.browser.get("/messages/letters/").content.decode()
    assert f"letter-{other.pk}" in page
    assert f"letter-{one.pk}" not in page
    with acting(worker.actor), pytest.raises(Conflict):
        actions.hand_over(by=worker.actor, ids=[one.pk])


def test_a_neighbour_prints_no_letter_of_others(worker: Staff) -> None:
    neighbour, one = staff("community_worker", NEXT_DOOR), paper(worker)
    neighbour.browser.post("/messages/letters/do/", {"letter": [one.pk], "do": "print"})
    assert stands(one).state == "to_print"
    assert neighbour.browser.get(f"/messages/letters/notices.pdf?letter={one.pk}").status_code == 404


def test_a_notice_in_english_has_no_chinese_around_it(worker: Staff, settings: Any, monkeypatch: Any) -> None:
    """Each page speaks its own reader's language, whoever prints the batch."""
    english, chinese = (Letter._base_manager.get(pk=paper(worker).pk) for _one in range(2))
    english.language, english.text = "en", "Your matter A 1: taken on."
    laid_out: list[dict[str, Any]] = []
    monkeypatch.setattr(slips.typesetting, "pdf", lambda _template, data: laid_out.append(data) or b"")
    slips.pdf([english, chinese])
    first, second = laid_out[0]["slips"]
    assert (first["site"], first["foot"][:7]) == (settings.CITY_NAME_EN, "Printed")
    assert second["site"] == settings.CITY_NAME
    assert second["foot"].startswith("由社区打印")


def test_what_cannot_be_marked_as_printed_comes_out_on_no_paper(worker: Staff) -> None:
    """One of the ticked notices is of another area: none is marked, and the answer leads back to the list, which says why."""
    mine, foreign = paper(worker), paper(worker)
    Delivery._base_manager.filter(pk=foreign.pk).update(scope_code=NEXT_DOOR)
    ticked = {"letter": [mine.pk, foreign.pk], "do": "print"}
    answer = worker.browser.post("/messages/letters/do/", ticked, follow=True)
    assert answer.redirect_chain == [("/messages/letters/", 303)]
    assert "其中有的通知单不属于当前岗位的辖区" in answer.content.decode()
    assert stands(mine).state == "to_print"


def test_a_text_message_that_failed_goes_on_paper_with_the_same_words(
    gateway: Gateway, worker: Staff
) -> None:
    one = given_up(gateway)
    assert worker.browser.post(f"/messages/undelivered/{one.pk}/paper/").status_code == 303
    letter = Letter._base_manager.select_related("delivery").get()
    assert (letter.text, letter.delivery.state, letter.delivery.channel) == (
        "您的事A 1：收到。",
        "to_print",
        "paper",
    )
    assert stands(one).answer == "letter"


def test_a_link_that_is_the_recipients_alone_is_not_put_on_paper(
    gateway: Gateway, worker: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = Notice("test.state", "状态", {"zh-hans": "看一看：{link}", "en": "See {link}"}, ("link",))
    manifests = (*discovery.manifests()[:-1], Domain(code="test", label="test", notices=(notice,)))
    monkeypatch.setattr(discovery, "manifests", lambda: manifests)
    gateway.error = Undeliverable("no_such_number")
    made = put(context={"link": "/appeals/rate/secret/"}, paper_link="/appeals/track/")
    tasks.deliver(key=str(made.key))
    assert "/appeals/rate/secret/" in made.body
    one = Delivery._base_manager.get(key=made.key)
    assert worker.browser.post(f"/messages/undelivered/{one.pk}/paper/").status_code == 303
    letter = Letter._base_manager.get()
    assert (letter.text, letter.link) == ("看一看：/appeals/track/", "/appeals/track/")
    assert "secret" not in worker.browser.get("/messages/letters/").content.decode()


@pytest.mark.parametrize(("state", "sent"), [("held", False), ("refused", False), ("sent", True)])
def test_what_waits_or_failed_is_not_called_sent_to_the_person(
    gateway: Gateway, state: str, sent: bool
) -> None:
    made = put()
    tasks.deliver(key=str(made.key))
    row = Delivery._base_manager.get(key=made.key)
    row.state, row.sent_at = state, row.sent_at if sent else None
    with override("zh-hans"):
        told = render_to_string("notices/delivery/_to_you.html", {"item": words.shown(row)})
    assert ("已发短信" in told) is sent
    assert "短信" in told


def test_masked_recipients_go_after_a_month(gateway: Gateway) -> None:
    sent()
    Recipient._base_manager.update(at=clock.now() - noting.RECIPIENT_KEPT - timedelta(hours=1))
    tasks.tidy(timestamp=0)
    assert not Recipient._base_manager.exists()
    assert Delivery._base_manager.exists()


def test_one_message_of_the_inbox_is_read_by_itself(worker: Staff) -> None:
    for number in ("A 1", "A 2"):
        put(
            channel="in_app",
            address="",
            post_id=worker.post.pk,
            context={"number": number, "state": "新", "link": "/work/"},
        )
    first = Message._base_manager.earliest("id")
    answer = worker.browser.post(f"/messages/open/{first.pk}/", {"do": "open"})
    assert (answer.status_code, answer["Location"]) == (303, "/work/")
    page = worker.browser.get("/messages/").content.decode()
    assert page.count(f"/messages/open/{first.pk}/") == 0
    assert page.count("/messages/open/") == 1
    colleague = staff("street_coordinator", HERE[:9], "street")
    assert colleague.browser.post(f"/messages/open/{first.pk}/").status_code == 403


def test_a_message_for_a_program_lies_in_its_queue_or_is_refused(settings: Any) -> None:
    made = put(channel="webhook", address=str(uuid.uuid4()))
    tasks.deliver(key=str(made.key))
    assert (stands(made).state, stands(made).error) == ("refused", "no_endpoint")


def report(key: object, action: str = "failed", kind: str = "message/rfc822") -> bytes:
    """A report of delivery as Postfix sends it."""
    headers = f"Message-ID: <{key}@city.example>\nSubject: =?utf-8?q?x?=\nTo: wang@example.org\n"
    return (
        "From: MAILER-DAEMON@mail.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n"
        'Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nuser unknown\n\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mail.example\n\nFinal-Recipient: rfc822; wang@example.org\n"
        f"Action: {action}\nStatus: 5.1.1\n\n--b\nContent-Type: {kind}\n\n{headers}\n\n--b--\n"
    ).encode()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_mail_that_comes_back_is_known_by_its_number(
    gateway: Gateway, tmp_path: Any, settings: Any, kind: str
) -> None:
    made = put(channel="email", address="wang@example.org")
    tasks.deliver(key=str(made.key))
    mailbox.Maildir(tmp_path / "box").add(report(made.key, kind=kind))
    settings.MAIL_INTAKE, settings.MAIL_PLACE = str(tmp_path / "box"), HERE
    assert fetch_mail(0) == 0, "it is no draft"
    assert (stands(made).state, stands(made).error) == ("failed", "bounced")


@pytest.mark.parametrize(
    "raw",
    [
        report(uuid.UUID(int=7)), report("not-a-number"), b"Content-Type: multipart/report\n\n", b"\xff\x00", b"",
        b"Content-Type: text/plain\n\nMessage-ID: <x@y>", report("late", "delayed"),
    ],
    ids=["unknown", "no number", "cut off", "no text", "empty", "no report", "late"],
)  # fmt: skip
def test_other_reports_change_nothing(gateway: Gateway, raw: bytes) -> None:
    one = sent()
    said = bounces.read(raw)
    with acting(actors.job()):
        assert noting.receive([said] if said else []) == 0
    assert stands(one).state == "sent"
