"""The pages: a resident's own, the officer's desk, the community's part. Success and refusal."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.world import HERE, NEXT_DOOR, UNIT, WORKER, World, resident_browser

from lianglin.access import actor as actors
from lianglin.access.actions import log_look
from lianglin.access.queries import RESIDENT_KEY
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.people.models import Resident
from lianglin.privacy.actions import requests
from lianglin.privacy.actions.requests import Asked, Kin
from lianglin.privacy.models import Breach, Erasure, RightsRequest
from lianglin.privacy.queries.subjects import Key

OFFICER = "protection_officer"
Two = tuple[Resident, Resident]


def logged_in(person: Resident) -> Client:
    client = Client()
    session = client.session
    session[RESIDENT_KEY] = {"id": person.pk, "until": (clock.now() + timedelta(minutes=30)).isoformat()}
    session.save()
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_resident_sees_masked_first_and_in_full_when_asked(city: World, two: Two) -> None:
    browser = logged_in(two[0])
    masked = text(browser.get("/privacy/mine/held/"))
    assert "154****0000" in masked
    assert "15400000000" not in masked
    assert "李乙" not in masked
    full = text(browser.post("/privacy/mine/held/"))
    assert "15400000000" in full
    assert "王甲" in full
    assert "李乙" not in full


def test_a_copy_is_taken_as_json_and_pdf(city: World, two: Two) -> None:
    browser = logged_in(two[0])
    answer = browser.get("/privacy/mine/copy/json/")
    made = json.loads(text(answer))
    assert made["subject"] == {"kind": "resident", "id": two[0].pk}
    assert "attachment" in answer.headers["Content-Disposition"]
    paper = browser.get("/privacy/mine/copy/pdf/")
    assert (paper.content[:5], paper.headers["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert browser.get("/privacy/mine/copy/xml/").status_code == 404


def test_without_a_chinese_font_the_page_says_so(
    city: World, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lianglin.privacy.views import papers

    monkeypatch.setattr(papers, "_families", lambda: frozenset({"DejaVu Sans"}))
    answer = logged_in(two[0]).get("/privacy/mine/copy/pdf/")
    assert answer.status_code == 503


def test_who_looked_is_shown_without_the_employee(city: World, two: Two) -> None:
    with acting(city.actors[WORKER]) as by:
        log_look(by=by, purpose="handle_case", what="", scope_code=HERE, resident_id=two[0].pk)
    unit, employee = city.organisations[WORKER].name, city.posts[WORKER].account.name
    browser = logged_in(two[0])
    for path in ("/privacy/mine/looks/", "/privacy/mine/looks/all.csv"):
        shown = text(browser.get(path))
        assert unit in shown
        assert shown.count(employee) == shown.count(unit)  # the unit's name holds the account's in this city
    assert unit not in text(logged_in(two[1]).get("/privacy/mine/looks/"))


def test_looks_page_by_page(city: World, two: Two) -> None:
    with acting(city.actors[WORKER]) as by:
        for _number in range(53):
            log_look(by=by, purpose="handle_case", what="", scope_code=HERE, resident_id=two[0].pk)
    browser = logged_in(two[0])
    first = text(browser.get("/privacy/mine/looks/"))
    cursor = first.split("?cursor=")[1].split('"')[0]
    second = text(browser.get(f"/privacy/mine/looks/?cursor={cursor}"))
    assert (first.count("<tr>"), second.count("<tr>")) == (51, 4)


@pytest.mark.parametrize("path", ["held", "copy/json", "looks", "looks/all.csv", "ask", "request"])
def test_somebody_unknown_is_sent_to_prove_who_they_are(city: World, path: str) -> None:
    suffix = "" if path.endswith("csv") else "/"
    answer = Client().get(f"/privacy/mine/{path}{suffix}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/privacy/mine/")
    assert city.browser(WORKER).get(f"/privacy/mine/{path}{suffix}").status_code == 302


def test_a_receipt_opens_the_data_of_its_matter(city: World) -> None:
    made = city.report(text="楼道灯不亮了")
    client = Client()
    wrong = client.post("/privacy/mine/", {"number": made.case.number, "secret": "00000000"})
    assert wrong.status_code == 422
    right = client.post("/privacy/mine/", {"number": made.case.number, "secret": made.secret})
    assert right.status_code == 303
    full = text(client.post("/privacy/mine/held/"))
    assert "楼道灯不亮了" in full
    assert "15400000001" in full


def ask(browser: Client, kind: str = "correct") -> Any:
    return browser.post("/privacy/mine/ask/", {"kind": kind, "text": "电话换了，请改"})


def test_a_request_from_the_page_to_its_answer(city: World, two: Two) -> None:
    browser = logged_in(two[0])
    receipt = text(ask(browser))
    case = Case._base_manager.get(kind="rights")
    assert case.number[-4:] in receipt
    desk, community = city.browser(OFFICER), city.browser(WORKER)
    assert case.number in text(desk.get("/privacy/desk/"))
    page = f"/privacy/desk/requests/{case.number}/"
    assert "电话换了" in text(desk.get(page))
    assert 'name="extent"' not in text(desk.get(page))  # nothing is erased for a correction
    version = Case._base_manager.get(pk=case.pk).version
    assert (
        community.post(
            f"{page}provide/",
            {"version": version, "note": "登记电话是旧的", "datum": "people:phone", "value": "15499998888"},
        ).status_code
        == 303
    )
    answer = desk.post(
        f"{page}fulfil/", {"version": version + 1, "outcome": "done", "extent": "", "note": "已改好"}
    )
    assert answer.status_code == 303
    own = text(browser.get(f"/privacy/mine/requests/{case.number}/"))
    assert "已改好" in own
    assert "登记电话是旧的" not in own
    assert logged_in(two[1]).get(f"/privacy/mine/requests/{case.number}/").status_code == 404


def test_who_was_faster_is_said(city: World, two: Two) -> None:
    ask(logged_in(two[0]))
    case = Case._base_manager.get(kind="rights")
    answer = city.browser(OFFICER).post(
        f"/privacy/desk/requests/{case.number}/refuse/", {"version": 0, "ground": "duty", "note": "x"}
    )
    assert answer.status_code == 422
    assert Case._base_manager.get(pk=case.pk).state == "checked"


def test_withdrawing_from_the_page(city: World, two: Two) -> None:
    browser = logged_in(two[0])
    ask(browser)
    case = Case._base_manager.get(kind="rights")
    stranger = logged_in(two[1]).post(
        f"/privacy/mine/requests/{case.number}/withdraw/", {"version": case.version}
    )
    assert stranger.status_code == 404
    browser.post(f"/privacy/mine/requests/{case.number}/withdraw/", {"version": case.version})
    assert Case._base_manager.get(pk=case.pk).state == "withdrawn"


def test_a_deletion_is_carried_out_with_the_answer(city: World, two: Two) -> None:
    ask(logged_in(two[0]), "delete")
    case = Case._base_manager.get(kind="rights")
    page = f"/privacy/desk/requests/{case.number}/fulfil/"
    desk, given = city.browser(OFFICER), {"version": case.version, "outcome": "done", "note": "已删除"}
    assert desk.post(page, {**given, "extent": ""}).status_code == 422
    assert Resident._base_manager.get(pk=two[0].pk).phone
    assert desk.post(page, {**given, "extent": "consent"}).status_code == 303
    assert Resident._base_manager.get(pk=two[0].pk).phone is None
    assert Erasure.objects.get().case_id == case.pk
    ledger = text(desk.get("/privacy/desk/retention/ledger/"))
    assert '"people.Resident"' in ledger
    assert "15400000000" not in ledger


def test_a_close_relative_gets_the_copy_on_the_receipt(city: World, two: Two) -> None:
    with acting(city.actors[WORKER]) as by:
        made = requests.ask(asked=Asked("copy", acting_for="relative"), by=by, community=city.community(HERE))
        seen = {"identity": "papers", "subject": Key("resident", two[0].pk)}
        requests.check(made.case.pk, by=by, kin=Kin("child", "register", "cancelled"), **seen)
    browser = resident_browser(made.case.pk)
    assert browser.get("/privacy/mine/request/copy/json/").status_code == 404
    with acting(city.actors[OFFICER]) as by:
        requests.fulfil(made.case.pk, by=by, outcome="done", note="副本可下载。")
    got = json.loads(text(browser.get("/privacy/mine/request/copy/json/")))
    assert got["subject"] == {"kind": "resident", "id": two[0].pk}
    assert "王甲" in json.dumps(got, ensure_ascii=False)
    assert "李乙" not in json.dumps(got, ensure_ascii=False)
    Case._base_manager.filter(pk=made.case.pk).update(closed_at=clock.now() - timedelta(days=31))
    assert browser.get("/privacy/mine/request/copy/json/").status_code == 404


def test_the_desk_records_what_is_told(city: World) -> None:
    given = {"kind": "see", "acting_for": "relative", "contact": "王小明 15400000009", "text": ""}
    answer = city.browser(WORKER).post("/privacy/desk/record/", given)
    assert answer.status_code == 200
    assert RightsRequest._base_manager.get().acting_for == "relative"


@pytest.mark.parametrize("who", ["public", UNIT, "manager", "administrator"])
def test_requests_are_closed_to_everybody_else(city: World, two: Two, who: str) -> None:
    ask(logged_in(two[0]))
    number = Case._base_manager.get(kind="rights").number
    browser = Client() if who == "public" else city.browser(who)
    for path in ("", f"requests/{number}/"):
        answer = browser.get(f"/privacy/desk/{path}")
        assert answer.status_code in (302, 403)
        assert "电话换了" not in text(answer)


def test_another_community_does_not_find_it(city: World, two: Two) -> None:
    ask(logged_in(two[0]))
    number = Case._base_manager.get(kind="rights").number
    neighbour = city.browser(f"community-{NEXT_DOOR}")
    assert neighbour.get(f"/privacy/desk/requests/{number}/").status_code == 404
    assert number not in text(neighbour.get("/privacy/desk/"))


def test_the_officers_registers_open_and_are_written(city: World) -> None:
    browser = city.browser(OFFICER)
    for path in ("registers", "assessments", "retention", "breaches", "assessments/new", "breaches/new",
                 "registers/processors/new", "registers/sharing/new"):  # fmt: skip
        assert browser.get(f"/privacy/desk/{path}/").status_code == 200, path
    given = {
        "title": "名单误发",
        "found_on": "2026-01-05",
        "found_time": "09:00",
        "kinds": "姓名",
        "cause": "发错",
        "contact": "12345",
    }
    assert browser.post("/privacy/desk/breaches/new/", given).status_code == 303
    found = Breach.objects.get()
    page = f"/privacy/desk/breaches/{found.pk}/"
    assert "名单误发" in text(browser.get(page))
    assessed = {"persons": 0, "harm": "无", "measures": "已撤回"}
    assert browser.post(f"{page}assess/", assessed).status_code == 303
    assert browser.post(f"{page}close/").status_code == 303
    assert Breach.objects.get().state == "closed"
    processor = {
        "name": "某公司",
        "task": "托管",
        "data": "全部",
        "contract": "1",
        "from_on": "2026-01-01",
        "contact": "1",
    }
    assert browser.post("/privacy/desk/registers/processors/new/", processor).status_code == 303
    assert "某公司" in text(Client().get("/privacy/"))
    assert (
        browser.post(
            "/privacy/desk/registers/processors/new/", {**processor, "to_on": "2020-01-01"}
        ).status_code
        == 422
    )


def cost(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)


def test_the_lists_cost_the_same_with_many_rows(city: World, two: Two) -> None:
    own, desk = logged_in(two[0]), city.browser(OFFICER)
    pages = ((own, "/privacy/mine/"), (desk, "/privacy/desk/"))
    for browser, path in pages:
        browser.get(path)  # what waits is counted now, and kept for some seconds
    counts = []
    for number in (1, 8):
        for _one in range(number):
            with acting(actors.resident(resident_id=two[0].pk)) as by:
                requests.ask(asked=Asked("correct", "请改一下"), by=by)
        counts.append([cost(browser, path) for browser, path in pages])
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "path",
    ["/privacy/", "/privacy/mine/", "/privacy/mine/held/", "/privacy/mine/looks/", "/privacy/mine/ask/"],
)
def test_a_residents_pages_are_light(city: World, two: Two, path: str) -> None:
    assert len(logged_in(two[0]).get(path).content) < 80_000
