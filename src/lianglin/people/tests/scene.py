"""A small family for tests of people: a mother, a child of ten, a youth of fifteen, in one household."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.test import Client
from tests.world import HERE, SINCE, World

from lianglin.access.actor import Actor, resident
from lianglin.access.queries import RESIDENT_KEY
from lianglin.kit import clock
from lianglin.people.actions.consents import Words
from lianglin.people.models import ConsentText, Guardianship, Household, Membership, Resident

WORDS = Words(
    purpose="contact",
    title="电话联系",
    title_en="Contact by phone",
    text="社区用电话联系您。",
    text_en="Your community calls you.",
    data="电话",
    data_en="phone",
    basis="同意",
    basis_en="consent",
    receivers="社区",
    receivers_en="the community",
    form_number="F1",
)


@dataclass
class Family:
    """The persons and their household."""

    mother: Resident
    child: Resident
    youth: Resident
    household: Household

    def __iter__(self) -> Any:
        return iter((self.mother, self.child, self.youth))


def born(years: int, *, days: int = 10) -> date:
    """A birth date of somebody who completed so many years some days ago."""
    today = clock.today()
    return date(today.year - years, today.month, min(today.day, 28)) - timedelta(days=days)


def family(city: World) -> Family:
    """Moves a mother and two children into a household of HERE; the mother is the children's guardian."""
    household = Household._base_manager.filter(scope_code=HERE).order_by("pk")[0]
    people = [
        Resident._base_manager.create(scope_code=HERE, name=name, born_on=born(years))
        for name, years in (("单雄英", 40), ("单小宝", 10), ("单大宝", 15))
    ]
    for person, relation in zip(people, ("02", "20", "20"), strict=True):
        Membership._base_manager.create(
            scope_code=HERE, household=household, resident=person, relation=relation, from_on=SINCE
        )
    made = Family(*people, household)
    for ward in (made.child, made.youth):
        guardian(made.mother, ward)
    return made


def guardian(of: Resident, ward: Resident, kind: str = "parent", **given: Any) -> Guardianship:
    """A guardianship in force since SINCE."""
    return Guardianship._base_manager.create(
        scope_code=ward.scope_code,
        ward=ward,
        guardian=of,
        kind=kind,
        papers="register",
        **{"from_on": SINCE, "recorded_at": clock.now(), **given},
    )


def text(**given: Any) -> ConsentText:
    """A version of the text in force since a month ago."""
    from dataclasses import asdict

    return ConsentText.objects.create(
        **{
            **asdict(WORDS),
            "version": 1,
            "in_force_from": clock.now() - timedelta(days=30),
            "digest": "x",
            **given,
        }
    )


def own(person: Resident, guardian_id: int | None = None) -> Actor:
    """The person, logged in; or the guardian acting for them."""
    return resident(resident_id=person.pk, guardian_id=guardian_id)


def logged_in(person: Resident, **more: Any) -> Client:
    """The browser of a resident who logged in."""
    client = Client()
    session = client.session
    until = (clock.now() + timedelta(minutes=30)).isoformat()
    session[RESIDENT_KEY] = {"id": person.pk, "until": until, **more}
    session.save()
    return client
