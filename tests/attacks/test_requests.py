"""Requests that no browser of ours would send, to every address as every persona: forged, led astray, malformed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from lianglin.kit.ids import damm_digit
from lianglin.project.doorway import WATCHED
from tests.planted import PERSONAS, ROUTES, Planted, Route, words_of, wrong_with
from tests.watch import traces
from tests.world import WORKER

EVIL = "evil.example"
ELSEWHERE = (
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"///{EVIL}",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"https:{EVIL}",
    f"http:///{EVIL}",
    f" //{EVIL}",
    f"/\t/{EVIL}",
    "javascript:alert(1)",
    "data:text/html,x",
)
UPWARDS = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "%2fetc%2fpasswd",
    "%00",
)
FOLLOWED = "/led/on/here/"
"""A place of this house: where it turns up in an answer, the wish was read."""
WHOLE = slice(None)
Written = dict[str, tuple[int, int]]
"""Per table that an action writes: how many rows, and a sum over what they hold."""
DEEP = 20_000
"""Levels of a body that is nothing but brackets."""


def forged(planted: Planted, persona: str, route: Route, address: str, part: slice) -> Iterator[str]:
    """A form from another site: without the token nothing is written."""
    browser = planted.browser(persona, enforce_csrf_checks=True)
    before = ground(planted)
    for method in ("post", "put", "patch", "delete")[part]:
        answer = getattr(browser, method)(address, headers={"Origin": f"https://{EVIL}"})
        if 300 > answer.status_code >= 200 and method != "post":
            yield f"{method} {address} answers {answer.status_code} without a token"
        yield wrong_with(planted, persona, route, address, answer)
    if stands_now(planted) != before:
        yield f"{address} was written through a form of another site"


def ground(planted: Planted) -> Written:
    """What is written before an address is tried: what stood after the one before it."""
    return planted.stood or stands_now(planted)


def stands_now(planted: Planted) -> Written:
    planted.stood = written()
    return planted.stood


def written() -> Written:
    """What an action writes; a refusal of a known post leaves its line in the audit, as it should."""
    return {table: found for table, found in traces().items() if not table.startswith("access_audit")}


def led_astray(
    planted: Planted, persona: str, route: Route, address: str, part: slice = WHOLE
) -> Iterator[str]:
    """Whatever asks to be led on to another site stays here.

    Asked for a place of this house and for another site first: what follows neither looks at no such wish, and is
    not asked in every spelling (``make test-deep`` asks whatever redirects in all of them). The second who asks an
    address begins with the place of this house alone, which tells as well whether the wish is read.
    """
    first = (FOLLOWED,) if part.start else (FOLLOWED, ELSEWHERE[0])
    yield from _led(planted, persona, address, first, follows=FOLLOWED)


def led_astray_in_every_spelling(
    planted: Planted, persona: str, route: Route, address: str, part: slice
) -> Iterator[str]:
    """The same for every address that redirects at all."""
    yield from _led(planted, persona, address, ELSEWHERE[:1], follows="")


def _led(
    planted: Planted, persona: str, address: str, first: tuple[str, ...], *, follows: str
) -> Iterator[str]:
    """Asks for ``first``; when an answer leads to ``follows`` or away, for every spelling."""
    leading = False
    rest = (spelling for spelling in ELSEWHERE if spelling not in first)
    for turn, elsewhere in enumerate((*first, *rest)):
        for method in ("get", "post"):
            browser = planted.browser(persona)
            given = {"next": elsewhere, "back": elsewhere, "url": elsewhere, "return": elsewhere}
            answer = getattr(browser, method)(address, given, headers={"Referer": elsewhere.strip()})
            there = answer.headers.get("Location", "")
            if leads_away(there):
                yield f"{method} {address} leads from {elsewhere!r} to {there}"
            led = follows in there or leads_away(there)
            leading |= bool(there) and led and not there.startswith("/account/login/")
        if turn + 1 >= len(first) and not leading:
            return  # it leads nowhere, whatever it is asked


def leads_away(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, tabs and spaces at the edges are nothing."""
    read = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    read = re.sub(r"^(https?:)?/{2,}", r"\1//", re.sub(r"^(https?:)(?!/)", r"\1//", read))
    found = urlsplit(read)
    return found.scheme not in ("", "http", "https") or found.netloc not in ("", "testserver")


