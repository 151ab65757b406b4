"""Fills the demo city with a catalogue, units, and months of sample appeals, by COPY in bounded memory."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from lianglin.access import audit
from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions.similarity_models import FIT
from lianglin.appeals.models import Catalogue, ItemQuestion, SimilarityModel
from lianglin.appeals.seed.calls import seed_calls, seed_proposals
from lianglin.appeals.seed.desk import seed_desk
from lianglin.appeals.seed.dispatch import seed_rules, seed_rulings
from lianglin.appeals.seed.history import BY_PHONE, Events, appeal_events
from lianglin.appeals.seed.intake import seed_intake, write_questions
from lianglin.appeals.seed.journey import journey
from lianglin.appeals.seed.messages import seed_messages
from lianglin.appeals.seed.places import Places
from lianglin.appeals.seed.problems import seed_problems
from lianglin.appeals.seed.publication import seed_published, seed_rules_of_publication
from lianglin.appeals.seed.reports import areas_of
from lianglin.appeals.seed.rows import City, Part, write_part
from lianglin.appeals.seed.standard_texts import seed_texts
from lianglin.appeals.seed.stock import VERSION, load_catalogue
from lianglin.appeals.seed.supervision import seed_supervision
from lianglin.appeals.seed.texts import Wanted, write_texts
from lianglin.appeals.seed.units import make_units
from lianglin.indicators.actions import rebuild
from lianglin.indicators.values.seed import sample_history
from lianglin.kit.seeding import SeedContext
from lianglin.people.seed.copying import built_afterwards, move_sequences
from lianglin.people.seed.load import Made

MONTHS = 26
RATE_PER_1000 = 140.0
"""Appeals per 1,000 residents a year: ten times a real city's, so that trends can be seen; the screens say so."""
CITY, A_MONTH = 900_000, 13_000
"""A sample city of so many residents or more has as many appeals a month as a whole real city, and no more."""
SLICE = 40_000
"""Appeals at a time: under 300 MB."""
TABLES = (
    "cases_case", "cases_step", "cases_clock", "cases_receipt", "appeals_appeal", "appeals_appellant",
    "appeals_callback", "access_grant",
)  # fmt: skip


def seed(context: SeedContext) -> None:
    """The catalogue always; units and appeals where sample people live. ``made["appeals"]``: how many there are."""
    item_ids = load_catalogue()
    seed_rules_of_publication()
    _ask()
    people: Made = context.made["people"]
    rate = rate_per_1000(context.residents)
    context.made["appeals"] = {"count": 0, "months": MONTHS, "rate_per_1000": rate}
    if not context.demo or not len(people.building):
        return
    city = _city(context, people, item_ids)
    events = appeal_events(
        city.places,
        months=MONTHS,
        rate_per_1000=rate,
        seed=context.seed,
        until=context.until,
        hot_spots=True,
    )
    with built_afterwards(*TABLES):
        for start in range(0, len(events), SLICE):
            _fill(context, city, events, start)
            context.report("appeals", 0.75 * min(start + SLICE, len(events)) / len(events))
        context.report("indexes", 0.76)
    move_sequences(*(table for table in TABLES if table not in _WITHOUT_SEQUENCE))
    context.made["appeals"]["count"] = len(events)
    with acting(job()):
        audit.record(
            "appeals.seed", "appeals.Appeal", 0, values={"appeals": len(events), "seed": context.seed}
        )
    seed_rulings()
    seed_rules(context)
    seed_calls(context)
    seed_proposals(context)
    seed_texts(context)
    seed_problems(context, _areas(city), events.problems)
    context.made["appeals"]["count"] += seed_desk(context) + seed_supervision(context)
    context.made["appeals"]["count"] += seed_intake(context)
    _count(context)
    seed_published(context)
    seed_messages(context)
    see_to_similarity()


def rate_per_1000(residents: int) -> float:
    """Appeals per 1,000 residents a year in a sample city of this size."""
    return RATE_PER_1000 if residents < CITY else A_MONTH * 12 * 1000 / residents


LATER = {"minutes": 3}
"""The first fit takes a core for half a minute: not while somebody looks at the first pages."""


