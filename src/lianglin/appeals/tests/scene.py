"""The small city of the tests, with what the desk needs more: a compound, units with names, two items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client
from tests import world
from tests.world import FAR, HERE, NEXT_DOOR, World

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals.models import Item
from lianglin.cases.actions import Place
from lianglin.cases.models import Case
from lianglin.kit import held
from lianglin.places.models import Building, Community, Compound, CompoundBuilding

POSTS = {
    "worker": f"community-{HERE}",
    "neighbour": f"community-{NEXT_DOOR}",
    "street": f"street-{HERE[:9]}",
    "other_street": f"street-{FAR[:9]}",
    "unit": "bureau-1",
    "other_unit": "bureau-2",
    "manager": "manager",
    "officer": "protection_officer",
}
"""Short names of the posts that the desk's tests act in."""


@dataclass
class Town:
    """What was built; posts are named as in :data:`POSTS`."""

    world: World
    here: Community
    there: Community
    building: Building
    compound: Compound
    lamp: Item
    lift: Item

    def unit(self, name: str) -> Organisation:
        """The organisation of a post."""
        return self.world.posts[POSTS[name]].organisation

    def actor(self, name: str) -> Actor:
        """The actor of a post."""
        return self.world.actors[POSTS[name]]

    def client(self, name: str, **options: Any) -> Client:
        """A browser logged in and acting in that post."""
        return self.world.browser(POSTS[name], **options)

    def place(self, community: Community | None = None) -> Place:
        """The building of HERE, or somewhere in another community."""
        if community is not None and community != self.here:
            return Place(community=community, text="北门")
        point = {"lon": self.building.lon, "lat": self.building.lat}
        where = {"building": self.building, "compound": self.compound, "text": self.building.address}
        return Place(community=self.here, **where, **point)

    def appeal(
        self,
        text: str = "三单元二楼的灯不亮，晚上看不见",
        *,
        community: Community | None = None,
        **given: Any,
    ) -> Case:
        """An appeal of the lamp item, as the public sends it."""
        given.setdefault("item", self.lamp)
        return self.world.report(text=text, place=self.place(community), **given).case

    def do(self, name: str, verb: str, case: Case, **arguments: Any) -> Case:
        """One move by a post, as the action."""
        return self.world.do(POSTS[name], verb, case, **arguments)

    def brought_to(self, state: str, **given: Any) -> Case:
        """An appeal of the lamp item in a state of the main road."""
        given.setdefault("item", self.lamp)
        return self.world.brought_to(state, place=self.place(), **given).case


def build() -> Town:
    """Builds it with plain inserts; call it outside of ``acting``, as the administrator."""
    made = world.build()
    items = world.catalogue()
    here, there = made.community(HERE), made.community(NEXT_DOOR)
    building = Building.objects.get(community=here)
    compound = Compound.objects.create(
        name="和宁小区", name_en="Hening Compound", key="c1", lon=126.6, lat=45.7
    )
    CompoundBuilding.objects.create(compound=compound, building=building, valid_from="2024-01-01")
    _name_units(made)
    lift = Item.objects.create(
        category=items.lamp.category,
        code="020603",
        name="电梯故障",
        name_en="Lift out of order",
        owner_name="市场监督管理局",
        owner_name_en="Market regulation bureau",
        limit_days=2,
        urgent_hours=4,
        duplicate_radius_m=40,
        place_kind="bld",
    )
    held.forget()
    return Town(made, here, there, building, compound, items.lamp, lift)


def _name_units(made: World) -> None:
    """One property firm and one bureau of the district of HERE, as the catalogue names owners."""
    for code, name, name_en in (
        ("bureau-1", "道里区物业服务中心", "Daoli Property Service"),
        ("bureau-2", "道里区市场监督管理局", "Daoli Market Regulation Bureau"),
    ):
        unit = made.organisations[code]
        unit.name, unit.name_en, unit.scope_code = name, name_en, HERE[:6]
        unit.save(update_fields=["name", "name_en", "scope_code"])
