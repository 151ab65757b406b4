"""What the store of facts costs: writing, one household, the whole city as Arrow columns.

Run: ``.venv/bin/python -m bench.facts [--facts N]`` (10,000,000 by default; one household in ten facts). Prints one
JSON object as its last line. Peers in the same run: reading a household element by element with the ORM, and the
whole city by one DISTINCT ON in PostgreSQL. A server and a folder of its own; stops by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from typing import Any

from bench.machine import yardstick_ms

DISTRICTS, COMMUNITIES = 10, 60
ELEMENTS = (
    *("dwelling.tenure", "dwelling.heating", "dwelling.cooking", "dwelling.water", "dwelling.structure"),
    *(
        "dwelling.floor_area",
        "dwelling.rooms",
        "dwelling.built_year",
        "dwelling.lift",
        "dwelling.gas_checked_on",
    ),
)
VALUES = {"number": "(1 + n % 90)::text", "date": "'2026-03-0' || 1 + n % 9", "flag": "(n % 2)::text"}


def main() -> None:
    """Starts the measured process with settings of its own and passes its line on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--facts", type=int, default=10_000_000)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen.facts)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-facts-") as data:
        environ = {
            **os.environ,
            "LIANGLIN_DATA": data,
            "LIANGLIN_DEMO": "1",
            "LIANGLIN_DATABASE_ROLE": "owner",
        }
        command = [sys.executable, "-m", "bench.facts", "--inside", "--facts", str(chosen.facts)]
        ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        print(ran.stdout.strip().splitlines()[-1])


def measure(facts: int) -> dict[str, object]:
    """Fills the store and times it, as the roles that read and write it."""
    from lianglin.project import attach, environment

    with attach.running(environment.current()):
        attach.migrate(environment.current())
        households = max(facts // len(ELEMENTS), 100)
        begun = time.monotonic()
        _fill(households)
        load = time.monotonic() - begun
        found = {
            "facts": households * len(ELEMENTS),
            "load_per_s": round(households * len(ELEMENTS) / load),
            **_write(),
            **_household(households),
            **_city(),
        }
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return found | {"peak_mb": peak, "yardstick_ms": yardstick_ms()}


FILL = """
insert into facts_fact (scope_code, object_class, subject_id, element_id, value, valid_from, recorded_at, source, purpose,
    basis, expires_on, sample)
select z.scope, 'dwelling', n, {element}, {value}, date '2024-01-01' + (n * 7 % 700)::int, timestamptz '2026-01-01',
    case when n % 3 = 0 then 'visit' else 'steward' end, 'serve_household', 'statutory_duty', '2036-01-01', true
from generate_series({low}, {high}) n
join lateral (select '2301' || lpad((1 + n % {districts})::text, 2, '0') || '001'
    || lpad((1 + n / {districts} % {communities})::text, 3, '0') as scope) z on true
"""
PLACES = """
insert into places_division (code, level, name, name_en, scope_code)
select '2301' || lpad(n::text, 2, '0') || '001000', 'township', 'x', '', '2301' || lpad(n::text, 2, '0') || '001'
from generate_series(1, {districts}) n
"""
HOMES = """
with c as (
    insert into places_community (division_id, kind, scope_code, name, name_en, households, lon, lat, geometry, valid_from, sample, loaded)
    select d.id, 'community', d.scope_code || lpad(n::text, 3, '0'), 'x', '', 2000, 126.6, 45.7, '{{}}', '2024-01-01', true, true
    from places_division d, generate_series(1, {communities}) n where length(d.scope_code) = 9 returning id, scope_code
), b as (
    insert into places_building (key, community_id, scope_code, address, number, lon, lat, floors, units, doors_per_floor)
    select 'b' || id, id, scope_code, 'x', 1, 126.6, 45.7, 6, 1, 2 from c returning id, scope_code
), u as (insert into places_unit (building_id, number) select id, 1 from b returning id, building_id)
insert into places_dwelling (id, unit_id, scope_code, floor, room)
select n, u.id, z.scope, 1, n::text from generate_series(1, {homes}) n
join lateral (select '2301' || lpad((1 + n % {districts})::text, 2, '0') || '001'
    || lpad((1 + n / {districts} % {communities})::text, 3, '0') as scope) z on true
join b on b.scope_code = z.scope join u on u.building_id = b.id
"""
LIVING = """
insert into people_household (id, scope_code, dwelling_id, kind, formed_on, sample)
select id, scope_code, id, 'family', '2024-01-01', true from places_dwelling
"""
SHAPE = {"districts": DISTRICTS, "communities": COMMUNITIES}


def _fill(households: int) -> None:
    from django.db import connection, transaction

    from lianglin.facts import database, registry

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLACES.format(**SHAPE))
        cursor.execute(HOMES.format(homes=households, **SHAPE))
        cursor.execute(LIVING)
        registry.load_shipped()
        database.install(cursor)
    for code in ELEMENTS:
        element = registry.elements()[code]
        codes = list(registry.permitted().get(element.domain, {}))
        value = VALUES.get(element.kind) or f"(array{codes!r})[1 + n % {len(codes)}]"
        with connection.cursor() as cursor:
            cursor.execute(FILL.format(element=element.pk, value=value, low=1, high=households, **SHAPE))
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze facts_fact")


