"""A resident's way in: what opens, what stays closed, what is never told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from tests import watch, world
from tests.world import HERE, NEXT_DOOR, STREET, WORKER, World

from lianglin.access import actor as actors
from lianglin.access import second_factor
from lianglin.access.queries import RESIDENT_KEY
from lianglin.access.transaction import acting
from lianglin.appeals import actions as appeals
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import Draft
from lianglin.appeals.models import Appellant
from lianglin.cases.actions import Place
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.logins.actions import PENDING
from lianglin.notices.models import Message
from lianglin.people.models import Resident

pytestmark = pytest.mark.django_db
PHONE, CODE, WHO, ME = "/me/in/", "/me/in/code/", "/me/in/who/", "/me/"
ALONE, FAMILY, STRANGER = "15411110000", "15422220000", "15433330000"


def give(resident: Resident, phone: str, born: date, name: str) -> Resident:
    fields = {"phone": phone, "phone_match": match_key(phone, "phone"), "born_on": born, "name": name}
    Resident._base_manager.filter(pk=resident.pk).update(**{k: v for k, v in fields.items() if k != "phone"})
    resident = Resident._base_manager.get(pk=resident.pk)
    resident.phone = phone
    resident.save(update_fields=["phone"])
    return resident


@pytest.fixture
def city(db: None, settings: Any) -> World:
    """The small city with a text-message gateway; nobody has tried anything yet."""
    watch.forget_tries()
    settings.SMS_URL = "http://127.0.0.1:9/sms"
    return world.build()


@pytest.fixture
def people(city: World) -> list[Resident]:
    """Somebody with a number of her own, and three who share one; two of these were born in one year."""
    found = list(Resident._base_manager.filter(scope_code=HERE)) + list(
        Resident._base_manager.filter(scope_code=NEXT_DOOR)
    )
    return [
        give(found[0], ALONE, date(1948, 3, 1), "王芳"),
        give(found[1], FAMILY, date(1950, 3, 1), "李甲"),
        give(found[2], FAMILY, date(1975, 3, 1), "李乙"),
        give(found[3], FAMILY, date(1975, 9, 1), "赵丙"),
    ]


def sent_code() -> str:
    """The six digits of the newest message in the outbox."""
    text = Message._base_manager.order_by("-id")[0].body
    return "".join(c for c in text if c.isdigit())[:6]


def ask(browser: Client, phone: str = ALONE, **given: Any) -> Any:
    return browser.post(PHONE, {"phone": phone, **given})


def log_in(browser: Client, phone: str = ALONE, **given: Any) -> Any:
    ask(browser, phone, **given)
    return browser.post(CODE, {"code": sent_code(), **given})


def words(answer: Any) -> str:
    return answer.content.decode()


def test_number_and_code_open_mine_under_a_new_session(city: World, people: list[Resident]) -> None:
    browser = Client()
    assert (answer := ask(browser)).status_code == 303
    assert answer.url == CODE
    before = browser.session.session_key
    assert browser.get(ME).url == PHONE
    assert "154****0000" in words(browser.get(CODE))
    assert browser.post(CODE, {"code": sent_code()}).url == ME
    assert browser.session.session_key != before
    page = words(browser.get(ME))
    assert "王*" in page
    assert "王芳" not in page
    assert browser.session[RESIDENT_KEY]["id"] == people[0].pk


def test_what_rests_in_session_is_a_digest(city: World, people: list[Resident]) -> None:
    browser = Client()
    ask(browser)
    held = str(browser.session[PENDING])
    assert ALONE not in held
    assert sent_code() not in held


def test_a_known_and_an_unknown_number_are_told_the_same(city: World, people: list[Resident]) -> None:
    known, unknown = Client(), Client()
    answers = [ask(known, "15411110000"), ask(unknown, "15499990000")]
    assert [(a.status_code, a.url) for a in answers] == [(303, CODE)] * 2
    pages = [words(known.get(CODE)), words(unknown.get(CODE))]
    bare = [page.split("</header>")[1].split("csrfmiddlewaretoken")[0] for page in pages]
    assert bare[0] == bare[1]
    assert Message._base_manager.count() == 2


def test_only_the_right_code_tells_that_nobody_has_the_number(city: World, people: list[Resident]) -> None:
    browser = Client()
    ask(browser, STRANGER)
    assert "没有人登记过" not in words(browser.post(CODE, {"code": "000000"}))
    answer = browser.post(CODE, {"code": sent_code()})
    assert answer.status_code == 200
    assert "没有人登记过" in words(answer)
    assert browser.get(ME).url == PHONE


@pytest.mark.parametrize("number", ["02488880000", "1234", "", "154111100001"])
def test_a_number_without_text_messages_is_refused(city: World, number: str) -> None:
    assert ask(Client(), number).status_code == 422
    assert not Message._base_manager.exists()


def test_a_code_of_another_browser_is_worth_nothing(city: World, people: list[Resident]) -> None:
    mine, stranger = Client(), Client()
    ask(mine)
    code = sent_code()
    ask(stranger)
    assert code != sent_code()
    assert stranger.post(CODE, {"code": code}).status_code == 422


def test_the_sixth_try_is_not_even_looked_at_and_a_new_code_helps(
    city: World, people: list[Resident]
) -> None:
    browser = Client()
    ask(browser)
    right = sent_code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    assert [browser.post(CODE, {"code": wrong}).status_code for _try in range(5)] == [422] * 5
    assert browser.post(CODE, {"code": right}).status_code == 429
    assert log_in(browser).status_code == 303


def test_a_code_runs_out_after_five_minutes(
    city: World, people: list[Resident], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client()
    ask(browser)
    later = clock.now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert second_factor.system_now() == later
    assert browser.post(CODE, {"code": sent_code()}).url == PHONE
    assert browser.get(ME).url == PHONE


def test_a_code_counts_once(city: World, people: list[Resident]) -> None:
    browser = Client()
    log_in(browser)
    code = sent_code()
    browser.post("/me/out/")
    assert browser.post(CODE, {"code": code}).url == PHONE


# --- several with one number -------------------------------------------------------------------------------


def test_those_who_share_a_number_say_the_year_and_see_nobody(city: World, people: list[Resident]) -> None:
    browser = Client()
    assert log_in(browser, FAMILY).url == WHO
    assert browser.get(ME).url == PHONE
    page = words(browser.get(WHO))
    assert not any(told in page for told in ("李甲", "李乙", "1950", "1975"))
    assert browser.post(WHO, {"year": "1950"}).url == ME
    assert browser.session[RESIDENT_KEY]["id"] == people[1].pk


def test_born_in_one_year_the_name_is_asked_too(city: World, people: list[Resident]) -> None:
    browser = Client()
    log_in(browser, FAMILY)
    first = browser.post(WHO, {"year": "1975"})
    assert first.status_code == 422
    assert 'name="name"' in words(first)
    assert "赵丙" not in words(first)
    assert browser.post(WHO, {"year": "1975", "name": "赵丙"}).url == ME
    assert browser.session[RESIDENT_KEY]["id"] == people[3].pk


def test_guessing_the_year_ends_after_five(city: World, people: list[Resident]) -> None:
    browser = Client()
    log_in(browser, FAMILY)
    assert [browser.post(WHO, {"year": str(1980 + n)}).status_code for n in range(5)] == [422] * 5
    assert browser.post(WHO, {"year": "1950"}).status_code == 429
    assert browser.get(ME).url == PHONE


def test_the_year_alone_opens_nothing(city: World, people: list[Resident]) -> None:
    browser = Client()
    ask(browser, FAMILY)
    assert browser.post(WHO, {"year": "1950"}).url == CODE
    assert browser.get(ME).url == PHONE


def test_who_died_is_not_among_them(city: World, people: list[Resident]) -> None:
    Resident._base_manager.filter(pk=people[0].pk).update(died_on=date(2026, 1, 1))
    browser = Client()
    assert log_in(browser).status_code == 200
    assert browser.get(ME).url == PHONE


# --- throttling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_one_number_gets_five_codes_an_hour_whatever_a_header_says(city: World, header: str) -> None:
    answers = [ask(Client(**{header: f"10.0.0.{n}"})).status_code for n in range(6)]
    assert answers == [303] * 5 + [429]
    assert Message._base_manager.count() == 5


def test_a_compound_behind_one_address_is_not_locked_out(city: World) -> None:
    for _try in range(7):
        ask(Client(REMOTE_ADDR="10.9.9.9"))
    others = [ask(Client(REMOTE_ADDR="10.9.9.9"), f"154555500{n:02d}").status_code for n in range(30)]
    assert others == [303] * 30
    assert ask(Client(REMOTE_ADDR="10.1.1.1")).status_code == 303


def test_nobodys_phone_is_flooded_from_many_addresses(city: World) -> None:
    answers = [ask(Client(REMOTE_ADDR=f"10.2.0.{n}")).status_code for n in range(14)]
    assert answers == [303] * 12 + [429] * 2


# --- the way on, the demo, and who may not ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "goes"),
    [("/privacy/mine/", "/privacy/mine/"), ("https://evil.example/", ME), ("//evil.example/", ME)],
)
def test_after_the_login_only_to_pages_of_this_site(
    city: World, people: list[Resident], asked: str, goes: str
) -> None:
    assert log_in(Client(), next=asked).url == goes


def test_a_city_without_a_gateway_says_so(city: World, settings: Any) -> None:
    settings.SMS_URL = ""
    browser = Client()
    assert "还不能发短信" in words(browser.get(PHONE))
    assert ask(browser).status_code == 422
    assert not Message._base_manager.exists()


def test_the_demo_shows_the_code_and_says_that_it_is_the_demo(
    city: World, people: list[Resident], settings: Any
) -> None:
    settings.DEMO, settings.SMS_URL = True, ""
    browser = Client()
    ask(browser)
    page = words(browser.get(CODE))
    assert sent_code() in page
    assert "这是演示" in page


def test_a_real_city_never_shows_the_code(city: World, people: list[Resident]) -> None:
    browser = Client()
    ask(browser)
    assert sent_code() not in words(browser.get(CODE))


def test_a_member_of_staff_logs_out_first(city: World, people: list[Resident]) -> None:
    browser = city.browser(WORKER)
    assert "请先退出" in words(browser.get(PHONE))
    ask(browser)
    assert not Message._base_manager.exists()


def test_out_leaves_nothing(city: World, people: list[Resident]) -> None:
    browser = Client()
    log_in(browser)
    assert browser.post("/me/out/").url == PHONE
    assert browser.get(ME).url == PHONE
    assert not browser.session.keys()


# --- one's own matters -------------------------------------------------------------------------------------


def report(city: World, person: Resident, **given: Any) -> Any:
    given.setdefault("reporter", appeals.Reporter(name="王芳", phone=ALONE))
    with acting(actors.resident(resident_id=person.pk)) as by:
        place = Place(community=city.community(HERE))
        return appeals.submit(by=by, place=place, text="楼道灯不亮了", item=None, **given)


def test_what_was_reported_while_logged_in_stands_under_mine(city: World, people: list[Resident]) -> None:
    made = report(city, people[0], title="灯坏了一")
    city.report(title="别人的事")
    browser = Client()
    log_in(browser)
    page = words(browser.get(ME))
    assert "灯坏了一" in page
    assert "别人的事" not in page
    opened = browser.get(f"/appeals/matters/{made.case.number}/")
    assert (opened.status_code, opened.url) == (303, "/appeals/mine/")
    assert "楼道灯不亮了" in words(browser.get("/appeals/mine/"))


def test_anothers_matter_is_not_there(city: World, people: list[Resident]) -> None:
    made = report(city, people[1], title="灯坏了一")
    browser = Client()
    log_in(browser)
    assert "灯坏了一" not in words(browser.get(ME))
    assert browser.get(f"/appeals/matters/{made.case.number}/").status_code == 404
    assert Client().get(f"/appeals/matters/{made.case.number}/").status_code == 404


def test_an_anonymous_report_stays_nobodys(city: World, people: list[Resident]) -> None:
    report(city, people[0], title="灯坏了一", reporter=appeals.Reporter())
    browser = Client()
    log_in(browser)
    assert "灯坏了一" not in words(browser.get(ME))
    assert not Appellant._base_manager.exists()


def test_a_number_typed_by_somebody_proves_nothing(city: World, people: list[Resident]) -> None:
    city.report(title="灯坏了一", reporter=appeals.Reporter(name="王芳", phone=ALONE))
    browser = Client()
    log_in(browser)
    assert "灯坏了一" not in words(browser.get(ME))


def test_many_matters_come_page_by_page(city: World, people: list[Resident]) -> None:
    for n in range(22):
        report(city, people[0], title=f"第{n:02d}件")
    browser = Client()
    log_in(browser)
    first = words(browser.get("/appeals/matters/"))
    assert ("第21件" in first, "第01件" in first) == (True, False)
    second = words(browser.get("/appeals/matters/?cursor=" + first.split("?cursor=")[1].split('"')[0]))
    assert ("第01件" in second, "第21件" in second) == (True, False)


def test_a_handler_reads_nowhere_who_reported(city: World, people: list[Resident]) -> None:
    case = report(city, people[0]).case
    city.do(WORKER, "accept", case)
    city.do(STREET, "dispatch", case, unit=city.organisations["bureau-1"])
    handler = city.actors["bureau-1"]
    with acting(handler):
        assert not Appellant.objects.visible_to(handler, purpose="handle_case").exists()


def test_the_report_form_knows_name_and_number_of_who_is_logged_in(
    city: World, people: list[Resident]
) -> None:
    browser = Client()
    log_in(browser)
    items = world.catalogue()
    session = browser.session
    drafts.keep(session, Draft(item=items.lamp.code, place=f"n:{HERE}", text="楼道灯不亮了，晚上看不见"))
    session.save()
    page = browser.get("/appeals/report/reach/")
    assert page.context["form"].initial["phone"] == ALONE
    assert page.context["form"].initial["name"] == "王芳"
    assert "“我的”" in words(page)
