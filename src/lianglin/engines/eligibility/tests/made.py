"""Random packages and populations: every node of the tree, facts missing everywhere, days and numbers at the edges."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.package import Measure, Package
from lianglin.engines.eligibility.tests.hand import FACTS, ON, measure, package
from lianglin.engines.eligibility.tree import Truth, Value
from lianglin.engines.eligibility.vocabulary import Level

PERSON_NUMBERS, HOME_NUMBERS = ("person.wage",), ("household.income", "household.size")
NUMBERS = [-100, -1, 0, 1, 2, 3, 7, 18, 60_000, 70_000, 80_000, 120_000]


@st.composite
def values(draw: Any, level: Level, depth: int) -> Value:
    """A number: a household's may stand in a person's, not the other way round."""
    simple: list[Any] = [
        st.builds(tree.Const, st.sampled_from(NUMBERS)),
        st.builds(tree.Const, st.sampled_from([1, 3, 7, -5]), st.just(2)),
        st.builds(tree.ParameterOf, st.sampled_from(["低保标准", "津贴"])),
        st.builds(tree.ParameterOf, st.just("系数"), st.just(1)),
        st.builds(tree.FactValue, st.sampled_from(HOME_NUMBERS), st.just("household")),
        st.just(tree.Count()),
    ]
    if level == "person":
        since = st.builds(
            tree.FactValue, st.sampled_from(["person.jobless_on", "person.born_on"]), st.just("person")
        )
        simple += [
            st.just(tree.Age("person.born_on")),
            st.builds(tree.FactValue, st.just("person.wage"), st.just("person")),
            st.builds(tree.FactValue, st.just("person.sight"), st.just("person"), st.just(1)),
            st.builds(tree.Since, st.sampled_from(["days", "months", "years"]), since),
        ]
    if depth <= 0:
        return draw(st.one_of(simple))
    lower = values(level, depth - 1)
    some: list[Any] = [
        *simple,
        st.builds(tree.Arithmetic, st.sampled_from("+-*/"), lower, lower),
        st.builds(
            tree.Extreme, st.sampled_from(["min", "max"]), st.lists(lower, min_size=2, max_size=3).map(tuple)
        ),
        st.builds(
            tree.Choose,
            st.lists(st.tuples(truths(level, depth - 1), lower), min_size=1, max_size=2).map(tuple),
            st.none() | lower,
        ),
        st.builds(tree.Rounded, lower, st.sampled_from([1, 10]), st.sampled_from(["up", "down", "half_up"])),
        st.builds(tree.Count, truths("person", depth - 1)),
        st.builds(tree.Total, sums(depth), st.none() | truths("person", depth - 1)),
    ]
    return draw(st.one_of(some))


def sums(depth: int) -> st.SearchStrategy[Value]:
    """What can be added up over members: no quotient of facts."""
    simple = values("person", 0)
    return (
        simple
        if depth <= 1
        else st.one_of(simple, st.builds(tree.Arithmetic, st.sampled_from("+-*"), simple, simple))
    )


@st.composite
def truths(draw: Any, level: Level, depth: int) -> Truth:
    """A condition."""
    simple: list[Any] = [
        st.builds(tree.Flag, st.just("household.home"), st.just("household")),
        st.builds(
            tree.Among, st.just("household.kind"), st.just("household"), st.sampled_from([(0,), (1,), (0, 1)])
        ),
    ]
    if level == "person":
        places = st.lists(st.integers(0, 3), max_size=3, unique=True).map(lambda some: tuple(sorted(some)))
        simple += [
            st.builds(tree.Flag, st.just("person.student"), st.just("person")),
            st.builds(tree.Among, st.just("person.grade"), st.just("person"), places),
            st.builds(
                tree.Compare,
                st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]),
                st.just(tree.Age("person.born_on")),
                st.builds(tree.Const, st.integers(0, 90), st.sampled_from([1, 2])),
            ),
        ]
    if depth <= 0:
        return draw(st.one_of(simple))
    lower = truths(level, depth - 1)
    several = st.lists(lower, min_size=1, max_size=3).map(tuple)
    compare = st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])
    some: list[Any] = [
        *simple,
        st.builds(tree.Compare, compare, values(level, depth - 1), values(level, depth - 1)),
        st.builds(tree.Compare, compare, values(level, depth - 1), values(level, depth - 1)),
        st.builds(tree.Not, lower),
        st.builds(tree.All, several),
        st.builds(tree.Any, several),
        st.builds(tree.AnyMember, truths("person", depth - 1), st.none() | truths("person", depth - 1)),
        st.builds(tree.EveryMember, truths("person", depth - 1), st.none() | truths("person", depth - 1)),
    ]
    return draw(st.one_of(some))


@st.composite
def packages(draw: Any, measures: int = 4, depth: int = 3) -> Package:
    """Some measures; later ones may rest on earlier ones."""
    made: list[Measure] = []
    for at in range(draw(st.integers(1, measures))):
        level: Level = draw(st.sampled_from(["person", "household"]))
        conditions: list[Truth] = draw(st.lists(truths(level, depth), min_size=1, max_size=4))
        for other in made:
            if draw(st.integers(0, 3)) == 0 and (level == "person" or other.level == "household"):
                conditions.append(tree.Qualifies(other.id, other.level))
        amount: Value | None = draw(st.none() | values(level, depth - 1))
        until = draw(st.sampled_from([None, None, None, ON - timedelta(days=1)]))
        made.append(measure(f"m{at}", *conditions, level=level, amount=amount, until=until))
    return package(*made)


DAYS = st.one_of(
    st.dates(date(1935, 1, 1), date(2027, 1, 1)),
    st.sampled_from(
        [date(2004, 2, 29), date(1966, 3, 1), date(1966, 3, 2), date(2008, 2, 29), date(2025, 8, 31), ON]
    ),
)
KINDS = {
    "number": st.sampled_from([-1, 0, 1, 2, 60_000, 70_000, 79_999, 80_000, 240_000]),
    "date": DAYS,
    "flag": st.booleans(),
}


@st.composite
def rows(draw: Any, level: Level) -> dict[str, object]:
    """Facts of one person or household; each may be missing."""
    made: dict[str, object] = {}
    for fact in FACTS:
        if fact.level == level and draw(st.integers(0, 3)):
            kind = st.sampled_from(list(fact.values)) if fact.kind == "code" else KINDS[fact.kind]
            made[fact.column.split(".")[1]] = draw(kind)
    if level == "household":
        made["area"] = draw(st.sampled_from(["210203", "210102001", "210103", "310101"]))
    return made


HOUSEHOLDS = st.lists(st.tuples(rows("household"), st.lists(rows("person"), max_size=4)), max_size=6)
ON_DAYS = st.sampled_from([ON, ON - timedelta(days=1), date(2024, 2, 29), date(2026, 8, 31)])
