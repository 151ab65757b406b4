"""A small city with words that give themselves away, and every address of the house filled with what leads somewhere.

For tests that ask every route: the contracts and the attacks. Whoever adds an address with a new kind of parameter
says in ``Planted.filled`` what fills it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lianglin.access.models import Account, Post
from lianglin.appeals.actions import Reporter
from lianglin.cases.actions import Place
from lianglin.cases.models import Case
from lianglin.indicators.queries import figures_of
from lianglin.kit import clock
from lianglin.notices.wording import queries as texts
from tests.watch import forget_tries
from tests.world import (
    FAR,
    HERE,
    NEXT_DOOR,
    SINCE,
    STREET,
    UNIT,
    WORKER,
    World,
    build,
    catalogue,
    resident_browser,
)

Route = tuple[str, str]
"""(name, path as the resolver knows it)"""
PERSONAS = (
    "public", "resident", WORKER, STREET, UNIT, "manager", "protection_officer", "administrator", "security_officer",
    "auditor", "no post",
)  # fmt: skip
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "elder": {"cookies": {"elder": "1"}},
    "en": {"headers": {"Accept-Language": "en"}},
}
BY_DESIGN = {"readyz": 503}
"""What may answer so: no worker runs beside the tests."""


def routes(patterns: Any = None, prefix: str = "", space: str = "") -> Iterator[Route]:
    """Every address of the house."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from routes(
                found.url_patterns, path, space + (f"{found.namespace}:" if found.namespace else "")
            )
        elif isinstance(found, URLPattern):
            yield f"{space}{found.name}", path


ROUTES = sorted(routes())


@dataclass
class Planted:
    """The small city with words that give themselves away on any page."""

    city: World
    cases: dict[str, Case] = field(default_factory=dict)
    stood: dict[str, tuple[int, int]] = field(default_factory=dict)
    """What was written when an attack looked last."""

    def seen_by(self, persona: str) -> set[str]:
        """The words that this persona may read."""
        cases = {WORKER: "AB", STREET: "ABC", UNIT: "A", "resident": "A"}.get(persona, "")
        who = cases if persona != UNIT else ""
        return {f"WORDS{case}" for case in cases} | {f"PERSON{case}" for case in who}

    def browser(self, persona: str, view: str = "desktop", **options: Any) -> Client:
        """A new browser of a persona in a view; it reports a 500 instead of raising it."""
        options |= {"raise_request_exception": False, "headers": VIEWS[view].get("headers")}
        if persona == "public":
            client = Client(**options)
        elif persona == "resident":
            client = resident_browser(self.cases["A"].pk, **options)
        else:
            client = self.city.browser(persona, **options)
        for name, value in VIEWS[view].get("cookies", {}).items():
            client.cookies[name] = value
        return client

    def addresses(self, route: Route) -> list[str]:
        """The address with what its parameters may be; a case of one's own, and one of another district."""
        name, path = route
        if "number>" in path:
            numbers = [self.cases["A"].number, self.cases["D"].number]
            return [
                self.filled(name, path.replace("<str:number>", n).replace("<number>", n)) for n in numbers
            ]
        return [self.filled(name, path)]

    def filled(self, name: str, path: str) -> str:
        """A path as the resolver knows it, each parameter filled."""
        code = HERE if "places" in name else figures_of()[0].code if "indicators" in name else "accept"
        code = texts.catalogue()[0][1].code if name.startswith("notices:text") else code
        for pattern, value in (
            (r"^(?P<code>\d{4,12})", HERE), (r"\.json$", ".json"), (r"/$", "/"), ("<code>", code), ("<str:code>", code),
            ("<slug:code>", code), ("<int:pk>", "1"), ("<problem>", "1"), ("<step>", "confirm"), ("<slug:token>", "wrong"), ("<int:year>", "2026"),
            ("<int:resident>", "1"), ("<slug:which>", "near"), ("<slug:what>", "pause"), ("<int:at>", "0"), ("<int:call>", "1"),
            ("<str:token>", "wrong"),
            ("<slug:name>", "a-file"), ("<slug:form>", "report"), ("<slug:step>", "tell"),
            ("under/<str:kind>", "under/help"), ("<str:kind>", "household"), ("<int:subject>", "1"),
            ("<str:datum>", "people:phone"),
            ("<uuid:key>", "00000000-0000-4000-8000-000000000000"),
        ):  # fmt: skip
            path = path.replace(pattern, value)
        assert not set("<>^$\\") & set(path), f"{name}: say in this test what fills {path}"
        return f"/{path}"


def plant() -> Planted:
    """Builds it; call it outside of ``acting``."""
    forget_tries()
    made = Planted(build())
    city = made.city
    item = catalogue().lamp
    for name, scope in {"A": HERE, "B": HERE, "C": NEXT_DOOR, "D": FAR}.items():
        place = Place(city.community(scope), text=f"WORDS{name}号楼")
        reporter = Reporter(name=f"PERSON{name}", phone="15412345678")
        words = {"text": f"WORDS{name}楼道灯不亮", "title": f"WORDS{name}灯", "item": item}
        made.cases[name] = city.report(scope, place=place, reporter=reporter, **words).case
        city.do(f"community-{scope}", "accept", made.cases[name], note=f"WORDS{name}收到")
    city.do(STREET, "dispatch", made.cases["A"], unit=city.organisations[UNIT], note="WORDSA派单")
    account = Account.objects.create_user("no post", None, name="x", created_at=clock.now())
    ended = {"starts_on": SINCE, "ends_on": SINCE}
    city.posts["no post"] = Post.objects.create(
        account=account, role_code="community_worker", organisation=city.organisations[WORKER], scope_code=HERE,
        title="x", **ended,
    )  # fmt: skip
    return made


def words_of(answer: Any) -> str:
    return "" if answer.streaming else answer.content.decode(errors="replace")


def wrong_with(planted: Planted, persona: str, route: Route, address: str, answer: Any) -> str:
    """What no answer may be; "" when all is well."""
    if answer.status_code >= 500 and BY_DESIGN.get(route[0]) != answer.status_code:
        return f"{address} answers {answer.status_code} to {persona}"
    text = words_of(answer)
    hidden = {f"{kind}{case}" for kind in ("WORDS", "PERSON") for case in planted.cases} - planted.seen_by(
        persona
    )
    leaked = sorted(word for word in hidden if word in text)
    return f"{address} shows {leaked} to {persona}" if leaked else ""
