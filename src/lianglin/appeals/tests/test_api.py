"""The API of appeals: the pages' permissions, problems as problem+json, pages by cursor, the same POST once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.watch import forget_tries, traces
from tests.world import (
    FAR,
    HERE,
    NEXT_DOOR,
    RESIDENT,
    STREET,
    UNIT,
    WORKER,
    World,
    build,
    catalogue,
    resident_browser,
)

from lianglin.access.models import AuditEntry
from lianglin.appeals import rules
from lianglin.appeals.actions import Reporter
from lianglin.appeals.models import Appeal
from lianglin.appeals.tests.moves import VERBS
from lianglin.cases.actions.opening import CLAIM_TRIES
from lianglin.cases.models import Case

URL = "/api/v1/appeals/"
TEXT = "楼道灯不亮，晚上看不见路"
KEY = {"Idempotency-Key": "0123456789abcdef"}
PROBLEM = {"type", "title", "status", "detail"}


@pytest.fixture
def city(db: None) -> World:
    forget_tries()
    return build()


def post(client: Client, url: str, body: Any, **headers: str) -> Any:
    return client.post(
        url, body if isinstance(body, str) else json.dumps(body), "application/json", headers=headers
    )


def move(client: Client, number: str, code: str, body: Any = None, **headers: str) -> Any:
    return post(client, f"{URL}{number}/moves/{code}", body or {}, **headers)


def refused(answer: Any, status: int, field: str = "") -> dict[str, Any]:
    """The problem of a refusal, in the one shape all refusals have."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert set(problem) - {"field", "errors"} == PROBLEM
    assert (problem["status"], bool(problem["detail"])) == (status, True)
    assert not field or field in (
        problem.get("field"),
        *(error["field"] for error in problem.get("errors", [])),
    )
    return problem


# --- reporting ---------------------------------------------------------------------------------------------


@pytest.mark.rows("R049")
def test_anybody_reports_and_follows_with_the_receipt(city: World) -> None:
    items, anybody = catalogue(), Client()
    made = post(
        anybody, URL,
        {"text": TEXT, "community": HERE, "item": items.gas.code, "name": "李示例", "phone": "15400000001", "entity": True},
    )  # fmt: skip
    receipt = made.json()
    assert (made.status_code, receipt["state"], len(receipt["secret"])) == (201, "received", 8)
    case = Case._base_manager.get(number=receipt["number"])
    assert (case.urgent, case.scope_code) == (True, HERE)
    seen = post(anybody, f"{URL}track", {"number": receipt["number"], "secret": receipt["secret"]})
    assert (seen.status_code, seen.json()["text"], seen.json()["moves"]) == (200, TEXT, [])
    assert [step["move"] for step in seen.json()["steps"]] == ["open"]


