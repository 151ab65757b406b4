"""A made city and a made package: persons, households, facts with gaps, and 272 measures of ten families. All seeded.

Nothing in it is a real measure. It has the shape that measured ones have: a household of 2.4 persons, about three conditions
a measure, thresholds that many measures share, and facts of which a quarter is unknown.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.days import day_number
from lianglin.engines.eligibility.package import Amount, Condition, Exclusion, Measure, Package
from lianglin.engines.eligibility.population import Column, Population
from lianglin.engines.eligibility.vocabulary import Fact, Parameter, ParameterValue, Vocabulary

ON = date(2026, 6, 1)
SEED = 4127
MEASURES = 272
AREAS = tuple(f"2101{district:02d}{street:03d}" for district in range(1, 14) for street in range(1, 11))
DATES = ("jobless_on", "moved_in_on", "enrolled_on", "discharged_on", "assessed_on")
CODES = {
    "sex": 2, "relation": 8, "disability_level": 5, "disability_kind": 8, "registered": 4, "insurance": 5, "schooling": 9,
    "work": 7, "illness": 22, "service": 6, "care": 4, "marriage": 5,
}  # fmt: skip
FLAGS = ("student", "orphan", "alone", "pensioner", "only_child_parent", "veteran", "in_home")
NUMBERS = {"wage": 9_000, "pension": 4_500, "medical_spend": 60_000, "insured_months": 400, "subsidy": 1_200}
HOME_CODES = {"tenure": 5, "heating": 3, "kind": 4}
HOME_FLAGS = ("owns_home", "in_danger_building", "low_income_book", "rural")
HOME_NUMBERS = {"income": 18_000, "assets": 400_000, "rent": 3_500, "area_m2": 140, "vehicles": 3}
MONEY = ("wage", "pension", "medical_spend", "subsidy", "income", "assets", "rent")


def _codes(number: int) -> dict[str, tuple[str, str]]:
    return {f"c{at}": (f"c{at}", f"c{at}") for at in range(number)}


def facts() -> list[Fact]:
    """Forty facts."""
    made = [Fact("person.born_on", "person.born_on", "person", "date")]
    made += [Fact(f"person.{name}", f"person.{name}", "person", "date") for name in DATES]
    made += [Fact(f"person.{n}", f"person.{n}", "person", "code", values=_codes(k)) for n, k in CODES.items()]
    made += [Fact(f"person.{name}", f"person.{name}", "person", "flag") for name in FLAGS]
    made += [Fact(f"person.{n}", f"person.{n}", "person", "number", money=n in MONEY) for n in NUMBERS]
    made += [
        Fact(f"household.{n}", f"household.{n}", "household", "code", values=_codes(k))
        for n, k in HOME_CODES.items()
    ]
    made += [Fact(f"household.{name}", f"household.{name}", "household", "flag") for name in HOME_FLAGS]
    made += [
        Fact(f"household.{n}", f"household.{n}", "household", "number", money=n in MONEY)
        for n in HOME_NUMBERS
    ]
    return made


def parameters() -> list[Parameter]:
    """Local standards: one for each district in some, one for the city in others, one to be entered."""
    start = date(2026, 1, 1)
    by_district = tuple(ParameterValue(f"2101{d:02d}", start, None, 70_000 + 1_000 * d) for d in range(1, 13))
    city = (ParameterValue("2101", start, None, 120_000),)
    return [
        Parameter("relief_line", money=True, values=by_district),
        Parameter("low_line", money=True, values=city),
        Parameter("rent_line", money=True, values=city),
        Parameter("allowance", money=True, values=(ParameterValue("", start, None, 15_000),)),
        Parameter("to_be_entered", money=True, values=(ParameterValue("", start, None, None),)),
    ]


def population(persons: int, *, seed: int = SEED, gaps: float = 0.25, first_id: int = 1) -> Population:
    """About so many persons. ``gaps``: the share of facts that are unknown; without gaps each area has its standards, too."""
    random_ = np.random.default_rng(seed)
    sizes = random_.choice(
        np.arange(1, 9), max(round(persons / 2.41), 1), p=[0.27, 0.33, 0.22, 0.12, 0.04, 0.01, 0.007, 0.003]
    )
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    number, homes = int(starts[-1]), len(sizes)

    def column(values: NDArray[Any], rate: float = gaps) -> Column:
        known = random_.random(len(values), np.float32) >= rate
        return Column(np.where(known, values, values.dtype.type(0)), known)

    today = day_number(ON)
    held: dict[str, Column] = {
        "person.born_on": column((today - random_.integers(0, 95 * 365, number)).astype(np.int32), gaps / 10)
    }
    for name in DATES:
        held[f"person.{name}"] = column((today - random_.integers(-30, 4_000, number)).astype(np.int32))
    for name, many in CODES.items():
        held[f"person.{name}"] = column(_skewed(random_, many, number))
    for name in FLAGS:
        held[f"person.{name}"] = column(random_.random(number, np.float32) < 0.1)
    for name, most in NUMBERS.items():
        held[f"person.{name}"] = column(_amounts(random_, most, number, name in MONEY))
    of_homes: dict[str, Column] = {}
    for name, many in HOME_CODES.items():
        of_homes[f"household.{name}"] = column(random_.integers(0, many, homes, np.int8))
    for name in HOME_FLAGS:
        of_homes[f"household.{name}"] = column(random_.random(homes, np.float32) < 0.4)
    for name, most in HOME_NUMBERS.items():
        of_homes[f"household.{name}"] = column(_amounts(random_, most, homes, name in MONEY))
    return Population(
        np.arange(first_id, first_id + number), np.arange(first_id, first_id + homes), starts,
        random_.integers(0, len(AREAS) if gaps else len(AREAS) - 10, homes, np.int32), AREAS, held, of_homes,
    )  # fmt: skip


def _skewed(random_: np.random.Generator, many: int, number: int) -> NDArray[np.int8]:
    """Codes: the first (none, nothing special) for seven of ten."""
    places = random_.integers(1, many, number, np.int8)
    return np.where(random_.random(number, np.float32) < 0.7, np.int8(0), places)


def _amounts(random_: np.random.Generator, most: int, number: int, money: bool) -> NDArray[np.int64]:
    whole = (random_.random(number) ** 2 * most).astype(np.int64)
    return whole * 100 if money else whole


def pieces(persons: int, *, size: int = 200_000, seed: int = SEED) -> Iterator[Population]:
    """A city in pieces, each made when it is wanted."""
    for at in range(0, persons, size):
        yield population(min(size, persons - at), seed=seed + at, first_id=1 + 2 * at)


def household(seed: int) -> Population:
    """One household, as at a counter: of one area."""
    one = population(3, seed=seed)
    return replace(one, areas=np.zeros(1, np.int32), area_codes=(AREAS[int(one.areas[0])],))


def tables(some: Population, of: Package | None = None) -> tuple[pa.Table, pa.Table]:
    """Persons and households as Arrow, dates as dates, unknown as null. ``of``: the package whose facts they are."""
    known = facts() if of is None else of.vocabulary.facts.values()
    dates = {fact.column for fact in known if fact.kind == "date"}
    homes = np.repeat(some.household_ids, np.diff(some.starts))
    areas = pa.DictionaryArray.from_arrays(pa.array(some.areas), pa.array(some.area_codes)).cast(pa.string())
    persons: dict[str, pa.Array] = {"person_id": pa.array(some.person_ids), "household_id": pa.array(homes)}
    households: dict[str, pa.Array] = {"household_id": pa.array(some.household_ids), "area": areas}
    for table, columns in ((persons, some.persons), (households, some.households)):
        for name, held in columns.items():
            array = pa.array(held.values, mask=~held.known)
            table[name] = array.cast(pa.date32()) if name in dates else array
    return pa.table(persons), pa.table(households)


# --- the package ---

AGE = tree.Age("person.born_on")
SIZE = tree.Count()
INCOME = tree.FactValue("household.income", "household")
PER_HEAD = tree.Arithmetic("/", INCOME, SIZE)
AGES = (3, 6, 14, 16, 18, 24, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 100)


def package(measures: int = MEASURES, *, seed: int = SEED) -> Package:
    """So many measures of ten families."""
    made = _Maker(random.Random(seed))
    some = tuple(made.measure(at) for at in range(measures))
    return Package(some, Vocabulary.of(facts(), parameters()), "made")


class _Maker:
    def __init__(self, random_: random.Random) -> None:
        self.random = random_
        self.made: list[tuple[str, str]] = []

    def measure(self, at: int) -> Measure:
        families = (
            self.old, self.disabled, self.child, self.jobless, self.ill, self.pupil, self.served, self.housed, self.relieved,
            self.sudden,
        )  # fmt: skip
        family = families[at % 10]
        level = "household" if at % 10 >= 7 else "person"
        truths = family()
        if self.random.random() < 0.15 and self.made:
            other, other_level = self.random.choice(self.made[-20:])
            if level == "person" or other_level == "household":
                qualifies = tree.Qualifies(other, other_level)
                truths.append(tree.Not(qualifies) if self.random.random() < 0.3 else qualifies)
        natures = ["fixed", *self.random.choices(["fixed", "actionable", "judged"], k=len(truths) - 1)]
        conditions = tuple(
            Condition(f"condition {n}", "", truth, nature)
            for n, (truth, nature) in enumerate(zip(truths, natures, strict=True))
        )
        name = f"measure-{at:03d}"
        exclusions: tuple[Exclusion, ...] = ()
        if self.random.random() < 0.12 and at > 20:
            same = f"measure-{at - 10:03d}"
            exclusions = (Exclusion(self.random.choice(["yield", "highest"]), (same,)),)
        self.made.append((name, level))
        return Measure(
            name, name, "made", level, (), date(2020, 1, 1), None, conditions, exclusions=exclusions, sample=True,
            amount=Amount(self.amount(level), every="month"),
        )  # fmt: skip

    def amount(self, level: str) -> tree.Value | None:
        kind = self.random.random()
        if kind < 0.3:
            return None
        if kind < 0.75 or level == "person":
            share = tree.Const(self.random.choice([1, 1, 3, 6, 12]), 2)
            return tree.Rounded(tree.Arithmetic("*", tree.ParameterOf("allowance"), share), 1, "half_up")
        gap = tree.Arithmetic("-", tree.Arithmetic("*", tree.ParameterOf("relief_line"), SIZE), INCOME)
        return tree.Rounded(tree.Extreme("max", (gap, tree.Const(0))), 1, "up")

    def older(self, *ages: int) -> tree.Truth:
        return tree.Compare(">=", AGE, tree.Const(self.random.choice(ages or AGES)))

    def between(self) -> tree.Truth:
        low, high = sorted(self.random.sample(AGES, 2))
        return tree.All((tree.Compare(">=", AGE, tree.Const(low)), tree.Compare("<", AGE, tree.Const(high))))

    def code(self, name: str, level: str = "person", most: int = 3) -> tree.Truth:
        number = (CODES if level == "person" else HOME_CODES)[name]
        places = sorted(self.random.sample(range(1, number), self.random.randint(1, min(most, number - 1))))
        return tree.Among(f"{level}.{name}", level, tuple(places))

    def flag(self, *names: str, level: str = "person") -> tree.Truth:
        held = tree.Flag(f"{level}.{self.random.choice(names)}", level)
        return tree.Not(held) if self.random.random() < 0.25 else held

    def poor(self) -> tree.Truth:
        line = tree.ParameterOf(self.random.choice(["relief_line", "low_line", "low_line"]))
        times = self.random.choice([(1, 1), (3, 2), (2, 1), (3, 1)])
        return tree.Compare("<", PER_HEAD, tree.Arithmetic("*", tree.Const(*times), line))

    def number(self, name: str, op: str, *limits: int, level: str = "person") -> tree.Truth:
        held = tree.FactValue(f"{level}.{name}", level)
        return tree.Compare(op, held, tree.Const(self.random.choice(limits)))

    def since(self, name: str, *months: int) -> tree.Truth:
        passed = tree.Since("months", tree.FactValue(f"person.{name}", "person"))
        return tree.Compare(">=", passed, tree.Const(self.random.choice(months)))

    def old(self) -> list[tree.Truth]:
        few = self.random.choice([self.poor(), self.number("pension", "<", 80_000, 120_000, 200_000)])
        return [
            self.older(60, 65, 70, 75, 80, 90, 100),
            self.code("registered"),
            few,
            self.flag("in_home", "alone"),
        ]

    def disabled(self) -> list[tree.Truth]:
        truths = [self.code("disability_level"), self.code("disability_kind")]
        return [*truths, self.poor()] if self.random.random() < 0.6 else [*truths, self.older(16, 18)]

    def child(self) -> list[tree.Truth]:
        return [
            self.between(),
            tree.Any((self.flag("orphan"), self.code("care"))),
            self.flag("low_income_book", level="household"),
        ]

    def jobless(self) -> list[tree.Truth]:
        limit = tree.Choose(((self.code("sex", most=1), tree.Const(50)),), tree.Const(60))
        young = tree.Compare("<", AGE, limit) if self.random.random() < 0.5 else self.between()
        return [
            self.since("jobless_on", 1, 3, 6, 12),
            young,
            self.number("insured_months", ">=", 12, 36, 120, 180),
        ]

    def ill(self) -> list[tree.Truth]:
        paid = tree.FactValue("person.medical_spend", "person")
        heavy = tree.Compare(
            ">",
            tree.Arithmetic("*", paid, tree.Const(100)),
            tree.Arithmetic("*", tree.Const(self.random.choice([30, 40, 60])), INCOME),
        )
        return [self.code("insurance"), self.code("illness", most=6), heavy, self.poor()]

    def pupil(self) -> list[tree.Truth]:
        home = tree.AnyMember(
            self.code("disability_level"), self.random.choice([None, self.code("relation")])
        )
        return [self.flag("student"), self.code("schooling"), tree.Any((self.poor(), home))]

    def served(self) -> list[tree.Truth]:
        return [
            self.flag("veteran"),
            self.code("service"),
            self.since("discharged_on", 6, 12, 24),
            self.older(55, 60, 65),
        ]

    def housed(self) -> list[tree.Truth]:
        space = tree.Arithmetic("/", tree.FactValue("household.area_m2", "household"), SIZE)
        small = tree.Compare("<", space, tree.Const(self.random.choice([13, 15, 18])))
        none = tree.EveryMember(self.code("registered"), None)
        return [small, tree.Not(tree.Flag("household.owns_home", "household")), self.poor(), none]

    def relieved(self) -> list[tree.Truth]:
        months = self.random.choice([12, 24, 36])
        most = tree.Arithmetic(
            "*", tree.Arithmetic("*", tree.ParameterOf("relief_line"), SIZE), tree.Const(months)
        )
        fine = tree.Compare("<=", tree.FactValue("household.assets", "household"), most)
        return [self.poor(), fine, self.number("vehicles", "=", 0, 1, level="household")]

    def sudden(self) -> list[tree.Truth]:
        earned = tree.Total(
            tree.FactValue("person.wage", "person"), self.random.choice([None, self.older(16, 18)])
        )
        short = tree.Compare("<", earned, tree.Arithmetic("*", tree.ParameterOf("low_line"), SIZE))
        ill = tree.AnyMember(self.code("illness", most=5), None)
        many = tree.Compare(">=", tree.Count(self.between()), tree.Const(self.random.choice([1, 2])))
        return self.random.sample([short, ill, many, self.flag("in_danger_building", level="household")], 3)
