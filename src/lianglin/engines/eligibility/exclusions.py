"""What is taken instead of what (互斥): looked at after the conditions, for rows whose answer is MAY."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.eligibility.vocabulary import Level

if TYPE_CHECKING:
    from lianglin.engines.eligibility.package import Package
    from lianglin.engines.eligibility.program import Result

PER_YEAR = {"month": 12}
"""Amounts are compared as what they come to in a year; what is paid once counts once."""
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class _Side:
    """A measure as another looks at it, for the other's rows."""

    place: int
    may: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    yearly: NDArray[np.int64]
    priced: NDArray[np.bool_]


def yields_to(package: Package, measure: str) -> list[int]:
    """不得同享: places of the measures before which one stands back, in the package's order."""
    names = {
        name
        for one in package.measures
        if one.id == measure
        for exclusion in one.exclusions
        if exclusion.kind == "yield"
        for name in exclusion.others
    }
    return [place for place, one in enumerate(package.measures) if one.id in names]


def groups_of(package: Package, measure: str) -> list[tuple[int, ...]]:
    """择高: sets of places that a measure is in, whoever declared them, in the package's order."""
    places = {one.id: at for at, one in enumerate(package.measures)}
    found: dict[tuple[int, ...], None] = {}
    for one in package.measures:
        for exclusion in one.exclusions:
            names = {one.id, *exclusion.others}
            if exclusion.kind == "highest" and measure in names:
                found[tuple(sorted(places[name] for name in names if name in places))] = None
    return list(found)


def exclusions_at(result: Result, measure: str, rows: Rows) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(excluded_by, open) of rows whose answer is MAY, see ``Result.exclusions``."""
    program = result.bound.program
    own = program.places[measure]
    level = program.package.measures[own].level
    yields, groups = program.exclusions[own]
    by, open_ = np.full(len(rows), -1, np.int32), np.full(len(rows), -1, np.int32)
    for place in yields:
        side = _side(result, place, level, rows, priced=False)
        by[side.may & (by < 0)] = place
        open_[side.unknown & (open_ < 0)] = place
    for group in groups:
        _highest(own, [_side(result, place, level, rows, priced=True) for place in group], by, open_)
    open_[by >= 0] = -1
    return by, open_


def _highest(own: int, sides: list[_Side], by: NDArray[np.int32], open_: NDArray[np.int32]) -> None:
    """The first of the highest is taken; nothing is decided where an amount is not known."""
    best = np.full(len(by), -1, np.int32)
    most = np.full(len(by), np.iinfo(np.int64).min)
    decided = np.ones(len(by), np.bool_)
    for side in sides:
        unpriced = side.may & ~side.priced
        decided &= ~unpriced
        unsure = unpriced if side.place == own else unpriced | side.unknown
        open_[unsure & (open_ < 0)] = side.place
        higher = side.may & side.priced & ((side.yearly > most) | (best < 0))
        best[higher], most[higher] = side.place, side.yearly[higher]
    other = decided & (best >= 0) & (best != own) & (by < 0)
    by[other] = best[other]


def _side(result: Result, place: int, level: Level, rows: Rows, *, priced: bool) -> _Side:
    """A household's measure holds for each member; a person's measure for a household when it does for a member."""
    measure = result.bound.program.package.measures[place]
    planned, active = result.planned(measure.id)
    none = np.zeros(len(rows), np.bool_)
    if not active:
        return _Side(place, none, none, np.zeros(len(rows), np.int64), none)
    if measure.level == "person" and level == "household":
        return _members(result, place, rows, priced=priced)
    at = result.homes[rows] if measure.level != level else rows
    may = result.kept.bits(planned.answer.true, at).astype(np.bool_)
    unknown = ~may & (result.kept.bits(planned.answer.false, at) == 0)
    fen, known = result.amounts_at(measure.id, at) if priced else (np.zeros(len(rows), np.int64), ~none)
    return _Side(place, may, unknown, _yearly(fen, measure.amount.every), known)


def _members(result: Result, place: int, rows: Rows, *, priced: bool) -> _Side:
    measure = result.bound.program.package.measures[place]
    planned, _active = result.planned(measure.id)
    number, homes = len(result.population.household_ids), result.homes
    may = result.kept.rows(planned.answer.true).astype(np.bool_)
    unknown = ~may & (result.kept.rows(planned.answer.false) == 0)
    who = np.flatnonzero(may)
    fen, known = result.amounts_at(measure.id, who) if priced else (np.zeros(len(who), np.int64), may[who])
    best = np.full(number, np.iinfo(np.int64).min)
    np.maximum.at(best, homes[who], _yearly(fen, measure.amount.every))
    some, unsure, unpriced = (
        (np.bincount(homes[members], minlength=number) > 0)[rows]
        for members in (who, np.flatnonzero(unknown), who[~known])
    )
    return _Side(place, some, unsure & ~some, np.where(some, best[rows], 0), some & ~unpriced)


def _yearly(fen: NDArray[np.int64], every: str) -> NDArray[np.int64]:
    return np.clip(fen, -(2**58), 2**58) * PER_YEAR.get(every, 1)
