"""Carrying a change out on its day: begin, batch after batch, finish. Each step is one transaction of the background.

Killed anywhere, it goes on: the marks say how far each table is, and a row that was moved is not found again.
While it runs, rows are under their old or their new code, never under none; figures count both (see
``places.rules.crosswalk``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import F, Max

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.gazetteer.queries import planning as read
from lianglin.gazetteer.queries import recoding
from lianglin.indicators import actions as figures
from lianglin.indicators import queries as stored
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict
from lianglin.kit.period import Period
from lianglin.places.models import (
    Community,
    Division,
    Grid,
    GridBuilding,
    PlaceChange,
    PlaceVersion,
    RecodeMark,
)
from lianglin.places.queries import history
from lianglin.places.rules.crosswalk import allot

BATCH = 5_000
Kind, State = PlaceChange.Kind, PlaceChange.State
STILL = (Kind.RENAME, Kind.GRIDS)
"""Kinds that move no row."""
Report = Callable[[str, int], None]


def carry_out(change_id: int, *, batch: int = BATCH, report: Report | None = None) -> int:
    """Carries one due change out to its end, in transactions of its own; returns the rows moved. Resumes."""
    moved = 0
    with acting(job()) as actor:
        begin(by=actor, change_id=change_id)
    while True:
        with acting(job()) as actor:
            step_moved, table = step(by=actor, change_id=change_id, batch=batch)
        moved += step_moved
        if report and table:
            report(table, step_moved)
        if not table:
            break
    with acting(job()) as actor:
        codes = finish(by=actor, change_id=change_id)
    for code in codes:  # one transaction each, so that each community's own chain goes on with it
        with acting(job()) as actor:
            note_in_chain(by=actor, change_id=change_id, code=code)
    held.forget()
    return moved


def begin(*, by: Actor, change_id: int) -> PlaceChange:
    """Ends the old places and makes the new ones, as of the change's day; a begun change is left as it is."""
    by.require("system")
    with together():
        change = PlaceChange.objects.select_for_update().get(pk=change_id)
        if change.state == State.RUNNING:
            return change
        if change.state != State.PLANNED or change.effective_on > clock.today():
            raise Conflict(f"Change {change_id} is not due.")
        codes = sorted(set(change.shares.values_list("from_code", flat=True)))
        if change.kind not in STILL:
            _count(codes, change.effective_on)
        olds = list(Community.objects.select_for_update().filter(scope_code__in=codes).order_by("scope_code"))
        _communities(change, olds)
        _grids(change, olds)
        change.state, change.started_at = State.RUNNING, clock.now()
        change.save(update_fields=["state", "started_at"])
        tables = [] if change.kind in STILL else [c.table for c in recoding.carriers()]
        RecodeMark.objects.bulk_create(
            [RecodeMark(change=change, table=t) for t in tables], ignore_conflicts=True
        )
        audit.record("places.change.begin", "places.PlaceChange", change.pk, scope_code=change.scope_code)
    return change


def _count(codes: list[str], effective_on: date) -> None:
    """The months before the change are counted once more, while rows still say which community they were in."""
    month = Period.month_of(effective_on)
    span = Period(month.previous().previous().previous().start, Period.month_of(clock.today()).end)
    figures.refresh(by=job(), codes=[], span=span, scope_codes=codes, cause="places")


def _communities(change: PlaceChange, olds: list[Community]) -> None:
    old = {c.scope_code: c for c in olds}
    households = _households(change, olds)
    after = {entry["code"]: entry for entry in change.after.get("communities", [])}
    for code, row in old.items():
        entry = after.get(code)
        if entry is None and change.kind != Kind.GRIDS:
            row.valid_to = change.effective_on
            row.save(update_fields=["valid_to"])
        elif entry is not None:
            _keep_version(row, change)
            row.name, row.name_en = (
                entry["name"] or row.name,
                entry["name_en"] or ("" if entry["name"] and entry["name"] != row.name else row.name_en),
            )
            row.geometry = entry["geometry"] or row.geometry
            row.households = households.get(code, row.households)
            row.valid_from = change.effective_on
            _put_in_the_middle(row)
            row.save()
    for code, entry in after.items():
        if code not in old:
            made = _new(code, entry, olds, change, households.get(code, 0))
            made.save()


def _households(change: PlaceChange, olds: list[Community]) -> dict[str, int]:
    """Planned households handed on by the shares."""
    if change.kind in STILL:
        return {}
    found: Counter[str] = Counter()
    for row in olds:
        shares = list(change.shares.filter(from_code=row.scope_code).order_by("to_code"))
        for share, part in zip(shares, allot(row.households, [s.weight for s in shares]), strict=True):
            found[share.to_code] += part
    return dict(found)


def _keep_version(row: Community, change: PlaceChange) -> None:
    PlaceVersion.objects.get_or_create(
        kind=PlaceVersion.Kind.COMMUNITY,
        code=row.scope_code,
        valid_from=row.valid_from,
        defaults={
            "name": row.name,
            "name_en": row.name_en,
            "households": row.households,
            "geometry": row.geometry,
            "valid_to": change.effective_on,
            "change": change,
        },
    )


def _new(
    code: str, entry: dict[str, Any], olds: list[Community], change: PlaceChange, households: int
) -> Community:
    first = olds[0]
    made = Community(
        division=Division.objects.get(scope_code=code[:9]), name=entry["name"], name_en=entry["name_en"],
        kind=first.kind, scope_code=code, households=households, lon=first.lon, lat=first.lat,
        geometry=entry["geometry"] or first.geometry, valid_from=change.effective_on,
        sample=first.sample, loaded=any(c.loaded for c in olds),
    )  # fmt: skip
    _put_in_the_middle(made)
    return made


