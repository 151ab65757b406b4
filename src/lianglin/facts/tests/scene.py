"""A loaded registry and the world's households, for the tests of facts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime

from django.db import connection
from tests import world as worlds

from lianglin.access.transaction import acting
from lianglin.facts import actions, database, registry
from lianglin.facts.actions import NewFact
from lianglin.facts.domain import TOLD
from lianglin.facts.models import Fact
from lianglin.facts.seed import TOLD_WORDS
from lianglin.kit import clock, held
from lianglin.people.models import Consent, ConsentText, Household, Membership, Resident

SINCE = date(2026, 1, 1)
BEFORE = datetime(2025, 1, 1, tzinfo=UTC)


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

    def agree(
        self, purpose: str = TOLD, *, decision: str = "given", resident_id: int | None = None
    ) -> Consent:
        """The first member (or another person) decides about words that are in force."""
        text, _made = ConsentText.objects.get_or_create(
            purpose=purpose,
            version=1,
            defaults={**asdict(replace(TOLD_WORDS, purpose=purpose)), "in_force_from": BEFORE, "digest": "x"},
        )
        person = Resident._base_manager.get(pk=resident_id or self.resident_id)
        return Consent._base_manager.create(
            scope_code=person.scope_code, resident=person, text=text, purpose=purpose, decision=decision,
            decided_at=clock.now(), channel="paper", form_number=text.form_number,
        )  # fmt: skip


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
