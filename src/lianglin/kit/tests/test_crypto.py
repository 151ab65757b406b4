"""Encrypted columns: what rests is unreadable, cannot be changed or moved unnoticed, and survives a rotation."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from lianglin.kit import crypto

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(autouse=True)
def _fresh_ring() -> Iterator[None]:
    crypto._ring.cache_clear()
    yield
    crypto._ring.cache_clear()


@given(st.text())
def test_a_text_comes_back_and_does_not_rest_in_clear(text: str) -> None:
    stored = crypto.encrypt(text, "app.Model.field")
    assert crypto.decrypt(stored, "app.Model.field") == text
    assert len(text) < 4 or text.encode() not in stored


def test_the_same_text_never_rests_the_same_twice() -> None:
    assert crypto.encrypt("15400000000", "a.B.c") != crypto.encrypt("15400000000", "a.B.c")


@given(st.integers(0, 200))
def test_a_changed_byte_is_noticed(position: int) -> None:
    stored = bytearray(crypto.encrypt("15400000000", "a.B.c"))
    stored[position % len(stored)] ^= 1
    with pytest.raises(ValueError, match=r"a\.B\.c"):
        crypto.decrypt(bytes(stored), "a.B.c")


def test_a_value_moved_to_another_column_is_noticed() -> None:
    with pytest.raises(ValueError, match="belongs elsewhere"):
        crypto.decrypt(crypto.encrypt("x", "a.B.c"), "a.B.d")


def test_old_values_stay_readable_after_a_new_key() -> None:
    with override_settings(FIELD_KEYS={1: OLD}):
        before = crypto.encrypt("x", "a.B.c")
    crypto._ring.cache_clear()
    with override_settings(FIELD_KEYS={1: OLD, 2: NEW}):
        assert crypto.decrypt(before, "a.B.c") == "x"
        assert crypto.encrypt("x", "a.B.c")[0] == 2
    crypto._ring.cache_clear()
    with override_settings(FIELD_KEYS={2: NEW}), pytest.raises(ValueError, match="Key 1"):
        crypto.decrypt(before, "a.B.c")


def test_equal_values_match_only_for_the_same_purpose() -> None:
    assert crypto.match_key("15400000000", "phone") == crypto.match_key("15400000000", "phone")
    assert crypto.match_key("15400000000", "phone") != crypto.match_key("15400000000", "id")
