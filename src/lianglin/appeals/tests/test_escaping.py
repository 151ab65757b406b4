"""What a stranger types is shown as text, on every staff page that shows it."""

from __future__ import annotations

import pytest
from tests import world
from tests.world import HERE, WORKER, World

from lianglin.cases.actions import Place

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def city(db: None) -> World:
    return world.build()


def test_a_hostile_text_stays_text(city: World) -> None:
    place = Place(community=city.community(HERE), text=HOSTILE)
    number = city.report(text=f"楼道灯 {HOSTILE}", title=HOSTILE, place=place).case.number
    browser = city.browser(WORKER)
    for path in ("/appeals/desk/", f"/appeals/desk/{number}/", "/work/"):
        shown = browser.get(path).content.decode()
        assert "&lt;script&gt;" in shown, path
        assert "<script>alert" not in shown, path
        assert "<img src=x" not in shown, path
