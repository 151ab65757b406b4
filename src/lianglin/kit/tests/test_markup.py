"""Markup in Python escapes as Django does; what a process keeps is never older than it may be."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.functional import lazystr
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from hypothesis import given
from hypothesis import strategies as st

from lianglin.kit import fresh, side
from lianglin.kit.domain import Place
from lianglin.kit.fresh import Fresh
from lianglin.kit.markup import fill

PARTS = st.one_of(
    st.text(), st.integers(), st.floats(), st.none(), st.text().map(mark_safe), st.text().map(lazystr)
)


@pytest.fixture
def plain(settings: Any) -> None:
    """Drawings without a collected manifest of static files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@given(st.lists(PARTS, min_size=3, max_size=3))
def test_parts_are_escaped_as_django_escapes_them(parts: list[object]) -> None:
    assert fill('<a href="%s" class="x-%s">%s</a> 100%%', *parts) == format_html(
        '<a href="{}" class="x-{}">{}</a> 100%', *parts
    )


def test_what_is_filled_in_once_is_not_escaped_again() -> None:
    assert fill("<b>%s</b>", fill("<i>%s</i>", "<&")) == "<b><i>&lt;&amp;</i></b>"


def test_a_part_too_many_or_too_few_is_an_error() -> None:
    with pytest.raises(TypeError):
        fill("%s", "a", "b")
    with pytest.raises(TypeError):
        fill("%s %s", "a")


def menu(links: int, group: Place = "today") -> side.Menu:
    return side.Menu(
        tuple(side.Link(f"<n{n}>", f"/{n}/", SafeString(), group, f"x:{n}") for n in range(links))
    )


def test_the_navigation_escapes_names_and_shows_what_waits() -> None:
    found = side.markup(menu(1), 0, "page", ((0, 3),))
    assert '<li><a class="side__link" href="/0/" aria-current="page">' in found
    assert "&lt;n0&gt;" in found
    assert '<span class="count">3</span>' in found
    assert 'id="menu"' not in found


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(("links", "in_groups"), [(5, 0), (6, 2), (19, 15)])
def test_four_links_stand_alone_and_the_others_in_groups(links: int, in_groups: int) -> None:
    found = side.markup(menu(links), -1, "", ())
    top, _, groups = found.partition('id="menu"')
    assert groups.count("<li>") == in_groups
    assert top.count("<li>") == links - in_groups
    assert ('href="#menu"' in top) is bool(in_groups)


@pytest.mark.usefixtures("plain")
def test_a_folded_group_opens_where_one_is_and_adds_up_what_waits_inside() -> None:
    long = menu(19, "rules")
    folded = side.markup(long, 0, "page", ((7, 2), (9, 3)))
    assert '<details class="side__group"><summary class="side__head">' in folded
    assert '<span class="count">5</span></summary>' in folded
    assert '<details class="side__group" open>' in side.markup(long, 9, "true", ())


def test_a_page_further_down_belongs_to_the_longest_address_it_begins_with() -> None:
    links = [side.Link(url, url, SafeString()) for url in ("/desk/", "/desk/board/", "/")]
    found = side.Menu(tuple(links))
    assert found.section("/desk/board/7/") == 1
    assert found.section("/desk/A26/") == 0
    assert found.section("/elsewhere/") == -1


def test_a_kept_value_is_read_again_when_it_is_too_old_or_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(fresh.time, "monotonic", lambda: now)
    reads = iter(range(100))
    kept = Fresh(seconds=20, most=2)
    assert [kept.get("a", lambda: next(reads)) for _ in range(3)] == [0, 0, 0]
    now = 20.0
    assert kept.get("a", lambda: next(reads)) == 0
    now = 20.1
    assert kept.get("a", lambda: next(reads)) == 1
    kept.forget("a")
    assert kept.get("a", lambda: next(reads)) == 2
    kept.get("b", lambda: next(reads))
    kept.get("c", lambda: next(reads))
    assert len(kept) <= 2, "a process does not grow without end"
