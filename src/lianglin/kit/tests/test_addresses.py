"""An address by its pattern is the address that Django makes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.urls import NoReverseMatch, get_resolver, include, path, register_converter, reverse
from hypothesis import given
from hypothesis import strategies as st

from lianglin.kit import addresses
from lianglin.kit.addresses import address


class Even:
    """A converter that takes some numbers only."""

    regex = "[0-9]*[02468]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        if not isinstance(value, int) or value % 2:
            raise ValueError
        return str(value)


register_converter(Even, "even")
inner: Any = (
    [path("<str:a>/of/<int:b>/", print, name="two")],
    "in",
)
urlpatterns = [
    path("in/", include(inner)),
    path("one/<int:a>/", print, name="one"),
    path("slug/<slug:a>/", print, name="slug"),
    path("uuid/<uuid:a>/", print, name="uuid"),
    path("even/<even:a>/", print, name="even"),
    path("907/<path:a>", print, name="path"),
    path("none/", print, name="none"),
]
NAMES = ("in:two", "one", "slug", "uuid", "even", "path", "none", "nowhere")
VALUES = st.one_of(
    st.integers(-5, 10**12),
    st.text(max_size=8),
    st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True),
    st.booleans(),
    st.uuids(),
    st.none(),
)


def said(make: Any, name: str, values: tuple[Any, ...]) -> str:
    try:
        return make(name, *values)
    except NoReverseMatch:
        return "no route"


@pytest.mark.urls(__name__)
@given(st.sampled_from(NAMES), st.lists(VALUES, max_size=2))
def test_the_address_that_django_makes(name: str, values: list[Any]) -> None:
    given_values = tuple(values)
    plain = said(lambda n, *v: reverse(n, args=v), name, given_values)
    assert said(address, name, given_values) == plain


@pytest.mark.urls(__name__)
def test_a_pattern_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = address("in:two", "A1", 5)
    monkeypatch.setattr(addresses, "reverse", lambda *_a, **_k: pytest.fail("asked again"))
    assert (first, address("in:two", "B2", 6)) == ("/in/A1/of/5/", "/in/B2/of/6/")


@pytest.mark.urls(__name__)
def test_what_is_no_plain_value_is_asked_of_django() -> None:
    assert address("uuid", UUID(int=7)).startswith("/uuid/00000000")
    assert address("path", "a/b c") == "/907/a/b%20c"
    assert address("slug", "x") == "/slug/x/"
    with pytest.raises(NoReverseMatch):
        address("slug", "两邻")


def test_every_route_of_the_house_that_takes_plain_values() -> None:
    """All of them, by number and by word."""
    tried = 0
    for space, (_prefix, resolver) in get_resolver().namespace_dict.items():
        for name in {one for one in resolver.reverse_dict if isinstance(one, str)}:
            for values in ((), (41,), ("A-1_b",), (41, "A-1_b"), ("A-1_b", 41), (3, 4), ("x", "y")):
                plain = said(lambda n, *v: reverse(n, args=v), f"{space}:{name}", values)
                assert said(address, f"{space}:{name}", values) == plain
                tried += plain != "no route"
    assert tried > 300
