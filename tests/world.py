"""A small city for tests that cross packages: two districts, two streets each, two communities each.

Call :func:`build` outside of ``acting``, as the administrator of the test's database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.test import Client
from django.utils.crypto import get_random_string

from lianglin.access import actor as actors
from lianglin.access import queries
from lianglin.access.actor import Actor
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.sessions import SessionStore
from lianglin.access.transaction import acting
from lianglin.kit import clock, held
from lianglin.kit.crypto import match_key
from lianglin.people.models import Household, Membership, Resident
from lianglin.places.models import Building, Community, Division, Dwelling, Unit

if TYPE_CHECKING:
    from lianglin.appeals.actions import Submitted
    from lianglin.appeals.models import Item
    from lianglin.cases.models import Case

SINCE = date(2024, 1, 1)
HERE, NEXT_DOOR, FAR = "230103001001", "230103001002", "230104002002"
"""Three communities: two of one street, one of another district."""
WORKER, STREET, UNIT, RESIDENT = f"community-{HERE}", "street-230103001", "bureau-1", "resident"
"""Codes of those who carry an appeal of HERE through its life; the resident is whoever holds the receipt."""


@dataclass
class World:
    """What was made, by code: ``posts`` and ``actors`` have the same keys."""

    communities: list[Community] = field(default_factory=list)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def codes(self) -> list[str]:
        """Scope codes of the communities."""
        return [community.scope_code for community in self.communities]

    def community(self, scope_code: str) -> Community:
        """The community with this code."""
        return next(found for found in self.communities if found.scope_code == scope_code)

    def browser(self, code: str, **options: Any) -> Client:
        """A browser logged in and acting in the post with this code."""
        post, now = self.posts[code], clock.now().isoformat()
        return with_session(
            Client(**options),
            {
                SESSION_KEY: str(post.account_id),
                BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
                HASH_SESSION_KEY: post.account.get_session_auth_hash(),
                queries.POST_KEY: post.pk,
                queries.POSTS_KEY: 1,
                queries.PROVED_KEY: now,
                "proved_again": now,
            },
        )

    def report(self, scope_code: str = HERE, *, text: str = "楼道灯不亮了", **given: Any) -> Submitted:
        """An appeal as the public sends it; ``given`` goes to ``appeals.actions.submit``."""
        actions = _appeals()
        place = given.pop("place", None) or _place(self.community(scope_code))
        given.setdefault("reporter", actions.Reporter(name="李示例", phone="15400000001"))
        given.setdefault("item", None)
        with acting(actors.public()) as anybody:
            return actions.submit(by=anybody, place=place, text=text, **given)

    def do(self, code: str, verb: str, case: Case | int, **arguments: Any) -> Case:
        """One action on an appeal by a post (or by RESIDENT, who holds it), in a transaction of its own."""
        actor = self.actors.get(code) or actors.resident(getattr(case, "pk", case))
        with acting(actor):
            return getattr(_appeals(), verb)(getattr(case, "pk", case), by=actor, **arguments)

    def brought_to(self, state: str, **given: Any) -> Submitted:
        """An appeal of HERE in any of its states; ``given`` goes to :meth:`report`."""
        made = self.report(**given)
        if state == "joined":
            other = _appeals().Reporter(name="赵示例", phone="15400000002")
            self.do(STREET, "merge", made.case, parent=self.report(reporter=other).case)
            return made
        if state == "merged":
            self.do(STREET, "merge", made.case, parent=self.report().case)
            return made
        for code, verb, arguments in _road(state, self.organisations[UNIT]):
            self.do(code, verb, made.case, **arguments)
        return made


def _appeals() -> ModuleType:
    from lianglin.appeals import actions

    return actions


def _place(community: Community, **given: Any) -> Any:
    from lianglin.cases.actions import Place

    return Place(community=community, **given)


ANSWER = {"outcome": "solved", "note": "换了灯泡，现场试过。"}


def _road(state: str, unit: Organisation) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """The moves that bring a new appeal to a state."""
    ways: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
        "received": [],
        "withdrawn": [(RESIDENT, "withdraw", {})],
        "refused": [(WORKER, "refuse", {"ground": "beyond_duty", "note": "请拨打 12348 咨询。"})],
        "redirected": [(STREET, "redirect", {"to": "铁路局", "note": "属铁路局管辖。"})],
        "accepted": [(WORKER, "accept", {})],
    }
    ways["dispatched"] = [*ways["accepted"], (STREET, "dispatch", {"unit": unit})]
    ways["handling"] = [*ways["dispatched"], (UNIT, "take_on", {})]
    ways["paused"] = [*ways["handling"], (UNIT, "pause", {"ground": "season", "note": "等天暖。"})]
    ways["answered"] = [*ways["handling"], (UNIT, "answer", ANSWER)]
    ways["settled"] = [*ways["answered"], (STREET, "settle", {})]
    ways["closed"] = [*ways["settled"], (WORKER, "call_back", {"reached": True, "solved": "yes", "grade": 5})]
    return ways[state]


def resident_browser(case_id: int, **options: Any) -> Client:
    """The browser of a resident who has just proved to hold a case."""
    until = (clock.now() + timedelta(minutes=30)).isoformat()
    return with_session(Client(**options), {queries.HELD_CASE_KEY: {"id": case_id, "until": until}})


def with_session(client: Client, holds: dict[str, Any]) -> Client:
    """Gives a browser a session in one statement; ``client.session`` and a ``save`` of it take seven."""
    store = SessionStore(get_random_string(32, VALID_KEY_CHARS))
    store._session_cache = holds  # what it holds is known: nothing is looked up
    store.create_model_instance(holds).save(force_insert=True)
    assert store.session_key is not None
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return client


@dataclass
class Items:
    """A catalogue of two: a lamp (3 working days) and gas (2 hours, day and night)."""

    lamp: Item
    gas: Item


def catalogue() -> Items:
    """Makes the small catalogue."""
    from lianglin.appeals.models import Catalogue, Category, Field, Item

    version = Catalogue.objects.create(version="small", in_force_from=SINCE, source="test", sample=True)
    quality = Field.objects.create(catalogue=version, code="02", name="城市品质", name_en="City quality")
    housing = Category.objects.create(field=quality, code="0206", name="房屋设施", name_en="Housing")
    common = {"category": housing, "owner_name": "物业企业", "owner_name_en": "Property", "place_kind": "bld"}
    lamp = Item.objects.create(
        code="020601", name="楼道照明", name_en="Stairwell light", limit_days=3, **common
    )
    gas = Item.objects.create(
        code="020602", name="燃气泄漏", name_en="Gas leak", limit_days=1, urgent_hours=2, **common
    )
    held.forget()
    return Items(lamp, gas)


def build() -> World:
    """Makes the city as the database's owner (call it outside of ``acting``), in as few statements as kinds of rows."""
    held.forget()
    world = World()
    streets = [county + street for county in ("230103", "230104") for street in ("001", "002")]
    divisions = Division.objects.bulk_create(
        Division(code=f"{scope}000", level="township", name=f"{scope}街道", scope_code=scope)
        for scope in streets
    )
    offices = _Offices()
    for division in divisions:
        scope = division.scope_code
        offices.add(f"street-{scope}", "street", scope, "street_coordinator")
        for number in ("001", "002"):
            world.communities.append(_community(division, scope + number))
            offices.add(f"community-{scope}{number}", "community", scope + number, "community_worker")
    for code in ("bureau-1", "bureau-2"):
        offices.add(code, "bureau", "", "unit_handler")
    offices.add("city", "city", "")
    for role in ("manager", "protection_officer", "administrator", "security_officer", "auditor"):
        offices.post(role, role, "city", "")
    offices.make(world)
    Community.objects.bulk_create(world.communities)
    _people(world.communities)
    return world


