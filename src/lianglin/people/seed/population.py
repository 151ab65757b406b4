"""The sample population as columns: households behind doors, residents in households.

Nobody here is real: names come from stated lists, ID numbers carry a county code that was never given,
phones an unallocated prefix. Every draw depends on the seed and on the door's number alone, so that the same
doors hold the same people however the work is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianglin.people.seed import households as templates
from lianglin.people.seed.draws import Days, Floats, Ints, cumulated, pick, spread, uniform
from lianglin.people.seed.households import SLOTS, TEMPLATES, head_ages, kernels, mix
from lianglin.people.seed.names import name_people
from lianglin.people.seed.numbers import Registrar, phones
from lianglin.people.seed.tables import BIN_YEARS, BINS, OLDEST, tables

OCCUPIED = 0.93
"""Share of doors behind which somebody lives."""
MALE, FEMALE = 1, 2
"""Codes of GB/T 2261.1."""
_PHONE_SHARES = ((12, 0.0), (16, 0.55), (18, 0.85), (65, 0.98), (80, 0.88), (OLDEST + 1, 0.6))
"""(below this age, share who have a mobile): an assumption."""
_AGE, _SEX, _DAY, _FAMILY, _GIVEN, _SHAPE, _PHONE, _FORMED, _INCOME, _DOOR, _HEAD = range(1, 12)
"""Streams of draws; ``_HEAD`` takes five, so it stands last."""
_CODES = np.array([f"{number:02d}" for number in range(100)])


@dataclass(frozen=True)
class Population:
    """Households and residents, column by column; ``household`` numbers count from ``first_household``."""

    dwelling: Ints
    """Per household: the number of its door, 0 to dwellings - 1."""
    template: Ints
    size: Ints
    formed_on: Days
    income_fen: Ints
    """Monthly income per head in fen: a log-normal shape, assumed."""
    household: Ints
    """Per resident: the number of the household."""
    relation: NDArray[np.str_]
    """Relation to the head, GB/T 4761, two digits."""
    sex: Ints
    born_on: Days
    joined_on: Days
    name: NDArray[np.object_]
    id_number: NDArray[np.bytes_]
    phone: NDArray[np.bytes_]
    """Eleven digits, or empty."""
    first_household: int = 0
    first_resident: int = 0

    @property
    def residents(self) -> int:
        """How many people there are."""
        return len(self.household)


def synthesise(dwellings: int, *, seed: int, on: date) -> Population:
    """Everybody who lives behind ``dwellings`` doors on a date, in one piece."""
    chunks = list(iter_chunks(dwellings, seed=seed, on=on))
    columns = [field.name for field in fields(Population) if not field.name.startswith("first_")]
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in columns
    }
    return Population(**joined)


def iter_chunks(dwellings: int, *, seed: int, on: date, chunk: int = 20_000) -> Iterator[Population]:
    """The same people in pieces of ``chunk`` doors, in bounded memory (about 40 MB a piece)."""
    synthesiser = Synthesiser(seed=seed, on=on)
    for first in range(0, max(dwellings, 1), chunk):
        yield synthesiser.take(min(chunk, dwellings - first))


class Synthesiser:
    """Fills doors in order. What it remembers is where it stands and which order numbers are given."""

    def __init__(self, *, seed: int, on: date) -> None:
        self._seed, self._on = seed, on
        self._registrar = Registrar(seed)
        self._doors = self._households = self._residents = 0

    def take(self, doors: int) -> Population:
        """The people behind the next ``doors`` doors."""
        door = np.arange(self._doors, self._doors + doors, dtype=np.int64)
        door = door[uniform(self._seed, _DOOR, door) < OCCUPIED]
        cell = pick(_cell_shares(), spread(self._seed, _HEAD, door))
        seats = self._seats(door, mix().template[cell], mix().bin[cell])
        people = self._people(door, seats)
        self._doors += doors
        self._households += len(door)
        self._residents += people.residents
        return people

    def _seats(self, door: Ints, template: Ints, age_bin: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """(template, ages, sexes, relations) by household and seat; age -1 where nobody sits."""
        ages = np.full((len(door), SLOTS), -1, dtype=np.int16)
        sexes = np.zeros((len(door), SLOTS), dtype=np.int8)
        relations = np.zeros((len(door), SLOTS), dtype=np.int8)
        for number, shape in enumerate(TEMPLATES):
            here = np.nonzero(template == number)[0]
            if len(here):
                self._seat(shape, door[here], age_bin[here], here, (ages, sexes, relations))
        return template, ages, sexes, relations

    def _seat(
        self, shape: templates.Template, door: Ints, age_bin: Ints, here: Ints, into: tuple[Ints, Ints, Ints]
    ) -> None:
        ages, sexes, relations = into
        for slot, member in enumerate(shape.members):
            draw = uniform(self._seed, _AGE, door * 8 + slot)
            coin = uniform(self._seed, _SEX, door * 8 + slot)
            if member.sex == "spouse":
                anchor_age, anchor_sex = ages[here, member.anchor], sexes[here, member.anchor]
                age = np.where(
                    anchor_sex == MALE,
                    _follow("wife", anchor_age, draw),
                    _follow("husband", anchor_age, draw),
                )
                sex = np.where(anchor_sex == MALE, FEMALE, MALE)
            else:
                age = (
                    _head_age(age_bin, draw)
                    if member.sex == "head"
                    else _follow(member.kernel, ages[here, member.anchor], draw)
                )
                male = _free_male(age, married=shape.is_married(slot))
                if member.sex == "head" and shape.male_head is not None:
                    male = np.full(len(door), shape.male_head)
                sex = np.where(coin < male, MALE, FEMALE)
            ages[here, slot], sexes[here, slot] = age, sex
            relations[here, slot] = np.where(sex == MALE, int(member.relation[0]), int(member.relation[1]))

    def _people(self, door: Ints, seats: tuple[Ints, Ints, Ints, Ints]) -> Population:
        template, ages, sexes, relations = seats
        row, slot = np.nonzero(ages >= 0)
        age, sex = ages[row, slot].astype(np.int64), sexes[row, slot]
        seat = door[row] * 8 + slot
        born_on = self._birthdays(age, seat)
        formed_on = self._formed(door, ages[:, 0])
        serial = self._residents + np.arange(len(row), dtype=np.int64)
        phone = phones(self._seed, serial)
        phone[uniform(self._seed, _PHONE, seat) >= _phone_share()[age]] = b""
        income = _income(uniform(self._seed, _INCOME, door), uniform(self._seed, _INCOME, door + (1 << 40)))
        return Population(
            dwelling=door,
            template=template.astype(np.int8),
            size=(ages >= 0).sum(axis=1).astype(np.int8),
            formed_on=formed_on,
            income_fen=income,
            household=self._households + row,
            relation=_CODES[relations[row, slot]],
            sex=sex,
            born_on=born_on,
            joined_on=np.maximum(formed_on[row], born_on),
            name=self._names(template, sexes, row, slot, door, born_on),
            phone=phone,
            id_number=self._registrar.id_numbers(born_on, sex),
            first_household=self._households,
            first_resident=self._residents,
        )

    def _birthdays(self, age: Ints, seat: Ints) -> Days:
        latest = np.array(
            [_years_before(self._on, years) for years in range(OLDEST + 1)], dtype="datetime64[D]"
        )
        return latest[age] - (uniform(self._seed, _DAY, seat) * 365).astype("timedelta64[D]")

    def _formed(self, door: Ints, head_age: Ints) -> Days:
        """Since when the household lives here: at most since the head came of age, at most 30 years."""
        years = np.clip(head_age - 18, 0.2, 30) * uniform(self._seed, _FORMED, door)
        formed: Days = np.datetime64(self._on, "D") - (years * 365.25).astype("timedelta64[D]")
        return formed

    def _names(
        self, template: Ints, sexes: Ints, row: Ints, slot: Ints, door: Ints, born_on: Days
    ) -> NDArray[np.object_]:
        """Wives keep their own surname, children and grandchildren carry the husband's (or the one parent's)."""
        seat = door[row] * 8 + slot
        of_house = _of_house()[template[row], slot] | ((slot == 0) & (sexes[row, slot] == MALE))
        of_house |= (slot == 0) & ~_has_spouse()[template[row]]
        of_house |= (slot == 1) & _has_spouse()[template[row]] & (sexes[row, slot] == MALE)
        family = uniform(self._seed, _FAMILY, np.where(of_house, door[row] * 8, seat + (1 << 44)))
        year = born_on.astype("datetime64[Y]").astype(np.int64) + 1970
        given = uniform(self._seed, _GIVEN, seat)
        return name_people(sexes[row, slot], year, family, given, uniform(self._seed, _SHAPE, seat))


def _income(first: Floats, second: Floats) -> Ints:
    """Log-normal incomes (Box-Muller on two draws), rounded to whole yuan."""
    normal = np.sqrt(-2 * np.log(1 - first)) * np.cos(2 * np.pi * second)
    table = tables()
    return (table.income_median_fen * np.exp(table.income_sigma * normal) / 100).round().astype(
        np.int64
    ) * 100


def _years_before(day: date, years: int) -> date:
    leap = day.month == 2 and day.day == 29
    return date(day.year - years, 2, 28) if leap else day.replace(year=day.year - years)


@cache
def _cell_shares() -> Floats:
    return cumulated(mix().weight)


@cache
def _rows(name: str) -> Floats:
    """A kernel as one rising line: row r cumulated lies in (r, r + 1], so that one search serves all rows."""
    matrix = head_ages() if name == "head" else kernels()[name][0]
    return (np.cumsum(matrix, axis=1) + np.arange(len(matrix))[:, None]).reshape(-1)


def _from_row(name: str, row: Ints, draw: Floats) -> Ints:
    row = row.astype(np.int64)
    found = np.searchsorted(_rows(name), row + np.clip(draw, 1e-9, 1 - 1e-9), side="left")
    return np.clip(found - row * (OLDEST + 1), 0, OLDEST)


def _head_age(age_bin: Ints, draw: Floats) -> Ints:
    return _from_row("head", age_bin, draw)


def _follow(kernel: str, anchor_age: Ints, draw: Floats) -> Ints:
    return _from_row(kernel, anchor_age, draw)


def _free_male(age: Ints, *, married: bool) -> Floats:
    """The chance of being a man where the template leaves the sex open."""
    return np.full(len(age), 0.5) if married else mix().free_male[np.minimum(age // BIN_YEARS, BINS - 1)]


@cache
def _phone_share() -> Floats:
    shares, start = np.zeros(OLDEST + 1), 0
    for below, share in _PHONE_SHARES:
        shares[start:below], start = share, below
    return shares


@cache
def _of_house() -> NDArray[np.bool_]:
    """Seats (template x slot) whose surname is the household's."""
    table = np.zeros((len(TEMPLATES), SLOTS), dtype=bool)
    for number, shape in enumerate(TEMPLATES):
        for slot, member in enumerate(shape.members):
            table[number, slot] = member.kernel in {"child", "sibling", "grown", "married", "grandchild"}
    return table


@cache
def _has_spouse() -> NDArray[np.bool_]:
    return np.array([len(shape.members) > 1 and shape.members[1].relation[0] == "10" for shape in TEMPLATES])
