"""Markup in Python escapes as Django does; what a process keeps is never older than it may be."""

from __future__ import annotations

import pytest
from django.utils.functional import lazystr
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from lianglin.kit import fresh, side
from lianglin.kit.fresh import Fresh
from lianglin.kit.markup import fill

PARTS = st.one_of(
    st.text(), st.integers(), st.floats(), st.none(), st.text().map(mark_safe), st.text().map(lazystr)
)


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


def test_the_navigation_escapes_names_and_shows_what_waits() -> None:
    icon = mark_safe("<svg></svg>")
    found = side.links((("<Work>", "/work/", icon, True, 3, None),), icon, "More")
    assert '<li><a class="side__link" href="/work/" aria-current="page">' in found
    assert "&lt;Work&gt;" in found
    assert '<span class="count">3</span>' in found
    assert "nav__more" not in found


@pytest.mark.parametrize(("links", "in_sheet"), [(5, 0), (6, 2), (9, 5)])
def test_a_phone_shows_four_links_and_the_others_in_a_sheet(links: int, in_sheet: int) -> None:
    icon = mark_safe("<svg></svg>")
    found = side.links(tuple((f"n{n}", f"/{n}/", icon, None, None, None) for n in range(links)), icon, "More")
    assert found.partition("nav__sheet")[2].count("<li>") == in_sheet
    assert found.count('class="nav__rest"') == in_sheet


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
