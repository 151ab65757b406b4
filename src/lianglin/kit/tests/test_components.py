"""The components: what the filters say, and that both galleries are sound HTML and pass axe in a real browser."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from lianglin.kit import clock
from lianglin.kit.security import POLICY
from lianglin.kit.signs import deadline, local_dt
from lianglin.kit.templatetags.kit import masked
from lianglin.kit.tests import gallery

AXE = Path(__file__).parents[4] / "frontend" / "dist-test" / "axe.min.js"
MORNING = dt.datetime(2026, 11, 24, 6, 5, tzinfo=dt.UTC)
VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "use", "circle"}


@pytest.fixture(autouse=True)
def _kit_alone(settings: Any) -> None:
    """The kit without the rest of the house: its own addresses, no context processors, plain static names."""
    settings.ROOT_URLCONF = "lianglin.kit.tests.urls"
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def in_2026() -> Iterator[None]:
    clock.set_offset(MORNING - clock.now())
    yield
    clock.set_offset(dt.timedelta(0))


def page(name: str, language: str = "zh-hans", elder: str = "") -> str:
    """One gallery page as HTML."""
    with translation.override(language):
        return render_to_string(
            f"kit/{name}.html", gallery.context(language, elder=elder), RequestFactory().get("/")
        )


def test_what_is_kept_of_a_page_does_not_outlive_its_addresses(settings: Any) -> None:
    """Texts are kept for later pages; drawings lie where the static files of this setting lie."""
    plain = settings.STORAGES
    other = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"base_url": "/other/"}}
    for language in ("zh-hans", "en"):
        settings.STORAGES = {**plain, "staticfiles": other}
        with translation.override(language):
            assert all("/other/" in deadline(days) for days in (-1, 0, 1))
        assert "/other/kit/icons.svg" in page("gallery_desk", language)
        settings.STORAGES = plain
        with translation.override(language):
            assert not any("/other/" in deadline(days) for days in (-1, 0, 1))
        assert "/other/" not in page("gallery_desk", language)


# -- filters -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "chinese", "english"),
    [
        ("full", "2026年11月24日 14:05", "24 Nov 2026, 14:05"),
        ("date", "2026年11月24日", "24 Nov 2026"),
        ("short", "11月24日 14:05", "24 Nov, 14:05"),
        ("day", "11月24日", "24 Nov"),
        ("time", "14:05", "14:05"),
    ],
)
def test_times_are_shown_in_shanghai(style: str, chinese: str, english: str, in_2026: None) -> None:
    with translation.override("zh-hans"):
        assert local_dt(MORNING, style) == chinese
    with translation.override("en"):
        assert local_dt(MORNING, style) == english


def test_a_day_of_another_year_says_so(in_2026: None) -> None:
    with translation.override("zh-hans"):
        assert local_dt(dt.date(2025, 2, 3), "day") == "2025年2月3日"
        assert local_dt(MORNING - dt.timedelta(days=365), "short") == "2025年11月24日 14:05"
    with translation.override("en"):
        assert local_dt(dt.date(2025, 2, 3), "day") == "3 Feb 2025"


def test_a_date_has_no_clock() -> None:
    with translation.override("zh-hans"):
        assert local_dt(dt.date(2026, 2, 3)) == "2026年2月3日"
    assert local_dt(None) == ""


@pytest.mark.parametrize(
    ("left", "said", "tone"),
    [
        (-2, "2 working days overdue", "bad"),
        (0, "Due today", "warn"),
        (1, "1 working day left", "warn"),
        (4, "4 working days left", "plain"),
        (dt.timedelta(hours=2, minutes=59), "2 hours left", "warn"),
        (dt.timedelta(minutes=-61), "1 hour overdue", "bad"),
        (dt.timedelta(days=3), "3 days left", "plain"),
    ],
)
def test_deadlines_say_it_in_words_and_tone(left: int | dt.timedelta, said: str, tone: str) -> None:
    with translation.override("en"):
        shown = deadline(left)
    assert said in shown
    assert f"tag--{tone}" in shown


def test_no_limit_shows_nothing() -> None:
    assert deadline(None) == ""


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("张三丰", "name", "张**"),
        ("买买提·吐尔逊", "name", "买**"),
        ("15400001234", "phone", "154****1234"),
        ("230199195001011234", "id_number", "230199********1234"),
        ("南马第四社区 3 号楼 2 单元 501", "address", "南马第四社区 3 号楼***"),
        ("糖尿病", "never", "****"),
        ("<b>", "text", "&lt;**"),
    ],
)
def test_masking_keeps_little(value: str, kind: str, shown: str) -> None:
    assert f">{shown}</span>" in masked(value, kind)


def test_an_empty_value_stays_empty() -> None:
    assert masked(None, "phone") == ""


def test_an_unknown_tone_does_not_break_a_list() -> None:
    shown = Template('{% load kit %}{% status "办理中" "purple" %}').render(Context())
    assert shown == '<span class="tag tag--plain">办理中</span>'


def test_words_in_a_component_are_escaped() -> None:
    shown = Template('{% load kit %}{% alert text "bad" %}{% joined parts %}').render(
        Context({"text": "<script>", "parts": ["<i>", "", "x"]})
    )
    assert "<script>" not in shown
    assert "&lt;i&gt; · x" in shown


# -- pages -------------------------------------------------------------------------------------------


class Soundness(HTMLParser):
    """Collects what the Content-Security-Policy would refuse, repeated ids, and tags left open."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.refused += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.refused.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["gallery", "gallery_desk"])
