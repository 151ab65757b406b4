"""Field encryption (AES-256-GCM, or SM4-GCM where configured, with a key ring) and keyed digests for exact matching.

Stored form: key number (1 byte) | nonce (12 bytes) | ciphertext and tag (16 bytes). The column's name goes in as
associated data, so that a value cannot be moved to another column unnoticed. The key's number says the algorithm:
a key of 32 bytes is AES-256, one of 16 bytes is SM4 (GB/T 32907-2016; written ``2:sm4:<base64>`` in the setting).
Columns of a ground (:mod:`lianglin.kit.grounds`) have a key ring of their own: whoever has one ring reads nothing of
the other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from lianglin.kit.grounds import HEALTH, ground_of

RINGS = {"": "LIANGLIN_FIELD_KEYS", HEALTH: "LIANGLIN_HEALTH_KEYS"}
"""Ground -> the setting of its key ring."""
AES_BYTES, SM4_BYTES, TAG_BYTES = 32, 16, 16


class Sm4Gcm:
    """SM4 in Galois/counter mode with the interface of AESGCM: the tag follows the ciphertext."""

    def __init__(self, key: bytes) -> None:
        self._cipher = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Ciphertext and tag."""
        engine = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        engine.authenticate_additional_data(associated_data)
        return engine.update(data) + engine.finalize() + engine.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The plain bytes; InvalidTag when anything was changed."""
        if len(data) < TAG_BYTES:
            raise InvalidTag
        engine = Cipher(self._cipher, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        engine.authenticate_additional_data(associated_data)
        return engine.update(data[:-TAG_BYTES]) + engine.finalize()


def algorithm_of(key: bytes) -> str:
    """The algorithm that a key of this length belongs to."""
    return "SM4-GCM" if len(key) == SM4_BYTES else "AES-256-GCM"


def newest_key(ground: str = "") -> int:
    """The number of the key that encrypts (of a ground: in its own ring)."""
    return max(_ring(ground))


def keys_of(ground: str = "") -> dict[int, bytes]:
    """The ring as it is set: number -> key. Empty where none is set."""
    return settings.HEALTH_KEYS if ground == HEALTH else settings.FIELD_KEYS


@cache
def _ring(ground: str = "") -> dict[int, AESGCM | Sm4Gcm]:
    keys = keys_of(ground)
    if not keys:
        name = RINGS[ground]
        raise ImproperlyConfigured(f"{name} is empty. Set it, for example 1:<32 bytes in base64>.")
    return {number: Sm4Gcm(key) if len(key) == SM4_BYTES else AESGCM(key) for number, key in keys.items()}


def encrypt(text: str, column: str, ground: str = "") -> bytes:
    """The stored bytes of a text, under the newest key."""
    ring = _ring(ground)
    number = max(ring)
    nonce = secrets.token_bytes(12)
    return bytes([number]) + nonce + ring[number].encrypt(nonce, text.encode(), column.encode())


def decrypt(stored: bytes, column: str, ground: str = "") -> str:
    """The text back; ValueError when the key is gone or the value was changed."""
    stored = bytes(stored)
    cipher = _ring(ground).get(stored[0])
    if cipher is None:
        raise ValueError(f"Key {stored[0]} of column {column} is not in {RINGS[ground]}. Add it to the ring.")
    try:
        return cipher.decrypt(stored[1:13], stored[13:], column.encode()).decode()
    except InvalidTag:
        raise ValueError(f"A stored value of column {column} was changed or belongs elsewhere.") from None


def match_key(text: str, purpose: str) -> bytes:
    """Keyed digest (HMAC-SHA-256, 32 bytes) by which equal values are found without decrypting."""
    key: bytes = settings.MATCH_KEY
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()


def encryptor(column: str, ground: str = "") -> Callable[[str], bytes]:
    """:func:`encrypt` for many values of one column: key looked up once, nonces drawn in blocks."""
    ring = _ring(ground)
    number = max(ring)
    seal, head, label = ring[number].encrypt, bytes([number]), column.encode()
    nonces = _nonces()

    def encrypt_one(text: str) -> bytes:
        nonce = next(nonces)
        return head + nonce + seal(nonce, text.encode(), label)

    return encrypt_one


def _nonces() -> Iterator[bytes]:
    while True:
        block = secrets.token_bytes(12 * 1024)
        yield from (block[start : start + 12] for start in range(0, len(block), 12))


def matcher(purpose: str) -> Callable[[str], bytes]:
    """:func:`match_key` for many values of one purpose: the keyed state is made once and copied."""
    start = hmac.new(settings.MATCH_KEY, f"{purpose}\0".encode(), hashlib.sha256)

    def match_one(text: str) -> bytes:
        state = start.copy()
        state.update(text.encode())
        return state.digest()

    return match_one


class EncryptedTextField(models.BinaryField):
    """A text that rests encrypted. Python sees str; None stays NULL; cannot be searched (keep a match key)."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)  # pyright: ignore[reportArgumentType] - Django's own keywords

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs

    @property
    def column_name(self) -> str:
        """The associated data: app_label.Model.field."""
        return f"{self.model._meta.label}.{self.name}"

    @property
    def ground(self) -> str:
        """Whose key ring encrypts: that of the ground in which the table lies."""
        return ground_of(self.model._meta.db_table)

    def get_db_prep_value(self, value, connection, prepared=False):
        if isinstance(value, str):
            value = encrypt(value, self.column_name, self.ground)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value, expression, connection):
        return None if value is None else decrypt(value, self.column_name, self.ground)

    def to_python(self, value):
        return value

    def value_to_string(self, obj):
        return self.value_from_object(obj) or ""
