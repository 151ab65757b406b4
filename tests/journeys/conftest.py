"""A whole demo city on a free port, and a real Chromium to walk through it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.started import SMALL, Started, copy

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "dist-test" / "axe.min.js"
FORMS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


@dataclass
class Demo:
    """A running demo: where it is; where its data lies and how many residents were asked for, unless it ran already."""

    url: str
    data: Path | None = None
    residents: int = 0


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """A demo of its own; JOURNEY_DEMO=http://localhost:8000 walks through one that runs already (for writing tests).

    JOURNEY_RESIDENTS=1000000 fills one of that size (``make test-journeys-city``), which takes minutes and gigabytes.
    """
    if there := os.environ.get("JOURNEY_DEMO"):
        yield Demo(there)
        return
    if size := os.environ.get("JOURNEY_RESIDENTS"):
        with (
            tempfile.TemporaryDirectory(
                prefix="journeys-", dir="/tmp"
            ) as folder,  # sockets want a short path
            Started(Path(folder) / "data", residents=size) as running,
        ):
            running.wait()
            yield Demo(running.url, running.data, int(size))
        return
    data = tmp_path_factory.mktemp("demo") / "data"
    copy(request.getfixturevalue("filled_demo"), data)  # asked for here only: it takes minutes to fill
    with Started(data) as running:
        running.wait()
        yield Demo(running.url, data, int(SMALL))


@dataclass
class Walk:
    """One visitor's browser window; collects what the browser complains about."""

    page: Page
    demo: Demo
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Goes to a path of the demo."""
        self.page.goto(self.demo.url + path, wait_until="load")
        return self.page

    def axe(self) -> list[str]:
        """What axe-core finds wrong on the page as it stands."""
        source = AXE.read_text(encoding="utf-8")
        self.page.evaluate(f"() => {{ {source} }}") if not self.page.evaluate("() => !!window.axe") else None
        found: Any = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:4]}" for v in found]

    def must_be_clean(self) -> None:
        """No axe finding, no script error, no violation of the Content-Security-Policy."""
        assert self.axe() == []
        assert self.complaints == []


def watch(page: Page, demo: Demo) -> Walk:
    """A walk whose complaints are collected from now on."""
    walk = Walk(page, demo)
    page.on("pageerror", lambda error: walk.complaints.append(f"script: {error}"))
    page.on(
        "console",
        lambda message: (
            walk.complaints.append(message.text)
            if re.search(r"Content.Security.Policy|Refused to", message.text)
            else None
        ),
    )
    return walk


@pytest.fixture
def walk(browser: Browser, demo: Demo, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """A fresh window; parametrise indirectly with ``{"form": "phone", "language": "en", "elder": True, "js": False}``."""
    chosen = getattr(request, "param", {})
    context = new_context(browser, demo, **chosen)
    yield watch(context.new_page(), demo)
    context.close()


def new_context(
    browser: Browser,
    demo: Demo,
    *,
    form: str = "desktop",
    language: str = "zh-hans",
    elder: bool = False,
    js: bool = True,
) -> BrowserContext:
    """A browser profile of its own."""
    context = browser.new_context(java_script_enabled=js, locale="zh-CN", **FORMS[form])  # pyright: ignore
    context.set_default_timeout(
        60_000
    )  # a hang, not a promise: a whole city on a busy machine takes its time
    cookies = [{"name": "django_language", "value": language, "url": demo.url}]
    if elder:
        cookies.append({"name": "elder", "value": "1", "url": demo.url})
    context.add_cookies(cookies)  # pyright: ignore[reportArgumentType]
    return context
