"""A message goes out at the hour, by the way and in the words that its recipient wished; and what waits is not sent twice."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.files.tests.factories import HERE
from lianglin.kit import clock, discovery, messages
from lianglin.kit.domain import Domain, Notice
from lianglin.kit.messages import Message as Request
from lianglin.notices import tasks
from lianglin.notices.adapters.base import Outgoing, Unreachable
from lianglin.notices.models import Delivery, Letter, MatterPreference, Message, Preference, Stopped
from lianglin.notices.preferences import actions, arriving
from lianglin.notices.preferences import stopping as stopping_links
from lianglin.notices.preferences.models import Wish
from lianglin.notices.preferences.views import stopping

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R048")]
CASE, PHONE, PERSON = 4711, "15412345678", 99
TEXTS = {
    "zh-hans": "您的事{number}：{state}。",
    "en": "Matter {number}: {state}.",
    "elder": "您好。{number}，{state}。",
}
FIELDS = ("number", "state")
KINDS = ("steps", "right", "voluntary", "urgent")
NIGHT = (time(21), time(8))


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    made = tuple(Notice(f"test.{kind}", kind, TEXTS, FIELDS, kind) for kind in KINDS)
    manifests = (*discovery.manifests(), Domain(code="test", label="test", notices=made))
    monkeypatch.setattr(discovery, "manifests", lambda: manifests)


class Gateway:
    at_home = False

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []
        self.down = False

    def deliver(self, message: Outgoing) -> None:
        if self.down:
            raise Unreachable("gateway")
        self.taken.append(message)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.taken]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    for module in (tasks, arriving):
        monkeypatch.setattr(module, "adapter_for", lambda _channel: made)
    return made


@pytest.fixture
def night(settings: Any) -> None:
    settings.QUIET_HOURS = NIGHT
    at(23)


def at(hour: int, days: int = 0) -> None:
    """Puts the clock to an hour of the city's day, so many days on."""
    now = clock.local(clock.now())
    there = datetime.combine(now.date() + timedelta(days=days), time(hour), clock.CITY_ZONE)
    clock.set_offset(clock.offset() + (there - now))


@pytest.fixture(autouse=True)
def clock_back() -> Any:
    yield
    clock.set_offset(timedelta(0))


def put(kind: str = "steps", state: str = "办理中", **more: Any) -> Message:
    given = {
        "channel": "sms",
        "address": PHONE,
        "case_id": CASE,
        "scope_code": HERE,
        "resident_id": PERSON,
        **more,
    }
    with acting(actors.job()):
        messages.send(Request(code=f"test.{kind}", context={"number": "A 1", "state": state}, **given))
    return Message._base_manager.latest("id")


def deliver(*made: Message) -> list[str]:
    """Runs the tasks of these messages; the states they are in afterwards."""
    for message in made:
        tasks.deliver(key=str(message.key))
        message.refresh_from_db()
    return [message.state for message in made]


def wish(model: type[Wish] = Preference, **given: Any) -> None:
    who = {"case_id": CASE} if model is MatterPreference else {"resident_id": PERSON}
    model._base_manager.create(scope_code=HERE, asked="own", set_at=clock.now(), **{**who, **given})


# --- the hour ----------------------------------------------------------------------------------------------------


def test_at_night_a_message_waits_until_the_morning_and_says_so(night: None, gateway: Gateway) -> None:
    made = put()
    assert deliver(made) == ["queued"]
    assert (made.waits, gateway.taken) == ("quiet", [])
    assert f"{clock.local(made.waits_until):%H:%M}" == "08:00"
    at(7, days=1)
    assert deliver(made) == ["queued"]
    at(8)
    assert deliver(made) == ["sent"]
    assert (len(gateway.taken), made.waits_until) == (1, None)


@pytest.mark.parametrize("more", [{"kind": "urgent"}, {"kind": "steps", "urgent": True}])
def test_what_is_urgent_goes_at_any_hour(night: None, gateway: Gateway, more: dict[str, Any]) -> None:
    assert deliver(put(**more)) == ["sent"]


def test_a_persons_own_quiet_hours_go_before_the_citys(night: None, gateway: Gateway) -> None:
    wish(quiet_from=time(12), quiet_until=time(14))
    assert deliver(put()) == ["sent"]
    at(13, days=1)
    assert deliver(put()) == ["queued"]


def test_a_repeat_after_a_failure_does_not_ring_at_night(settings: Any, gateway: Gateway) -> None:
    settings.QUIET_HOURS = NIGHT
    at(20)
    made = put()
    gateway.down = True
    deliver(made)
    gateway.down = False
    at(22)
    assert deliver(made) == ["queued"]
    at(8, days=1)
    assert deliver(made) == ["sent"]