def _community(division: Division, scope: str) -> Community:
    return Community(
        division=division,
        name=f"第{scope[-3:]}社区",
        scope_code=scope,
        lon=126.6,
        lat=45.7,
        geometry={},
        valid_from=SINCE,
        loaded=True,
    )


def _building(community: Community) -> Building:
    scope = community.scope_code
    return Building(
        key=scope,
        community=community,
        scope_code=scope,
        address=f"和宁小区{scope[-1]}号楼",
        number=1,
        lon=126.6,
        lat=45.7,
        floors=6,
        units=1,
        doors_per_floor=2,
    )


def _people(communities: list[Community]) -> None:
    """A building with one stairwell in each, two dwellings in each, one resident in each."""
    buildings = Building.objects.bulk_create(map(_building, communities))
    units = Unit.objects.bulk_create(Unit(building=building, number=1) for building in buildings)
    dwellings = Dwelling.objects.bulk_create(
        Dwelling(unit=unit, scope_code=unit.building.scope_code, floor=1, room=room)
        for unit in units
        for room in ("101", "102")
    )
    households = Household._base_manager.bulk_create(
        Household(scope_code=dwelling.scope_code, dwelling=dwelling, formed_on=SINCE)
        for dwelling in dwellings
    )
    key = match_key("15400000000", "phone")
    person = {
        "name": "王示例",
        "sex": "2",
        "born_on": date(1950, 1, 1),
        "phone": "15400000000",
        "phone_match": key,
    }
    residents = Resident._base_manager.bulk_create(
        Resident(scope_code=household.scope_code, **person) for household in households
    )
    Membership._base_manager.bulk_create(
        Membership(scope_code=h.scope_code, household=h, resident=r, relation="01", from_on=SINCE)
        for h, r in zip(households, residents, strict=True)
    )


