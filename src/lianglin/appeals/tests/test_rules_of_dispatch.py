"""Rules of dispatch, evaluated: the first that fits counts, the explanation is true, subsumption is never wrongly proved."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.appeals.rules import dispatching
from lianglin.appeals.rules.dispatching import Facts, Rule, Tree, Tried, choose, first_failing, misshapen
from lianglin.kit.clock import CITY_ZONE

pytestmark = pytest.mark.rows("R046", "R048", "R050")

ITEMS = {
    "020601": ("0206", "02"),
    "020602": ("0206", "02"),
    "020101": ("0201", "02"),
    "010101": ("0101", "01"),
}
TREE = Tree(ITEMS, dict(ITEMS.values()))
PLACES = ("230103001001", "230103001002", "230104002002")
hours = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 15, 59)))
month_days = st.dates(min_value=date(2024, 1, 1), max_value=date(2024, 12, 31)).map(
    lambda day: day.strftime("%m-%d")
)


def some(values: Any) -> Any:
    return st.lists(st.sampled_from(sorted(values)), min_size=1, max_size=3, unique=True)


conditions = st.one_of(
    st.fixed_dictionaries({"on": st.just("item"), "in": some(ITEMS)}),
    st.fixed_dictionaries({"on": st.just("class"), "in": some(TREE.categories)}),
    st.fixed_dictionaries({"on": st.just("field"), "in": some({"01", "02"})}),
    st.fixed_dictionaries({"on": st.just("channel"), "in": some({"web", "phone", "hotline"})}),
    st.fixed_dictionaries({"on": st.just("place"), "in": some({*PLACES, "230103", "230103001", "2301"})}),
    st.fixed_dictionaries({"on": st.just("weekday"), "in": some({1, 2, 3, 4, 5, 6, 7})}),
    st.fixed_dictionaries({"on": st.just("hours"), "from": hours, "to": hours}),
    st.fixed_dictionaries({"on": st.just("season"), "from": month_days, "to": month_days}),
    st.fixed_dictionaries(
        {
            "on": st.just("answer"),
            "question": st.sampled_from(("floor", "leak")),
            "in": some({"yes", "no", "6"}),
        }
    ),
)
lists = st.lists(st.lists(conditions, max_size=3).map(tuple), max_size=6)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    item = draw(st.sampled_from(("", *ITEMS)))
    category, field = ITEMS.get(item, ("", ""))
    minute = timedelta(minutes=draw(st.integers(0, 2 * 366 * 1440)))
    answers = st.dictionaries(
        st.sampled_from(("floor", "leak")), st.frozensets(st.sampled_from(("yes", "no", "6")))
    )
    return Facts(
        item, category, field, draw(st.sampled_from(PLACES)), draw(st.sampled_from(("web", "phone"))),
        datetime(2024, 1, 1, tzinfo=CITY_ZONE) + minute, draw(answers),
    )  # fmt: skip


def ordered(given_lists: list[tuple[Any, ...]]) -> list[Rule]:
    return [Rule(number, found) for number, found in enumerate(given_lists)]


@given(lists, facts())
def test_the_first_that_fits_counts_and_each_before_it_says_why_not(
    found: list[tuple[Any, ...]], reported: Facts
) -> None:
    rules = ordered(found)
    choice = choose(rules, reported)
    fitting = [rule for rule in rules if first_failing(rule.conditions, reported) is None]
    assert choice.rule == (fitting[0] if fitting else None)
    before = rules[: choice.rule.key] if choice.rule else rules
    assert [passed.rule for passed in choice.passed] == before
    assert not any(dispatching.holds(passed.condition, reported) for passed in choice.passed)


@given(lists, facts())
def test_a_rule_added_at_the_end_changes_nothing_that_was_taken(
    found: list[tuple[Any, ...]], reported: Facts
) -> None:
    before = choose(ordered(found), reported)
    after = choose(ordered([*found, ()]), reported)
    assert after.rule == (before.rule or Rule(len(found), ()))


@given(lists, st.lists(facts(), max_size=12))
def test_what_provably_is_never_reached_takes_nothing(
    found: list[tuple[Any, ...]], reported: list[Facts]
) -> None:
    rules = ordered(found)
    behind = dispatching.unreachable(rules, TREE)
    tried = {rule.key: Tried() for rule in rules}
    for one in reported:
        winner = dispatching.tally(rules, one, tried)
        assert winner == choose(rules, one).rule
        assert winner is None or winner.key not in behind
    for told in tried.values():
        assert told.fits == told.takes + sum(told.taken_by.values())


@given(conditions, conditions, facts())
def test_an_implied_condition_holds_wherever_the_other_does(
    special: Any, general: Any, reported: Facts
) -> None:
    if dispatching.implies(special, general, TREE) and dispatching.holds(special, reported):
        assert dispatching.holds(general, reported)


@given(conditions)
def test_a_condition_implies_itself_and_is_well_formed(condition: Any) -> None:
    assert dispatching.implies(condition, condition, TREE)
    assert not misshapen(condition)


@pytest.mark.parametrize(
    ("condition", "at", "fits"),
    [
        ({"on": "hours", "from": "20:00", "to": "08:00"}, "2026-11-20 20:00", True),
        ({"on": "hours", "from": "20:00", "to": "08:00"}, "2026-11-20 07:59", True),
        ({"on": "hours", "from": "20:00", "to": "08:00"}, "2026-11-20 08:00", False),
        ({"on": "hours", "from": "08:00", "to": "08:00"}, "2026-11-20 03:00", True),
        ({"on": "season", "from": "10-20", "to": "04-20"}, "2026-10-19 23:59", False),
        ({"on": "season", "from": "10-20", "to": "04-20"}, "2028-02-29 12:00", True),
        ({"on": "season", "from": "10-20", "to": "04-20"}, "2026-04-20 23:59", True),
        ({"on": "season", "from": "10-20", "to": "02-29"}, "2027-03-01 00:00", False),
        ({"on": "weekday", "in": [6, 7]}, "2026-11-28 12:00", True),
        ({"on": "weekday", "in": [6, 7]}, "2026-11-27 12:00", False),
    ],
)
def test_times_pass_midnight_and_the_new_year(condition: Any, at: str, fits: bool) -> None:
    when = datetime.fromisoformat(at).replace(tzinfo=CITY_ZONE)
    assert dispatching.holds(condition, Facts("", "", "", PLACES[0], "web", when)) is fits


@pytest.mark.parametrize(
    "condition",
    [
        None, [], {}, {"on": "owner", "in": ["x"]}, {"on": "item"}, {"on": "item", "in": []}, {"on": "item", "in": "020601"},
        {"on": "item", "in": [20601]}, {"on": "item", "in": ["020601"], "not": True}, {"on": "weekday", "in": [0]},
        {"on": "weekday", "in": [True]}, {"on": "hours", "from": "24:00", "to": "08:00"}, {"on": "hours", "from": "20:00"},
        {"on": "season", "from": "02-30", "to": "04-20"}, {"on": "season", "from": "1-1", "to": "04-20"},
        {"on": "answer", "in": ["yes"]}, {"on": "answer", "question": "", "in": ["yes"]}, {"on": "item", "in": ["x"] * 201},
    ],
)  # fmt: skip
def test_what_is_no_condition_is_seen(condition: Any) -> None:
    assert misshapen(condition)
