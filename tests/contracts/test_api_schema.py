"""The API keeps its word: for every persona, whatever is sent, only documented answers of the documented shape.

Requests are made up from the OpenAPI document, half of them fitting it and half not; some carry the numbers and
codes of cases that are there. A few per persona and operation in ``make test``, many in ``make test-deep``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lianglin.access.models import Organisation
from lianglin.appeals.models import ProblemClass
from lianglin.indicators.queries import figures_of
from lianglin.kit import clock
from lianglin.project.api import api
from tests.watch import forget_tries
from tests.world import HERE, NEXT_DOOR, STREET, UNIT, WORKER, World, build, catalogue

DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = WSGIHandler()
OPERATIONS = {
    f"{found.method.upper()} {found.path}": found
    for found in (result.ok() for result in SCHEMA.get_all_operations())
}
PERSONAS = ("public", WORKER, STREET, UNIT, "manager", "protection_officer", "administrator")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STREET_CODE = HERE[:9]
TOKEN = "x" * 32
"""A CSRF token: the same in cookie and header."""


@pytest.fixture
def open_connections() -> Iterator[None]:
    """A request's end closes no connection: the test's transaction lives in it (as Django's own test client does)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def scene(lasting: None) -> Scene:
    forget_tries()
    city = build()
    return Scene(city, known(city))


@pytest.fixture
def city(scene: Scene, db: None, open_connections: None, monkeypatch: pytest.MonkeyPatch) -> World:
    forget_tries()
    monkeypatch.setattr("lianglin.appeals.api.SUBMIT_TRIES", 10**6)
    monkeypatch.setattr("lianglin.cases.actions.opening.CLAIM_TRIES", 10**5)
    return scene.city


@dataclass(frozen=True)
class Known:
    """What leads to something: values by the name of the parameter or field that takes them; moves that are due."""

    values: dict[str, list[Any]]
    due: list[tuple[str, str]]
    """(number of a case, the move it waits for)"""


@dataclass(frozen=True)
class Scene:
    """The small city, and what leads to something there; made once, each test leaves it as it was."""

    city: World
    known: Known


def known(city: World) -> Known:
    items, made = catalogue(), city.report()
    waiting = {
        "received": "accept",
        "accepted": "dispatch",
        "handling": "answer",
        "answered": "settle",
        "settled": "call_back",
    }
    due = [(city.brought_to(state).case.number, move) for state, move in waiting.items()]
    numbers = [made.case.number, city.report(NEXT_DOOR).case.number, *(number for number, _move in due)]
    values = {
        "number": numbers, "parent": numbers, "secret": [made.secret, "00000000"], "community": [HERE, NEXT_DOOR],
        "unit": [UNIT], "item": [items.lamp.code, items.gas.code], "code": [HERE, *(i.code for i in figures_of())],
        "place": ["", HERE], "month": ["2026-10"], "q": ["和宁", "hening 1"], "building": [None], "months": [1, 3],
        "seen_version": [None], "note": ["说明理由"], "outcome": ["solved"], "ground": ["season", "secret"], "to": ["铁路局"],
        "reached": [True, False], "solved": ["yes", "no"], "grade": [5], "text": ["楼道灯不亮，晚上看不见"],
        "phone": ["15400000001", ""], "cursor": [""], "lon": [126.6], "lat": [45.7], "channel": ["desk", "api"],
        "problem": [problem_class()], "step": ["confirm", "find_cause", "publish"], "owner": [UNIT], "area": [STREET_CODE],
        "breadth": ["item"], "codes": [[items.lamp.code]], "numbers": [numbers[:1]], "result": ["busy"], "next_at": [None],
        "reasons": [[]], "kind": ["rule", "upkeep"], "state": ["received", "settled"], "Idempotency-Key": ["0123456789abcdef", "fedcba9876543210"],
    }  # fmt: skip
    return Known(values, due)


def problem_class() -> int:
    """A class of the street, to be confirmed."""
    owner = Organisation.objects.get(code=UNIT)
    today = clock.today()
    made = ProblemClass(
        scope_code=STREET_CODE, title="楼道灯", breadth="item", codes=["020601"], first_day=today, last_day=today,
        origin="hand", owner=owner, made_at=clock.now(),
    )  # fmt: skip
    made.save(force_insert=True)
    return made.pk


def asking(city: World, persona: str) -> dict[str, Any]:
    """What a request of this persona's browser carries."""
    session = {} if persona == "public" else {n: c.value for n, c in city.browser(persona).cookies.items()}
    return {"cookies": {**session, "csrftoken": TOKEN}, "headers": {"X-CSRFToken": TOKEN}}


def body_fields(operation: str) -> list[str]:
    """Names of the fields of an operation's JSON body."""
    body = OPERATIONS[operation].definition.raw.get("requestBody")
    if body is None:
        return []
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return sorted(DOCUMENT["components"]["schemas"][name]["properties"])


def led(draw: Any, case: Any, fields: list[str], given: Known, *, everywhere: bool) -> None:
    """Puts known values in the place of all, or of some, that were made up."""
    parts = [
        (case.path_parameters, sorted(case.path_parameters or ())),
        (case.query, sorted(case.query or ())),
    ]
    parts.append((case.headers, [name for name in case.headers if name in given.values]))
    if isinstance(case.body, dict):
        parts.append((case.body, fields))
    for part, names in parts:
        for name in names:
            if name in given.values and (everywhere or draw(st.booleans())):
                part[name] = draw(st.sampled_from(given.values[name]))
    if everywhere and "moves" in case.path:
        case.path_parameters["number"], case.path_parameters["code"] = draw(st.sampled_from(given.due))
    elif everywhere and "track" in case.path:
        case.body["number"] = given.values["number"][0]


def ask_about(scene: Scene, persona: str, operation: str, count: int, *, anew: bool = False) -> None:
    """Runs ``count`` examples: the same in every run, or ``anew``."""
    given_here, carried, fields = scene.known, asking(scene.city, persona), body_fields(operation)

    @given(data=st.data(), how=st.sampled_from(["known", "known", "partly known", "made up", "wrong"]))
    @settings(
        max_examples=count, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def every_answer_is_documented(data: st.DataObject, how: str) -> None:
        mode = GenerationMode.NEGATIVE if how == "wrong" else GenerationMode.POSITIVE
        case, checks = data.draw(OPERATIONS[operation].as_strategy(generation_mode=mode)), CHECKS
        if "known" in how:
            led(data.draw, case, fields, given_here, everywhere=how == "known")
        elif how == "wrong" and (case.body is not NOT_SET or case.query):
            checks = [*CHECKS, negative_data_rejection]
        case.validate_response(case.call(**carried), checks=checks)

    same = seed(crc32(f"{persona} {operation}".encode()))
    (every_answer_is_documented if anew else same(every_answer_is_documented))()


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("persona", PERSONAS)
def test_only_documented_answers(city: World, scene: Scene, persona: str, operation: str) -> None:
    ask_about(scene, persona, operation, 7)


@pytest.mark.deep
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("persona", PERSONAS)
def test_only_documented_answers_deep(city: World, scene: Scene, persona: str, operation: str) -> None:
    ask_about(scene, persona, operation, 300, anew=True)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_other_methods_are_refused(city: World, operation: str) -> None:
    found = OPERATIONS[operation]
    documented = {method.upper() for method in DOCUMENT["paths"][found.path]}
    path = found.path.format(number="A261100000000", code="accept", problem=1, step="confirm")
    client = city.browser(WORKER)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - documented:
        answer = client.generic(method, path)
        assert answer.status_code == 405, method
        assert set(answer.headers["Allow"].split(", ")) == documented
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert method == "HEAD" or answer.json()["status"] == 405


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v2/appeals/", "/api/v1/appeals/A1/no_such_move/"])
def test_an_address_that_is_none_is_a_problem_too(city: World, path: str) -> None:
    for answer in (Client().get(path), city.browser(WORKER).get(path)):
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(answer.json()) == {"type", "title", "status", "detail"}
    assert "text/html" in Client().get("/nothing/").headers["Content-Type"], "a person reads a page"


def test_a_forged_form_of_the_interface_is_a_problem_too(city: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies.update(city.browser(WORKER).cookies)
    answer = browser.post("/api/v1/appeals/", "{}", content_type="application/json")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


def test_a_slash_that_was_left_out_leads_on(city: World) -> None:
    assert Client().get("/api/v1/appeals").headers["Location"] == "/api/v1/appeals/"


def test_every_operation_is_documented_in_full() -> None:
    assert len(OPERATIONS) > 10
    for name, operation in OPERATIONS.items():
        raw = operation.definition.raw
        assert raw.get("description"), f"{name} says nothing of what it does"
        for status, answer in raw["responses"].items():
            assert "content" in answer, f"{name}: no shape for {status}"
