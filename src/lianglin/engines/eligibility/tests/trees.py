"""Random trees that an expression can have, for hypothesis."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import strategies as st

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.tree import Truth, Value
from lianglin.engines.eligibility.typed import Kind

Strategy = st.SearchStrategy[Any]
FLAGS = (tree.Flag("person.lives_alone", "person"), tree.Flag("household.dibao", "household"))
CODES = (("person.disability_level", "person", 3), ("dwelling.kind", "household", 2))
LEAVES: dict[Kind, tuple[Value, ...]] = {
    "number": (tree.Age("person.born_on"), tree.FactValue("household.size", "household"), tree.Count(),
               tree.FactValue("dwelling.area", "household", 2), tree.ParameterOf("比例", 2)),
    "money": (tree.FactValue("person.wage_fen", "person"), tree.FactValue("household.wealth_fen", "household"),
              tree.ParameterOf("低保标准")),
    "date": (tree.FactValue("person.born_on", "person"), tree.Today(), tree.ParameterOf("起算日"),
             tree.FactValue("person.unemployed_on", "person")),
}  # fmt: skip


def _constants(kind: Kind) -> Strategy:
    if kind == "number":
        return st.integers(-1_000_000, 1_000_000).map(lambda n: tree.Const(n)) | st.integers(1, 9).map(
            lambda n: tree.Const(n, 10) if n not in (2, 4, 5, 6, 8) else tree.Const(n)
        )
    least, most = (-10_000_000, 10_000_000) if kind == "money" else (0, 30_000)
    return st.integers(least, most).map(lambda n: tree.Const(n))


def values(kind: Kind, depth: int = 2) -> Strategy:
    """Values of a kind."""
    leaf = st.sampled_from(LEAVES[kind]) | _constants(kind)
    if depth == 0:
        return leaf
    below = values(kind, depth - 1)
    made: list[Strategy] = [
        leaf,
        st.tuples(st.sampled_from(["min", "max"]), st.lists(below, min_size=2, max_size=3)).map(
            lambda p: tree.Extreme(p[0], tuple(p[1]))
        ),
        st.tuples(
            st.lists(st.tuples(truths(depth - 1), below), min_size=1, max_size=2), st.none() | below
        ).map(lambda p: tree.Choose(tuple(p[0]), p[1])),
    ]
    if kind != "date":
        number = values("number", depth - 1)
        made += [
            st.tuples(st.sampled_from("+-"), below, below).map(lambda p: tree.Arithmetic(*p)),
            st.tuples(st.sampled_from("*/"), below, number).map(lambda p: tree.Arithmetic(*p)),
            st.tuples(below, st.none() | truths(depth - 1)).map(lambda p: tree.Total(*p)),
        ]
    if kind == "number":
        units = st.sampled_from(["days", "months", "years"])
        made += [
            truths(depth - 1).map(lambda t: tree.Count(t)),
            st.tuples(units, values("date", depth - 1)).map(lambda p: tree.Since(*p)),
        ]
    return st.one_of(made)


def _among(code: tuple[str, Any, int]) -> Strategy:
    places = st.sets(st.integers(0, code[2] - 1), min_size=1)
    return places.map(lambda p: tree.Among(code[0], code[1], tuple(sorted(p))))


def truths(depth: int = 3) -> Strategy:
    """Truths of any level."""
    leaf = st.sampled_from(FLAGS) | st.sampled_from(CODES).flatmap(_among)
    if depth <= 0:
        return leaf
    below = truths(depth - 1)
    several = st.lists(below, min_size=2, max_size=4).map(tuple)
    members = below.filter(lambda t: tree.level(t) == "person")
    signs = st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])
    compared = [
        st.tuples(signs, values(cast("Kind", kind), depth - 1), values(cast("Kind", kind), depth - 1)).map(
            lambda p: tree.Compare(*p)
        )
        for kind in ("number", "money", "date")
    ]
    return st.one_of(
        leaf,
        *compared,
        below.map(lambda t: tree.Not(t)),
        several.map(lambda p: tree.All(cast("tuple[Truth, ...]", p))),
        several.map(lambda p: tree.Any(cast("tuple[Truth, ...]", p))),
        st.tuples(members, st.none() | below).map(lambda p: tree.AnyMember(*p)),
        st.tuples(members, st.none() | below).map(lambda p: tree.EveryMember(*p)),
        st.sampled_from([tree.Qualifies("dibao", "household"), tree.Qualifies("gaoling-jintie", "person")]),
    )
