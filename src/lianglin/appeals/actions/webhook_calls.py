"""One call of a program's address on the open internet: https alone, no private address, no redirect, a short answer.

The name is resolved once, every address it has is looked at, and the one that was looked at is the one that is
connected to: a name that changes its mind in between reaches nothing.
"""

from __future__ import annotations

import http.client
import socket
from urllib.parse import SplitResult, urlsplit

from lianglin.kit.outbound import Pinned, is_number, is_outside

PORTS = frozenset({443, 8443})
LONGEST_ANSWER, LONGEST_URL = 4096, 400
LOOPBACK_ALLOWED = False
"""Tests alone set it: then http to 127.0.0.1 is let through, and nothing else more."""


class Unwanted(Exception):
    """The address is none that may be called; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Failed(Exception):
    """The call did not succeed this time; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def checked(url: str) -> SplitResult:
    """The parts of an address that may be called, as far as its spelling tells; Unwanted otherwise."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unwanted("address") from None
    if LOOPBACK_ALLOWED and (parts.scheme, parts.hostname) == ("http", "127.0.0.1"):
        return parts
    if parts.scheme != "https" or not parts.hostname or len(url) > LONGEST_URL:
        raise Unwanted("not_https")
    if parts.username is not None or parts.password is not None or (port or 443) not in PORTS:
        raise Unwanted("address")
    if is_number(parts.hostname) or "." not in parts.hostname:
        raise Unwanted("no_name")
    return parts


def address_of(parts: SplitResult) -> str:
    """The address to connect to; Unwanted where any address of the name lies inside, Failed where there is none."""
    host = str(parts.hostname)
    if LOOPBACK_ALLOWED and host == "127.0.0.1":
        return host
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Failed("no_such_host") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_outside(address) for address in addresses):
        raise Unwanted("inside")
    return addresses[0]


def call(url: str, body: bytes, headers: dict[str, str]) -> str:
    """Sends it and returns the beginning of the answer; Unwanted (never) or Failed (later perhaps)."""
    parts = checked(url)
    address = address_of(parts)
    line = Pinned(address, parts)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request("POST", target, body, headers)
        answer = line.getresponse()
        said = answer.read(LONGEST_ANSWER)
    except (OSError, http.client.HTTPException, ValueError):
        raise Failed("unreachable") from None
    finally:
        line.close()
    if not 200 <= answer.status < 300:
        raise Failed(f"status_{answer.status}")
    return said.decode(errors="replace")
