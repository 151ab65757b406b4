"""Bringing a file of places: looked through at once, taken over by the background, whole or not at all."""

from __future__ import annotations

import hashlib
import zlib
from datetime import date
from typing import Any

import shapely
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.gazetteer.models import PlaceImport
from lianglin.gazetteer.queries import imports as read
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict, Refused
from lianglin.places.models import Building, Community, Compound, Division, Dwelling, Grid, GridBuilding, Unit
from lianglin.places.rules import geometry, importing
from lianglin.places.rules.importing import Checked, Known

MANAGE = "places.manage"
MOST_FINDINGS = 500
"""Findings kept in a stored report; the counts are of all."""
Kind, State = PlaceImport.Kind, PlaceImport.State


def look_through(
    kind: str, content: bytes, *, datum: str = "wgs84", control: dict[str, tuple[float, float]] | None = None
) -> Checked:
    """What a file holds and what is wrong with it. Writes nothing. ``control``: known points of its keys."""
    known = read.known(kind)
    if control:
        known.points = {**known.points, **control}
    try:
        return _checked(kind, content, known, datum)
    except importing.Unreadable as error:
        code, _colon, names = str(error).partition(":")
        checked = Checked()
        checked.say("error", code, names)
        return checked


def _checked(kind: str, content: bytes, known: Known, datum: Any) -> Checked:
    if kind == Kind.DIVISIONS:
        return importing.divisions(content, known)
    if kind == Kind.BUILDINGS:
        return importing.buildings(content, known, datum=datum)
    return importing.shapes(content, known, kind=kind, datum=datum)


def report_of(checked: Checked) -> dict[str, Any]:
    """The report as it is stored: counts of all findings, the first five hundred of them, the measured system."""
    counts = {
        level: sum(f.level == level for f in checked.findings) for level in ("error", "warning", "note")
    }
    order = {"error": 0, "warning": 1, "note": 2}
    first = sorted(checked.findings, key=lambda f: order[f.level])[:MOST_FINDINGS]
    found = checked.datum
    return {
        "rows": len(checked.rows),
        "sound": checked.sound,
        "counts": counts,
        "findings": [f.as_dict() for f in first],
        "datum": {"is": found.datum, "metres": found.distances, "east": found.east, "north": found.north, "pairs": found.pairs} if found else None,
    }  # fmt: skip


def bring(
    *, by: Actor, kind: str, file_name: str, content: bytes, datum: str, valid_from: date
) -> PlaceImport:
    """Keeps a file with its report. Nothing of it is in the register yet."""
    by.require(MANAGE)
    report = report_of(look_through(kind, content, datum=datum))
    with together():
        made = PlaceImport.objects.create(
            kind=kind, scope_code=by.low, file_name=file_name[:120], content=zlib.compress(content), datum=datum,
            digest=hashlib.sha256(content).hexdigest(), valid_from=valid_from, report=report, made_by=by.post_id,
            made_at=clock.now(),
        )  # fmt: skip
        audit.record("places.import.check", "gazetteer.PlaceImport", made.pk, values={"sha256": made.digest})
    return made


def take_over(*, by: Actor, pk: int) -> PlaceImport:
    """Orders a sound file to be taken over by the background."""
    by.require(MANAGE)
    with together():
        found = (
            PlaceImport.objects.select_for_update()
            .filter(pk=pk, scope_code__gte=by.low, scope_code__lt=by.high)
            .first()
        )
        if found is None:
            raise Refused(_("There is no such upload in the area of your post."))
        if found.state != State.CHECKED:
            raise Conflict(
                _("This file is “%(state)s” already. Reload the page.") % {"state": found.get_state_display()}
            )
        if not found.report.get("sound"):
            raise Refused(_("This file has errors. Correct them and bring it again."))
        if by.low and found.kind == Kind.DIVISIONS:
            raise Refused(_("Only the city takes over a division table."))
        found.state = State.WAITING
        found.save(update_fields=["state"])
        audit.record("places.import.order", "gazetteer.PlaceImport", pk)
    return found


def apply(*, by: Actor, pk: int) -> PlaceImport:
    """Takes a waiting file over in one transaction; looks through it once more, since the register may have changed."""
    by.require("system")
    with together():
        found = PlaceImport.objects.select_for_update().get(pk=pk)
        if found.state != State.WAITING:
            return found
        checked = look_through(found.kind, zlib.decompress(bytes(found.content)), datum=found.datum)
        outside = (
            [row for row in checked.rows if not _code(row).startswith(found.scope_code)]
            if found.scope_code
            else []
        )
        if not checked.sound or outside:
            found.state, found.report = State.FAILED, report_of(checked)
            found.failure = (
                _("Rows lie outside of the area of the post.")
                if outside
                else _("The file no longer fits the register. See the report.")
            )
        else:
            written = write(found.kind, checked, valid_from=found.valid_from)
            found.state, found.applied_at = State.APPLIED, clock.now()
            found.report = {**found.report, "written": written}
        found.save(update_fields=["state", "report", "failure", "applied_at"])
        audit.record(
            "places.import.apply",
            "gazetteer.PlaceImport",
            pk,
            values={"sha256": found.digest, "state": found.state},
        )
    return found


def _code(row: dict[str, Any]) -> str:
    return str(row.get("community") or row.get("code") or row.get("key") or "")


