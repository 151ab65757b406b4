"""One dark stairwell through every layer: reported, accepted, dispatched, answered, settled, called back, counted."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Browser

from lianglin.kit import clock

from . import story
from .conftest import Demo, Walk, new_context, watch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
WAYS = [
    pytest.param({"form": "desktop"}, id="desktop-zh"),
    pytest.param({"form": "phone", "language": "en"}, id="phone-en"),
    pytest.param({"form": "desktop", "elder": True}, id="elder-zh"),
    pytest.param({"form": "phone", "js": False}, id="phone-no-javascript"),
]


@pytest.fixture(scope="module")
def place(browser: Browser, demo: Demo) -> str:
    """The address of a building in the story's community, as its page lists it."""
    context = new_context(browser, demo)
    page = context.new_page()
    watched = watch(page, demo)
    story.log_in(watched, "community")
    row = json.loads(page.request.get(f"{demo.url}/api/v1/appeals/").body())["rows"]
    community = row[0]["scope_code"]
    page.goto(f"{demo.url}/places/{community}/")
    address = page.locator("main").inner_text()
    context.close()
    found = re.search(r"[\u4e00-\u9fff]+\d+号楼", address)
    assert found, address
    return found[0]


def figures(walk: Walk, code: str) -> dict[str, Any]:
    """The newest month of a figure, as the manager's API shows it."""
    answer = walk.page.request.get(
        f"{walk.demo.url}/api/v1/indicators/{code}/values?month={clock.today():%Y-%m}"
    )
    assert answer.ok, answer.text()
    return json.loads(answer.body())["items"][-1]


def wait_for_more(walk: Walk, code: str, before: dict[str, Any]) -> dict[str, Any]:
    """The figure, once the worker has counted one more (the event is delivered within seconds)."""
    end = time.monotonic() + 30
    while (now := figures(walk, code)) and now["numerator"] <= before["numerator"]:
        assert time.monotonic() < end, f"{code} did not move: {before} {now}"
        time.sleep(0.3)
    return now


@pytest.mark.rows("R041", "R046", "R048", "R049", "R050", "R057", "R058")
@pytest.mark.parametrize("walk", WAYS, indirect=True)
def test_one_appeal_from_the_stairwell_to_the_dashboard(walk: Walk, place: str) -> None:
    seen: list[str] | None = [] if _runs_scripts(walk) else None
    story.log_in(walk, "manager")
    settled, solved = figures(walk, "appeals.received"), figures(walk, "appeals.solved")
    story.log_out(walk)

    number, secret = story.report(walk, where=place, seen=seen)

    story.log_in(walk, "community")
    story.deed(walk, number, "accept")
    story.log_in(walk, "street")
    story.deed(walk, number, "dispatch", unit=_suggested(walk, number))
    story.log_in(walk, "department")
    story.deed(walk, number, "take_on")
    story.deed(walk, number, "answer", outcome="solved", note="已更换灯泡和声控开关，现场试亮。")
    story.log_in(walk, "street")
    story.deed(walk, number, "settle")
    story.log_in(walk, "community")
    story.deed(walk, number, "call_back", reached="yes", solved="yes", grade="5", note="老人说楼道亮了")
    assert _state(walk, number) == "closed"
    if seen is not None:
        walk.open(f"/appeals/desk/{number}/")
        walk.must_be_clean()

    story.log_in(walk, "manager")
    wait_for_more(walk, "appeals.received", settled)
    wait_for_more(walk, "appeals.solved", solved)
    story.log_in(walk, "street")
    page = walk.open("/figures/rows/appeals.received/")
    assert number in page.content().replace(" ", ""), "the figure opens into the very case"

    story.log_out(walk)
    page = walk.open("/appeals/track/")
    page.fill("input[name=number]", number)
    page.fill("input[name=secret]", secret)
    story.onward(page, "input[name=secret]")
    page.wait_for_url("**/mine/")
    assert "已更换灯泡" in page.inner_text("main")
    if seen is not None:
        walk.must_be_clean()


def _runs_scripts(walk: Walk) -> bool:
    """axe needs JavaScript; the way without it is walked without axe."""
    walk.page.set_content("<p id=a></p><script>document.getElementById('a').textContent='on'</script>")
    return walk.page.inner_text("#a") == "on"


def _state(walk: Walk, number: str) -> str:
    return json.loads(walk.page.request.get(f"{walk.demo.url}/api/v1/appeals/{number}").body())["state"]


def _suggested(walk: Walk, number: str) -> str:
    page = walk.open(f"/appeals/desk/{number}/?do=dispatch")
    value = page.locator(
        f"form[action*='/{number}/dispatch/'] input[name=unit][type=radio]"
    ).first.get_attribute("value")
    assert value
    return value