def in_anothers_name(
    planted: Planted, persona: str, route: Route, address: str, part: slice
) -> Iterator[str]:
    """A forged Host is refused, and where programs that watch ask, it stands in no answer; what proxies may say counts
    for nothing when none was declared."""
    browser = planted.browser(persona)
    answer = browser.get(address, headers={"Host": EVIL})
    if address in WATCHED:
        if EVIL in words_of(answer) or EVIL in str(answer.headers):
            yield f"{address} believes a name"
    elif answer.status_code != 400:
        yield f"{address} answers {answer.status_code} under another name"
    spoofed = {
        "X-Forwarded-Host": EVIL, "X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "X-Original-URL": "/audit/",
        "X-Rewrite-URL": "/audit/", "X-HTTP-Method-Override": "DELETE", "Forwarded": f"host={EVIL}", "X-Real-IP": "10.0.0.1",
    }  # fmt: skip
    answer = browser.get(address, headers=spoofed)
    if EVIL in words_of(answer) or EVIL in answer.headers.get("Location", ""):
        yield f"{address} believes a header"
    yield wrong_with(planted, persona, route, address, answer)


def upwards(planted: Planted, persona: str, route: Route, address: str, part: slice) -> Iterator[str]:
    """Nothing is read outside of where it lies."""
    _name, path = route
    for value in UPWARDS[part]:
        tried = re.sub(r"<[^>]*>", value, path)
        if tried == path or set("^$\\(") & set(tried):
            continue
        answer = planted.browser(persona).get(f"/{tried}")
        if "root:" in words_of(answer):
            yield f"{tried} gives a file of the machine"
        yield wrong_with(planted, persona, route, tried, answer)