def _worker() -> Any:
    from lianglin.access.actor import Actor

    purposes = frozenset({"handle_case", "serve_household"})
    scope = "230101001001"
    return Actor(
        role="staff", low=scope, high=f"{scope}~", purposes=purposes, duties=frozenset({"facts.read"})
    )


def _mine(count: int) -> list[int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select id from people_household where scope_code = '230101001001' order by id limit 5000"
        )
        known = [row[0] for row in cursor.fetchall()]
    return random.Random(1).choices(known, k=count)


def _write(rounds: int = 60) -> dict[str, object]:
    """Through the action: validated, contradictions looked for, audited; ten facts a time, as a visit gives them."""
    from lianglin.access.transaction import acting
    from lianglin.facts import actions

    homes, taken = _mine(rounds), []
    for home in homes:
        given = [
            actions.NewFact("dwelling", home, code, "1", date(2026, 5, 1), "visit")
            for code in (
                "dwelling.lift",
                "dwelling.rooms",
                "dwelling.floor_area",
                "dwelling.damp",
                "dwelling.broadband",
            )
        ]
        begun = time.perf_counter()
        with acting(_worker()) as worker:
            actions.record(given, by=worker)
        taken.append((time.perf_counter() - begun) / len(given))
    return {"write_per_s": round(1 / statistics.median(taken))}


def _household(households: int, rounds: int = 200) -> dict[str, object]:
    from lianglin.access.transaction import acting
    from lianglin.facts import queries, registry
    from lianglin.facts.models import Fact

    ours, peer = [], []
    elements = [registry.elements()[code] for code in ELEMENTS]
    for home in _mine(rounds):
        with acting(_worker()) as worker:
            begun = time.perf_counter()
            held = queries.of_household(home, actor=worker)
            ours.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            rows = Fact.objects.visible_to(worker, purpose="serve_household").filter(
                subject_id=home, object_class="dwelling"
            )
            each = [rows.filter(element=e).order_by("-valid_from", "-recorded_at").first() for e in elements]
            peer.append(time.perf_counter() - begun)
        assert len(held) >= len(ELEMENTS)
        assert all(each)
    fast, slow = 1000 * statistics.median(ours), 1000 * statistics.median(peer)
    return {
        "household_ms": round(fast, 2),
        "household_peer_ms": round(slow, 2),
        "household_ratio": round(slow / fast, 1),
    }


def _city() -> dict[str, object]:
    from django.db import connection

    from lianglin.access.actor import job
    from lianglin.access.transaction import acting
    from lianglin.facts import arrow
    from lianglin.kit import clock

    begun, rows = time.perf_counter(), 0
    with acting(job()) as system:
        for _district, table in arrow.read_city(
            ELEMENTS, actor=system, valid_on=clock.today(), known_at=clock.now()
        ):
            rows += table.num_rows
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    with acting(job()), connection.cursor() as cursor:
        cursor.execute(
            "select count(*), max(value) from (select distinct on (element_id, subject_id) value from facts_fact"
            " where object_class = 'dwelling' order by element_id, subject_id, source = 'steward' desc, valid_from desc, recorded_at desc) f"
        )
        cursor.fetchone()
    peer = time.perf_counter() - begun
    return {
        "city_subjects": rows,
        "city_read_s": round(ours, 1),
        "city_peer_s": round(peer, 1),
        "city_ratio": round(peer / ours, 2),
    }


if __name__ == "__main__":
    main()
