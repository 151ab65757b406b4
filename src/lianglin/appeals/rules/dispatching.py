"""Rules of dispatch, evaluated: ordered rules with conditions as data; the first that fits counts, and says why.

A condition is a JSON object. Which there are, and what fits (appeals.md, "Dispatch"):

- ``{"on": "item" | "class" | "field" | "channel", "in": [code, …]}``: the appeal's own code is one of these;
- ``{"on": "place", "in": [prefix, …]}``: its scope code begins with one of these;
- ``{"on": "weekday", "in": [1, …, 7]}``: Monday is 1 (ISO 8601);
- ``{"on": "hours", "from": "20:00", "to": "08:00"}``: reported from then on and before ``to``; may pass midnight;
- ``{"on": "season", "from": "10-20", "to": "04-20"}``: both days included; may pass the new year;
- ``{"on": "answer", "question": code, "in": [answer, …]}``: one of the answers to an extra question is one of these.

A rule fits when all its conditions do; one without conditions fits always. Nothing here reads a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

Condition = Mapping[str, Any]
CODED = ("item", "class", "field", "channel", "place")
KINDS = (*CODED, "weekday", "hours", "season", "answer")
MOST_VALUES, MOST_CONDITIONS = 200, 12
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LEAP_YEAR = 2024


@dataclass(frozen=True)
class Facts:
    """What rules look at. ``at`` is when it was reported, in the city's time; a code not known is ""."""

    item: str
    category: str
    field: str
    scope_code: str
    channel: str
    at: datetime
    answers: Mapping[str, frozenset[str]] = dataclass_field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """A rule as the evaluation sees it; ``key`` names it to the caller."""

    key: int
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Passed:
    """A rule that came before and did not fit, with the first of its conditions that did not hold."""

    rule: Rule
    condition: Condition


@dataclass(frozen=True)
class Choice:
    """The rule that fits (None: none does), and those before it that did not."""

    rule: Rule | None
    passed: tuple[Passed, ...]


def choose(rules: Iterable[Rule], facts: Facts) -> Choice:
    """The first rule that fits, with the reason why each before it does not."""
    passed: list[Passed] = []
    for rule in rules:
        failed = first_failing(rule.conditions, facts)
        if failed is None:
            return Choice(rule, tuple(passed))
        passed.append(Passed(rule, failed))
    return Choice(None, tuple(passed))


