"""Problem classes by the API: the permissions and two people of the pages, pages by key, the same key once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lianglin.appeals.models import ProblemCase, ProblemClass
from lianglin.kit import clock

from .problem_scene import STREET, Town, built, confirmed, made, plant

pytestmark = pytest.mark.rows("R060")
URL = "/api/v1/appeals/problems/"


@pytest.fixture
def town(db: None) -> Town:
    return built()


def browser(town: Town, name: str) -> Client:
    return town.world.browser("street-b") if name == "second" else town.client(name)


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"{URL}{path}", json.dumps(body), "application/json", headers=headers)


def planted(town: Town, count: int) -> list[Any]:
    return plant(town, clock.today(), clock.today(), count)


def body(town: Town, **given: Any) -> dict[str, Any]:
    today = clock.today()
    return {
        "title": "楼道照明反复报修", "breadth": "item", "codes": ["020601"], "area": STREET,
        "first_day": str(today - timedelta(days=90)), "last_day": str(today), "owner": town.unit("unit").code, **given,
    }  # fmt: skip


def test_one_person_puts_it_together_and_a_second_confirms_it(town: Town) -> None:
    cases = planted(town, 2)
    street = browser(town, "street")
    answer = post(street, "", body(town, numbers=[one.number for one in cases]))
    assert (answer.status_code, answer.json()["state"], answer.json()["cases"]) == (201, "candidate", 2)
    pk = answer.json()["id"]
    own = post(street, f"{pk}/steps/confirm", {})
    assert own.status_code == 403
    assert own.headers["Content-Type"] == "application/problem+json"
    second = browser(town, "second")
    assert "confirm" in second.get(f"{URL}{pk}").json()["moves"]
    assert post(second, f"{pk}/steps/confirm", {}).json()["state"] == "confirmed"
    again = post(second, f"{pk}/steps/confirm", {})
    assert again.status_code == 409


def test_the_whole_way_by_its_steps(town: Town) -> None:
    problem, street = confirmed(town), browser(town, "street")
    found = post(
        street, f"{problem.pk}/steps/find_cause", {"kind": "upkeep", "text": "公共照明没有人日常巡查"}
    )
    assert found.json()["causes"][0]["kind"] == "upkeep"
    measure = {
        "kind": "rule",
        "title": "公共照明巡查办法",
        "unit": town.unit("unit").code,
        "document_no": "示例〔2026〕1号",
    }
    missing = post(street, f"{problem.pk}/steps/start", measure)
    assert (missing.status_code, missing.json()["field"]) == (422, "effective_on")
    started = post(street, f"{problem.pk}/steps/start", {**measure, "effective_on": str(clock.today())})
    assert [one["title"] for one in started.json()["measures"]] == ["公共照明巡查办法"]
    told = post(
        street, f"{problem.pk}/steps/publish",
        {"title": "楼道照明", "text": "责任单位每周巡查一次。", "measures": [started.json()["measures"][0]["id"]]},
    )  # fmt: skip
    assert (told.status_code, told.json()["told"]) == (200, True)


def test_cases_are_put_in_and_taken_out_and_the_same_key_does_it_once(town: Town) -> None:
    problem, cases, street = confirmed(town), planted(town, 3), browser(town, "street")
    numbers = [one.number for one in cases]
    key = {"Idempotency-Key": "0123456789abcdef"}
    for _try in range(2):
        answer = post(street, f"{problem.pk}/cases", {"numbers": numbers}, **key)
        assert answer.json() == {"added": 3, "cases": 3}
    assert ProblemCase._base_manager.count() == 3
    listed = street.get(f"{URL}{problem.pk}/cases").json()
    assert {row["number"] for row in listed["rows"]} == set(numbers)
    out = post(street, f"{problem.pk}/cases/remove", {"number": numbers[0], "reason": "是路灯，不是楼道灯"})
    assert out.json()["cases"] == 2
    twice = post(street, f"{problem.pk}/cases/remove", {"number": numbers[0], "reason": "是路灯，不是楼道灯"})
    assert twice.status_code == 409


def test_an_unknown_number_puts_in_nothing(town: Town) -> None:
    problem, (case,) = confirmed(town), planted(town, 1)
    answer = post(browser(town, "street"), f"{problem.pk}/cases", {"numbers": [case.number, "A261100000000"]})
    assert (answer.status_code, answer.json()["field"]) == (422, "numbers")
    assert not ProblemCase._base_manager.exists()


def test_the_list_goes_on_behind_a_cursor_and_is_narrowed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lianglin.appeals.api.problems.PAGE", 2)
    kept = [made(town).pk for _number in range(3)]
    street = browser(town, "street")
    first = street.get(URL).json()
    then = street.get(URL, {"cursor": first["older"]}).json()
    assert [row["id"] for row in first["rows"] + then["rows"]] == kept[::-1]
    assert street.get(URL, {"state": "confirmed"}).json()["rows"] == []
    assert street.get(URL, {"state": "nonsense"}).status_code == 422


def test_nobody_sees_another_streets_class_and_units_move_none(town: Town) -> None:
    problem = made(town)
    other = browser(town, "other_street")
    assert other.get(URL).json()["rows"] == []
    assert other.get(f"{URL}{problem.pk}").status_code == 404
    assert Client().get(URL).status_code == 401
    unit = browser(town, "unit")
    assert unit.get(f"{URL}{problem.pk}").status_code == 200
    assert post(unit, f"{problem.pk}/steps/confirm", {}).status_code == 403
    assert ProblemClass._base_manager.get().state == "candidate"
