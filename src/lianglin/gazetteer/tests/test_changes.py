"""Merging, splitting and redrawing communities: every row follows its building, the past stays, a kill loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import shapely
from django.db import DatabaseError, connection, transaction
from django.db.models import Count
from django.utils.translation import override
from tests.world import FAR, HERE, NEXT_DOOR, WORKER, World, build, catalogue

from lianglin.access import actor as actors
from lianglin.access.actor import Actor, job
from lianglin.access.audit import verify
from lianglin.access.models import AuditEntry, Organisation, Post
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.gazetteer.actions import carrying, planning
from lianglin.gazetteer.actions.planning import Decision
from lianglin.gazetteer.queries import recoding
from lianglin.gazetteer.rules import Target
from lianglin.indicators import actions as figures
from lianglin.indicators import queries as indicators
from lianglin.kit import clock, held
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period
from lianglin.people.models import Household, Membership, Resident
from lianglin.places.models import (
    Building,
    Community,
    Dwelling,
    Grid,
    GridBuilding,
    PlaceChange,
    PlaceVersion,
    RecodeMark,
)
from lianglin.places.queries import history

pytestmark = pytest.mark.django_db
MARCH = date(2027, 3, 1)
FEBRUARY = date(2027, 2, 1)
MERGED = "230103001003"
PAPER = Decision(MARCH, "沈和政发〔2027〕3号")
MANAGER = Actor(
    role="staff", low="230103", high="230103~", role_code="place_manager", duties=frozenset({"places.manage"})
)


def square(west: float, south: float, side: float = 0.01) -> Any:
    return shapely.box(west, south, west + side, south + side)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Two neighbouring squares, their building in the middle; the clock stands in February."""
    before = clock.offset()
    clock.set_offset(datetime(2027, 2, 20, 12, tzinfo=CITY_ZONE) - (clock.now() - before))
    made = build()
    for code, west in ((HERE, 126.60), (NEXT_DOOR, 126.61)):
        shape = shapely.geometry.mapping(square(west, 45.70))
        Community.objects.filter(scope_code=code).update(geometry=shape, households=900)
        Building.objects.filter(scope_code=code).update(lon=west + 0.002, lat=45.705)
        grid = Grid.objects.create(
            code=f"{code}001",
            community=made.community(code),
            scope_code=code,
            households=300,
            valid_from="2024-01-01",
        )
        GridBuilding.objects.create(
            grid=grid, building=Building.objects.get(scope_code=code), valid_from="2024-01-01"
        )
    held.forget()
    yield made
    clock.set_offset(before)
    held.forget()


def on(day: date) -> None:
    """Sets the clock to noon of a day."""
    clock.set_offset(
        clock.offset()
        + (datetime.combine(day, datetime.min.time(), CITY_ZONE) + timedelta(hours=12) - clock.now())
    )


def merge(**more: Any) -> PlaceChange:
    with transaction.atomic(), acting(MANAGER) as by:
        given = {
            "codes": [HERE, NEXT_DOOR],
            "into": MERGED,
            "name": "和平新村社区",
            "decision": PAPER,
            **more,
        }
        change = planning.merge_communities(by=by, **given)
        return planning.decide(by=by, change_id=change.pk)


def split(**more: Any) -> PlaceChange:
    parts = [
        Target(HERE, "东社区", shapely.box(126.605, 45.70, 126.61, 45.71)),
        Target(MERGED, "西社区", shapely.box(126.60, 45.70, 126.605, 45.71)),
    ]
    with transaction.atomic(), acting(MANAGER) as by:
        change = planning.split_community(by=by, code=HERE, **{"parts": parts, "decision": PAPER, **more})
        return planning.decide(by=by, change_id=change.pk)


def codes_of(model: Any) -> set[str]:
    return set(model._base_manager.values_list("scope_code", flat=True))


