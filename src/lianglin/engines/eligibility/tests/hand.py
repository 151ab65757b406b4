"""Small packages and households by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.package import Amount, Condition, Exclusion, Measure, Package
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.vocabulary import Fact, Parameter, ParameterValue, Vocabulary

ON = date(2026, 3, 1)
GRADES = {"1": ("一级", "one"), "2": ("二级", "two"), "3": ("三级", "three"), "4": ("四级", "four")}
FACTS = (
    Fact("出生日期", "person.born_on", "person", "date"),
    Fact("工资性收入月额", "person.wage", "person", "number", money=True),
    Fact("残疾等级", "person.grade", "person", "code", values=GRADES),
    Fact("在读", "person.student", "person", "flag"),
    Fact("视力", "person.sight", "person", "number", scale=1),
    Fact("失业日期", "person.jobless_on", "person", "date"),
    Fact("家庭月收入", "household.income", "household", "number", money=True),
    Fact("常住人数", "household.size", "household", "number"),
    Fact("有房", "household.home", "household", "flag"),
    Fact(
        "户籍",
        "household.kind",
        "household",
        "code",
        values={"c": ("城镇", "city"), "r": ("农村", "village")},
    ),
)
LINES = (
    ParameterValue("", date(2025, 1, 1), date(2026, 2, 28), 60_000),
    ParameterValue("", date(2026, 3, 1), None, 70_000),
    ParameterValue("2101", date(2026, 1, 1), None, 80_000),
    ParameterValue("210102", date(2026, 1, 1), None, None),
)
PARAMETERS = (
    Parameter("低保标准", money=True, values=LINES),
    Parameter("津贴", money=True, values=(ParameterValue("", date(2020, 1, 1), None, 10_000),)),
    Parameter("系数", scale=1, values=(ParameterValue("", date(2020, 1, 1), None, 15),)),
)
WORDS = Vocabulary.of(FACTS, PARAMETERS)

AGE = tree.Age("person.born_on")
WAGE = tree.FactValue("person.wage", "person")
INCOME = tree.FactValue("household.income", "household")
LINE = tree.ParameterOf("低保标准")
STUDENT = tree.Flag("person.student", "person")
HOME = tree.Flag("household.home", "household")


def at_least(value: tree.Value, number: int) -> tree.Compare:
    """≥."""
    return tree.Compare(">=", value, tree.Const(number))


def measure(
    id: str,
    *truths: tree.Truth,
    level: str = "person",
    amount: tree.Value | None = None,
    natures: Sequence[str] = (),
    exclusions: tuple[Exclusion, ...] = (),
    since: date = date(2000, 1, 1),
    until: date | None = None,
    every: str = "month",
) -> Measure:
    """A measure whose conditions are called by their places."""
    conditions = tuple(
        Condition(str(at), "", truth, natures[at] if natures else "fixed") for at, truth in enumerate(truths)
    )
    return Measure(
        id, id, "", level, (), since, until, conditions, exclusions=exclusions,
        amount=Amount(amount, every=every),
    )  # fmt: skip


def package(*measures: Measure, words: Vocabulary = WORDS) -> Package:
    """A package of some measures."""
    return Package(measures, words, "")


def days(on: date) -> int:
    """Days since 1970."""
    return (on - date(1970, 1, 1)).days


def people(*households: tuple[dict[str, object], Sequence[dict[str, object]]]) -> Population:
    """Households by facts' columns without their first part; ``area`` among the household's. What is absent is unknown."""
    kinds = {
        fact.column: {"number": pa.int64(), "date": pa.date32(), "flag": pa.bool_(), "code": pa.string()}[
            fact.kind
        ]
        for fact in FACTS
    }
    person_rows, household_rows, number = [], [], 0
    for at, (held, members) in enumerate(households):
        household_rows.append(
            {"household_id": at + 1, "area": held.get("area", "210203")}
            | {f"household.{name}": value for name, value in held.items() if name != "area"}
        )
        for member in members:
            number += 1
            person_rows.append(
                {"person_id": number, "household_id": at + 1}
                | {f"person.{name}": value for name, value in member.items()}
            )
    person_schema = pa.schema(
        [
            ("person_id", pa.int64()),
            ("household_id", pa.int64()),
            *((c, k) for c, k in kinds.items() if c[0] == "p"),
        ]
    )
    household_schema = pa.schema(
        [
            ("household_id", pa.int64()),
            ("area", pa.string()),
            *((c, k) for c, k in kinds.items() if c[0] == "h"),
        ]
    )
    return Population.of(
        pa.Table.from_pylist(person_rows, person_schema),
        pa.Table.from_pylist(household_rows, household_schema),
        WORDS,
    )
