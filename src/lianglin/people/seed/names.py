"""Invented names from the two lists of people/data: surnames by weight, given names by sex and cohort of birth."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from lianglin.people.seed.draws import Floats, Ints, cumulated, pick
from lianglin.people.seed.tables import DATA

COHORT_ENDS = (1959, 1979, 1999)
"""Last year of birth of each cohort but the youngest."""
RARE = 1 / 5000
"""Share of names with a rare character, and of names with "·": both to test rare shapes."""


@dataclass(frozen=True)
class NameBook:
    """Full names laid out as surname x given name, one block per (sex, cohort)."""

    surnames: Floats
    blocks: dict[tuple[int, int], tuple[NDArray[np.object_], int, int]]
    """(sex 1 or 2, cohort) -> (names, number of one-character given names, number of given names)."""
    rare: list[str]
    dotted: NDArray[np.object_]
    surname_list: list[str]


@cache
def name_book() -> NameBook:
    """The lists, read and laid out once."""
    with (DATA / "surnames.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["surname"], float(row["weight"])) for row in csv.DictReader(file)]
    surnames = [surname for surname, _weight in rows]
    blocks: dict[tuple[int, int], tuple[NDArray[np.object_], int, int]] = {}
    special: list[list[str]] = []
    with (DATA / "given_name_chars.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["sex"] == "*":
                special.append(row["chars"].split(","))
                continue
            sex = {"m": 1, "f": 2}[row["sex"]]
            cohort = sum((sex_, number) in blocks for sex_ in (sex,) for number in range(4))
            single = list(dict.fromkeys(row["chars"]))
            given = single + ["".join(pair) for pair in permutations(single, 2)]
            names = np.array([surname + name for surname in surnames for name in given], dtype=object)
            blocks[sex, cohort] = (names, len(single), len(given))
    dotted, rare = special
    return NameBook(
        cumulated(np.array([weight for _surname, weight in rows])),
        blocks,
        rare,
        np.array(dotted, dtype=object),
        surnames,
    )


def name_people(
    sex: Ints, born_year: Ints, family: Floats, given: Floats, shape: Floats
) -> NDArray[np.object_]:
    """Names for people of a sex (1, 2) and year of birth.

    ``family`` draws the surname (equal draws, equal surnames); ``given`` the given name; ``shape`` whether
    it has one character, and whether the name is a rare one.
    """
    book = name_book()
    surname = pick(book.surnames, family)
    cohort = np.searchsorted(np.array(COHORT_ENDS), born_year, side="left")
    alone = shape < np.where((born_year >= 1975) & (born_year <= 1999), 0.45, 0.22)
    names = np.empty(len(sex), dtype=object)
    for (of_sex, of_cohort), (block, single, total) in book.blocks.items():
        here = np.nonzero((sex == of_sex) & (cohort == of_cohort))[0]
        draws = given[here]
        choice = np.where(alone[here], draws * single, single + draws * (total - single)).astype(np.int64)
        names[here] = block[surname[here] * total + choice]
    for place in np.nonzero(shape > 1 - RARE)[0]:
        names[place] = book.surname_list[surname[place]] + book.rare[int(given[place] * len(book.rare))]
    dotted = np.nonzero((sex == 2) & (shape > 1 - 2 * RARE) & (shape <= 1 - RARE))[0]
    names[dotted] = book.dotted[(given[dotted] * len(book.dotted)).astype(np.int64)]
    return names
