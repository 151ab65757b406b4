"""The residents' pages: reporting question by question, the receipt, following one's matter; and what each refuses."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.world import HERE, UNIT, Items, World, build, catalogue, resident_browser

from lianglin.access.models import AccessLog
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.models import Appeal, Appellant, CallBack
from lianglin.cases.models import Case
from lianglin.files.models import Attachment
from lianglin.kit import clock, held
from lianglin.places.models import Building, Compound, CompoundBuilding

pytestmark = pytest.mark.django_db
REPORT = "/appeals/report/"
ANSWERS: dict[str, dict[str, Any]] = {
    "": {"item": "020601"},
    "where/": {"place": "", "place_text": "2单元4楼"},
    "tell/": {"text": "楼道四楼的灯坏了三天，晚上看不见。"},
    "photo/": {},
    "reach/": {"reach": "phone", "phone": "154 0000 2222", "name": "张示例", "confidential": "on"},
}


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def items(world: World) -> Items:
    return catalogue()


@pytest.fixture
def building(world: World) -> Building:
    return Building.objects.get(scope_code=HERE)


@pytest.fixture
def anybody(client: Client, items: Items, building: Building) -> Client:
    """A browser of the public, in a city with a catalogue."""
    return client


def answer(browser: Client, step: str, **fields: Any) -> Any:
    """Answers one question as a page without a script does."""
    given = {**ANSWERS[step], **fields}
    if step == "where/" and not given["place"]:
        given["place"] = f"b:{Building.objects.get(scope_code=HERE).pk}"
    return browser.post(REPORT + step, given)


def up_to(browser: Client, last: str) -> None:
    """Answers all questions before ``last``."""
    for step in ANSWERS:
        if step == last:
            return
        assert answer(browser, step).status_code == 303, step


def send(browser: Client, **fields: Any) -> Any:
    key = drafts.load(browser.session).key
    return browser.post(REPORT + "check/", {"key": key, **fields})


def reported() -> Case:
    return Case._base_manager.get()


def picture() -> SimpleUploadedFile:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(stream, "JPEG")
    return SimpleUploadedFile("lamp.jpg", stream.getvalue(), "image/jpeg")


# --- reporting ---------------------------------------------------------------------------------------------


def test_a_whole_report_from_the_first_question_to_the_receipt(anybody: Client, building: Building) -> None:
    up_to(anybody, "check/")
    shown = anybody.get(REPORT + "check/").content.decode()
    assert "楼道照明" in shown
    assert "15400002222" in shown
    answered = send(anybody)
    assert answered["Location"] == REPORT + "sent/"
    case, appeal = reported(), Appeal._base_manager.get()
    assert (case.building_id, case.scope_code, appeal.item.code) == (building.pk, HERE, "020601")
    assert case.place_text == f"{building.address} 2单元4楼"
    assert Appellant._base_manager.get().phone == "15400002222"
    receipt = anybody.get(REPORT + "sent/").content.decode()
    assert drafts.slip(anybody.session)["secret"] in receipt
    assert "receipt__qr" in receipt
    assert "style=" not in receipt.split("receipt__qr")[1].split("</svg>")[0]


def test_an_anonymous_report_keeps_nothing_about_the_person(anybody: Client) -> None:
    up_to(anybody, "reach/")
    answer(anybody, "reach/", reach="anonymous")
    send(anybody)
    assert Appeal._base_manager.get().anonymous
    assert not Appellant._base_manager.exists()


def test_i_dont_know_is_an_answer(anybody: Client) -> None:
    assert answer(anybody, "", item=drafts.UNKNOWN).status_code == 303
    for step in ("where/", "tell/", "photo/", "reach/"):
        answer(anybody, step)
    send(anybody)
    assert Appeal._base_manager.get().item is None


@pytest.mark.parametrize("step", ["where/", "tell/", "photo/", "reach/", "check/"])
def test_a_question_waits_for_those_before_it(anybody: Client, step: str) -> None:
    assert anybody.get(REPORT + step)["Location"] == REPORT


@pytest.mark.parametrize(
    ("step", "wrong", "kept"),
    [
        ("", {"item": "999999"}, "999999"),
        ("where/", {"place": "n:000000000000", "place_text": "东门口"}, "东门口"),
        ("where/", {"place": "b:999999999999999999", "place_text": "东门口"}, "东门口"),
        ("tell/", {"text": "灯坏"}, "灯坏"),
        ("reach/", {"reach": "phone", "phone": "12", "name": "张示例"}, "张示例"),
        ("reach/", {"reach": "phone", "phone": "", "name": "张示例"}, "张示例"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_typed_is_lost(
    anybody: Client, step: str, wrong: dict[str, str], kept: str
) -> None:
    up_to(anybody, step)
    answered = anybody.post(REPORT + step, wrong)
    shown = answered.content.decode()
    assert answered.status_code == 422
    assert 'id="errors"' in shown
    assert kept in shown or step == ""


def test_a_point_outside_of_the_city_is_refused(anybody: Client) -> None:
    up_to(anybody, "where/")
    answered = anybody.post(REPORT + "where/", {"lon": "2.35", "lat": "48.85"})
    assert answered.status_code == 422


def test_a_point_on_the_map_ends_in_its_community(anybody: Client, world: World) -> None:
    square = [[[126.0, 45.0], [126.1, 45.0], [126.1, 45.1], [126.0, 45.1], [126.0, 45.0]]]
    community = world.community(HERE)
    community.geometry = {"type": "Polygon", "coordinates": square}
    community.save()
    held.forget()
    up_to(anybody, "where/")
    assert anybody.post(REPORT + "where/", {"lon": "126.05", "lat": "45.05"}).status_code == 303
    for step in ("tell/", "photo/", "reach/"):
        answer(anybody, step)
    send(anybody)
    assert (reported().scope_code, reported().lon, reported().building_id) == (HERE, 126.05, None)


def test_a_compound_asks_which_building(anybody: Client, building: Building) -> None:
    compound = Compound.objects.create(key="k", name="和宁小区", lon=126.6, lat=45.7)
    second = Building.objects.create(
        key="second", community=building.community, scope_code=HERE, address="和宁小区9号楼", number=9, lon=126.6,
        lat=45.7, floors=6, units=1, doors_per_floor=2,
    )  # fmt: skip
    for one in (building, second):
        CompoundBuilding.objects.create(compound=compound, building=one, valid_from="2024-01-01")
    held.forget()
    up_to(anybody, "where/")
    found = anybody.get(REPORT + "where/?q=hnxq")
    assert f"c:{compound.pk}" in found.content.decode()
    asked = answer(anybody, "where/", place=f"c:{compound.pk}")
    assert asked["Location"] == f"{REPORT}where/?compound={compound.pk}"
    assert "和宁小区9号楼" in anybody.get(asked["Location"]).content.decode()
    whole = anybody.post(asked["Location"], {"place": f"c:{compound.pk}", "whole": "1"})
    assert whole["Location"] == REPORT + "tell/"


def test_pictures_are_parked_and_go_with_the_report(anybody: Client, settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path
    up_to(anybody, "photo/")
    anybody.post(REPORT + "photo/", {"photos": [picture()], "more": "1"})
    shown = anybody.get(REPORT + "photo/").content.decode()
    assert "lamp.jpg" in shown
    answer(anybody, "photo/")
    answer(anybody, "reach/")
    send(anybody)
    assert Attachment._base_manager.get().case_id == reported().pk


def test_a_wrong_file_is_named(anybody: Client) -> None:
    up_to(anybody, "photo/")
    answered = anybody.post(
        REPORT + "photo/", {"photos": [SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")]}
    )
    assert answered.status_code == 422


def test_two_clicks_and_a_reload_make_one_case(anybody: Client) -> None:
    up_to(anybody, "check/")
    key = drafts.load(anybody.session).key
    first, second = send(anybody), anybody.post(REPORT + "check/", {"key": key})
    assert first["Location"] == second["Location"] == REPORT + "sent/"
    assert Case._base_manager.count() == 1
    assert drafts.slip(anybody.session)["number"] == reported().number


def test_a_forgotten_draft_cannot_be_sent(anybody: Client) -> None:
    up_to(anybody, "check/")
    key = drafts.load(anybody.session).key
    anybody.post(REPORT + "again/")
    assert anybody.post(REPORT + "check/", {"key": key}).status_code == 422
    assert not Case._base_manager.exists()


def test_an_expired_page_keeps_what_was_typed_and_sends_nothing(items: Items, building: Building) -> None:
    strict = Client(enforce_csrf_checks=True)
    answered = strict.post(REPORT, {"item": "020601"})
    assert answered.status_code == 403
    session = strict.session
    drafts.keep(session, drafts.Draft(item="020601", place=f"b:{building.pk}"))
    session.save()
    strict.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    answered = strict.post(REPORT + "tell/", {"text": "灯坏了三天没有人修"})
    assert answered.status_code == 403
    assert "灯坏了三天没有人修" in answered.content.decode()
    assert drafts.load(strict.session).text == ""


def test_the_draft_rests_encrypted(anybody: Client) -> None:
    up_to(anybody, "check/")
    assert "15400002222" not in str(dict(anybody.session))
    assert drafts.load(anybody.session).phone == "15400002222"


def test_emergencies_are_pointed_to_the_telephone_first(anybody: Client) -> None:
    first = anybody.get(REPORT).content.decode()
    assert first.index("tel:110") < first.index("<h1>")
    answer(anybody, "", item="020602")
    assert "tel:119" in anybody.get(REPORT + "where/").content.decode().split("<h1>")[0]


def test_items_are_found_by_their_first_letters(anybody: Client) -> None:
    assert 'value="020601"' in anybody.get(REPORT + "?q=ldzm").content.decode()
    assert 'value="020601"' not in anybody.get(REPORT + "?q=xyz").content.decode()


def test_a_poster_turns_large_type_on_and_it_stays(anybody: Client) -> None:
    anybody.get(REPORT + "?elder=1")
    assert "data-elder" in anybody.get("/appeals/track/").content.decode()


# --- following ---------------------------------------------------------------------------------------------


def test_number_and_secret_open_the_matter(client: Client, world: World) -> None:
    made = world.brought_to("handling")
    answered = client.post("/appeals/track/", {"number": made.case.number.lower(), "secret": made.secret})
    assert answered["Location"] == "/appeals/mine/"
    shown = client.get("/appeals/mine/").content.decode()
    assert world.organisations[UNIT].name in shown
    assert made.case.title in shown


def test_a_wrong_secret_and_a_neighbours_number_reveal_nothing(client: Client, world: World) -> None:
    made = world.report(text="我家楼上漏水好几天了")
    answered = client.post("/appeals/track/", {"number": made.case.number, "secret": "00000000"})
    assert answered.status_code == 422
    assert made.case.title not in answered.content.decode()
    assert client.get("/appeals/mine/")["Location"] == "/appeals/track/"


def test_one_case_at_a_time(world: World) -> None:
    mine, other = world.report(text="我家的灯坏了三天"), world.report(text="别人家的事与我无关")
    shown = resident_browser(mine.case.pk).get("/appeals/mine/").content.decode()
    assert mine.case.title in shown
    assert other.case.title not in shown


def test_eight_wrong_tries_close_the_number_for_a_while(client: Client, world: World) -> None:
    made = world.report()
    tries = [
        client.post("/appeals/track/", {"number": made.case.number, "secret": "00000000"}).status_code
        for _ in range(9)
    ]
    assert tries == [422] * 8 + [429]
    assert (
        client.post("/appeals/track/", {"number": made.case.number, "secret": made.secret}).status_code == 429
    )


def test_the_half_hour_ends(client: Client, world: World) -> None:
    made = world.report()
    client.post("/appeals/track/", {"number": made.case.number, "secret": made.secret})
    clock.set_offset(timedelta(minutes=31))
    try:
        assert client.get("/appeals/mine/")["Location"] == "/appeals/track/"
        client.post("/appeals/mine/add/", {"note": "写了很久的补充"})
        back = client.post("/appeals/track/", {"number": made.case.number, "secret": made.secret})
        assert back["Location"] == "/appeals/mine/add/"
        assert "写了很久的补充" in client.get("/appeals/mine/add/").content.decode()
    finally:
        clock.set_offset(timedelta(0))


def test_staff_do_not_follow_as_residents(world: World) -> None:
    made = world.report()
    worker = world.browser(f"community-{HERE}")
    worker.post("/appeals/track/", {"number": made.case.number, "secret": made.secret})
    assert worker.get("/appeals/mine/")["Location"] == "/appeals/track/"


def version(case: Case) -> int:
    return Case._base_manager.get(pk=case.pk).version


def test_material_is_added_and_an_empty_form_is_not(world: World) -> None:
    case = world.brought_to("handling").case
    mine = resident_browser(case.pk)
    assert mine.post("/appeals/mine/add/", {"note": ""}).status_code == 422
    assert mine.post("/appeals/mine/add/", {"note": "今天又有人绊倒"}).status_code == 303
    assert "今天又有人绊倒" in mine.get("/appeals/mine/").content.decode()


def test_a_closed_matter_takes_no_more(world: World) -> None:
    case = world.brought_to("closed").case
    assert resident_browser(case.pk).post("/appeals/mine/add/", {"note": "还有"}).status_code == 422


def test_withdrawing_and_that_it_cannot_be_done_twice(world: World) -> None:
    case = world.brought_to("dispatched").case
    mine, seen = resident_browser(case.pk), version(case)
    assert mine.post("/appeals/mine/withdraw/", {"version": seen}).status_code == 303
    assert Case._base_manager.get(pk=case.pk).state == "withdrawn"
    assert mine.post("/appeals/mine/withdraw/", {"version": seen}).status_code == 422


def test_confirming_closes_with_a_grade(world: World) -> None:
    case = world.brought_to("settled").case
    mine = resident_browser(case.pk)
    wrong = mine.post("/appeals/mine/confirm/", {"version": version(case), "solved": "yes"})
    assert wrong.status_code == 422
    done = mine.post("/appeals/mine/confirm/", {"version": version(case), "solved": "partly", "grade": "4"})
    assert done.status_code == 303
    assert Case._base_manager.get(pk=case.pk).state == "closed"
    heard = CallBack._base_manager.get()
    assert (heard.solved, heard.grade, heard.online) == ("partly", 4, True)


def test_not_satisfied_is_handled_again_with_a_reason(world: World) -> None:
    case = world.brought_to("settled").case
    mine = resident_browser(case.pk)
    assert mine.post("/appeals/mine/reopen/", {"version": version(case), "note": ""}).status_code == 422
    assert (
        mine.post(
            "/appeals/mine/reopen/", {"version": version(case), "note": "还是不亮", "grade": "2"}
        ).status_code
        == 303
    )
    assert Case._base_manager.get(pk=case.pk).state == "accepted"


def test_a_change_in_between_is_told_and_the_words_stay(world: World) -> None:
    case = world.brought_to("answered").case
    old = version(case)
    world.do(f"street-{HERE[:9]}", "settle", case)
    answered = resident_browser(case.pk).post("/appeals/mine/reopen/", {"version": old, "note": "还是不亮"})
    assert answered.status_code == 422
    assert "还是不亮" in answered.content.decode()
    assert Case._base_manager.get(pk=case.pk).state == "settled"


def test_who_looked_is_told_without_the_employee(world: World) -> None:
    case = world.brought_to("accepted").case
    worker = world.posts[f"community-{HERE}"]
    worker.account.name = "赵经办"
    worker.account.save()
    AccessLog._base_manager.create(
        at=clock.now(), scope_code=HERE, case_id=case.pk, organisation=worker.organisation, post=worker,
        purpose="call_back", what="name and phone",
    )  # fmt: skip
    shown = resident_browser(case.pk).get("/appeals/mine/").content.decode()
    assert worker.organisation.name in shown
    assert worker.account.name not in shown


def test_the_receipt_is_still_there_when_the_half_hour_is_over(anybody: Client) -> None:
    up_to(anybody, "check/")
    send(anybody)
    clock.set_offset(timedelta(minutes=31))
    try:
        shown = anybody.get(REPORT + "sent/")
        assert shown.status_code == 200
        assert drafts.slip(anybody.session)["secret"] in shown.content.decode()
    finally:
        clock.set_offset(timedelta(0))


def test_leaving_leaves_nothing_on_a_shared_computer(anybody: Client) -> None:
    up_to(anybody, "check/")
    send(anybody)
    anybody.post("/appeals/mine/leave/")
    assert anybody.get("/appeals/mine/")["Location"] == "/appeals/track/"
    assert anybody.get(REPORT + "sent/")["Location"] == "/appeals/track/"
    assert drafts.load(anybody.session).item == ""


@pytest.mark.parametrize("page", ["mine/", "mine/add/", "mine/withdraw/", "mine/confirm/", "mine/reopen/"])
def test_without_a_receipt_there_is_nothing(client: Client, page: str) -> None:
    assert client.get(f"/appeals/{page}")["Location"] == "/appeals/track/"


def test_the_matters_page_asks_the_database_ten_times_at_most(world: World) -> None:
    mine = resident_browser(world.brought_to("settled").case.pk)
    mine.get("/appeals/mine/")
    with CaptureQueriesContext(connection) as found:
        assert mine.get("/appeals/mine/").status_code == 200
    marks = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    asked = [query["sql"] for query in found if not query["sql"].startswith(marks)]
    assert len(asked) <= 10, asked
