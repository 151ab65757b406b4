"""Figures across merges, splits and redrawn boundaries: every month's sum stays, and today's map shows it."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from lianglin.places.rules.crosswalk import Crosswalk, Passage, allot

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
MERGE = Passage(MARCH, {("A", "C"): 10, ("B", "C"): 30}, merge=True)
SPLIT = Passage(MARCH, {("A", "A"): 75, ("A", "A2"): 25})


@given(st.integers(-500, 500), st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_parts_add_up_and_no_part_is_a_person_off(total: int, weights: list[int]) -> None:
    parts = allot(total, weights)
    whole = sum(weights)
    assert sum(parts) == total
    if whole:
        assert all(abs(part - total * w / whole) < 1 for part, w in zip(parts, weights, strict=True))


def test_merged_communities_add_up_before_and_stand_alone_after() -> None:
    walk = Crosswalk((MERGE,))
    assert walk.on_todays_map({"A": (3, 4), "B": (5, 0), "Z": (1, 1)}, FEBRUARY) == {
        "C": (8, 4),
        "Z": (1, 1),
    }
    assert walk.on_todays_map({"C": (8, 4)}, MARCH) == {"C": (8, 4)}
    origin = walk.origin("C", FEBRUARY)
    assert origin is not None
    assert origin.codes == ("A", "B")
    assert not origin.estimated
    assert walk.origin("C", MARCH) is None
    assert walk.origin("Z", FEBRUARY) is None


def test_a_split_is_shared_out_by_households_and_said_to_be_estimated() -> None:
    walk = Crosswalk((SPLIT,))
    assert walk.on_todays_map({"A": (9, 3)}, FEBRUARY) == {"A": (7, 2), "A2": (2, 1)}
    origin = walk.origin("A2", FEBRUARY)
    assert origin is not None
    assert origin.estimated
    assert origin.codes == ("A",)


def test_a_recount_after_a_merge_books_only_what_is_new() -> None:
    walk = Crosswalk((MERGE,))
    booked = walk.to_book({"C": (10, 4)}, {"A": (3, 4), "B": (5, 0)}, FEBRUARY)
    assert booked == {"C": (2, 0)}
    assert walk.on_todays_map({"A": (3, 4), "B": (5, 0), **booked}, FEBRUARY) == {"C": (10, 4)}


def test_a_recount_after_a_split_stays_in_the_old_shape() -> None:
    assert Crosswalk((SPLIT,)).to_book({"A": (6, 1), "A2": (4, 1)}, {}, FEBRUARY) == {"A": (10, 2)}


def test_a_merge_into_a_community_that_stays_keeps_the_other_ones_past() -> None:
    walk = Crosswalk((Passage(MARCH, {("A", "A"): 10, ("B", "A"): 30}, merge=True),))
    assert walk.kept(FEBRUARY) == {"B"}
    assert walk.gone(FEBRUARY) == {"B"}
    assert walk.to_book({"A": (8,)}, {"B": (5,)}, FEBRUARY) == {"A": (3,)}


CODES = list("ABCDEF")


@st.composite
def histories(draw: st.DrawFn) -> Crosswalk:
    """One to four changes, each of codes that are alive into others."""
    alive, unused, passages = set(CODES), iter(f"N{n}" for n in range(20)), []
    for number in range(draw(st.integers(1, 4))):
        on = date(2026, 2 + number, 15)
        kind = draw(st.sampled_from(["merge", "stay", "split", "redraw"]))
        olds = draw(
            st.lists(st.sampled_from(sorted(alive)), min_size=2, max_size=3, unique=True)
            if len(alive) > 1
            else st.just(sorted(alive))
        )
        weight = st.integers(0, 9)
        if kind == "split" or len(olds) < 2:
            news = [olds[0], next(unused)]
            shares = {(olds[0], new): draw(weight) for new in news}
        elif kind == "redraw":
            news = olds
            shares = {(old, new): draw(weight) for old in olds for new in news}
        else:
            news = [next(unused) if kind == "merge" else olds[0]]
            shares = {(old, news[0]): draw(weight) for old in olds}
        passages.append(Passage(on, shares, merge=kind in ("merge", "stay")))
        alive = (alive - {old for old, _n in shares}) | set(news)
    return Crosswalk(tuple(passages))


@given(histories(), st.dictionaries(st.sampled_from(CODES), st.integers(0, 99), min_size=1), st.data())
def test_no_count_is_lost_or_doubled_by_any_history(
    walk: Crosswalk, stored: dict[str, int], data: st.DataObject
) -> None:
    month = date(2026, data.draw(st.integers(1, 7)), 1)
    values = {code: (n, n % 3) for code, n in stored.items()}
    shown = walk.on_todays_map(values, month)
    assert [sum(v[k] for v in shown.values()) for k in (0, 1)] == [
        sum(v[k] for v in values.values()) for k in (0, 1)
    ]
    assert not walk.gone(month) & shown.keys()
    gone = walk.gone(date(2026, 1, 1))
    today = sorted((set(CODES) | walk.touched(date(2026, 1, 1))) - gone)
    counted = {code: (data.draw(st.integers(0, 50)), 1) for code in today}
    kept = {code: counts for code, counts in values.items() if code in walk.kept(month)}
    booked = walk.to_book(counted, kept, month)
    assert not walk.kept(month) & booked.keys()
    for k in (0, 1):
        assert sum(v[k] for v in (*booked.values(), *kept.values())) == sum(v[k] for v in counted.values())
    again = walk.to_book(counted, kept, month)
    assert again == booked  # a recount changes nothing
