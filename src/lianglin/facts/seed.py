"""The registry as shipped, a partition per district, and some facts of the sample households."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from django.db import connection

from lianglin.access import audit
from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.facts import database, registry
from lianglin.facts.models import DataElement
from lianglin.kit import clock
from lianglin.kit.seeding import SeedContext
from lianglin.people.seed.copying import copy

COLUMNS = (
    "scope_code, object_class, subject_id, element_id, value, retracted, valid_from, recorded_at, source, purpose, basis,"
    " expires_on, sample"
)
CHUNK = 20_000
SHARES: dict[str, tuple[tuple[str, float], ...]] = {
    "dwelling.tenure": (("own", 0.82), ("rent", 0.14), ("public", 0.03), ("borrow", 0.01)),
    "dwelling.heating": (("network", 0.93), ("gas", 0.04), ("electric", 0.02), ("coal", 0.01)),
    "dwelling.cooking": (("pipe", 0.86), ("electric", 0.08), ("bottle", 0.06)),
    "dwelling.gas_hose_ok": (("1", 0.91), ("0", 0.09)),
    "household.smoke_alarm": (("0", 0.7), ("1", 0.3)),
    "household.car": (("0", 0.62), ("1", 0.38)),
}
"""Assumed shares: sample data, no city's."""
KNOWN = 0.8
"""Share of households of which each of these is known."""


def seed(context: SeedContext) -> None:
    """Loads the registry; in the demo also facts of every sample household, by COPY."""
    made = registry.load_shipped()
    with connection.cursor() as cursor:
        database.install(cursor)
    if context.demo:
        elements = {element.code: element for element in DataElement.objects.all()}
        written = 0
        for chunk in _households():
            written += copy("facts_fact", COLUMNS, _rows(chunk, elements, context))
            context.report("facts", 0.9)
        with connection.cursor() as cursor:
            cursor.execute("analyze facts_fact")
        with acting(job()):
            audit.record("facts.seed", "facts.Fact", 0, values={"facts": written, "elements": made})


def _households() -> Iterator[list[tuple[int, str, int]]]:
    """(id, scope, dwelling) of all households, in pieces."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "select id, scope_code, dwelling_id from people_household where id > %s order by id limit %s",
                [last, CHUNK],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def _rows(
    chunk: list[tuple[int, str, int]], elements: dict[str, DataElement], context: SeedContext
) -> Iterator[tuple[str, ...]]:
    """Rows of one piece; each household's draws depend on its id alone."""
    draw = np.random.default_rng([context.seed, chunk[0][0]])
    on = clock.local(context.until).date()
    for code, shares in SHARES.items():
        element = elements[code]
        values, weights = zip(*shares, strict=True)
        chosen = draw.choice(len(values), size=len(chunk), p=weights)
        known = draw.random(len(chunk)) < KNOWN
        ages = draw.integers(1, 700, size=len(chunk))
        for place, (household, scope, dwelling) in enumerate(chunk):
            if known[place]:
                subject = dwelling if element.object_class == "dwelling" else household
                yield _row(
                    element, scope, subject, values[chosen[place]], on - timedelta(days=int(ages[place]))
                )


def _row(element: DataElement, scope: str, subject: int, value: str, since: object) -> tuple[str, ...]:
    source = "community" if element.basis == "consent" else "steward"
    return (
        *(
            scope,
            element.object_class,
            str(subject),
            str(element.pk),
            value,
            "f",
            str(since),
            f"{since} 02:00+00",
        ),
        *(source, "serve_household", element.basis, "2036-01-01", "t"),
    )
