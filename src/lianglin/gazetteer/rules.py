"""Pure rules of planned changes: what a decision must fit before it is stored. No Django, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from lianglin.places.rules import geometry

SHARE = 0.005
"""The part of an area that new boundaries may leave out or claim outside before it is an error."""
GRID_HOUSEHOLDS = (200, 500)
"""Households of a grid (dossier 1.5)."""


@dataclass(frozen=True)
class Target:
    """A community as it will be. ``geometry`` is a shapely polygon."""

    code: str
    name: str
    geometry: Any
    name_en: str = ""


@dataclass(frozen=True)
class House:
    """A building as planning needs it: where it stands, whose it is, how many doors it has."""

    id: int
    code: str
    lon: float
    lat: float
    doors: int


@dataclass
class Plan:
    """What a change does: households per (from, to), buildings that leave the main way, and what is wrong."""

    shares: dict[tuple[str, str], int] = field(default_factory=dict)
    main: dict[str, str] = field(default_factory=dict)
    moves: dict[int, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def common(codes: Sequence[str]) -> str:
    """What all codes have in common, cut to a level: city 4, county 6, street 9, community 12; "" above the city."""
    first = codes[0]
    return next(first[:n] for n in (12, 9, 6, 4, 0) if all(code[:n] == first[:n] for code in codes))


def ground(old: Sequence[Any], targets: Sequence[Target]) -> list[str]:
    """What is wrong with the ground of new communities against the old: overlaps, gaps, ground outside, slivers."""
    outline = geometry.merged(old)
    problems = [
        f"{o.one} and {o.other} overlap by {o.square_metres:.0f} m²"
        for o in geometry.overlaps({t.code: t.geometry for t in targets})
    ]
    whole, shapes = geometry.square_metres(outline), [t.geometry for t in targets]
    if not whole:
        return problems
    missing = sum(geometry.square_metres(part) for part in geometry.gaps(outline, shapes))
    outside = geometry.square_metres(
        geometry.polygons_of(shapely.difference(geometry.merged(shapes), outline))
    )
    if missing > max(geometry.TOLERANCE, SHARE * whole):
        problems.append(f"{missing:.0f} m² of the old ground belong to nobody")
    if outside > max(geometry.TOLERANCE, SHARE * whole):
        problems.append(f"{outside:.0f} m² lie outside of the old ground")
    problems += [f"{t.code} is a sliver" for t in targets if geometry.is_sliver(t.geometry)]
    return problems


def distribute(houses: Sequence[House], targets: Sequence[Target], olds: Sequence[str]) -> Plan:
    """Buildings to the community whose new ground holds them; doors make the shares, the largest is the main one.

    A community that keeps its code is its own main successor, so that what has no building stays with it.
    """
    plan, tree = Plan(), shapely.STRtree([t.geometry for t in targets])
    aimed: dict[int, str] = {}
    for house in houses:
        hits = tree.query(shapely.Point(house.lon, house.lat), predicate="intersects")
        if len(hits) == 0:
            hits = [tree.nearest(shapely.Point(house.lon, house.lat))]
            plan.notes.append(str(house.id))
        target = targets[int(min(hits))].code
        aimed[house.id] = target
        pair = (house.code, target)
        plan.shares[pair] = plan.shares.get(pair, 0) + house.doors
    for old in sorted(olds):
        own = {new: n for (o, new), n in plan.shares.items() if o == old}
        kept = [t.code for t in targets if t.code == old]
        plan.main[old] = (
            kept[0] if kept else max(sorted(own), key=lambda c: own[c]) if own else targets[0].code
        )
        plan.shares.setdefault((old, plan.main[old]), 0)
    plan.moves = {h.id: aimed[h.id] for h in houses if aimed[h.id] != plan.main.get(h.code)}
    return plan


def whole(houses: Sequence[House], olds: Sequence[str], target: str) -> Plan:
    """Everything of some communities to one."""
    plan = Plan(main=dict.fromkeys(olds, target), shares={(old, target): 0 for old in olds})
    for house in houses:
        plan.shares[house.code, target] += house.doors
    return plan


def next_codes(street: str, taken: Sequence[str], count: int) -> list[str]:
    """The next free community codes of a street: 001-199 residents' committees (dossier 4.1); [] when used up."""
    used = {code[9:12] for code in taken if code.startswith(street)}
    free = [f"{street}{n:03d}" for n in range(1, 200) if f"{n:03d}" not in used]
    highest = max((int(number) for number in used if number.isdigit() and int(number) < 200), default=0)
    behind = [code for code in free if int(code[9:]) > highest]
    return (behind or free)[:count] if len(behind or free) >= count else free[:count]


def is_community_code(code: str, streets: Mapping[str, Any]) -> str:
    """Why a 12-digit community code cannot be; "" when it can. Source: dossier 4.1."""
    if len(code) != 12 or not code.isdigit():
        return "not twelve digits"
    if code[:9] not in streets:
        return "no street with these nine digits"
    number = int(code[9:])
    if not (1 <= number <= 599) or number in (498, 598):
        return "the last three digits are 001-199 for residents' and 200-399 for villagers' committees"
    return ""


def give_way(code: str, old: Any, new: Any, around: Mapping[str, Any]) -> tuple[list[Target], list[str]]:
    """A redrawn community with the neighbours it changes: what it gains they lose, what it leaves goes to them.

    Ground that is left goes to the neighbour with the longest common border. Returns the targets, and what is wrong.
    """
    made = dict(around.items())
    problems: list[str] = []
    for other, shape in around.items():
        if (
            geometry.square_metres(geometry.polygons_of(shapely.intersection(shape, new)))
            > geometry.TOLERANCE
        ):
            made[other] = geometry.polygons_of(shapely.difference(shape, new))
    left = geometry.polygons_of(shapely.difference(old, new))
    for piece in shapely.get_parts(left):
        if geometry.square_metres(piece) <= geometry.TOLERANCE:
            continue
        borders = {o: shapely.intersection(piece.boundary, s.boundary).length for o, s in around.items()}
        nearest = max(sorted(borders), key=lambda o: borders[o], default="")
        if not nearest or not borders[nearest]:
            problems.append(f"{geometry.square_metres(piece):.0f} m² of the old ground belong to nobody")
        else:
            made[nearest] = geometry.merged([made[nearest], piece])
    targets = [Target(code, "", new)]
    for other, shape in made.items():
        if shape is not around[other]:
            if shape.is_empty:
                problems.append(f"nothing is left of {other}: plan a merge instead")
            targets.append(Target(other, "", shape))
    return targets, problems
