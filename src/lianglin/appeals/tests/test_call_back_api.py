"""A call-back by the API takes what the page takes: how the call came out, the time agreed for the next, the reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.watch import forget_tries
from tests.world import WORKER, World, build, catalogue

from lianglin.appeals.models import CallBack, CallPlan
from lianglin.kit import clock

from .test_api import move, refused

pytestmark = pytest.mark.rows("R057")


@pytest.fixture
def city(db: None) -> World:
    forget_tries()
    made = build()
    catalogue()
    return made


def called(city: World, body: dict[str, Any]) -> Any:
    case = city.brought_to("settled").case
    return move(city.browser(WORKER), case.number, "call_back", body)


def test_a_call_in_vain_keeps_its_result_and_the_next_time(city: World) -> None:
    next_at = clock.now().replace(microsecond=0) + timedelta(days=1)
    answer = called(city, {"reached": False, "result": "later", "next_at": next_at.isoformat()})
    assert (answer.status_code, answer.json()["state"]) == (200, "settled")
    assert CallBack._base_manager.get().result == "later"
    assert CallPlan._base_manager.get().next_at == next_at


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reached": False, "result": "asleep"}, "result"),
        ({"reached": False, "next_at": "2026-12-01T09:00:00"}, "next_at"),
        ({"reached": False, "next_at": "2020-12-01T09:00:00+08:00"}, "next_at"),
        ({"reached": True, "solved": "yes", "grade": 5, "reasons": ["slow"]}, "reasons"),
        ({"reached": True, "solved": "yes", "grade": 2, "reasons": ["nonsense"]}, "reasons"),
    ],
)
def test_what_does_not_fit_is_named(city: World, body: dict[str, Any], field: str) -> None:
    refused(called(city, body), 422, field)
    assert not CallBack._base_manager.exists()


def test_reasons_go_with_their_grade(city: World) -> None:
    answer = called(city, {"reached": True, "solved": "partly", "grade": 2, "reasons": ["slow"]})
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    assert CallBack._base_manager.get().reasons == "slow"