@dataclass
class _Offices:
    """Organisations and posts on paper; :meth:`make` puts them into the database."""

    organisations: list[Organisation] = field(default_factory=list)
    planned: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, code: str, kind: str, scope: str, role: str = "") -> None:
        """An organisation, with a post of the same code when a role is given."""
        self.organisations.append(Organisation(code=code, name=f"{code}单位", kind=kind, scope_code=scope))
        if role:
            self.post(code, role, code, scope)

    def post(self, code: str, role: str, organisation: str, scope: str) -> None:
        """A post with an account of its own."""
        self.planned.append((code, role, organisation, scope))

    def make(self, world: World) -> None:
        """One statement for the organisations, one for the accounts, one for the posts."""
        made = Organisation.objects.bulk_create(self.organisations)
        world.organisations |= {organisation.code: organisation for organisation in made}
        accounts = [
            Account(username=code, name=code, created_at=clock.now())
            for code, _role, _unit, _scope in self.planned
        ]
        for account in accounts:
            account.set_unusable_password()
        Account.objects.bulk_create(accounts)
        posts = Post.objects.bulk_create(
            Post(
                account=account, role_code=role, organisation=world.organisations[unit], scope_code=scope,
                title=role, starts_on=SINCE,
            )
            for account, (_code, role, unit, scope) in zip(accounts, self.planned, strict=True)
        )  # fmt: skip
        for post in posts:
            world.posts[post.account.username] = post
            world.actors[post.account.username] = queries.actor_in(post)


def open_cases(world: World) -> dict[str, int]:
    """One appeal per community, every second one dispatched to a bureau; code of the community -> case id."""
    made = {}
    for index, community in enumerate(world.communities):
        case = world.report(community.scope_code).case
        made[community.scope_code] = case.pk
        if index % 2 == 0:
            street = f"street-{community.scope_code[:9]}"
            world.do(street, "accept", case)
            bureau = world.organisations[f"bureau-{index % 4 // 2 + 1}"]
            world.do(street, "dispatch", case, unit=bureau)
    return made
