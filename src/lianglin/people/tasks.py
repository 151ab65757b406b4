"""What people need in the background: lists that are taken in, keys for names that were loaded without them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.actor import TOP, Actor, job
from lianglin.access.tasks import as_job
from lianglin.access.transaction import acting, running
from lianglin.people.actions import importing, names
from lianglin.people.actions.importing import State
from lianglin.people.models import PeopleImport
from lianglin.people.queries import duplicates
from lianglin.people.queries import importing as lists
from lianglin.people.rules.importing import MESSAGES
from lianglin.places.models import Community


def _keys_behind(behind: int | None) -> tuple[int, int | None]:
    return names.backfill(by=running().actor, behind=behind or 0, size=LOOKED_AT)


LOOKED_AT = 10_000
"""Residents that a step of the night looks at: nearly all of them have their keys."""
KEYS = runs.along("people_name_keys", _keys_behind)


def keys_command(arguments: list[str]) -> int:
    """`lianglin people name-keys`: gives every resident the keys of the name, batch by batch; may be stopped and begun anew."""
    made, behind = 0, 0
    while True:
        with acting(job()) as by:
            more, last = names.backfill(by=by, behind=behind)
        made += more
        if last is None:
            break
        behind = last
    print(f"{made} keys were made.")
    return 0


FIND_TASK = "people_duplicates"
DISTRICT = 6
"""Digits of a district's code."""
CITY = ""


def _areas() -> list[str]:
    """Every community, each district and the city: in all of them files are looked for that may be one person."""
    codes = list(Community.objects.filter(valid_to__isnull=True).values_list("scope_code", flat=True))
    return [*codes, *sorted({code[:DISTRICT] for code in codes}), CITY]


@app.task(name=FIND_TASK, queue="events")
@as_job
def find_duplicates(scope_code: str) -> int:
    """As :func:`duplicates_of`, in the background."""
    return duplicates_of(scope_code)


def duplicates_of(scope_code: str) -> int:
    """The pairs of a community, across a district or across the city (""), as a job of this place; how many are new.

    Nothing is joined. Inside a community the statement names its code, and the job's range is the city's: of a range that
    holds one code the planner expects one row of each table, and compares all names with all.
    """
    inside = len(scope_code) > DISTRICT
    with acting(job() if inside else job(scope_code, scope_code + TOP)):
        if scope_code == CITY:
            return duplicates.find_far()
        across = len(scope_code) == DISTRICT
        return duplicates.find_across(scope_code) if across else duplicates.find(scope_code)


DUPLICATES = runs.pieces("people_duplicates", _areas, duplicates_of)


def order_duplicates(scope_code: str) -> None:
    """Asks for a community, a district or the city to be looked through, in the running transaction."""
    app.configure_task(FIND_TASK, queue="events").defer(scope_code=scope_code)


IMPORT_TASK = "people_import"


@app.task(name=IMPORT_TASK, queue="events")
@as_job
def import_list(pk: int) -> bool:
    """Works on one part of a list in a transaction of its own; defers the next while there is more."""
    more = importing.go_on(pk, by=running().actor)
    if more:
        order_import(pk)
    return more


def order_import(pk: int) -> None:
    """Asks for a list to be worked on, in the running transaction."""
    app.configure_task(IMPORT_TASK, queue="events").defer(pk=pk)


def import_command(arguments: list[str]) -> int:
    """`lianglin people import FILE --place CODE`: looks a list through, then takes it in; status 1 when rows were left out.

    The same file again goes on where it was stopped. Runs in this process, a transaction per part.
    """
    parser = argparse.ArgumentParser(prog="lianglin people import")
    parser.add_argument("file", type=Path)
    parser.add_argument("--place", required=True, help="scope code of the community, street or district")
    parser.add_argument("--check", action="store_true", help="only look through; nothing is written")
    options = parser.parse_args(arguments)
    if not options.file.is_file():
        parser.error(f"{options.file} is not a file")
    record = take_file(options.file, options.place, check=options.check)
    with acting(job(options.place, options.place + TOP)) as by:
        for one in lists.findings(record.pk, by):
            what, how = MESSAGES[one.code]
            print(f"row {one.row}, {one.field}: {what}. {how}")
    told = "would be " if options.check else ""
    print(
        f"{record.rows} rows: {record.made} {told}new, {record.filled} {told}filled, {record.same} known, {record.wrong} left out."
    )
    return 1 if record.wrong or record.state == State.FAILED else 0


def take_file(path: Path, place: str, *, check: bool = False) -> PeopleImport:
    """Brings a file (or finds the one that was stopped) and works on it to its end; the list as it then stands."""
    with acting(importer(place)) as by, path.open("rb") as file:
        record = importing.unfinished(file, by=by) or importing.receive(
            file=file, name=path.name, by=by, most=None
        )
        if record.state == State.MAPPING:
            record = importing.name_columns(record.pk, mapping=record.mapping, by=by)
    _to_the_end(record.pk, place)
    with acting(importer(place)) as by:
        record = importing.found_list(record.pk, by)
        go = not check and record.state in (State.CHECKED, State.FAILED)
        if go:
            importing.start(record.pk, by=by)
    if go:
        _to_the_end(record.pk, place)
    with acting(importer(place)) as by:
        return importing.found_list(record.pk, by)


def importer(place: str) -> Actor:
    """The command line, as a task of one place."""
    return replace(job(place, place + TOP), duties=frozenset({"system", "people.import"}))


def _to_the_end(pk: int, place: str) -> None:
    more = True
    while more:
        with acting(importer(place)) as by:
            more = importing.go_on(pk, by=by)
