"""Who asks in :mod:`bench.load`, and for what: logged-in sessions of sample accounts, and visitors without one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench._load_client import Request
from bench.appeals_api import Visitor

PASSWORD = "lianglin-demo"  # pragma: allowlist secret
MOST = {"community_worker": 24, "street_coordinator": 8, "manager": 2}
"""Sessions of each role; some hundred logins would only make the start longer."""
ACCOUNTS = """
select a.username, p.role_code, p.scope_code from access_post p join access_account a on a.id = p.account_id
where p.role_code = %s and a.sample and exists (
    select 1 from people_household h where h.scope_code >= p.scope_code and h.scope_code < p.scope_code || '~')
order by md5(a.username) limit %s
"""
HOMES = """
select h.id, h.dwelling_id from people_household h
where h.scope_code = %s and h.dwelling_id is not null order by md5(h.id::text) limit 1 offset %s
"""
COMMUNITIES = """
select scope_code from people_household where scope_code >= %s and scope_code < %s || '~'
group by 1 order by 1 limit 8
"""
NUMBERS = """
select number from cases_case where kind = 'appeal' and scope_code >= %s and scope_code < %s || '~'
and (%s = '' or state = %s) order by id desc limit %s
"""


@dataclass
class Session:
    """One login: its cookies, its area, a household of it, and cases."""

    visitor: Visitor
    role: str
    scope: str
    household: int = 0
    dwelling: int = 0
    numbers: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    communities: list[str] = field(default_factory=list)
    tag: str = ""


class People:
    """Makes requests in the proportions of the model; the same seed makes the same ones."""

    def __init__(self, port: int, dsn: str, mix: dict[str, float], seed: int = 1) -> None:
        self.port, self.chance = port, random.Random(seed)
        self.sessions: list[Session] = []
        self.count = 0
        with psycopg.connect(dsn, autocommit=True) as admin:
            for role, most in MOST.items():
                self.sessions += [self._log_in(admin, *row) for row in admin.execute(ACCOUNTS, [role, most])]
            self.community = admin.execute(
                "select scope_code from people_household group by 1 order by count(*) desc limit 1"
            ).fetchone()[0]  # pyright: ignore[reportOptionalSubscript]
        self.workers = [one for one in self.sessions if one.household]
        self.streets = [one for one in self.sessions if one.role == "street_coordinator"]
        if not self.workers or not self.streets:
            raise SystemExit("The city has no sample workers with people.")
        self.desks = [one for one in self.sessions if one.numbers and one.role != "manager"]
        self.kinds, self.weights = list(mix), list(mix.values())

    def _log_in(self, admin: psycopg.Connection[Any], username: str, role: str, scope: str) -> Session:
        visitor = Visitor(self.port)
        address: dict[str, Any] = {
            "X-Forwarded-For": f"10.9.{len(self.sessions) // 250}.{len(self.sessions) % 250}"
        }
        _status, page = visitor.ask("GET", "/account/login/", **address)
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"csrfmiddlewaretoken": token[1].decode(), "username": username, "password": PASSWORD}
        headers = {"Content-Type": "application/x-www-form-urlencoded", **address}
        status, _page = visitor.ask("POST", "/account/login/", urlencode(form).encode(), **headers)
        if status not in (302, 303):
            raise SystemExit(f"{username} could not log in: {status}")
        made = Session(visitor, role, scope)
        made.numbers = [n for (n,) in admin.execute(NUMBERS, [scope, scope, "", "", 50])]
        if role == "street_coordinator":
            made.received = [
                n for (n,) in admin.execute(NUMBERS, [scope, scope, "received", "received", 500])
            ]
            made.communities = [code for (code,) in admin.execute(COMMUNITIES, [scope, scope])]
        if role == "community_worker" and (
            home := admin.execute(HOMES, [scope, len(self.sessions)]).fetchone()
        ):
            made.household, made.dwelling = home
            visitor.ask("POST", f"/facts/households/{home[0]}/", b"purpose=serve_household", **headers)
        return made

    def stream(self, kinds: list[str] | None = None) -> Iterator[Request]:
        """Endless requests: in the proportions of the model, or these kinds in turn."""
        while True:
            kind = (
                kinds[self.count % len(kinds)] if kinds else self.chance.choices(self.kinds, self.weights)[0]
            )
            self.count += 1
            yield self._make(kind)

    def _make(self, kind: str) -> Request:
        if kind in PUBLIC:
            path, word = PUBLIC[kind][self.count % len(PUBLIC[kind])]
            return Request(kind, self._wire("GET", path), word=word.encode())
        if kind == "create":
            return self._create()
        if kind == "move":
            return self._move()
        of = self.workers if kind in OF_A_HOUSEHOLD else self.desks if kind in OF_A_DESK else self.sessions
        one = self.chance.choice(of)
        return STAFF[kind](self, one)

    def stock(self, moves: int) -> int:
        """Reports appeals until so many wait to be accepted by the streets; how many it reported."""
        streets, made = [one for one in self.streets if one.communities], 0
        while sum(len(one.received) for one in self.streets) < moves:
            one = streets[made % len(streets)]
            made, self.count = made + 1, self.count + 1
            body = self._report(one.communities[made % len(one.communities)])
            headers = {"Content-Type": "application/json", "X-Forwarded-For": self._address()}
            status, answer = Visitor(self.port).ask("POST", "/api/v1/appeals/", body, **headers)
            if status != 201:
                raise SystemExit(f"An appeal to be moved later was refused: {status} {answer[:200]!r}")
            one.received.append(json.loads(answer)["number"])
        return made

    def _report(self, community: str) -> bytes:
        text = f"楼道灯不亮了，已经三天，老人上下楼不方便。第{self.count}次"
        body = {
            "text": text, "item": "020601", "community": community, "name": "王示例", "phone": "15400000000",
        }  # fmt: skip
        return json.dumps(body).encode()

    def _create(self) -> Request:
        wire = self._wire("POST", "/api/v1/appeals/", self._report(self.community), kind="application/json")
        return Request("create", wire, (201,))

    def _move(self) -> Request:
        waiting = [one for one in self.streets if one.received]
        if not waiting:  # all are taken: read a case instead, and say so in the kinds
            one = self.desks[0]
            return Request("move (none left: case)", STAFF["case"](self, one).wire, word=b"<main")
        one = self.chance.choice(waiting)
        path = f"/api/v1/appeals/{one.received.pop()}/moves/accept"
        return Request("move", self._wire("POST", path, b"{}", one, "application/json"), (200, 409))

    def _wire(
        self, method: str, path: str, body: bytes = b"", by: Session | None = None,
        kind: str = "application/x-www-form-urlencoded", tag: str = "",
    ) -> bytes:  # fmt: skip
        lines = [
            f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", "Accept-Encoding: gzip;q=0",
            f"X-Forwarded-For: {self._address()}",
        ]  # fmt: skip
        if by is not None:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in by.visitor.cookies.items()))
            lines.append(f"X-CSRFToken: {by.visitor.cookies.get('csrftoken', '')}")
        if tag:
            lines.append(f"If-None-Match: {tag}")
        if method == "POST":
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        return "\r\n".join((*lines, "", "")).encode() + body

    def _address(self) -> str:
        """Each request comes from an address of its own: the limits for one are not what is measured."""
        n = self.count
        return f"10.{n >> 16 & 127}.{n >> 8 & 255}.{n & 255}"

    def get(self, kind: str, path: str, by: Session, word: str = "<main", **more: Any) -> Request:
        """A page that somebody logged in reads."""
        return Request(kind, self._wire("GET", path, by=by), word=word.encode(), **more)

    def household(self, one: Session) -> Request:
        """A household opened for a purpose: it is written down."""
        path = f"/facts/households/{one.household}/"
        return Request("household", self._wire("POST", path, b"purpose=serve_household", one), word=b"<main")

    def fact(self, one: Session) -> Request:
        """A word about the dwelling, as a visit brings it."""
        path = f"/facts/households/{one.household}/dwelling/{one.dwelling}/dwelling.rooms/"
        form = {"value": str(1 + self.count % 5), "valid_from": "2026-05-01", "source": "resident"}
        return Request("fact", self._wire("POST", path, urlencode(form).encode(), one), (302, 303))


OF_A_DESK = ("list", "case", "news", "api", "inbox")
OF_A_HOUSEHOLD = ("household", "households", "fact", "benefits")
PUBLIC = {
    "home": [("/", "两邻")],
    "city": [("/city/", "<main")],
    "public": [("/figures/public/", "<main")],
    "report": [
        ("/appeals/report/", "<main"), ("/appeals/report/?field=02", "<main"), ("/appeals/report/?q=%E6%A5%BC%E9%81%93", "<main"),
    ],
    "track": [("/appeals/track/", "<main")],
}  # fmt: skip
NAMES = ("%E7%8E%8B", "%E6%9D%8E", "zhang", "%E6%9D%A8%E6%B4%8B")
STAFF: dict[str, Callable[[People, Session], Request]] = {
    "work": lambda p, one: p.get("work", "/work/", one),
    "list": lambda p, one: p.get("list", "/appeals/desk/", one),
    "news": lambda p, one: p.get("news", "/appeals/desk/news/", one, word="", status=(200, 304)),
    "case": lambda p, one: p.get("case", f"/appeals/desk/{p.chance.choice(one.numbers)}/", one),
    "search": lambda p, one: p.get("search", f"/search/?q={NAMES[p.count % len(NAMES)]}", one),
    "inbox": lambda p, one: p.get("inbox", "/messages/", one),
    "figures": lambda p, one: p.get("figures", "/figures/", one),
    "api": lambda p, one: p.get("api", "/api/v1/appeals/", one, word="rows"),
    "households": lambda p, one: p.get("households", "/facts/households/", one),
    "household": lambda p, one: p.household(one),
    "benefits": lambda p, one: p.get("benefits", f"/benefits/households/{one.household}/", one),
    "fact": lambda p, one: p.fact(one),
}