def test_every_table_of_the_house_that_follows_its_place_is_known() -> None:
    tables = {carrier.table for carrier in recoding.carriers()}
    assert {"people_resident", "cases_case", "access_post", "places_dwelling", "files_attachment"} <= tables
    assert not tables & {"indicators_indicatorvalue", "places_community", "places_grid", "places_placeshare"}


@pytest.mark.parametrize(
    ("model", "tables"),
    [
        (Dwelling, ["places_unit", "places_building"]),
        (Household, ["places_dwelling", "places_unit", "places_building"]),
        (Membership, ["people_household", "places_dwelling", "places_unit", "places_building"]),
        (Case, ["places_building"]),
        (Building, []),
        (Post, None),
        (Organisation, None),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_the_way_to_a_rows_building_is_found_by_the_models(model: Any, tables: list[str] | None) -> None:
    way = recoding.way_to_building(model)
    assert (None if way is None else [step.model._meta.db_table for step in way]) == tables


def test_residents_are_placed_by_their_newest_household() -> None:
    way = recoding.way_to_building(Resident)
    assert way is not None
    assert way[0].model is Membership
    assert way[-1].model is Building


def test_a_merge_moves_every_row_and_nothing_else(world: World) -> None:
    catalogue()
    case = world.report(HERE).case
    other = world.report("230103002001").case
    before = {m: m._base_manager.count() for m in (Resident, Household, Dwelling, Case)}
    change = merge()
    on(MARCH)
    assert carrying.carry_out(change.pk, batch=3) > 10
    for carrier in recoding.carriers():
        if carrier.scope:
            left = carrier.model._base_manager.filter(scope_code__in=[HERE, NEXT_DOOR])
            assert not left.exists(), carrier.table
    assert {m: m._base_manager.count() for m in before} == before
    assert Case._base_manager.get(pk=case.pk).community.scope_code == MERGED
    assert Case._base_manager.get(pk=other.pk).scope_code == "230103002001"
    assert Building.objects.get(key=HERE).community.scope_code == MERGED
    change.refresh_from_db()
    assert change.state == PlaceChange.State.DONE
    assert recoding.counts(change.pk) == []


def test_the_merged_community_is_new_and_the_old_ones_are_history(world: World) -> None:
    change = merge()
    on(MARCH)
    carrying.carry_out(change.pk)
    made = Community.objects.get(scope_code=MERGED)
    assert (made.households, made.valid_from, made.loaded) == (1800, MARCH, True)
    assert shapely.geometry.shape(made.geometry).area == pytest.approx(2e-4)
    february = {place.code for place in history.as_of(date(2027, 2, 28), "230103001")}
    march = {place.code for place in history.as_of(MARCH, "230103001")}
    assert february == {HERE, NEXT_DOOR}
    assert march == {MERGED}
    grids = Grid.objects.filter(valid_to__isnull=True).order_by("code")
    assert [g.code for g in grids] == [f"{MERGED}001", f"{MERGED}002"]
    assert Grid.objects.get(code=f"{HERE}001").valid_to == MARCH
    assert GridBuilding.objects.filter(valid_to__isnull=True).count() == 2
    assert history.successors(HERE) == [MERGED]


def test_workers_of_both_communities_go_on_in_the_merged_one(world: World) -> None:
    change = merge()
    on(MARCH)
    carrying.carry_out(change.pk)
    page = world.browser(WORKER).get(f"/places/{MERGED}/")
    assert page.status_code == 200
    assert "和平新村社区" in page.content.decode()
    assert Post.objects.get(pk=world.posts[WORKER].pk).scope_code == MERGED


def test_the_audit_chains_of_the_communities_go_on(world: World) -> None:
    change = merge()
    on(MARCH)
    carrying.carry_out(change.pk)
    chains = (
        AuditEntry.objects.filter(chain__in=[HERE, NEXT_DOOR, MERGED]).values("chain").annotate(n=Count("id"))
    )
    assert {row["chain"] for row in chains} == {HERE, NEXT_DOOR, MERGED}
    assert list(verify()) == []


def test_a_split_moves_people_with_their_building_and_the_rest_to_the_main_part(world: World) -> None:
    catalogue()
    loose = world.report(HERE).case  # names no building
    change = split()
    on(MARCH)
    carrying.carry_out(change.pk)
    assert Building.objects.get(key=HERE).scope_code == MERGED  # it stands in the western half
    assert HERE not in codes_of(Resident) | codes_of(Household) | codes_of(Dwelling)
    assert Case._base_manager.get(pk=loose.pk).scope_code == HERE
    version = PlaceVersion.objects.get(kind="community", code=HERE)
    assert version.valid_to == MARCH
    assert version.name != "东社区"
    assert {p.code: p.name for p in history.as_of(MARCH, "230103001")}[HERE] == "东社区"


@pytest.mark.django_db(transaction=True)
def test_a_rewriting_that_is_killed_goes_on_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = merge()
    on(MARCH)
    done = 0

    class Killed(BaseException):
        pass

    def dying(asked: int, table: str, after: int, size: int) -> tuple[int, int | None]:
        nonlocal done
        moved = recode(asked, table, after, size)
        done += moved[1] is not None  # in the middle of a table that has rows
        if done == 2:
            raise Killed
        return moved

    recode = recoding.recode
    monkeypatch.setattr(recoding, "recode", dying)
    with pytest.raises(Killed):
        carrying.carry_out(change.pk, batch=1)
    half = {mark.table: mark.after for mark in RecodeMark.objects.filter(change=change)}
    change.refresh_from_db()
    assert change.state == PlaceChange.State.RUNNING
    assert any(half.values())
    monkeypatch.setattr(recoding, "recode", recode)
    carrying.carry_out(change.pk, batch=2)
    assert recoding.counts(change.pk) == []
    assert MERGED in codes_of(Resident)
    change.refresh_from_db()
    assert change.state == PlaceChange.State.DONE
    assert Community.objects.filter(scope_code=MERGED).count() == 1


def test_a_row_that_comes_in_late_is_swept_along(world: World) -> None:
    change = merge()
    on(MARCH)
    carrying.carry_out(change.pk)
    dwelling = Dwelling.objects.first()
    Household._base_manager.create(scope_code=HERE, dwelling=dwelling, formed_on=MARCH)
    with acting(job()) as by:
        assert carrying.sweep(by=by, change_id=change.pk) == 1
    assert HERE not in codes_of(Household)


def test_nothing_moves_before_its_day_or_without_a_decision(world: World) -> None:
    change = merge()
    with pytest.raises(Conflict), transaction.atomic():
        carrying.carry_out(change.pk)
    with pytest.raises(DatabaseError, match="not being carried out"), transaction.atomic(), acting(job()):
        recoding.recode(change.pk, "people_resident", 0, 10)
    on(MARCH)
    PlaceChange.objects.filter(pk=change.pk).update(state="draft")
    with pytest.raises(Conflict), transaction.atomic():
        carrying.carry_out(change.pk)
    assert codes_of(Resident) >= {HERE, NEXT_DOOR}


def test_no_other_role_may_move_codes(world: World) -> None:
    change = merge()
    on(MARCH)
    PlaceChange.objects.filter(pk=change.pk).update(state="running")
    for actor in (MANAGER, actors.public(), world.actors[WORKER]):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), acting(actor):
            recoding.recode(change.pk, "people_resident", 0, 10)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"codes": [HERE]}, Refused, "two communities"),
        ({"codes": [HERE, "230103001099"]}, Refused, "230103001099"),
        ({"codes": [HERE, "230104002002"]}, Forbidden, "outside"),
        ({"into": "230103002001"}, Refused, "street"),
        ({"into": "23010300100"}, Refused, "twelve digits"),
        ({"into": "230103001600"}, Refused, "001-199"),
        ({"decision": Decision(MARCH, " ")}, Refused, "document"),
        ({"decision": Decision(date(2025, 1, 1), "x")}, Refused, "year"),
    ],
)
def test_a_merge_that_cannot_be_is_refused_with_the_reason(
    world: World, given: dict[str, Any], error: type[Exception], words: str
) -> None:
    with override("en"), pytest.raises(error) as refused:
        merge(**given)
    assert words in str(refused.value)
    assert not PlaceChange.objects.exists()


