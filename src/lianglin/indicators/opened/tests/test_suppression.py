"""Nothing small can be bounded from what is published: over random cities, by linear programming."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianglin.indicators.opened import suppression, tables
from lianglin.indicators.opened.suppression import CITY, Node, Parts, Split
from lianglin.indicators.opened.tests.attacker import Knowledge, too_close
from lianglin.indicators.rules import Counts
from lianglin.indicators.tests.city import figure

BASE, RATE, KINDS = "test.base", "test.rate", "test.kinds"
COUNTED = figure(BASE, "cases", people=True)
RATED = figure(RATE, "percent", people=True)
PARTED = figure(KINDS, "cases", people=True, members="x:y")


def place(code: str) -> Node:
    return code, "", ""


# --- cells beside each other -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "tells"),
    [
        ([(4,)], True),  # alone it is the rest of the sum
        ([(4,), (12,)], False),
        ([(1,), (8,)], True),  # nine together
        ([(2,), (2,), (2,), (2,), (2,)], True),  # ten together, none can be above six
        ([(3,), (3,), (3,), (2,), (2,)], False),
        ([(40, 38, 2), (30, 28, 2)], True),  # four persons are left over in the two
        ([(40, 38, 2), (30, 20, 10)], False),
    ],
)
def test_when_a_sum_gives_hidden_cells_away(group: list[Parts], tells: bool) -> None:
    assert suppression.gives_away(group) is tells


def test_a_whole_is_hidden_whose_parts_cannot_be() -> None:
    """Five communities of two cases each: the street's ten would bound each of them to six."""
    inside = [place(f"230103001{n:03}") for n in range(1, 6)]
    street, other, district = place("230103001"), place("230103002"), place("230103")
    cells = {**dict.fromkeys(inside, (2,)), street: (10,), other: (50,), district: (60,), CITY: (60,)}
    splits = [Split(CITY, (district,)), Split(district, (street, other)), Split(street, tuple(inside))]
    assert suppression.hide(cells, splits) == {*inside, street, other}


def test_figures_that_share_a_count_are_one_family() -> None:
    counts = {"230103001001": Counts(12), "230103001002": Counts(4)}
    of_it = figure("test.again", "percent")
    shares = {code: Counts(1, c.numerator) for code, c in counts.items()}
    other = {code: Counts(1, 99) for code in counts}
    made = tables.families(
        [
            tables.of_places(COUNTED, counts),
            tables.of_places(figure("test.other", "percent"), other),
            tables.of_places(of_it, shares),
            tables.of_members(PARTED, {"a": counts}),
        ]
    )
    assert [{t.indicator.code for t in one} for one in made] == [
        {"test.other"},
        {BASE, "test.again", KINDS},
    ]


# --- the whole city ----------------------------------------------------------------------------------------

leaf = st.tuples(st.integers(0, 25), st.integers(0, 25))
cities = st.lists(
    st.lists(st.lists(leaf, min_size=1, max_size=4), min_size=1, max_size=3), min_size=1, max_size=3
)


def months_of(city: list[list[list[tuple[int, int]]]]) -> dict[str, Counts]:
    """Numerator and denominator by community."""
    return {
        f"2301{3 + d:02}{s + 1:03}{c + 1:03}": Counts(n, n + rest)
        for d, streets in enumerate(city)
        for s, leaves in enumerate(streets)
        for c, (n, rest) in enumerate(leaves)
    }


def knowledge(family: tables.Family, hidden: set[Node]) -> tuple[Knowledge, list[tuple[str, ...]]]:
    """What anybody knows of a family's published cells, and the small counts that must stay unknown."""
    known, small = Knowledge(), list[tuple[str, ...]]()
    for node, parts in family.cells.items():
        for at, count in enumerate(parts):
            name = (*node, str(at))
            if node not in hidden:
                known.know({name: 1}, count)
            elif 0 < count < suppression.SMALLEST:
                small.append(name)
        if node in hidden and parts:
            known.at_least((*node, "0"), 1)
            if len(parts) >= 3:  # numerator and rest make the denominator
                known.know({(*node, "0"): 1, (*node, "1"): -1, (*node, "2"): -1}, 0)
    for split in family.splits:
        for at in range(len(family.cells[split.parts[0]])):
            whole = (*split.whole, str(at))
            known.know({whole: 1, **{(*node, str(at)): -1 for node in split.parts}}, 0)
    return known, small


