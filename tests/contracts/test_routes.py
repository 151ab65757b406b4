"""Every address for every persona in every view: no page breaks, closed pages stay closed, nobody's words leak.

``make test`` asks each address as each persona once, the views in turn, so that every pair of address, persona and
view occurs; ``make test-deep`` asks everything in every view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.urls import resolve

from tests.planted import PERSONAS, ROUTES, VIEWS, Planted, Route, plant, words_of, wrong_with
from tests.watch import forget_tries
from tests.world import STREET, UNIT, WORKER

OPEN = {
    "healthz", "readyz", "metrics", "set_language", "kit:elder", "api:openapi-json", "api:api-root",
    "api:places_search", "api:places_covering", "api:places_community", "places:tiles", "places:style", "places:choose",
    "api:places_address", "api:places_nearest", "api:places_services", "places:services", "places:services_json",
    "places:place", "places:boundary", "access:login", "access:logout", "access:passkey_login",
    "api:indicators_list", "api:indicators_published", "indicators:definitions", "indicators:definitions_csv", "indicators:public",
    "api:indicators_open_rows", "indicators:open", "indicators:open_catalogue", "indicators:open_map", "indicators:open_map_json",
    "indicators:open_figure", "indicators:open_package", "indicators:open_csv", "indicators:open_json",
    "notices:draft_save", "notices:draft_discard", "notices:wishes", "notices:stop", "notices:answers",
    "notices:sms_receipt", "notices:webhook_schema",
    "api:appeals_catalogue", "api:appeals_create", "api:appeals_track", "appeals:report", "appeals:report_where",
    "appeals:report_tell", "appeals:report_alike", "appeals:report_near", "appeals:report_typing", "appeals:report_photo",
    "appeals:report_reach", "appeals:report_check", "appeals:report_sent",
    "appeals:report_again", "appeals:report_next", "appeals:report_kept", "appeals:report_resume", "appeals:report_delete",
    "appeals:track", "appeals:mine", "appeals:mine_add", "appeals:mine_withdraw",
    "appeals:mine_confirm", "appeals:mine_reopen", "appeals:leave", "appeals:mine_publication", "appeals:mine_telling",
    "appeals:closed", "appeals:closed_case", "appeals:closed_feed", "appeals:heat", "appeals:heat_json", "appeals:open_data",
    "appeals:open_file_csv", "appeals:open_file_json", "appeals:subscribe", "appeals:subscription",
    *(f"appeals:open311_{page}_{form}" for form in ("xml", "json")
      for page in ("discovery", "services", "service", "requests", "request", "token", "updates")),
    "appeals:public_problems", "appeals:public_problem", "appeals:public_problems_feed", "appeals:public_problem_feed",
    "appeals:matters", "appeals:matter", "logins:me",
    "logins:phone", "logins:code", "logins:who", "logins:out", "logins:end", "logins:end_others",
    "appeals:my_petition", "appeals:rate", "appeals:rated",
    "appeals:answers", "appeals:answer",
    "benefits:self_check", "benefits:notices", "benefits:notice", "benefits:own", "benefits:own_claim",
    "api:facts_elements", "api:facts_element",
    "portal:home", "portal:search", "portal:city",
    "privacy:notice", "privacy:mine", "privacy:held", "privacy:copy", "privacy:looks", "privacy:looks_csv", "privacy:ask",
    "privacy:consents", "privacy:consent_decide", "privacy:for_oneself", "privacy:for_ward",
    "benefits:catalogue", "benefits:measure", "benefits:measure_earlier", "benefits:package", "benefits:package_pdf",
    "privacy:request", "privacy:granted_copy", "privacy:open_request", "privacy:withdraw", "privacy:correct", "privacy:correct_which",
}  # fmt: skip
"""Addresses that somebody without a login may open. Whoever adds an open page adds it here, and says so in review."""


@pytest.fixture(scope="module")
def scene(lasting: None) -> Planted:
    return plant()


@pytest.fixture
def planted(scene: Planted, db: None) -> Planted:
    forget_tries()
    return scene


def asked(planted: Planted, method: str, turns: Callable[[int, int], list[str]]) -> list[str]:
    """What goes wrong when every persona asks every address, in the views that ``turns`` chooses."""
    found = []
    for one, persona in enumerate(PERSONAS):
        browsers = {view: planted.browser(persona, view) for view in VIEWS}
        for (other, route), view in product(enumerate(ROUTES), VIEWS):
            if view not in turns(one, other):
                continue
            if method != "get":  # a browser of its own: it may be logged out, or hold another case
                browsers[view] = planted.browser(persona, view)
            for address in planted.addresses(route):
                answer = getattr(browsers[view], method)(address)
                found.append(wrong_with(planted, persona, route, address, answer))
    return [what for what in found if what]


def in_turn(persona: int, route: int) -> list[str]:
    return [list(VIEWS)[(persona + route) % len(VIEWS)]]


def every(persona: int, route: int) -> list[str]:
    return list(VIEWS)


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_breaks_or_tells_what_is_not_ones_own(planted: Planted, method: str) -> None:
    assert asked(planted, method, in_turn) == []


@pytest.mark.deep
@pytest.mark.parametrize("method", ["get", "post", "head", "put", "delete", "options"])
def test_no_address_breaks_in_any_view(planted: Planted, method: str) -> None:
    assert asked(planted, method, every) == []


def test_what_is_planted_is_seen_where_it_belongs(planted: Planted) -> None:
    """Else the test above would find nothing on empty pages."""
    for persona, case, seen in (
        (WORKER, "A", True), (STREET, "C", True), (UNIT, "A", True), (UNIT, "B", False), (WORKER, "C", False),
        ("manager", "A", False),
    ):  # fmt: skip
        page = planted.browser(persona).get(f"/appeals/desk/{planted.cases[case].number}/")
        assert (f"WORDS{case}" in words_of(page)) is seen
    assert "WORDSA" in words_of(planted.browser("resident").get("/appeals/mine/"))
    listed = words_of(planted.browser(STREET).get("/appeals/desk/"))
    assert all(f"WORDS{case}" in listed for case in "ABC")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route[0])
def test_what_is_not_open_is_closed_to_the_public(planted: Planted, route: Route) -> None:
    if route[0] in OPEN:
        return
    for address in planted.addresses(route):
        answer = planted.browser("public").get(address)
        to_login = answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/")
        assert to_login or answer.status_code in (401, 403, 404, 405), answer.status_code


def test_open_addresses_exist() -> None:
    assert {name for name, _path in ROUTES} >= OPEN


def test_a_name_leads_to_one_address() -> None:
    """Else a link written for the one opens the other; an address with and without its optional part may share it."""
    names = Counter(name for name, _path in ROUTES)
    assert {name: count for name, count in names.items() if count > 1} == {}


def test_no_address_is_taken_by_an_earlier_one(planted: Planted) -> None:
    """An address whose first part another one matches too would never be opened."""
    led = {
        (path.replace("^", ""), address): resolve(address).route
        for name, path in ROUTES
        for address in planted.addresses((name, path))
    }
    assert {asked: given for asked, given in led.items() if given != asked[0]} == {}


NONSENSE = (
    "cursor=%00&month=2026-13&place=x&state=lost&q=%00&number=%00&code=%ff&next=//elsewhere&indicator=%00&span=-1"
    "&category=99999999999999999999&community=%00&building=99999999999999999999&lon=nan&lat=1e999&item=%00&purpose=%00"
    "&overdue=maybe&urgent=maybe&elder=9&months=99999999999999999999&width=-1&part=%00&member=%00&page=-1&at=%00&id=%00"
    "&kind=%00&class=%00&area=%00&compound=%00&channel=%00&field=%00&mail=%00&in=%00&ended=%00&ruled=%00&since=%00&unit=%00&by=%00"
    "&where=%00&entry=%00&task=%00&tab=%00&name=%00&period=%00&change=%00&problem=%00&list=%00&chain=%00&only=%00&view=%00&seq=%00"
)


@pytest.mark.parametrize("persona", ["public", "resident", WORKER, UNIT, "manager", "protection_officer"])
def test_nonsense_in_the_address_breaks_no_page(planted: Planted, persona: str) -> None:
    browser, found = planted.browser(persona), []
    for route in ROUTES:
        for address in planted.addresses(route):
            answer = browser.get(f"{address}?{NONSENSE}")
            found.append(wrong_with(planted, persona, route, address, answer))
    assert [what for what in found if what] == []


@pytest.mark.parametrize("persona", ["public", WORKER])
def test_the_demo_breaks_no_page(planted: Planted, settings: Any, persona: str) -> None:
    """With the demo's strip, personas and clock; its own addresses are not there outside of it."""
    assert planted.browser(persona).get("/demo/").status_code == 404
    settings.DEMO = True
    browser = planted.browser(persona)
    found = [
        wrong_with(planted, persona, route, address, browser.get(address))
        for route in ROUTES
        for address in planted.addresses(route)
    ]
    assert [what for what in found if what] == []
