"""A loaded registry and the world's households, for the tests of facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection
from tests import world as worlds

from lianglin.access.transaction import acting
from lianglin.facts import actions, database, registry
from lianglin.facts.actions import NewFact
from lianglin.facts.models import Fact
from lianglin.kit import held
from lianglin.people.models import Household, Membership

SINCE = date(2026, 1, 1)


@dataclass
class Scene:
    """The world, and one household of HERE with its first member."""

    world: worlds.World
    household: Household
    resident_id: int

    def record(self, element: str, value: str, *, who: str = worlds.WORKER, **more: object) -> Fact:
        """One fact of the household (or its first member, or its dwelling), by a post."""
        kind = element.split(".")[0]
        subject = {
            "household": self.household.pk,
            "person": self.resident_id,
            "dwelling": self.household.dwelling_id,
        }[kind]
        given = {"valid_from": SINCE, **more}
        with acting(self.world.actors[who]) as actor:
            return actions.record([NewFact(kind, subject, element, value, **given)], by=actor)[0]  # type: ignore[arg-type]


def build() -> Scene:
    """As the database's owner, outside of ``acting``."""
    world = worlds.build()
    held.forget()
    registry.load_shipped()
    with connection.cursor() as cursor:
        database.install(cursor)
    household = Household._base_manager.filter(scope_code=worlds.HERE).order_by("pk")[0]
    member = Membership._base_manager.filter(household=household).order_by("pk")[0]
    return Scene(world, household, member.resident_id)