def _put_in_the_middle(row: Community) -> None:
    shape = read.shape_of(row)
    if not shape.is_empty:
        point = shape.representative_point()
        row.lon, row.lat = round(point.x, 6), round(point.y, 6)


# --- grids -------------------------------------------------------------------------------------------------


def _grids(change: PlaceChange, olds: list[Community]) -> None:
    """Grids pass with most of their buildings: one that changes its community ends and begins anew under a new code."""
    if change.kind == Kind.GRIDS:
        _redrawn(change, olds[0])
        return
    main = {s.from_code: s.to_code for s in change.shares.filter(main=True)}
    moved = dict(change.moves.values_list("building_id", "to_code"))
    targets = {
        c.scope_code: c for c in Community.objects.filter(scope_code__in={*main.values(), *moved.values()})
    }
    for grid in Grid.objects.filter(community__in=olds, valid_to__isnull=True).order_by("code"):
        buildings = list(grid.memberships.filter(valid_to__isnull=True).values_list("building_id", flat=True))
        where = Counter(moved.get(pk, main[grid.scope_code]) for pk in buildings)
        target = max(sorted(where), key=lambda c: where[c]) if where else main[grid.scope_code]
        if target != grid.scope_code:
            _ended(grid, change.effective_on)
            _begun(targets[target], grid.geometry, grid.households, buildings, change.effective_on)


def _redrawn(change: PlaceChange, place: Community) -> None:
    for grid in Grid.objects.filter(community=place, valid_to__isnull=True):
        _ended(grid, change.effective_on)
    for entry in change.after.get("grids", []):
        _begun(place, entry["geometry"], entry["households"], entry.get("buildings", []), change.effective_on)


def _ended(grid: Grid, on: date) -> None:
    grid.valid_to = on
    grid.save(update_fields=["valid_to"])
    grid.memberships.filter(valid_to__isnull=True).update(valid_to=on)


def _begun(place: Community, shape: Any, households: int, buildings: list[int], on: date) -> None:
    """A new grid with the next free number of its community: a number is never given twice."""
    last = Grid.objects.filter(code__startswith=place.scope_code).aggregate(last=Max("code"))["last"]
    number = int(last[-3:]) + 1 if last else 1
    made = Grid.objects.create(
        code=f"{place.scope_code}{number:03d}", community=place, scope_code=place.scope_code,
        households=households, geometry=shape, valid_from=on,
    )  # fmt: skip
    GridBuilding.objects.bulk_create(
        GridBuilding(grid=made, building_id=pk, valid_from=on) for pk in buildings
    )


# --- rows --------------------------------------------------------------------------------------------------


def step(*, by: Actor, change_id: int, batch: int = BATCH) -> tuple[int, str]:
    """Moves one batch of the first unfinished table: (rows moved, the table; "" when all are finished)."""
    by.require("system")
    mark = (
        RecodeMark.objects.select_for_update()
        .filter(change_id=change_id, finished=False)
        .order_by("table")
        .first()
    )
    if mark is None:
        return 0, ""
    moved, last = recoding.recode(change_id, mark.table, mark.after, batch)
    RecodeMark.objects.filter(pk=mark.pk).update(
        moved=F("moved") + moved, after=mark.after if last is None else last, finished=last is None
    )
    return moved, mark.table


def finish(*, by: Actor, change_id: int) -> list[str]:
    """Looks once more for rows that came in meanwhile, then closes the change; the codes whose chains must tell of it.

    Figures from the change's month on are counted anew, so that a change entered late shows in the right months.
    """
    by.require("system")
    with together():
        change = PlaceChange.objects.select_for_update().get(pk=change_id)
        if change.state != State.RUNNING:
            return []
        if change.kind not in STILL:
            sweep(by=by, change_id=change_id)
        shares = list(change.shares.all())
        codes = sorted({c for s in shares for c in (s.from_code, s.to_code)})
        change.state, change.done_at = State.DONE, clock.now()
        change.save(update_fields=["state", "done_at"])
        if change.kind not in STILL:
            held.forget()
            span = Period(Period.month_of(change.effective_on).start, Period.month_of(clock.today()).end)
            if span.start < span.end:
                figures.refresh(
                    by=by,
                    codes=[],
                    span=span,
                    scope_codes=history.fresh_crosswalk().family(codes),
                    cause="places",
                )
            figures.publish(by=by, months=[Period.month_of(m) for m in stored.published_months()])
    return codes


def sweep(*, by: Actor, change_id: int, batch: int = BATCH) -> int:
    """Moves what came in under an old code after its table was finished; nothing when all is moved already."""
    by.require("system")
    late = 0
    for count in recoding.counts(change_id):
        after: int | None = 0
        while after is not None:
            moved, after = recoding.recode(change_id, count.table, after, batch)
            late += moved
            RecodeMark.objects.filter(change_id=change_id, table=count.table).update(moved=F("moved") + moved)
    return late


def note_in_chain(*, by: Actor, change_id: int, code: str) -> None:
    """One line for the whole bulk in a community's own chain: the old chains stay and say where they go on."""
    by.require("system")
    shares = PlaceChange.objects.get(pk=change_id).shares
    values = {f"{s.from_code}>{s.to_code}": s.weight for s in shares.all()}
    audit.record("places.change.done", "places.PlaceChange", change_id, scope_code=code, values=values)