def test_a_community_takes_part_in_one_open_change_at_a_time(world: World) -> None:
    first = merge()
    with pytest.raises(Conflict):
        merge()
    with acting(MANAGER) as by:
        planning.cancel(by=by, change_id=first.pk)
        with pytest.raises(Conflict):
            planning.decide(by=by, change_id=first.pk)
    assert merge().pk != first.pk


@pytest.mark.parametrize(
    ("west", "words"), [(126.606, "belong to nobody"), (126.604, "overlap"), (126.7, "nobody")]
)
def test_parts_that_do_not_cover_the_old_ground_are_refused(world: World, west: float, words: str) -> None:
    parts = [
        Target(HERE, "东", shapely.box(west, 45.70, west + 0.006, 45.71)),
        Target(MERGED, "西", shapely.box(126.60, 45.70, 126.605, 45.71)),
    ]
    with pytest.raises(Refused, match=words):
        split(parts=parts)


def test_a_new_boundary_may_not_take_ground_from_a_neighbour(world: World) -> None:
    wide = Target(HERE, "", shapely.box(126.60, 45.70, 126.612, 45.71))
    with pytest.raises(Refused, match=NEXT_DOOR), transaction.atomic(), acting(MANAGER) as by:
        planning.redraw_communities(by=by, targets=[wide], decision=PAPER)


