"""Background work and commands: changes that are due, rows that came in late, files to be taken over."""

from __future__ import annotations

import argparse
import hashlib
import json
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import job
from lianglin.access.tasks import as_job
from lianglin.access.transaction import acting
from lianglin.gazetteer.actions import carrying, imports, osm
from lianglin.gazetteer.models import PlaceImport
from lianglin.gazetteer.queries import planning
from lianglin.gazetteer.queries.words import said
from lianglin.kit import clock
from lianglin.places.models import PlaceChange
from lianglin.places.rules.control import control_points
from lianglin.places.rules.importing import Checked

DUE = "places_changes_due"
LATE = timedelta(hours=2)
"""For so long after a change another process may still write an old code from its memory."""


@as_job
def _due() -> list[int]:
    return [change.pk for change in planning.due(clock.today())]


@app.periodic(cron="*/10 * * * *")
@app.task(name=DUE, queue="events", queueing_lock=DUE)
def changes_due(timestamp: int = 0) -> None:
    """Carries out every change that is due; each batch commits by itself."""
    for change_id in _due():
        carrying.carry_out(change_id)


@app.periodic(cron="5-59/10 * * * *")
@app.task(name="places_late_rows", queue="events", queueing_lock="places_late_rows")
@as_job
def late_rows(timestamp: int = 0) -> None:
    """Moves rows that another process wrote under an old code just after a change."""
    fresh = PlaceChange.objects.filter(state=PlaceChange.State.DONE, done_at__gt=clock.now() - LATE).exclude(
        kind__in=carrying.STILL
    )
    for change in fresh.defer("after"):
        carrying.sweep(by=job(), change_id=change.pk)


@app.task(name="places_import", queue="events")
@as_job
def import_file(pk: int) -> None:
    """Takes one file over."""
    imports.apply(by=job(), pk=pk)


def order_import(pk: int) -> None:
    """Asks for a file to be taken over, in the running transaction."""
    app.configure_task("places_import", queue="events").defer(pk=pk)


def _file_options(arguments: list[str], name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"lianglin places {name}")
    parser.add_argument("kind", choices=PlaceImport.Kind.values)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--datum", choices=PlaceImport.Datum.values, default="wgs84", help="convert from this system"
    )
    parser.add_argument("--control", type=Path, help="CSV of known points: key, lon, lat in WGS 84")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--valid-from", type=date.fromisoformat, default=None)
    options = parser.parse_args(arguments)
    if not options.file.is_file():
        parser.error(f"{options.file} is not a file")
    return options


def _look(options: argparse.Namespace) -> Checked:
    control = control_points(options.control.read_bytes()) if options.control else None
    if options.kind == PlaceImport.Kind.OSM:
        checked = osm.look_through(options.file)
    else:
        checked = imports.look_through(
            options.kind, options.file.read_bytes(), datum=options.datum, control=control
        )
    report = imports.report_of(checked)
    if options.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        for finding in report["findings"]:
            print(f"{finding['level']:8}{finding['where']}: {said(finding)}")
        told = ", ".join(f"{count} {level}s" for level, count in report["counts"].items())
        print(f"{report['rows']} rows fit; {told}. Nothing was written.")
    return checked


def check_command(arguments: list[str]) -> int:
    """`lianglin places check KIND FILE`: the report, nothing written; status 1 when the file may not be taken over."""
    with acting(job()):
        return 0 if _look(_file_options(arguments, "check")).sound else 1


def import_command(arguments: list[str]) -> int:
    """`lianglin places import KIND FILE`: checks, then takes over in one transaction; status 1 when it may not."""
    options = _file_options(arguments, "import")
    with acting(job()):
        checked = _look(options)
        if not checked.sound:
            print("The file has errors: nothing was taken over.")
            return 1
        write = osm.write if options.kind == PlaceImport.Kind.OSM else partial(imports.write, options.kind)
        told = write(checked, valid_from=options.valid_from or clock.today())
        digest = hashlib.sha256(options.file.read_bytes()).hexdigest()
        audit.record(
            "places.import.command", "gazetteer.PlaceImport", options.kind, values={"sha256": digest}
        )
    print(f"Taken over: {told['new']} new, {told['changed']} changed.")
    return 0


def recode_command(arguments: list[str]) -> int:
    """`lianglin places recode`: carries out what is due, with a line per batch."""
    parser = argparse.ArgumentParser(prog="lianglin places recode")
    parser.add_argument("--change", type=int, help="only the change with this number")
    parser.add_argument("--batch", type=int, default=carrying.BATCH, help="rows per transaction")
    options = parser.parse_args(arguments)
    found = [pk for pk in _due() if options.change in (None, pk)]
    for change_id in found:
        moved = carrying.carry_out(
            change_id, batch=options.batch, report=lambda table, rows: print(f"  {table}: {rows} rows")
        )
        print(f"Change {change_id} is carried out: {moved} rows moved.")
    if not found:
        print("No change of places is due.")
    return 0
