"""A street with two communities, a neighbouring one, the people who work there, and appeals told as stories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from lianglin.access import actor as actors
from lianglin.access import queries
from lianglin.access.actor import Actor
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import POST_KEY, PROVED_KEY
from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.models import Catalogue, Category, Field, Item
from lianglin.cases.actions import Place
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE
from lianglin.places.models import Community, Division

HERE, BESIDE, ELSEWHERE = "230103001001", "230103001002", "230104001001"
STREET = HERE[:9]
SINCE = date(2024, 1, 1)


def on(text: str) -> datetime:
    """An instant in the city: "2026-11-03 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Lets the house's clock stand (almost) at this instant."""
    before = clock.offset()
    clock.set_offset(timedelta(0))
    clock.set_offset(instant - clock.now())
    try:
        yield
    finally:
        clock.set_offset(before)


@dataclass
class City:
    """Who works where; ``actors`` and ``accounts`` by a short name."""

    actors: dict[str, Actor] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    unit: Organisation | None = None
    item: Item | None = None

    def browser(self, name: str) -> Client:
        """A browser logged in to a post."""
        post, browser = self.posts[name], Client()
        session = browser.session
        session[SESSION_KEY], session[POST_KEY] = str(post.account_id), post.pk
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = post.account.get_session_auth_hash()
        session[PROVED_KEY] = "2026-01-01T00:00:00+00:00"
        session.save()
        return browser

    def act(self, name: str, action: Any, case_id: int, when: str, **arguments: Any) -> None:
        """One verb of a post on a case at an instant."""
        with at(on(when)), acting(self.actors[name]) as actor:
            action(case_id, by=actor, **arguments)

    # --- stories -----------------------------------------------------------------------------------------

    def report(self, when: str, community: str = HERE, *, item: Item | None = None, **reporter: Any) -> int:
        """Somebody reports something; the case's id."""
        with at(on(when)), acting(actors.public()) as anybody:
            place = Place(community=Community.objects.get(scope_code=community))
            who = actions.Reporter(**(reporter or {"name": "李示例", "phone": "15400000001"}))
            return actions.submit(
                by=anybody, place=place, text="楼道灯不亮了", item=item, reporter=who
            ).case.pk

    def dispatch(self, case_id: int, when: str) -> None:
        """The street gives it to the unit."""
        self.act("street", actions.dispatch, case_id, when, unit=self.unit)

    def settle(self, case_id: int, when: str) -> None:
        """The unit answers and the street accepts the answer."""
        self.act("unit", actions.answer, case_id, when, outcome="solved", note="换了灯泡")
        self.act("street", actions.settle, case_id, when)

    def call(self, case_id: int, when: str, solved: str = "yes", grade: int | None = 5) -> None:
        """The street calls back; ``solved`` "" means that nobody answered."""
        self.act("street", actions.call_back, case_id, when, reached=bool(solved), solved=solved, grade=grade)


def build() -> City:
    """Makes the city as the database's administrator."""
    city = City()
    counties = {}
    for code in ("230103", "230104"):
        counties[code] = Division.objects.create(
            code=f"{code}000000", level="county", name=f"{code}区", scope_code=code
        )
    for street in (STREET, ELSEWHERE[:9]):
        division = Division.objects.create(
            code=f"{street}000",
            level="township",
            name=f"{street}街道",
            scope_code=street,
            parent=counties[street[:6]],
        )
        for scope in (HERE, BESIDE, ELSEWHERE):
            if scope.startswith(street):
                Community.objects.create(
                    division=division, name=f"{scope}社区", scope_code=scope, lon=126.6, lat=45.7, geometry={},
                    valid_from=SINCE, loaded=True,
                )  # fmt: skip
    for name, role, scope in (
        ("worker", "community_worker", HERE),
        ("neighbour", "community_worker", ELSEWHERE),
        ("street", "street_coordinator", STREET),
        ("manager", "manager", ""),
        ("unit", "unit_handler", ""),
    ):
        _post(city, name, role, scope)
    city.unit = city.posts["unit"].organisation
    city.item = _catalogue()
    return city


def _post(city: City, name: str, role: str, scope: str) -> None:
    kind = {"unit": "company", "manager": "city", "street": "street"}.get(name, "community")
    organisation = Organisation.objects.create(code=name, name=f"{name}单位", kind=kind, scope_code=scope)
    account = Account.objects.create_user(name, None, name=name, created_at=clock.now())
    post = Post.objects.create(
        account=account,
        role_code=role,
        organisation=organisation,
        scope_code=scope,
        title=role,
        starts_on=SINCE,
    )
    city.posts[name], city.actors[name] = post, queries.actor_in(post)


def _catalogue() -> Item:
    catalogue = Catalogue.objects.create(version="test", in_force_from=SINCE, source="test", sample=True)
    group = Field.objects.create(catalogue=catalogue, code="01", name="民生实事", name_en="Daily life")
    category = Category.objects.create(field=group, code="0101", name="照明", name_en="Lighting")
    return Item.objects.create(
        category=category, code="010101", name="楼道灯", name_en="Stairwell light", owner_name="物业",
        owner_name_en="Property", limit_days=5, place_kind="building",
    )  # fmt: skip


def number(case_id: int) -> str:
    """The number of a case."""
    return Case._base_manager.get(pk=case_id).number
