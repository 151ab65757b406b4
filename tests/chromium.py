"""The browser that the journeys drive: the machine's own chromium, steered by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATH = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""Where the browser is; None when this machine has none."""
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--disable-gpu-compositing",
]
"""The map's WebGL runs in SwiftShader; pages are put together without it, which costs a third of the time."""


@contextmanager
def launched() -> Iterator[Browser]:
    """A running browser. Once a process at a time: Playwright refuses a second one beside its own event loop."""
    from playwright.sync_api import sync_playwright  # whoever drives no browser need not have it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=FLAGS)
        yield browser
        browser.close()