def first_failing(conditions: Sequence[Condition], facts: Facts) -> Condition | None:
    """The first condition that does not hold; None when the rule fits."""
    return next((condition for condition in conditions if not holds(condition, facts)), None)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether one condition holds."""
    match condition["on"]:
        case "item":
            return facts.item in condition["in"]
        case "class":
            return facts.category in condition["in"]
        case "field":
            return facts.field in condition["in"]
        case "channel":
            return facts.channel in condition["in"]
        case "place":
            return facts.scope_code.startswith(tuple(condition["in"]))
        case "weekday":
            return facts.at.isoweekday() in condition["in"]
        case "hours":
            return facts.at.hour * 60 + facts.at.minute in minutes(condition["from"], condition["to"])
        case "season":
            return (facts.at.month, facts.at.day) in days(condition["from"], condition["to"])
        case "answer":
            given = facts.answers.get(condition["question"], frozenset())
            return not given.isdisjoint(condition["in"])
    raise ValueError(f"unknown kind of condition: {condition['on']!r}")


@lru_cache(maxsize=512)
def minutes(start: str, end: str) -> frozenset[int]:
    """The minutes of a day from ``start`` on and before ``end`` ("HH:MM"); past midnight when ``end`` is not later."""
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    return frozenset(n % 1440 for n in range(first, last if last > first else last + 1440))


@lru_cache(maxsize=512)
def days(start: str, end: str) -> frozenset[tuple[int, int]]:
    """The days (month, day) from ``start`` to ``end`` ("MM-DD"), both included; past the new year when ``end`` is earlier."""
    first, last = _day(start), _day(end)
    if last < first:
        last = last.replace(year=_LEAP_YEAR + 1) if end != "02-29" else date(_LEAP_YEAR + 1, 2, 28)
    count = (last - first).days + 1
    found = {first + timedelta(days=n) for n in range(count)}
    spans_new_year = last.year > _LEAP_YEAR
    leap = {(2, 29)} if spans_new_year and end >= "02-29" else set()
    return frozenset({(day.month, day.day) for day in found} | leap)


def _day(text: str) -> date:
    return date(_LEAP_YEAR, int(text[:2]), int(text[3:]))


# --- whether a condition is one ----------------------------------------------------------------------------


def misshapen(condition: Any) -> bool:
    """Whether this is no condition: an unknown kind, a missing or a surplus part, a value of the wrong form."""
    if not isinstance(condition, dict) or condition.get("on") not in KINDS:
        return True
    kind, names = condition["on"], set(condition)
    if kind in ("hours", "season"):
        if names != {"on", "from", "to"} or not all(isinstance(condition[n], str) for n in ("from", "to")):
            return True
        fits = is_hour if kind == "hours" else is_day
        return not (fits(condition["from"]) and fits(condition["to"]))
    if names != ({"on", "in", "question"} if kind == "answer" else {"on", "in"}):
        return True
    values = condition["in"]
    if not isinstance(values, list) or not 0 < len(values) <= MOST_VALUES:
        return True
    if kind == "weekday":
        return not all(type(value) is int and 1 <= value <= 7 for value in values)
    texts = [*values, condition["question"]] if kind == "answer" else values
    return not all(isinstance(text, str) and 0 < len(text) <= 40 for text in texts)


def is_hour(text: str) -> bool:
    """Whether this is a time of day, "HH:MM"."""
    return _HOUR.fullmatch(text) is not None


def is_day(text: str) -> bool:
    """Whether this is a day of the year, "MM-DD"."""
    if re.fullmatch(r"\d\d-\d\d", text) is None:
        return False
    try:
        _day(text)
    except ValueError:
        return False
    return True


# --- whether a rule can ever be reached --------------------------------------------------------------------


@dataclass(frozen=True)
class Tree:
    """The catalogue as codes: item -> (class, field), class -> field."""

    items: Mapping[str, tuple[str, str]]
    categories: Mapping[str, str]


def implies(special: Condition, general: Condition, tree: Tree) -> bool:
    """Whether whatever fulfils ``special`` provably fulfils ``general``. False may also mean: not provable here."""
    kind, wide = special["on"], general["on"]
    if wide in ("hours", "season"):
        if kind != wide:
            return False
        spread = minutes if kind == "hours" else days
        return spread(special["from"], special["to"]) <= spread(general["from"], general["to"])
    if kind in ("hours", "season"):
        return False
    given, taken = special["in"], set(general["in"])
    if kind == "place" and wide == "place":
        return all(code.startswith(tuple(taken)) for code in given)
    if kind == wide:
        same = kind != "answer" or special["question"] == general["question"]
        return same and set(given) <= taken
    if kind == "item" and wide in ("class", "field"):
        above = [tree.items.get(code, ("", ""))[0 if wide == "class" else 1] for code in given]
        return all(code in taken for code in above)
    if kind == "class" and wide == "field":
        return all(tree.categories.get(code, "") in taken for code in given)
    return False


def subsumes(general: Rule, special: Rule, tree: Tree) -> bool:
    """Whether every appeal that ``special`` fits is provably fitted by ``general`` too: standing after it, it is never reached.

    Sound and not complete: several conditions that only together imply another are not seen.
    """
    return all(any(implies(have, want, tree) for have in special.conditions) for want in general.conditions)


def unreachable(rules: Sequence[Rule], tree: Tree) -> dict[int, int]:
    """Rules that an earlier one provably takes everything from: key -> key of the earlier one."""
    found: dict[int, int] = {}
    for place, rule in enumerate(rules):
        earlier = next((other for other in rules[:place] if subsumes(other, rule, tree)), None)
        if earlier is not None:
            found[rule.key] = earlier.key
    return found


# --- tried on what was reported ----------------------------------------------------------------------------


@dataclass
class Tried:
    """What became of one rule in a trial: how many it fits, how many reach it, and which earlier rules took the others."""

    fits: int = 0
    takes: int = 0
    taken_by: dict[int, int] = dataclass_field(default_factory=dict)

    @property
    def dead(self) -> bool:
        """It fits nothing of the trial."""
        return self.fits == 0

    @property
    def shadowed(self) -> bool:
        """It fits something, and an earlier rule always takes it."""
        return self.fits > 0 and self.takes == 0


def tally(rules: Sequence[Rule], facts: Facts, tried: Mapping[int, Tried]) -> Rule | None:
    """Counts one appeal in a trial and returns the rule that takes it."""
    winner: Rule | None = None
    for rule in rules:
        if first_failing(rule.conditions, facts) is not None:
            continue
        told = tried[rule.key]
        told.fits += 1
        if winner is None:
            winner = rule
            told.takes += 1
        else:
            told.taken_by[winner.key] = told.taken_by.get(winner.key, 0) + 1
    return winner