def malformed(planted: Planted, persona: str, route: Route, address: str, part: slice) -> Iterator[str]:
    """Bodies that are none: refused or taken as empty, never an error of ours, and nothing is written."""
    json, form = "application/json", "application/x-www-form-urlencoded"
    bodies = (
        (json, b"[" * DEEP),
        (json, b'{"text":' + b'{"a":' * DEEP),
        (json, b'{"text": "\\u0000\\ud800", "number": 1e999, "page": 999999999999999999999999}'),
        (json, b"\xff\xfe\x00{"),
        (json, b""),
        (form, b"a=%00&text=%00%ff&number=%00&" + b"x=1&" * 600),
        (form, b"text=" + b"%F0%9F" * 2000),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'),
        ("text/xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
        ("application/json; charset=no-such", b"{}"),
    )
    before = ground(planted)
    browser = planted.browser(persona)
    for kind, body in bodies[part]:
        answer = browser.generic("POST", address, body, content_type=kind)
        if "root:x" in words_of(answer):
            yield f"{address} reads a file of the machine"
        yield wrong_with(planted, persona, route, f"{address} ({kind} {body[:20]!r})", answer)
    if stands_now(planted) != before:
        yield f"{address} wrote something from a body that is none"


def guarded(planted: Planted, persona: str, route: Route, address: str, part: slice) -> Iterator[str]:
    """Every answer carries the headers; what somebody logged in reads stays in no cache."""
    answer = planted.browser(persona).get(address)
    policy = answer.headers.get("Content-Security-Policy", "")
    if "unsafe" in policy or "default-src 'none'" not in policy or "frame-ancestors 'none'" not in policy:
        yield f"{address} has the policy {policy!r}"
    for name, value in {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}.items():  # fmt: skip
        if answer.headers.get(name) != value:
            yield f"{address} has {name}: {answer.headers.get(name)}"
    for cookie in answer.cookies.values():
        if not cookie["httponly"] or cookie["samesite"] not in ("Lax", "Strict"):
            yield f"{address} sets the cookie {cookie.key} for scripts or other sites"
    shown = planted.seen_by(persona) if persona != "public" else set()
    if any(word in words_of(answer) for word in shown) and "no-store" not in answer.headers.get(
        "Cache-Control", ""
    ):
        yield f"{address} shows {persona} what a cache may keep"


def guessed(planted: Planted, persona: str, route: Route, address: str, part: slice) -> Iterator[str]:
    """A number that is another's and one that is nobody's get the same answer: nothing can be told from it."""
    name, path = route
    if "number>" not in path:
        return
    foreign, nobodys = planted.cases["D"].number, "A26110000000"
    nobodys += damm_digit(nobodys[1:])
    for method in ("get", "post"):
        told = []
        for number in (foreign, nobodys):
            tried = planted.filled(name, re.sub(r"<(str:)?number>", number, path))
            answer = getattr(planted.browser(persona), method)(tried)
            told.append((answer.status_code, plain(words_of(answer), number)))
        if told[0] != told[1]:
            yield f"{method} {path} tells {persona} which number is there ({told[0][0]}, {told[1][0]})"


def plain(text: str, number: str) -> str:
    """An answer without what differs in any two of them."""
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", text)  # a token
    grouped = " ".join([number[0], *(number[1:][at : at + 4] for at in range(0, 12, 4))])
    return text.replace(number, "N").replace(grouped, "N")


Attack = Callable[[Planted, str, Route, str, slice], Iterator[str]]
"""(the city, who asks, the address as the resolver knows it and filled, which of its variants it tries)"""
ATTACKS: tuple[Attack, ...] = (
    forged, led_astray, in_anothers_name, upwards, malformed, guarded, guessed,
)  # fmt: skip


def tried(
    planted: Planted, attack: Attack, turns: Callable[[int], tuple[tuple[str, slice], ...]]
) -> list[str]:
    """What goes wrong under an attack, over all addresses; ``turns`` says who tries which of its variants."""
    found: list[str] = []
    for turn, route in enumerate(ROUTES):
        for persona, part in turns(turn):
            found += attack(planted, persona, route, planted.addresses(route)[0], part)
    return sorted({what for what in found if what})


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_address_withstands(planted: Planted, attack: Attack) -> None:
    """Each address is asked by the one who may do most there, the community's worker, and by another one in turn.

    They share the variants of an attack: each address meets all of them (``make test-deep``: from everybody).
    """
    others = [persona for persona in PERSONAS if persona != WORKER]
    shares = slice(0, None, 2), slice(1, None, 2)
    assert (
        tried(planted, attack, lambda turn: ((WORKER, shares[0]), (others[turn % len(others)], shares[1])))
        == []
    )


@pytest.mark.deep
@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize(
    "attack", [*ATTACKS, led_astray_in_every_spelling], ids=lambda attack: attack.__name__
)
def test_every_address_withstands_for_everybody(planted: Planted, attack: Attack, persona: str) -> None:
    assert tried(planted, attack, lambda turn: ((persona, WHOLE),)) == []


@pytest.mark.parametrize("location", ["/work/", "http://testserver/work/", "?next=https://evil.example/", ""])
def test_what_stays_here_is_let_through(location: str) -> None:
    assert not leads_away(location)


@pytest.mark.parametrize("location", ELSEWHERE)
def test_what_leads_away_is_found(location: str) -> None:
    """Else the attack above would find nothing."""
    assert leads_away(location)


def test_what_follows_a_wish_is_asked_in_every_spelling(planted: Planted) -> None:
    """Else the attack above would ask nothing twice: the switch of languages leads on to where it is told."""

    class Counting(Planted):
        asked = 0

        def browser(self, persona: str, view: str = "desktop", **options: Any) -> Any:
            Counting.asked += 1
            return super().browser(persona, view, **options)

    counting = Counting(planted.city, planted.cases)
    assert [*led_astray(counting, "public", ("set_language", ""), "/i18n/setlang/")] == []
    assert Counting.asked == 2 * (1 + len(ELSEWHERE))