def test_a_redrawn_border_between_two_moves_the_buildings_between(world: World) -> None:
    targets = [
        Target(HERE, "", shapely.box(126.60, 45.70, 126.614, 45.71)),
        Target(NEXT_DOOR, "", shapely.box(126.614, 45.70, 126.62, 45.71)),
    ]
    with acting(MANAGER) as by:
        change = planning.redraw_communities(by=by, targets=targets, decision=PAPER)
        planning.decide(by=by, change_id=change.pk)
    on(MARCH)
    carrying.carry_out(change.pk)
    assert Building.objects.get(key=NEXT_DOOR).scope_code == HERE
    assert NEXT_DOOR not in codes_of(Resident)
    assert Grid.objects.filter(valid_to__isnull=True, community__scope_code=HERE).count() == 2


def test_a_new_name_leaves_code_and_figures(world: World) -> None:
    with acting(MANAGER) as by:
        change = planning.rename_community(by=by, code=HERE, name="牡丹社区", decision=PAPER)
        planning.decide(by=by, change_id=change.pk)
    on(MARCH)
    assert carrying.carry_out(change.pk) == 0
    names = {
        day: {p.code: p.name for p in history.as_of(day, HERE)}[HERE] for day in (date(2027, 2, 1), MARCH)
    }
    assert names == {date(2027, 2, 1): "第001社区", MARCH: "牡丹社区"}
    assert history.origin(HERE, FEBRUARY) is not None


def test_new_grids_get_new_numbers_and_the_old_ones_stay_in_history(world: World) -> None:
    halves = [shapely.box(126.60, 45.70, 126.605, 45.71), shapely.box(126.605, 45.70, 126.61, 45.71)]
    with acting(MANAGER) as by:
        with pytest.raises(Refused, match="belong to nobody"):
            planning.redraw_grids(by=by, code=HERE, shapes=halves[:1], decision=PAPER)
        change = planning.redraw_grids(by=by, code=HERE, shapes=halves, decision=PAPER)
        planning.decide(by=by, change_id=change.pk)
    on(MARCH)
    carrying.carry_out(change.pk)
    grids = {g.code[-3:]: g for g in Grid.objects.filter(community__scope_code=HERE)}
    assert sorted(grids) == ["001", "002", "003"]
    assert grids["001"].valid_to == MARCH
    assert grids["002"].memberships.count() == 1
    assert grids["003"].memberships.count() == 0


