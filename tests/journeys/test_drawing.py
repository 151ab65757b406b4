"""A boundary is drawn on the map and its corners are moved; the form below takes it, with or without a script."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from playwright.sync_api import Page

from . import story
from .conftest import Walk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
CORNERS = ((-150, -60), (150, -60), (150, 40), (-150, 40))
"""Pixels from the middle of the map."""


def community(walk: Walk) -> dict[str, Any]:
    """A community of the demo city, with a spot inside of it."""
    answer = walk.page.request.get(f"{walk.demo.url}/api/v1/places/covering?lon=126.6&lat=45.76")
    return answer.json()


def drawn(page: Page) -> Any:
    """The shape that the form holds."""
    return shapely.from_geojson(page.input_value("#id_shape"))


def tap(page: Page, middle: tuple[float, float], corner: tuple[int, int]) -> None:
    page.mouse.move(middle[0] + corner[0], middle[1] + corner[1])
    page.wait_for_timeout(150)  # the library tells a tap from a double tap by the time between them
    page.mouse.click(middle[0] + corner[0], middle[1] + corner[1])
    page.wait_for_timeout(350)


def test_an_outline_is_drawn_and_a_corner_moved(walk: Walk) -> None:
    story.log_in(walk, "places")
    place = community(walk)
    page = walk.open(f"/register/changes/boundary/?code={place['scope_code']}")
    page.wait_for_selector("[data-drawing=ready]", timeout=60_000)
    assert page.input_value("#id_shape") == "", "what is there now is no change"
    walk.must_be_clean()
    page.click(".map__tools button:first-child")
    page.locator(".map__tools").scroll_into_view_if_needed()
    box = page.locator(".map__canvas").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for corner in (*CORNERS, CORNERS[-1]):
        tap(page, middle, corner)
    page.wait_for_function("document.getElementById('id_shape').value !== ''")
    outline = drawn(page)
    assert len(outline.exterior.coords) == 5
    assert outline.distance(shapely.Point(place["lon"], place["lat"])) < 0.01, (
        "degrees: it lies where it was drawn"
    )
    page.wait_for_timeout(300)
    before = page.input_value("#id_shape")
    page.mouse.move(middle[0] + 150, middle[1] + 40)
    page.mouse.down()
    page.mouse.move(middle[0] + 190, middle[1] + 70, steps=6)
    page.mouse.up()
    page.wait_for_function("was => document.getElementById('id_shape').value !== was", arg=before)
    moved = drawn(page)
    assert moved.area > outline.area
    assert len(moved.exterior.coords) == 5
    walk.must_be_clean()


@pytest.mark.parametrize("walk", [{"js": False}], indirect=True)
def test_without_a_script_the_form_takes_what_is_pasted(walk: Walk) -> None:
    story.log_in(walk, "places")
    code = community(walk)["scope_code"]
    page = walk.open(f"/register/changes/boundary/?code={code}")
    page.fill("#id_shape", "no boundary")
    page.locator("form:has(#id_shape) button").first.click()
    assert page.input_value("#id_shape") == "no boundary"
    assert page.locator("[role=alert], .errors, .alert").count() >= 1
