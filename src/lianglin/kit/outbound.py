"""One POST to an address that somebody typed in: never into the house's own network, never after a redirect, never for long.

The name is resolved once, every address it has is looked at, and the one that was looked at is the one that is connected
to: a name that changes its mind in between (DNS rebinding) reaches nothing. A watchdog ends what dribbles, a name server
that does not answer included.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

PORTS = frozenset({443, 8443})
LONGEST_URL, LONGEST_ANSWER = 400, 4096
LOOK_UP_SECONDS, CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5.0, 5.0, 10.0, 15.0
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Unwanted(Exception):
    """The address is none that may be called; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unanswered(Exception):
    """No answer came; ``code`` says why: "no_such_host", "no_connection", "tls", "timeout", "broken"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the first characters of the body, and how many seconds it asks to wait (0: does not say)."""

    status: int
    text: str
    retry_after: int = 0


def networks(entries: Sequence[str]) -> tuple[Network, ...]:
    """The networks inside that may be called all the same, as a setting names them; ValueError for what is none."""
    return tuple(ipaddress.ip_network(entry, strict=False) for entry in entries)


def is_outside(address: str) -> bool:
    """Whether an address lies on the open internet, whatever it is wrapped in."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if wrapped is None and found in ipaddress.ip_network("64:ff9b::/96"):
            wrapped = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_outside(str(wrapped))
    return found.is_global and not found.is_multicast and not found.is_reserved


def named(address: str, inside: Sequence[Network]) -> bool:
    """Whether the setting names it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return any(found.version == net.version and found in net for net in inside)


def is_number(host: str) -> bool:
    """A bare address, in any of its spellings: a program on the internet has a name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        return last.isdigit() or last.lower().startswith("0x")
    return True


def checked(url: str, inside: Sequence[Network] = ()) -> SplitResult:
    """The parts of an address that may be called, as far as its spelling tells; Unwanted otherwise.

    https with a name at port 443 or 8443. Bare addresses and other ports only where ``inside`` names the address;
    plain http only to this very machine, and only if it is named.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unwanted("address") from None
    host = parts.hostname or ""
    if not host or len(url) > LONGEST_URL or parts.username is not None or parts.password is not None:
        raise Unwanted("address")
    if any(ord(sign) < 33 for sign in url):
        raise Unwanted("address")
    if _is_named_number(host, inside):
        if parts.scheme == "https" or (parts.scheme == "http" and ipaddress.ip_address(host).is_loopback):
            return parts
        raise Unwanted("not_https")
    if parts.scheme != "https":
        raise Unwanted("not_https")
    if is_number(host) or "." not in host:
        raise Unwanted("no_name")
    if (port or 443) not in PORTS and not inside:
        raise Unwanted("address")
    return parts


def _is_named_number(host: str, inside: Sequence[Network]) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return named(host, inside)


def address_of(parts: SplitResult, inside: Sequence[Network] = ()) -> str:
    """The address to connect to; Unwanted where any address of the name lies inside and is not named."""
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _looked_up(host, port)
    if not all(named(one, inside) or is_outside(one) for one in addresses):
        raise Unwanted("inside")
    if port not in PORTS and not all(named(one, inside) for one in addresses):
        raise Unwanted("address")
    return addresses[0]


def _looked_up(host: str, port: int) -> list[str]:
    """The addresses of a name; Unanswered("timeout") where the name server keeps silent.

    The system's resolver has no limit of its own and cannot be stopped, so it is asked beside and left behind.
    """
    found: list[str] = []

    def ask() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(
                str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(LOOK_UP_SECONDS)
    if asking.is_alive():
        raise Unanswered("timeout")
    if not found:
        raise Unanswered("no_such_host")
    return found


class Pinned(http.client.HTTPConnection):
    """Speaks to the address that was looked at, under the name that was asked for."""

    def __init__(self, address: str, parts: SplitResult) -> None:
        secure = parts.scheme == "https"
        super().__init__(str(parts.hostname), parts.port or (443 if secure else 80), timeout=READ_SECONDS)
        self.default_port = 443 if secure else 80  # so that Host names no port that goes without saying
        self._address, self._trust = address, ssl.create_default_context() if secure else None

    def connect(self) -> None:
        """Connects without asking for the name again."""
        line: Any = socket.create_connection((self._address, self.port), timeout=CONNECT_SECONDS)
        self.sock = line
        if self._trust is not None:
            line = self._trust.wrap_socket(line, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = line
            line.do_handshake()
        line.settimeout(READ_SECONDS)


class _Watchdog:
    """Cuts the connection when the whole takes longer: a receiver that sends a byte now and then holds nobody up."""

    def __init__(self, line: Pinned) -> None:
        self.fired, self._line = False, line

    def __call__(self) -> None:
        """Ends the line from another thread; what was read until then is no answer."""
        self.fired = True
        try:
            with socket.socket(fileno=os.dup(self._line.sock.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError, ValueError):
            return  # it has ended meanwhile


@contextmanager
def _watched(line: Pinned, seconds: float) -> Iterator[None]:
    """Raises TimeoutError when the block took longer, whatever came out of it."""
    watchdog = _Watchdog(line)
    timer = threading.Timer(seconds, watchdog)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError, Unanswered):
        if watchdog.fired:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if watchdog.fired:
        raise TimeoutError


def _connect(line: Pinned) -> None:
    try:
        line.connect()
    except ssl.SSLError:
        raise Unanswered("tls") from None
    except TimeoutError:
        raise
    except OSError:
        raise Unanswered("no_connection") from None


def post(url: str, body: bytes, headers: dict[str, str], *, inside: Sequence[Network] = ()) -> Answer:
    """Sends it once and returns the answer, whatever its status; Unwanted (never) or Unanswered (later perhaps)."""
    parts, begun = checked(url, inside), time.monotonic()
    line = Pinned(address_of(parts, inside), parts)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _watched(line, WHOLE_SECONDS - (time.monotonic() - begun)):
            _connect(line)
            line.request("POST", target, body, headers)
            answer = line.getresponse()
            said = answer.read(LONGEST_ANSWER)
    except TimeoutError:
        raise Unanswered("timeout") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Unanswered("broken") from None
    finally:
        line.close()
    wait = answer.getheader("Retry-After", "")
    seconds = min(int(wait), 86_400) if wait.isascii() and wait.isdigit() and len(wait) < 9 else 0
    return Answer(answer.status, said.decode(errors="replace"), seconds)