def test_what_lost_its_task_over_night_is_found_by_the_sweep(night: None, gateway: Gateway) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    made = put()
    deliver(made)
    ProcrastinateJob.objects.all()._raw_delete("default")
    at(9, days=1)
    tasks.sweep(timestamp=0)
    assert ProcrastinateJob.objects.filter(args={"key": str(made.key)}).count() == 1
    assert deliver(made) == ["sent"]


# --- not twice -----------------------------------------------------------------------------------------------------


def test_a_step_that_was_overtaken_at_night_is_not_sent(night: None, gateway: Gateway) -> None:
    first, last = put(state="派出"), put("right", state="有结果")
    deliver(first, last)
    at(8, days=1)
    assert deliver(first, last) == ["folded", "sent"]
    assert gateway.texts == ["您的事A 1：有结果。"]
    assert (first.folded_into, first.address) == (last.pk, None)


def test_a_right_is_never_swallowed_by_another_message(night: None, gateway: Gateway) -> None:
    right, step = put("right", state="可申请复议"), put("steps", state="结束")
    again = put("right", state="期限改了")
    other = put("right", state="另一件", case_id=CASE + 1)
    deliver(right, step, again, other)
    at(8, days=1)
    assert deliver(right, step, again, other) == ["folded", "folded", "sent", "sent"]
    assert gateway.texts == ["您的事A 1：期限改了。", "您的事A 1：另一件。"]


def test_another_persons_message_about_the_same_matter_stays(night: None, gateway: Gateway) -> None:
    mine, theirs = put(), put("right", address="15400000009")
    deliver(mine, theirs)
    at(8, days=1)
    assert deliver(mine, theirs) == ["sent", "sent"]


def test_by_day_each_step_is_told(gateway: Gateway) -> None:
    assert deliver(put(state="一"), put(state="二")) == ["sent", "sent"]


def test_beyond_enough_for_a_day_the_rest_comes_as_one_message_with_all_of_it(
    settings: Any, gateway: Gateway
) -> None:
    settings.MESSAGES_A_DAY = 2
    at(10)
    made = [put("right", state=str(n), case_id=CASE + n) for n in range(5)]
    assert deliver(*made) == ["sent", "sent", "queued", "queued", "queued"]
    assert {one.waits for one in made[2:]} == {"many"}
    assert deliver(put("urgent"), put(address="15400000009")) == ["sent", "sent"]
    at(0, days=1)
    assert deliver(*made[2:]) == ["sent", "folded", "folded"]
    joined = gateway.texts[-1]
    assert joined.startswith("您有3条消息")
    assert [f"：{n}。" in joined for n in range(5)] == [False, False, True, True, True]


def test_two_deliveries_of_what_was_joined_send_nothing_more(settings: Any, gateway: Gateway) -> None:
    settings.MESSAGES_A_DAY = 1
    at(10)
    made = [put("right", state=str(n), case_id=CASE + n) for n in range(3)]
    deliver(*made)
    at(1, days=1)
    deliver(*made, *made)
    assert len(gateway.taken) == 2


# --- the way and the words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"elder": True}, "您好。A 1，办理中。"),
        ({"language": "en"}, "Matter A 1: 办理中."),
        ({"language": "en", "elder": True}, "Matter A 1: 办理中."),
        ({}, "您的事A 1：办理中。"),
    ],
)
def test_the_words_are_those_that_were_wished(gateway: Gateway, given: dict[str, Any], text: str) -> None:
    wish(**given)
    made = put()
    deliver(made)
    assert gateway.texts == [text]
    assert (made.body, made.variants, made.resident_id) == (text, None, None)


def test_a_wish_counts_for_what_waits_already(night: None, gateway: Gateway) -> None:
    made = put()
    deliver(made)
    wish(elder=True)
    at(8, days=1)
    deliver(made)
    assert gateway.texts == ["您好。A 1，办理中。"]


def test_the_wish_for_one_matter_goes_before_the_persons(gateway: Gateway) -> None:
    wish(language="en")
    wish(MatterPreference, elder=True)
    deliver(put(), put(case_id=CASE + 1))
    assert gateway.texts == ["您好。A 1，办理中。", "Matter A 1: 办理中."]


def test_the_newest_wish_counts(gateway: Gateway) -> None:
    wish(language="en")
    wish(elder=True)
    deliver(put())
    assert gateway.texts == ["您好。A 1，办理中。"]


def test_by_mail_where_it_was_wished(gateway: Gateway) -> None:
    wish(way="email", email="wang@example.cn")
    deliver(put())
    assert [(one.channel, one.address) for one in gateway.taken] == [("email", "wang@example.cn")]


