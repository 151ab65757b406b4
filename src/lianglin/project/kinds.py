"""Kinds of settings: the text of a variable in, its value out.

A ValueError's message completes the sentence "NAME must be …".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Setting:
    """One row of the table. ``default`` is as one would write it; None: it must be set outside the demo."""

    name: str
    kind: Callable[[str], Any]
    default: str | None
    en: str
    zh: str
    shown: str = "text"
    secret: bool = False


LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def text(value: str) -> str:
    """Any text."""
    return value


def flag(value: str) -> bool:
    """1 or 0."""
    if value.lower() not in WORDS:
        raise ValueError("1 or 0")
    return WORDS[value.lower()]


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def number(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return number


def one_of(*choices: str) -> Callable[[str], str]:
    """One word of a list."""

    def choice(value: str) -> str:
        for word in choices:
            if word.lower() == value.lower():
                return word
        raise ValueError(f"one of {', '.join(choices)}")

    return choice


def folder(value: str) -> Path:
    """A path; relative ones count from the working directory."""
    return Path(value).expanduser().absolute()


def optional_folder(value: str) -> Path | None:
    """An absolute path of a folder that is there; "" is none."""
    if not value:
        return None
    if not folder(value).is_dir():
        raise ValueError("a folder that is there, or empty")
    return folder(value)


def words(value: str) -> tuple[str, ...]:
    """Words separated by commas."""
    return tuple(word.strip() for word in value.split(",") if word.strip())


def postgres(value: str) -> str:
    """The address of a PostgreSQL database."""
    if value and urlsplit(value).scheme not in ("postgresql", "postgres"):
        raise ValueError("an address like postgresql://user:password@host:5432/lianglin")
    return value


def mail(value: str) -> str:
    """The address of a mail server."""
    if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
        raise ValueError("an address like smtp://user:password@host:587 or smtps://host:465")
    return value


def site(value: str) -> str:
    """The address of the site itself, without a path; a slash at its end is dropped."""
    value = value.rstrip("/")
    parts = urlsplit(value)
    bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    if value and not (parts.scheme in ("http", "https") and parts.hostname and bare):
        raise ValueError("an address without a path, like https://lianglin.example.org")
    return value


def gateway(value: str) -> str:
    """The address of an HTTP gateway."""
    parts = urlsplit(value)
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if value and not (here or (parts.scheme == "https" and parts.hostname)):
        raise ValueError("an address like https://sms.example.org/send (http:// only on this machine)")
    return value


def networks(value: str) -> tuple[str, ...]:
    """Networks of addresses, separated by commas."""
    found = words(value)
    try:
        return tuple(str(ipaddress.ip_network(one, strict=False)) for one in found)
    except ValueError:
        raise ValueError("networks like 10.20.0.0/16, separated by commas") from None


def receipt_token(value: str) -> str:
    """A token that cannot be guessed, or none."""
    if value and len(value) < 20:
        raise ValueError("at least 20 characters long")
    return value


def long_text(value: str) -> str:
    """A secret of at least 32 characters."""
    if len(value) < 32:
        raise ValueError("at least 32 characters of chance, for example from: openssl rand -base64 48")
    return value


def long_text_or_none(value: str) -> str:
    """The same, or nothing at all."""
    return long_text(value) if value else value


def quiet_hours(value: str) -> tuple[time, time]:
    """From when until when, on the city's clocks."""
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except ValueError:
        raise ValueError("two times of day like 21:00-08:00") from None
    return start, end


def key(value: str) -> bytes:
    """32 bytes in base64."""
    return _key_of(32, value)


def sm4_key(value: str) -> bytes:
    """16 bytes in base64: a key of SM4 (GB/T 32907-2016)."""
    return _key_of(16, value)


def _key_of(size: int, value: str) -> bytes:
    try:
        found = base64.b64decode(value, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != size:
        raise ValueError(f"{size} bytes in base64, for example from: openssl rand -base64 {size}")
    return found


def key_ring(value: str) -> dict[int, bytes]:
    """Numbered keys; the highest number encrypts, all decrypt. ``2:sm4:<16 bytes>`` is a key of SM4."""
    ring: dict[int, bytes] = {}
    for part in words(value):
        number, _, encoded = part.partition(":")
        if not number.isdigit() or not 1 <= int(number) <= 255 or int(number) in ring:
            raise ValueError("numbered keys like 1:<32 bytes in base64>,2:<32 bytes in base64>")
        ring[int(number)] = sm4_key(encoded[4:]) if encoded.startswith("sm4:") else key(encoded)
    if not ring:
        raise ValueError("at least one key like 1:<32 bytes in base64>")
    return ring


def key_ring_or_none(value: str) -> dict[int, bytes]:
    """As :func:`key_ring`, or none at all: what needs them then says so."""
    return key_ring(value) if value else {}


def spare_ring(value: str) -> dict[int, bytes]:
    """Numbered keys of 32 bytes, or none at all: what needs them then says so."""
    ring = key_ring(value) if value else {}
    if any(len(found) != 32 for found in ring.values()):
        raise ValueError("numbered keys like 1:<32 bytes in base64>,2:<32 bytes in base64>")
    return ring


def keeping(value: str) -> tuple[int, int, int]:
    """How many daily, weekly and monthly backups are kept: ``7/4/12``."""
    parts = value.split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        raise ValueError("three numbers of days, weeks and months like 7/4/12")
    found = (int(parts[0]), int(parts[1]), int(parts[2]))
    if not found[0]:
        raise ValueError("three numbers like 7/4/12, with at least one day")
    return found


def backup_folder(value: str) -> Path | None:
    """A path, or none; relative ones count from the working directory."""
    return folder(value) if value else None


SESSION_LEVELS = ("resident", "community", "township", "county", "city", "unit")


def session_limits(value: str) -> dict[str, tuple[int, int]]:
    """Per level the minutes without use and the minutes in all after which a login ends: ``city=30/600``."""
    found = {}
    for part in words(value):
        level, _equals, minutes = part.partition("=")
        idle, _slash, whole = minutes.partition("/")
        if level not in SESSION_LEVELS or not (idle.isdecimal() and whole.isdecimal()) or level in found:
            break
        found[level] = (int(idle), int(whole))
    if set(found) != set(SESSION_LEVELS) or not all(
        1 <= idle <= whole <= 720 for idle, whole in found.values()
    ):
        raise ValueError(
            "minutes idle/in all for each of " + ", ".join(SESSION_LEVELS) + ", like city=30/600, at most 720"
        )
    return found