def see_to_similarity() -> None:
    """Has the background make the rows of similar appeals and a model, as every night; nothing where there is one."""
    if SimilarityModel.objects.filter(in_force=True).exists():
        return
    with suppress(AlreadyEnqueued), transaction.atomic():  # asked for at the last start, and not done yet
        app.configure_task(FIT, queue="events", schedule_in=LATER).defer()


def _areas(city: City) -> dict[int, str]:
    """Number of an area of the history -> its scope code: a community's, or where it takes streets a street's."""
    numbers = areas_of(city.places)
    width = 12 if numbers is city.places.community else 9
    return {number: scope[:width] for number, scope in zip(numbers.tolist(), city.scope, strict=True)}


def _ask() -> None:
    """The sample catalogue's extra questions, once."""
    version = Catalogue.objects.filter(version=VERSION).first()
    if (
        version is not None
        and not ItemQuestion.objects.filter(item__category__field__catalogue=version).exists()
    ):
        write_questions(version)


_WITHOUT_SEQUENCE = {"cases_receipt", "appeals_appeal", "appeals_appellant"}


def _fill(context: SeedContext, city: City, events: Events, start: int) -> None:
    some = events.part(start, start + SLICE)
    lives = journey(some, until=context.until, seed=context.seed * 1_000_003 + start)
    month, hour = some.local()
    wanted = Wanted(
        item=some.item, month=month, hour=hour, building=some.building, unit=some.unit, floor=some.floor,
        event=some.event, again=(some.repeat_of != -1).astype(np.int64), by_phone=np.isin(some.channel, BY_PHONE).astype(np.int64),
    )  # fmt: skip
    told = list(write_texts(wanted, city.places, seed=context.seed, first=start))
    write_part(city, Part(some, lives, told, start, context.seed))


def _count(context: SeedContext) -> None:
    """The figures of all months, so that the dashboards show them from the first minute."""

    def report(share: float) -> None:
        context.report("figures", 0.8 + 0.2 * share)

    with acting(job()) as by:
        rebuild(by=by, months=MONTHS + 1, report=report)  # the first month is a part of one
    sample_history(MONTHS + 1)


# --- where and who ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """The buildings' rows, in the order asked for."""

    rows: list[tuple]

    def column(self, number: int) -> list:
        return [row[number] for row in self.rows]


def _city(context: SeedContext, people: Made, item_ids: list[int]) -> City:
    found = _Found(_buildings(people.building.tolist()))
    streets = dict.fromkeys(found.column(3))
    compounds = {name: number for number, name in enumerate(dict.fromkeys(filter(None, found.column(8))))}
    street_number = {code: number for number, code in enumerate(streets)}
    names = dict(zip(found.column(3), found.column(4), strict=True))
    places = Places(
        lon=np.array(found.column(1)), lat=np.array(found.column(2)),
        street=np.array([street_number[code] for code in found.column(3)]),
        streets=[names[code].removesuffix("办事处") for code in streets],
        community=np.array(found.column(5)),
        compound=np.array([compounds.get(name, -1) for name in found.column(8)]),
        compounds=list(compounds),
        number=np.array(found.column(9)), units=np.array(found.column(10)), floors=np.array(found.column(11)),
        residents=people.residents, callers=people.callers,
    )  # fmt: skip
    access = context.made["access"]
    return City(
        places=places, building=found.column(0), community=found.column(5), scope=found.column(6),
        compound=found.column(7), compound_name=found.column(8), address=found.column(12), caller=people.caller_ids,
        item=item_ids, units=make_units(context), organisations=access["communities"], workers=access["workers"],
        streets=access["streets"], coordinators=access["coordinators"],
    )  # fmt: skip


def _buildings(ids: list[int]) -> list[tuple]:
    """(id, lon, lat, street code, street, community, scope, compound, its name, number, units, floors, address)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select b.id, b.lon, b.lat, left(b.scope_code, 9), s.name, b.community_id, b.scope_code, c.id, c.name, b.number, "
            "b.units, b.floors, b.address from unnest(%s::bigint[]) with ordinality as asked(id, n) "
            "join places_building b on b.id = asked.id join places_community m on m.id = b.community_id "
            "join places_division s on s.id = m.division_id "
            "left join places_compoundbuilding x on x.building_id = b.id and x.valid_to is null "
            "left join places_compound c on c.id = x.compound_id order by asked.n",
            [ids],
        )
        return cursor.fetchall()