def test_what_the_public_sends_counts_as_api_what_staff_record_as_they_say(city: World) -> None:
    body = {"text": TEXT, "community": HERE, "channel": "saturday"}
    for client, channel in ((Client(), "api"), (city.browser(WORKER), "saturday")):
        number = post(client, URL, body).json()["number"]
        assert Appeal._base_manager.get(case__number=number).channel == channel


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"), ({"text": "灯坏了", "community": HERE}, "text"), ({"text": " " * 9, "community": HERE}, "text"),
        ({"text": TEXT}, "community"), ({"text": TEXT, "community": "999999999999"}, "community"),
        ({"text": TEXT, "community": "²"}, "community"), ({"text": TEXT, "building": 2**61}, "building"),
        ({"text": TEXT, "building": 10**400}, "building"), ({"text": TEXT, "community": HERE, "item": "999999"}, "item"),
        ({"text": TEXT, "community": HERE, "phone": "12"}, "phone"), ({"text": TEXT + "\0", "community": HERE}, "text"),
        ({"text": TEXT + "\ud800", "community": HERE}, "text"), ({"text": TEXT, "community": HERE, "name": "\0"}, "name"),
        ({"text": TEXT, "community": HERE, "lon": 181}, "lon"), ({"text": TEXT, "community": HERE, "channel": "hotline"}, "channel"),
        ({"text": "x" * 4001, "community": HERE}, "text"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_by_field_and_leaves_nothing(
    city: World, body: Any, field: str
) -> None:
    before = traces()
    refused(post(Client(), URL, body), 422, field)
    assert traces() == before


@pytest.mark.parametrize(
    "body", ["", "{", "[1", '{"text": NaN', '{"building": ' + "9" * 5000 + "}", "[" * 9999]
)
def test_what_is_no_json_is_refused(city: World, body: str) -> None:
    assert refused(post(Client(), URL, body), 422 if body == "" else 400)


def test_a_form_is_no_json(city: World) -> None:
    refused(Client().post(URL, {"text": TEXT, "community": HERE}), 415)
    refused(Client().post(URL, f"text={TEXT}", "application/x-www-form-urlencoded"), 400)


def test_who_may_report(city: World) -> None:
    body = {"text": TEXT, "community": HERE}
    allowed = {
        code: post(city.browser(code), URL, body).status_code
        for code in (
            WORKER,
            STREET,
            f"community-{NEXT_DOOR}",
            UNIT,
            "manager",
            "protection_officer",
            "administrator",
        )
    }
    assert allowed == {
        WORKER: 201, STREET: 201, f"community-{NEXT_DOOR}": 403, UNIT: 403, "manager": 403, "protection_officer": 403,
        "administrator": 403,
    }  # fmt: skip
    case = city.report().case
    assert post(resident_browser(case.pk), URL, body).status_code == 201


def test_one_address_reports_so_often_and_is_told_how_long_to_wait(
    city: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lianglin.appeals.api.SUBMIT_TRIES", 2)
    body = {"text": TEXT, "community": HERE}
    assert [post(Client(), URL, body).status_code for _turn in range(3)] == [201, 201, 429]
    answer = post(Client(), URL, body)
    refused(answer, 429)
    assert answer.headers["Retry-After"] == "900"
    assert post(city.browser(WORKER), URL, body).status_code == 201


# --- the same POST twice -----------------------------------------------------------------------------------


def test_a_report_sent_twice_is_one_case_with_one_secret(city: World) -> None:
    body = {"text": TEXT, "community": HERE}
    first, second = (post(Client(), URL, body, **KEY) for _turn in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Case._base_manager.count() == 1
    receipt = second.json()
    assert post(Client(), f"{URL}track", {k: receipt[k] for k in ("number", "secret")}).status_code == 200
    refused(post(Client(), URL, {**body, "title": "x"}, **KEY), 409)
    refused(post(Client(), URL, body, **{"Idempotency-Key": "short"}), 422, "Idempotency-Key")
    assert post(city.browser(WORKER), URL, body, **KEY).json()["number"] != receipt["number"]
    assert Case._base_manager.count() == 2


def test_a_refused_report_leaves_its_key_free(city: World) -> None:
    refused(post(Client(), URL, {"text": TEXT, "community": HERE, "phone": "1"}, **KEY), 422)
    assert post(Client(), URL, {"text": TEXT, "community": HERE}, **KEY).status_code == 201


def test_a_move_sent_twice_is_one_step(city: World) -> None:
    case, worker = city.report().case, city.browser(WORKER)
    first, second = (move(worker, case.number, "accept", {"seen_version": 0}, **KEY) for _turn in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert [step["move"] for step in second.json()["steps"]] == ["open", "accept"]
    refused(move(worker, case.number, "accept", {"seen_version": 0}), 409)
    refused(move(worker, case.number, "accept", {"seen_version": 1}, **KEY), 409)


# --- sessions ----------------------------------------------------------------------------------------------


def test_a_session_needs_the_csrf_token_for_what_it_changes(city: World) -> None:
    case, worker = city.report().case, city.browser(WORKER, enforce_csrf_checks=True)
    refused(move(worker, case.number, "accept"), 403)
    refused(post(worker, URL, {"text": TEXT, "community": HERE}), 403)
    assert worker.get(URL).status_code == 200
    worker.get("/account/login/")
    token = worker.cookies["csrftoken"].value
    assert move(worker, case.number, "accept", **{"X-CSRFToken": token}).status_code == 200
    anybody = Client(enforce_csrf_checks=True)
    assert post(anybody, URL, {"text": TEXT, "community": HERE}).status_code == 201


def test_without_a_login_there_is_no_list(city: World) -> None:
    case = city.report().case
    for client in (Client(), resident_browser(case.pk)):
        for answer in (
            client.get(URL),
            client.get(f"{URL}{case.number}"),
            move(client, case.number, "accept"),
        ):
            refused(answer, 401)
            assert answer.headers["WWW-Authenticate"].startswith("Session")


# --- who sees what -----------------------------------------------------------------------------------------


def test_each_post_lists_and_opens_what_its_pages_show(city: World) -> None:
    here, next_door, far = (city.report(scope).case for scope in (HERE, NEXT_DOOR, FAR))
    given = city.brought_to("dispatched").case
    sees = {
        WORKER: {here, given}, f"community-{NEXT_DOOR}": {next_door}, STREET: {here, given, next_door},
        "street-230104002": {far}, UNIT: {given}, "bureau-2": set(),
    }  # fmt: skip
    for code, cases in sees.items():
        browser = city.browser(code)
        listed = browser.get(URL).json()["rows"]
        assert {row["number"] for row in listed} == {case.number for case in cases}
        assert [row["number"] for row in listed] == [c.number for c in sorted(cases, key=lambda c: -c.pk)]
        for case in (here, next_door, far, given):
            page, answer = browser.get(f"/appeals/desk/{case.number}/"), browser.get(f"{URL}{case.number}")
            assert (answer.status_code, page.status_code == 200) == (
                200 if case in cases else 404,
                case in cases,
            )
    for code in ("manager", "protection_officer", "administrator"):
        refused(city.browser(code).get(URL), 403)
        refused(city.browser(code).get(f"{URL}{here.number}"), 403)
        refused(move(city.browser(code), here.number, "accept"), 403)
    lines = [bytes(entry.body) for entry in AuditEntry.objects.filter(chain="city")]
    assert len([line for line in lines if b'"access.refused"' in line]) == 9


def test_filters(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    city.brought_to("accepted")
    received = city.report().case
    worker = city.browser(WORKER)
    assert [row["number"] for row in worker.get(f"{URL}?state=received").json()["rows"]] == [received.number]
    assert worker.get(f"{URL}?overdue=true").json()["rows"] == []
    Case._base_manager.filter(pk=received.pk).update(due_at="2020-01-01T00:00:00Z")
    found = worker.get(f"{URL}?overdue=true").json()["rows"]
    assert [(row["number"], row["overdue"]) for row in found] == [(received.number, True)]
    refused(worker.get(f"{URL}?state=lost"), 422, "state")
    refused(worker.get(f"{URL}?overdue=perhaps"), 422, "overdue")


@pytest.mark.parametrize(
    "number", ["A261100000000", "x", "A2611０００００００0", "'; drop table", "%00", "A2611%0d%0a"]
)
def test_a_number_that_is_none_is_not_there(city: World, number: str) -> None:
    assert city.browser(WORKER).get(f"{URL}{number}").status_code in (404, 422)


# --- pages -------------------------------------------------------------------------------------------------


@given(meanwhile=st.lists(st.integers(0, 2), max_size=5), size=st.integers(1, 4))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_list_leaves_nothing_out_whatever_is_reported_meanwhile(
    city: World, monkeypatch: pytest.MonkeyPatch, meanwhile: list[int], size: int
) -> None:
    monkeypatch.setattr("lianglin.appeals.api.PAGE", size)
    Case._base_manager.update(state="closed")  # those of the example before
    worker = city.browser(WORKER)
    there = [city.report().case.number for _case in range(5)][::-1]
    seen, more, cursor = [], iter(meanwhile), ""
    while True:
        found = worker.get(URL, {"state": "received", "cursor": cursor}).json()
        seen += [row["number"] for row in found["rows"]]
        for _case in range(next(more, 0)):
            city.report()
        cursor = found["older"]
        if not cursor:
            break
    assert seen == there


@pytest.mark.parametrize(
    "cursor", ["x", "é", "bnVsbA", "WyJvIiwiYSJd", "WyJvIixbXV0", "WyJvIiwxZTk5OV0", "=", "%00"]
)
def test_a_damaged_cursor_is_refused(city: World, cursor: str) -> None:
    refused(city.browser(WORKER).get(f"{URL}?cursor={cursor}"), 400, "cursor")


def test_a_cursor_beyond_all_numbers_finds_nothing(city: World) -> None:
    city.report()
    beyond = "WyJvIiwtOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTldCg"  # ["o",-99999999999999999999999]
    assert city.browser(WORKER).get(f"{URL}?cursor={beyond}").json() == {"rows": [], "newer": "", "older": ""}
    refused(city.browser(WORKER).get(URL, {"cursor": "x" * 301}), 422, "cursor")


# --- moving ------------------------------------------------------------------------------------------------

BODIES = {
    code: given for code, (who, _verb, given) in VERBS.items() if who != RESIDENT and code != "handle_again"
}


@pytest.mark.rows("R050")
def test_every_move_of_the_desk_and_the_unit(city: World) -> None:
    leads = {"merge": city.report().case, "join": city.report(reporter=Reporter(phone="15400000009")).case}
    browsers = {code: city.browser(code) for code in (WORKER, STREET, UNIT)}
    for code, usual in BODIES.items():
        wanted = rules.LIFECYCLE.move(code)
        made = city.brought_to(wanted.sources[-1]).case
        word = "merge" if code == "join" else code  # one verb: whose it is decides what becomes of it
        body = {**usual, **({"unit": UNIT} if code == "dispatch" else {})}
        if code in leads:
            body["parent"] = leads[code].number.lower()
        browser = browsers[VERBS[code][0]]
        version = browser.get(f"{URL}{made.number}").json()
        assert word in version["moves"]
        answer = move(browser, made.number, word, {**body, "seen_version": version["version"]})
        assert (answer.status_code, answer.json()["state"]) == (200, wanted.target), answer.content
        assert answer.json()["steps"][-1]["move"] == code
        for offered in answer.json()["moves"]:
            assert move(browser, made.number, offered, {"seen_version": 0}).status_code in (409, 422)


@pytest.mark.parametrize(
    ("state", "code", "body", "field"),
    [
        ("accepted", "dispatch", {}, "unit"), ("accepted", "dispatch", {"unit": "nobody"}, "unit"),
        ("accepted", "dispatch", {"unit": "\0"}, "unit"), ("accepted", "dispatch", {"unit": "\ud800"}, "unit"),
        ("accepted", "merge", {}, "parent"), ("accepted", "merge", {"parent": "A1"}, "parent"),
        ("accepted", "merge", {"parent": "\0"}, "parent"), ("accepted", "redirect", {"note": "x"}, "to"),
        ("accepted", "redirect", {"note": "x", "to": "\0"}, "to"), ("received", "accept", {"item": "999999"}, "item"),
        ("received", "accept", {"note": "\0"}, "note"), ("received", "accept", {"seen_version": 2**40}, "seen_version"),
        ("received", "refuse", {"note": "x"}, "ground"), ("received", "refuse", {"ground": "secret"}, "note"),
        ("settled", "call_back", {}, "reached"), ("settled", "call_back", {"reached": True}, "solved"),
        ("settled", "call_back", {"reached": True, "solved": "yes", "grade": 6}, "grade"),
    ],
)  # fmt: skip
def test_a_move_that_lacks_something_is_refused_and_changes_nothing(
    city: World, state: str, code: str, body: Any, field: str
) -> None:
    case, street = city.brought_to(state).case, city.browser(STREET)
    before = traces()
    refused(move(street, case.number, code, body), 422, field)
    assert traces() == before


def test_moves_that_are_refused_otherwise(city: World) -> None:
    case, street = city.report().case, city.browser(STREET)
    refused(move(street, case.number, "fly"), 404)
    refused(move(street, case.number, "withdraw"), 404)
    refused(move(street, case.number, "settle"), 409)
    refused(move(street, case.number, "take_on"), 403)
    refused(move(city.browser("street-230104002"), case.number, "accept"), 404)
    assert move(street, case.number, "accept", {"seen_version": 0}).status_code == 200
    refused(move(street, case.number, "dispatch", {"unit": UNIT, "seen_version": 0}), 409)


# --- one's own appeal --------------------------------------------------------------------------------------


def test_guessing_a_secret_ends_after_eight_tries(city: World) -> None:
    made = city.report()
    for _try in range(CLAIM_TRIES):
        refused(post(Client(), f"{URL}track", {"number": made.case.number, "secret": "0"}), 422, "secret")
    answer = post(Client(), f"{URL}track", {"number": made.case.number, "secret": made.secret})
    refused(answer, 429)
    assert answer.headers["Retry-After"] == "900"


def test_a_receipt_opens_one_case_for_one_request(city: World) -> None:
    made, anybody = city.report(), Client()
    city.do(WORKER, "accept", made.case)
    seen = post(anybody, f"{URL}track", {"number": made.case.number, "secret": made.secret}).json()
    assert (seen["number"], seen["state"]) == (made.case.number, "accepted")
    assert set(seen) & {"name", "phone", "assignee"} == set()
    refused(anybody.get(f"{URL}{made.case.number}"), 401)


# --- the catalogue, large bodies ---------------------------------------------------------------------------


@pytest.mark.rows("R046", "R048")
def test_the_catalogue_is_open_to_all(city: World) -> None:
    catalogue()
    (found,) = Client().get(f"{URL}catalogue").json()
    (housing,) = found["categories"]
    assert [(item["code"], item["limit_days"], item["urgent_hours"]) for item in housing["items"]] == [
        ("020601", 3, None), ("020602", 1, 2),
    ]  # fmt: skip


def test_a_body_that_is_too_large_is_told_so(city: World) -> None:
    refused(post(Client(), URL, {"text": "x" * 3_000_000}), 413)


def test_no_page_of_the_api_loads_anything_from_elsewhere(city: World) -> None:
    assert Client().get("/api/v1/docs").status_code == 404
    assert Client().get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")


# --- statements per request --------------------------------------------------------------------------------


@contextmanager
def counting(statements: int, savepoints: int) -> Iterator[None]:
    """At most so many statements on all connections, savepoints (which the server hardly feels) counted apart."""
    with (
        CaptureQueriesContext(connections["default"]) as one,
        CaptureQueriesContext(connections["apart"]) as two,
    ):
        yield
    sent = [query["sql"] for query in (*one.captured_queries, *two.captured_queries)]
    marks = [sql for sql in sent if "SAVEPOINT" in sql]
    rest = [sql for sql in sent if sql not in marks]
    assert (len(rest), len(marks)) == (statements, savepoints), "\n".join(sql[:80] for sql in sent)


def test_statements_per_request(city: World) -> None:
    """Baselines: a change of these numbers is a decision (goals: create 14, list 7).

    One pair of the savepoints is the transaction itself, which in service is begun and committed instead.
    """
    items = catalogue()
    worker, street, body = city.browser(WORKER), city.browser(STREET), {"text": TEXT, "community": HERE}
    post(worker, URL, {**body, "item": items.lamp.code})
    made, told = city.report(), {**body, "item": items.lamp.code, "name": "李", "phone": "15400000001"}
    track = {"number": made.case.number, "secret": made.secret}
    with counting(13, 4):
        assert post(Client(), URL, told).status_code == 201
    with counting(15, 4):  # begin and end of the key
        assert post(Client(), URL, told, **KEY).status_code == 201
    with counting(13, 4):  # session and post, but no counted try and no other role
        assert post(worker, URL, told).status_code == 201
    with counting(4, 2):
        assert len(worker.get(URL).json()["rows"]) == 5
    with counting(6, 2):
        assert worker.get(f"{URL}{made.case.number}").status_code == 200
    with counting(11, 4):
        assert move(worker, made.case.number, "accept").status_code == 200
    with counting(19, 4):  # the item, two clocks, the unit and its grant, the rules of dispatch
        assert move(street, made.case.number, "dispatch", {"unit": UNIT}).status_code == 200
    with counting(9, 2):
        assert post(Client(), f"{URL}track", track).status_code == 200
    with counting(1, 2):
        assert Client().get(f"{URL}catalogue").status_code == 200
