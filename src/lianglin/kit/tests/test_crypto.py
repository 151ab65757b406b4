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


def test_sm4_is_read_beside_aes_and_keeps_the_same_promises() -> None:
    """GB/T 32907-2016: a key of 16 bytes; the stored form is the same."""
    with override_settings(FIELD_KEYS={1: OLD}):
        before = crypto.encrypt("x", "a.B.c")
    crypto._ring.cache_clear()
    with override_settings(FIELD_KEYS={1: OLD, 2: b"s" * 16}):
        stored = crypto.encrypt("王示例", "a.B.c")
        assert (stored[0], len(stored)) == (2, 1 + 12 + len("王示例".encode()) + 16)
        assert crypto.decrypt(stored, "a.B.c") == "王示例"
        assert crypto.decrypt(before, "a.B.c") == "x"
        for position in (1, 13, len(stored) - 1):
            changed = bytearray(stored)
            changed[position] ^= 1
            with pytest.raises(ValueError, match="changed or belongs elsewhere"):
                crypto.decrypt(bytes(changed), "a.B.c")
        with pytest.raises(ValueError, match="belongs elsewhere"):
            crypto.decrypt(stored, "a.B.d")
        with pytest.raises(ValueError, match="changed"):
            crypto.decrypt(stored[:20], "a.B.c")


def test_sm4_gcm_gives_the_published_vector() -> None:
    """RFC 8998, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex("".join(16 * digit for digit in "abcdefea"))
    sealed = crypto.Sm4Gcm(key).encrypt(nonce, plain, aad)
    assert sealed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert sealed[:16].hex() == "17f399f08c67d5ee19d0dc9969c4bb7d"
    assert crypto.Sm4Gcm(key).decrypt(nonce, sealed, aad) == plain


def test_equal_values_match_only_for_the_same_purpose() -> None:
    assert crypto.match_key("15400000000", "phone") == crypto.match_key("15400000000", "phone")
    assert crypto.match_key("15400000000", "phone") != crypto.match_key("15400000000", "id")