# --- figures -----------------------------------------------------------------------------------------------


def appeals_in(prefix: str, month: date) -> int:
    code = "appeals.received"
    return indicators.value(code, prefix, Period.month_of(month)).counts.numerator


@pytest.mark.rows("R079")
def test_the_city_whose_two_communities_merged_in_march(world: World) -> None:
    """The city's total is the same in every month; the merged community's February is the sum of both, and says so."""
    catalogue()
    for place in (HERE, HERE, NEXT_DOOR, "230104002002"):
        world.report(place)
    with acting(job()) as by:
        figures.rebuild(by=by, months=2)
    on(MARCH)
    change = merge(decision=Decision(MARCH, "x"))
    carrying.carry_out(change.pk, batch=2)
    world.report(HERE, place=world_place(MERGED))
    with acting(job()) as by:
        figures.rebuild(by=by, months=3)
    held.forget()
    assert [appeals_in("", month) for month in (FEBRUARY, MARCH)] == [4, 1]
    assert [appeals_in(MERGED, month) for month in (FEBRUARY, MARCH)] == [3, 1]
    assert [appeals_in(HERE, FEBRUARY), appeals_in(NEXT_DOOR, FEBRUARY)] == [2, 1]  # as they were
    assert appeals_in(HERE, MARCH) == 0
    below = indicators.by_place("230103001", 12, indicators.figures_of("appeals.received"), FEBRUARY)
    assert {place: counts.numerator for (place, _code), counts in below.items()} == {MERGED: 3}
    page = world.browser("manager").get(f"/figures/?place={MERGED}&month=2027-02").content.decode()
    assert "第001社区、第002社区" in page
    street = world.browser("manager").get("/figures/?place=230103001&month=2027-02").content.decode()
    assert "和平新村社区" in street
    assert f"place={HERE}" not in street
    gone = world.browser("manager").get(f"/figures/?place={HERE}&month=2027-02").content.decode()
    assert MERGED in gone


def world_place(code: str) -> Any:
    from lianglin.cases.actions import Place

    return Place(community=Community.objects.get(scope_code=code))


@pytest.mark.parametrize("table", ["share", "move"])
def test_a_post_adds_nothing_of_another_area_to_a_change(world: World, table: str) -> None:
    """Codes are rewritten by these rows: raw SQL of a post names own codes and buildings, in a draft of the own area."""
    change = draft_of(HERE[:6])
    theirs = draft_of(FAR[:6])
    planned = draft_of(HERE[:6], state="planned")
    here, far = (Building.objects.get(scope_code=code).pk for code in (HERE, FAR))
    added = {
        "share": [(change, HERE, True), (change, FAR, False), (theirs, HERE, False), (planned, HERE, False)],
        "move": [(change, here, True), (change, far, False), (theirs, here, False), (planned, here, False)],
    }
    column = {"share": "from_code, weight, main", "move": "building_id"}[table]
    more = {"share": ", 1, false", "move": ""}[table]
    for target, taken, allowed in added[table]:
        sql = f"insert into places_place{table} (change_id, to_code, {column}) values (%s, %s, %s{more})"
        with acting(MANAGER), connection.cursor() as cursor, transaction.atomic():
            if allowed:
                cursor.execute(sql, [target, MERGED, taken])
            else:
                with pytest.raises(DatabaseError, match="own area"), transaction.atomic():
                    cursor.execute(sql, [target, MERGED, taken])
    with (
        acting(MANAGER),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="own area"),
        transaction.atomic(),
    ):
        cursor.execute(
            f"insert into places_place{table} (change_id, to_code, {column}) values (%s, %s, %s{more})",
            [change, FAR, NEXT_DOOR if table == "share" else here],
        )


def draft_of(scope_code: str, state: str = "draft") -> int:
    made = PlaceChange.objects.create(
        kind="merge",
        state=state,
        scope_code=scope_code,
        effective_on=MARCH,
        document="x",
        planned_at=clock.now(),
    )
    return made.pk