@given(cities)
@settings(max_examples=60, deadline=None)
def test_no_hidden_count_of_a_rate_is_bounded_closer_than_one_to_nine(
    city: list[list[list[tuple[int, int]]]],
) -> None:
    family = tables.family([tables.of_places(RATED, months_of(city))])
    hidden = suppression.hide(family.cells, family.splits)
    known, small = knowledge(family, hidden)
    assert too_close(known.bounds(small)) == []


@given(cities, st.lists(st.integers(1, 5), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_nor_of_a_count_that_is_the_base_of_a_rate_and_told_by_kind(
    city: list[list[list[tuple[int, int]]]], weights: list[int]
) -> None:
    """Three figures with one number: received; handled again, of those received; received by kind."""
    rates = months_of(city)
    counts = {code: Counts(c.denominator or 0) for code, c in rates.items()}
    kinds = {f"k{n}": dict[str, Counts]() for n in range(len(weights))}
    for code, c in counts.items():
        for n, weight in enumerate(weights):
            share = c.numerator * weight // sum(weights)
            if n == 0:
                share = c.numerator - sum(c.numerator * w // sum(weights) for w in weights[1:])
            if share:
                kinds[f"k{n}"][code] = Counts(share)
    (group,) = tables.families(
        [
            tables.of_places(COUNTED, counts),
            tables.of_places(figure("test.again", "percent"), rates),
            tables.of_members(PARTED, kinds),
        ]
    ) if any(c.numerator for c in counts.values()) else ([tables.of_places(COUNTED, counts)],)  # fmt: skip
    family = tables.family(group)
    hidden = suppression.hide(family.cells, family.splits)
    known, small = knowledge(family, hidden)
    assert too_close(known.bounds(small)) == []
    for node, parts in family.cells.items():
        assert node in hidden or not suppression.is_small(parts)


# --- what changes later ------------------------------------------------------------------------------------


@given(cities, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 15)), max_size=6))
@settings(max_examples=100, deadline=None)
def test_two_publications_laid_side_by_side_tell_of_no_single_late_case(
    city: list[list[list[tuple[int, int]]]], late: list[tuple[int, int]]
) -> None:
    first = months_of(city)
    codes = sorted(first)
    then = dict(first)
    for at, more in late:
        code = codes[at % len(codes)]
        then[code] = Counts(then[code].numerator + more, (then[code].denominator or 0) + more)
    old = tables.family([tables.of_places(RATED, first)])
    before = told(old)
    new = tables.family([tables.of_places(RATED, then)], old.cells)
    after = told(new)
    fresh = suppression.released(before, after, new.cells, new.splits)
    stands = {node: after[node] if node in fresh else before[node] for node in new.cells}
    for node, parts in stands.items():
        was = before[node]
        assert (parts is None) == (was is None)
        assert parts is None or was is None or suppression.is_step(was, parts)
    for split in new.splits:
        gone = [node for node in split.parts if stands[node] is None]
        if gone and split.parts[0] in fresh and stands[split.whole] is not None:
            assert suppression.is_step(rest(before, split), rest(stands, split))


def told(family: tables.Family) -> dict[Node, Parts | None]:
    hidden = suppression.hide(family.cells, family.splits)
    return {node: None if node in hidden else parts for node, parts in family.cells.items()}


def rest(shown: dict[Node, Parts | None], split: Split) -> tuple[int, ...]:
    """What the hidden parts of a whole are together."""
    whole = shown[split.whole] or ()
    parts = [p for node in split.parts if (p := shown[node]) is not None]
    return tuple(n - sum(p[at] for p in parts) for at, n in enumerate(whole))