def write(kind: str, checked: Checked, *, valid_from: date) -> dict[str, int]:
    """Writes the rows of a sound file: {"new": …, "changed": …}; the same file again changes nothing."""
    writers = {
        Kind.DIVISIONS: _write_divisions, Kind.COMMUNITIES: _write_communities, Kind.GRIDS: _write_grids,
        Kind.COMPOUNDS: _write_compounds, Kind.BUILDINGS: _write_buildings,
    }  # fmt: skip
    before = {"new": 0, "changed": 0}
    with together():
        writers[Kind(kind)](checked.rows, valid_from, before)
    held.forget()
    return before


def _write_divisions(rows: list[dict[str, Any]], valid_from: date, told: dict[str, int]) -> None:
    there = {d.code: d for d in Division.objects.defer("geometry")}
    for row in sorted(rows, key=lambda r: (len(r["code"].rstrip("0")), r["code"])):
        code, width = row["code"], {"city": 4, "county": 6, "township": 9}[row["level"]]
        found = there.get(code)
        if found is None:
            there[code] = Division.objects.create(
                code=code, level=row["level"], name=row["name"], parent=there.get(row["parent"]), scope_code=code[:width]
            )  # fmt: skip
            told["new"] += 1
        elif found.name != row["name"]:
            found.name = row["name"]
            found.save(update_fields=["name"])
            told["changed"] += 1


def _write_communities(rows: list[dict[str, Any]], valid_from: date, told: dict[str, int]) -> None:
    streets = {d.scope_code: d for d in Division.objects.filter(level="township").defer("geometry")}
    for row in rows:
        point = shapely.geometry.shape(row["geometry"]).representative_point()
        place = {"geometry": row["geometry"], "lon": round(point.x, 6), "lat": round(point.y, 6)}
        if Community.objects.filter(scope_code=row["key"]).update(**place):
            told["changed"] += 1
            continue
        number = int(row["key"][9:])
        Community.objects.create(
            division=streets[row["key"][:9]], scope_code=row["key"], name=row["name"][:80], name_en=row["name_en"],
            kind="village" if 200 <= number < 400 or number >= 500 else "community", households=row["households"],
            valid_from=valid_from, **place,
        )  # fmt: skip
        told["new"] += 1


def _write_grids(rows: list[dict[str, Any]], valid_from: date, told: dict[str, int]) -> None:
    homes = {
        c.scope_code: c
        for c in Community.objects.filter(scope_code__in={r["key"][:12] for r in rows}).defer("geometry")
    }
    for row in rows:
        code = row["key"][:12]
        grid = Grid.objects.create(
            code=row["key"], community=homes[code], scope_code=code, households=row["households"],
            geometry=row["geometry"], valid_from=valid_from,
        )  # fmt: skip
        area = shapely.geometry.shape(row["geometry"])
        inside = Building.objects.filter(scope_code=code).values_list("id", "lon", "lat")
        GridBuilding.objects.bulk_create(
            GridBuilding(grid=grid, building_id=pk, valid_from=valid_from)
            for pk, lon, lat in inside
            if area.intersects(shapely.Point(lon, lat))
        )
        told["new"] += 1


def _write_compounds(rows: list[dict[str, Any]], valid_from: date, told: dict[str, int]) -> None:
    for row in rows:
        point = geometry.read(row["geometry"])[0].representative_point()
        values = {
            "name": row["name"][:80], "name_en": row["name_en"], "geometry": row["geometry"],
            "lon": round(point.x, 6), "lat": round(point.y, 6),
        }  # fmt: skip
        found = Compound.objects.filter(key=row["key"]).first()
        if found is None:
            Compound.objects.create(key=row["key"], **values)
            told["new"] += 1
        elif any(getattr(found, name) != value for name, value in values.items()):
            Compound.objects.filter(pk=found.pk).update(**values)
            told["changed"] += 1


def _write_buildings(rows: list[dict[str, Any]], valid_from: date, told: dict[str, int]) -> None:
    homes = {c.scope_code: c.pk for c in Community.objects.filter(valid_to__isnull=True).only("scope_code")}
    there = {b.key: b for b in Building.objects.filter(key__in=[r["key"] for r in rows]).defer("footprint")}
    for row in rows:
        values = {name: row[name] for name in ("address", "number", "lon", "lat")}
        shape = {name: row[name] for name in ("floors", "units", "doors_per_floor")}
        found = there.get(row["key"])
        if found is None:
            made = Building.objects.create(
                key=row["key"],
                community_id=homes[row["community"]],
                scope_code=row["community"],
                **values,
                **shape,
            )
            _write_doors(made)
            told["new"] += 1
        elif any(getattr(found, name) != value for name, value in values.items()):
            Building.objects.filter(pk=found.pk).update(**values)
            told["changed"] += 1


def _write_doors(made: Building) -> None:
    stairwells = Unit.objects.bulk_create(Unit(building=made, number=n) for n in range(1, made.units + 1))
    Dwelling.objects.bulk_create(
        Dwelling(unit=unit, scope_code=made.scope_code, floor=floor, room=f"{floor}{door:02d}")
        for unit in stairwells
        for floor in range(1, made.floors + 1)
        for door in range(1, made.doors_per_floor + 1)
    )