def test_without_a_way_of_that_kind_the_text_message_stays(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "adapter_for", lambda _channel: None)
    wish(way="email", email="wang@example.cn")
    deliver(put())
    assert [(one.channel, one.address) for one in gateway.taken] == [("sms", PHONE)]


def test_who_wishes_paper_gets_a_letter_to_print(gateway: Gateway) -> None:
    wish(way="paper")
    made = put()
    deliver(made)
    assert gateway.taken == []
    assert Letter._base_manager.get().case_id == made.case_id


@pytest.mark.parametrize("given", [{"way": "least"}, {"off": ["test.steps", "test.voluntary"]}])
def test_what_is_not_wanted_is_not_sent_and_what_carries_a_right_is(
    gateway: Gateway, given: dict[str, Any]
) -> None:
    wish(**given)
    made = [put(kind) for kind in KINDS]
    assert deliver(*made) == ["refused", "sent", "refused", "sent"]
    assert {made[0].error, made[2].error} == {"not_wanted"}
    assert made[0].address is None


# --- stopping ----------------------------------------------------------------------------------------------------


def test_the_link_of_a_message_stops_what_is_voluntary_at_once(
    gateway: Gateway, client: Any, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://city.example.cn"
    waiting = put("voluntary")
    deliver(put("voluntary"))
    link = gateway.texts[0].rpartition("https://city.example.cn")[2]
    assert link.startswith("/messages/stop/")
    assert PHONE not in link
    token = link.removeprefix("/messages/stop/").rstrip("/")
    assert len(token) == 20, "a text message of seventy signs has room for it"
    for made_up in (f"A{token[1:]}" if token[0] != "A" else f"B{token[1:]}", token[:-4], "", f"{token}AAAA"):
        assert stopping_links.address_of(made_up) is None
    assert client.get(link).status_code == 200
    assert not Stopped._base_manager.exists(), "a program that opens links stops nothing"
    assert client.post(link, {"do": "stop"}).status_code == 303
    assert deliver(waiting, put("steps")) == ["refused", "sent"]
    client.post(link, {"do": "again"})
    assert deliver(put("voluntary")) == ["sent"]


@pytest.mark.rows("R048")
def test_a_mail_of_what_is_voluntary_is_stopped_by_one_click_of_the_mail_program(
    gateway: Gateway, settings: Any
) -> None:
    """RFC 8058: a POST without cookie, login or redirect, to the address in the mail's own header."""
    settings.PUBLIC_URL = "https://city.example.cn"
    wish(way="email", email="wang@example.cn")
    deliver(put("voluntary"), put("right"))
    offer, right = gateway.taken
    assert offer.text.endswith(f"请打开 {offer.stop_url}"), "who reads mail as text finds the link, too"
    assert (right.stop_url, "stop/" in right.text) == ("", False)
    program = Client(enforce_csrf_checks=True)
    link = offer.stop_url.removeprefix("https://city.example.cn")
    assert PHONE not in link
    said = program.post(link, {"List-Unsubscribe": "One-Click"})
    assert (said.status_code, said.cookies) == (200, {})
    assert deliver(put("voluntary"), put("right")) == ["refused", "sent"]
    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200, (
        "a second time, as programs do"
    )


def test_without_an_address_of_the_site_no_mail_names_a_link_that_leads_nowhere(
    gateway: Gateway, settings: Any
) -> None:
    settings.PUBLIC_URL = settings.DEMO_URL = ""
    wish(way="email", email="wang@example.cn")
    deliver(put("voluntary"))
    assert gateway.taken[0].stop_url == ""


def test_who_guesses_the_gateways_key_is_slowed_down(client: Any, settings: Any) -> None:
    settings.SMS_REPLY_KEY = "k" * 40
    given = {"content_type": "application/json", "HTTP_AUTHORIZATION": "Bearer x"}
    said = [
        client.post("/messages/answers/", {"from": PHONE, "text": "TD"}, **given).status_code
        for _time in range(stopping.WRONG + 1)
    ]
    assert said[-2:] == [401, 429]
    assert not Stopped._base_manager.exists()


def test_an_answer_that_is_too_long_is_not_read(client: Any, settings: Any) -> None:
    settings.SMS_REPLY_KEY = "k" * 40
    body = {"from": PHONE, "text": "TD" + "x" * stopping.LONGEST}
    head = {"HTTP_AUTHORIZATION": f"Bearer {'k' * 40}"}
    assert client.post("/messages/answers/", body, content_type="application/json", **head).status_code == 413


@pytest.mark.parametrize("token", ["x", "00:bad", f"{'0' * 64}:{'a' * 43}"])
def test_a_link_that_is_not_ours_stops_nothing(client: Any, token: str) -> None:
    assert client.post(reverse("notices:stop", args=[token])).status_code == 404
    assert not Stopped._base_manager.exists()


@pytest.mark.parametrize(
    ("word", "stops"), [("TD", True), (" td ", True), ("退订", True), ("谢谢", False), ("", False)]
)
def test_an_answer_that_the_gateway_hands_over_stops(
    client: Any, settings: Any, gateway: Gateway, word: str, stops: bool
) -> None:
    settings.SMS_REPLY_KEY = "k" * 40
    head = {"HTTP_AUTHORIZATION": f"Bearer {'k' * 40}"}
    said = client.post(
        "/messages/answers/", {"from": PHONE, "text": word}, content_type="application/json", **head
    )
    assert (said.status_code, said.json()) == (200, {"stopped": stops})
    assert deliver(put("voluntary")) == ["refused" if stops else "sent"]


@pytest.mark.parametrize(
    ("key", "header", "body", "status"),
    [
        ("", "Bearer ", {"from": PHONE, "text": "TD"}, 401), ("k" * 40, "Bearer x", {"from": PHONE, "text": "TD"}, 401),
        ("k" * 40, f"Bearer {'k' * 40}", {"from": "abc", "text": "TD"}, 400), ("k" * 40, f"Bearer {'k' * 40}", ["TD"], 400),
    ],
)  # fmt: skip
def test_nobody_but_the_gateway_hands_answers_over(
    client: Any, settings: Any, key: str, header: str, body: Any, status: int
) -> None:
    settings.SMS_REPLY_KEY = key
    given = {"content_type": "application/json", "HTTP_AUTHORIZATION": header}
    assert client.post("/messages/answers/", body, **given).status_code == status
    assert not Stopped._base_manager.exists()


def test_an_answer_in_the_house_is_known_by_number_not_by_its_spelling() -> None:
    with acting(actors.job()):
        actions.answered(address=PHONE, text="T")
    assert Stopped._base_manager.count() == 1


# --- what is nobody's business ------------------------------------------------------------------------------------


def test_where_the_number_is_not_known_any_more_nothing_is_joined_with_other_peoples(
    gateway: Gateway,
) -> None:
    at(10)
    mine = put("right", state="一")
    theirs = put("right", state="二", address="15400000009", resident_id=PERSON + 1, case_id=CASE + 1)
    Message._base_manager.update(address_match=None, waits="many")
    assert deliver(mine, theirs) == ["sent", "sent"]
    assert [one.address for one in gateway.taken] == [PHONE, "15400000009"]


def test_two_people_at_one_number_with_two_mailboxes_are_told_apart(settings: Any, gateway: Gateway) -> None:
    settings.MESSAGES_A_DAY = 1
    at(10)
    other = PERSON + 1
    for person, mailbox in ((PERSON, "a@example.org"), (other, "b@example.org")):
        wish(way="email", email=mailbox, resident_id=person)
    made = [
        put("right"),
        put("right", case_id=CASE + 1),
        put("right", case_id=CASE + 2, resident_id=other),
    ]
    assert deliver(*made) == ["sent", "queued", "queued"]
    settings.MESSAGES_A_DAY = 5
    at(10, days=1)
    assert deliver(*made[1:]) == ["sent", "sent"]
    assert [one.address for one in gateway.taken[1:]] == ["a@example.org", "b@example.org"]


def test_a_step_is_not_lost_to_a_later_message_that_is_not_wanted(night: None, gateway: Gateway) -> None:
    wish(off=["test.voluntary"])
    step, later = put(), put("voluntary", state="满意度")
    deliver(step, later)
    at(8, days=1)
    assert deliver(step, later) == ["sent", "refused"]


def test_what_is_urgent_goes_to_the_phone_whatever_was_wished(gateway: Gateway) -> None:
    wish(way="paper")
    assert deliver(put("urgent"), put("right")) == ["sent", "sent"]
    assert [one.channel for one in gateway.taken] == ["sms"]


def test_a_program_is_told_in_the_senders_words(gateway: Gateway) -> None:
    wish(MatterPreference, language="en", way="least")
    assert deliver(put(channel="webhook", address="key")) == ["sent"]
    assert gateway.texts == ["您的事A 1：办理中。"]


def test_what_became_of_it_names_the_way_it_went(night: None, gateway: Gateway) -> None:
    wish(way="email", email="a@example.org")
    made = put()
    deliver(made)
    assert Delivery._base_manager.values_list("channel", "state").get() == ("sms", "held")
    at(8, days=1)
    deliver(made)
    assert Delivery._base_manager.values_list("channel", "state").get() == ("email", "sent")