def test_galleries_are_sound(name: str, language: str) -> None:
    found = Soundness()
    found.feed(page(name, language))
    assert found.refused == []
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "413", "429", "500", "503"])
def test_error_pages_need_no_context(name: str) -> None:
    with translation.override("zh-hans"):
        shown = render_to_string(f"{name}.html")
    assert "12345" in shown
    assert 'lang="zh-Hans"' in shown


def test_large_type_is_marked_on_the_root() -> None:
    assert '<html lang="zh-Hans" data-elder="30"' in page("gallery", elder="30")
    assert "data-elder" not in page("gallery")


# -- in a browser ------------------------------------------------------------------------------------


class Gallery(BaseHTTPRequestHandler):
    """Serves the galleries and their static files under the house's Content-Security-Policy."""

    def do_GET(self) -> None:
        """/gallery?lang=en&elder=24, or a static file."""
        parts = urlsplit(self.path)
        if parts.path.startswith("/static/"):
            found = finders.find(parts.path.removeprefix("/static/"))
            body, kind = (
                (Path(str(found)).read_bytes(), guess_type(parts.path)[0]) if found else (b"", "text/plain")
            )
        else:
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            body = page(parts.path.strip("/"), asked.get("lang", "zh-hans"), asked.get("elder", "")).encode()
            found, kind = True, "text/html; charset=utf-8"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of the gallery server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gallery)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


FORMS = [
    ("/gallery", 1280),
    pytest.param("/gallery", 390, marks=pytest.mark.deep),
    pytest.param("/gallery?elder=24", 390, marks=pytest.mark.deep),
    ("/gallery?elder=30", 390),  # what fits in the largest type fits in a smaller one
    ("/gallery?lang=en", 390),
    ("/gallery_desk", 1280),
    ("/gallery_desk?elder=24", 390),
]

SMALL = """(least) => [...document.querySelectorAll('a, button, select, summary, textarea, label.choice')]
  .filter((e) => !e.closest('p, dd, th, li:not([class]), .vh, .maplibregl-map'))
  .filter((e) => { const box = e.getBoundingClientRect(); return box.width > 1 && box.height < least - 0.5; })
  .map((e) => e.className + ' ' + e.getBoundingClientRect().height)"""


@pytest.mark.browser
@pytest.mark.parametrize(("path", "width"), FORMS)
def test_gallery_in_a_browser(path: str, width: int, address: str, browser: Any) -> None:
    view = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.goto(address + path)
    if view.query_selector("[data-chart]"):
        view.evaluate("document.querySelector('[data-chart]').scrollIntoView()")
        view.wait_for_selector("[data-chart][data-island=ready] svg path", state="attached")
    view.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found = view.evaluate("axe.run(document)")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert view.evaluate(SMALL, 60 if "elder" in path else 44) == []
    assert said == []  # a refusal by the Content-Security-Policy is a console error
    view.close()
