"""A text that asks for what was not given is a loud error; a gateway is tried again for about a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianglin.kit import discovery
from lianglin.kit.domain import Notice
from lianglin.notices import rules
from lianglin.notices.tests.conftest import NOTICE


def test_texts_are_filled_in_by_language() -> None:
    given = {"number": "A 1", "state": "收到"}
    assert rules.fill_in(NOTICE, "zh-hans", given) == "您的事A 1：收到。"
    assert rules.fill_in(NOTICE, "en", given) == "Your matter A 1: 收到."
    assert rules.fill_in(NOTICE, "ru", given) == "您的事A 1：收到。"


def test_a_value_is_never_read_as_a_text() -> None:
    assert rules.fill_in(NOTICE, "en", {"number": "{state}", "state": "{number.__class__}"}) == (
        "Your matter {state}: {number.__class__}."
    )


def test_a_missing_value_is_a_loud_error() -> None:
    with pytest.raises(rules.WrongText, match=r"test\.state.*state"):
        rules.fill_in(NOTICE, "zh-hans", {"number": "A 1"})


@pytest.mark.parametrize(
    ("site", "link", "read"),
    [
        ("https://city.example", "/appeals/track/", "https://city.example/appeals/track/"),
        ("", "/appeals/track/", "/appeals/track/"),
        ("https://city.example", "https://other.example/", "https://other.example/"),
        ("https://city.example", "//other.example/", "//other.example/"),
    ],
)
def test_a_path_is_read_outside_after_the_address_of_the_site(site: str, link: str, read: str) -> None:
    assert rules.outside({"number": "A 1", "link": link}, site) == {"number": "A 1", "link": read}


def test_a_message_without_a_link_gets_none() -> None:
    assert rules.outside({"number": "A 1"}, "https://city.example") == {"number": "A 1"}


@pytest.mark.parametrize(
    ("texts", "fields", "flaw"),
    [
        ({"zh-hans": "好"}, (), "no text in en"),
        ({"zh-hans": "{a}", "en": "{a}"}, (), "{a} is not among its fields"),
        ({"zh-hans": "好", "en": "good"}, ("a",), "the field a is in no text"),
        ({"zh-hans": "{a.b}", "en": "x"}, ("a.b",), "{a.b} is no plain name"),
        ({"zh-hans": "{}", "en": "x"}, (), "{} is no plain name"),
        ({"zh-hans": "{a", "en": "x"}, (), "expected '}'"),
    ],
)
def test_a_badly_declared_message_is_found(texts: dict[str, str], fields: tuple[str, ...], flaw: str) -> None:
    assert any(flaw in found for found in rules.flaws(Notice("x.y", "x", texts, fields)))


def test_every_declared_message_is_sound() -> None:
    for notice in discovery.each("notices"):
        assert rules.flaws(notice) == []


def test_it_is_tried_for_about_a_day_and_then_given_up() -> None:
    waits = []
    while (wait := rules.wait_after(len(waits) + 1)) is not None:
        waits.append(wait)
    assert waits == sorted(waits)
    assert timedelta(hours=12) < sum(waits, timedelta()) < timedelta(days=2)
