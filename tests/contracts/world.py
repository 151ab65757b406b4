"""A small city for contract tests: two districts, two streets each, two communities each, cases everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from lianglin.access import actor as actors
from lianglin.access import queries
from lianglin.access.actor import Actor
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.transaction import acting
from lianglin.kit import calendar, clock
from lianglin.kit.crypto import match_key
from lianglin.kit.models import CalendarDay
from lianglin.people.models import Household, Membership, Resident
from lianglin.places.models import Building, Community, Division, Dwelling, Unit

SINCE = date(2024, 1, 1)


@dataclass
class World:
    """What was made, by code."""

    communities: list[Community] = field(default_factory=list)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def codes(self) -> list[str]:
        """Scope codes of the communities."""
        return [community.scope_code for community in self.communities]


def build() -> World:
    """Makes the city as the database's owner (call it outside of ``acting``)."""
    world = World()
    if not CalendarDay.objects.exists():
        for year in (2025, 2026, 2027):
            CalendarDay.objects.bulk_create(calendar.official_days(year))
        calendar.forget()
    for county in ("230103", "230104"):
        for street in ("001", "002"):
            scope = county + street
            division = Division.objects.create(
                code=f"{scope}000", level="township", name=f"{scope}街道", scope_code=scope
            )
            office = _organisation(world, f"street-{scope}", "street", scope)
            _post(world, f"street-{scope}", "street_coordinator", office, scope)
            for number in ("001", "002"):
                _community(world, division, scope + number)
    for code in ("bureau-1", "bureau-2"):
        _post(world, code, "unit_handler", _organisation(world, code, "bureau", ""), "")
    city = _organisation(world, "city", "city", "")
    for role in ("manager", "protection_officer", "administrator"):
        _post(world, role, role, city, "")
    return world


def _community(world: World, division: Division, scope: str) -> None:
    community = Community.objects.create(
        division=division,
        name=f"第{scope[-3:]}社区",
        scope_code=scope,
        lon=126.6,
        lat=45.7,
        geometry={},
        valid_from=SINCE,
        loaded=True,
    )
    world.communities.append(community)
    committee = _organisation(world, f"community-{scope}", "community", scope)
    _post(world, f"community-{scope}", "community_worker", committee, scope)
    building = Building.objects.create(
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
    unit = Unit.objects.create(building=building, number=1)
    for room in ("101", "102"):
        dwelling = Dwelling.objects.create(unit=unit, scope_code=scope, floor=1, room=room)
        household = Household._base_manager.create(scope_code=scope, dwelling=dwelling, formed_on=SINCE)
        resident = Resident._base_manager.create(
            scope_code=scope,
            name="王示例",
            sex="2",
            born_on=date(1950, 1, 1),
            phone="15400000000",
            phone_match=match_key("15400000000", "phone"),
        )
        Membership._base_manager.create(
            scope_code=scope, household=household, resident=resident, relation="01", from_on=SINCE
        )


def _organisation(world: World, code: str, kind: str, scope: str) -> Organisation:
    made = Organisation.objects.create(code=code, name=f"{code}单位", kind=kind, scope_code=scope)
    world.organisations[code] = made
    return made


def _post(world: World, code: str, role: str, organisation: Organisation, scope: str) -> None:
    account = Account.objects.create_user(code, None, name=code, created_at=clock.now())
    post = Post.objects.create(
        account=account,
        role_code=role,
        organisation=organisation,
        scope_code=scope,
        title=role,
        starts_on=SINCE,
    )
    world.actors[code] = queries.actor_in(post)


def open_cases(world: World) -> dict[str, int]:
    """One appeal per community, every second one dispatched to a bureau; code of the community -> case id."""
    from lianglin.appeals import actions
    from lianglin.cases.actions import Place

    made = {}
    for index, community in enumerate(world.communities):
        with acting(actors.public()) as anybody:
            place = Place(community=community)
            reporter = actions.Reporter(name="李示例", phone="15400000001")
            made[community.scope_code] = actions.submit(
                by=anybody, place=place, text="楼道灯不亮了", item=None, reporter=reporter
            ).case.pk
        if index % 2 == 0:
            street = world.actors[f"street-{community.scope_code[:9]}"]
            with acting(street):
                actions.accept(made[community.scope_code], by=street)
                bureau = world.organisations[f"bureau-{index % 4 // 2 + 1}"]
                actions.dispatch(made[community.scope_code], by=street, unit=bureau)
    return made
