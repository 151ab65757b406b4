"""The README's pictures, taken from a running demo: one light bulb seen by five people, in both languages.

Run: ``.venv/bin/python -m tests.journeys.pictures http://localhost:8000``. Tells the demo's story anew, once a
language, goes through it as the five people and writes ``docs/images/{person}.{en,zh}.png``: 1040 x 1400 pixels, 64 colours.
"""

from __future__ import annotations

import io
import sys

from PIL import Image
from playwright.sync_api import Browser, Page

from tests import chromium

from . import story
from .conftest import ROOT, Demo, Walk

FOLDER = ROOT / "docs" / "images"
WIDTH, HEIGHT, SCALE = 520, 700, 2
COLOURS = 64
LANGUAGES = {"en": "en", "zh": "zh-hans"}
ANSWER = {
    "en": "New bulb and sound switch fitted, tried out on the spot.",
    "zh": "已更换灯泡和声控开关，现场试亮。",
}


def main() -> None:
    """Takes all pictures of the demo at the address given."""
    demo = Demo(sys.argv[1].rstrip("/"))
    with chromium.launched() as browser:
        for short, language in LANGUAGES.items():
            take(browser, demo, short, language)


def take(browser: Browser, demo: Demo, short: str, language: str) -> None:
    """The five pictures of one language."""
    context = browser.new_context(
        locale="zh-CN", viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE
    )
    context.add_cookies([{"name": "django_language", "value": language, "url": demo.url}])
    walk = Walk(context.new_page(), demo)
    page = walk.open("/demo/")
    page.locator("form[action='/demo/anew/'] button").click()
    page.wait_for_load_state()

    become(walk, "community")
    number = page.url.rstrip("/").rpartition("/")[2]
    page.locator("#who input[name=purpose]").first.check()
    page.locator("#who button[type=submit]").click()
    page.wait_for_load_state()
    walk.open(f"/appeals/desk/{number}/")
    picture(page, "h1", f"community.{short}")
    story.deed(walk, number, "accept")

    become(walk, "street")
    walk.open(f"/appeals/desk/{number}/?do=dispatch")
    form = f"form[action*='/{number}/dispatch/']"
    picture(page, f"section:has(> {form}), details:has({form})", f"street.{short}")
    unit = page.locator(f"{form} input[name=unit][type=radio]").first.get_attribute("value")
    story.deed(walk, number, "dispatch", unit=unit or "")

    become(walk, "department")
    story.deed(walk, number, "take_on")
    walk.open(f"/appeals/desk/{number}/?do=answer")
    page.locator(f"form[action*='/{number}/answer/'] textarea[name=note]").fill(ANSWER[short])
    form = f"form[action*='/{number}/answer/']"
    picture(page, f"section:has(> {form}), details:has({form})", f"department.{short}")

    become(walk, "resident")
    picture(page, "h1", f"resident.{short}")
    become(walk, "officer")
    picture(page, "main table", f"officer.{short}")
    context.close()


def become(walk: Walk, person: str) -> None:
    """Presses a person on the tour's page: lands where they meet the matter."""
    page = walk.open("/demo/")
    page.locator(f"main button[name=persona][value={person}]").click()
    page.wait_for_load_state()


def picture(page: Page, what: str, name: str) -> None:
    """The window with ``what`` near its upper edge, in few colours: small, and the type stays crisp."""
    page.locator(what).first.evaluate(
        "e => { document.activeElement.blur(); window.scrollTo({top: e.getBoundingClientRect().top + scrollY - 80, behavior: 'instant'}) }"
    )
    page.wait_for_timeout(300)
    raw = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    small = raw.quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
