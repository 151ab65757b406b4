"""The tree of a rule after reading: typed, checked, hashable. Every back end is made from it and from nothing else.

Two sorts of nodes. A *value* is an exact rational number per row (money in whole fen, dates as days since 1970-01-01)
or unknown. A *truth* is true, false or unknown (Kleene's strong logic). Each node has a level: "person" rows or
"household" rows; a household's node is spread to its members where a person's node needs it, and a person's node comes
up to the household only through an aggregate. Equal nodes are equal objects to a back end: they are computed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from lianglin.engines.eligibility.vocabulary import Level

Operation = Literal["+", "-", "*", "/"]
Comparison = Literal["<", "<=", ">", ">=", "=", "<>"]

# --- values ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Const:
    """An exact number: ``num / den`` with den > 0, in lowest terms. Yuan are already fen, dates are days."""

    num: int
    den: int = 1


@dataclass(frozen=True)
class FactValue:
    """The value of a number or date fact; unknown where it is missing. ``scale``: the column holds it times 10**scale."""

    column: str
    level: Level
    scale: int = 0


@dataclass(frozen=True)
class ParameterOf:
    """A parameter, for the area of the household, on the day of the run; unknown where 待填 or without a value."""

    name: str
    scale: int = 0


@dataclass(frozen=True)
class Age:
    """Completed years of a person on the day of the run; born on 29 February, one completes a year on 1 March.

    Unknown without a birth date, and where it lies after the day of the run.
    """

    column: str


@dataclass(frozen=True)
class Since:
    """Whole months, years or days from a date to the day of the run (negative when it lies ahead; floor)."""

    unit: Literal["days", "months", "years"]
    date: Value


@dataclass(frozen=True)
class Today:
    """The day of the run."""


@dataclass(frozen=True)
class Arithmetic:
    """Exact. Unknown when either side is, and when something is divided by zero."""

    op: Operation
    left: Value
    right: Value


@dataclass(frozen=True)
class Extreme:
    """The least or greatest of several; unknown when one of them is."""

    op: Literal["min", "max"]
    of: tuple[Value, ...]


@dataclass(frozen=True)
class Choose:
    """The value of the first case whose truth is true (分档); ``otherwise`` when all are false.

    Unknown from the first truth that is unknown on: nobody guesses a grade.
    """

    cases: tuple[tuple[Truth, Value], ...]
    otherwise: Value | None


@dataclass(frozen=True)
class Rounded:
    """A value brought to a whole multiple of ``step`` (fen): the amount's last operation."""

    of: Value
    step: int
    how: Literal["up", "down", "half_up"]


@dataclass(frozen=True)
class Total:
    """Household: the sum of a person's value over members for whom ``where`` is true.

    Unknown when ``where`` is unknown for a member, or the value of a member for whom it is true.
    """

    of: Value
    where: Truth | None = None


@dataclass(frozen=True)
class Count:
    """Household: how many members there are, or for how many ``where`` is true; unknown when it is for one of them."""

    where: Truth | None = None


# --- truths ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compare:
    """Two values compared, exactly (a fraction is never rounded first)."""

    op: Comparison
    left: Value
    right: Value


@dataclass(frozen=True)
class Among:
    """A code fact is one of these; ``places`` are places in the fact's list of values, ascending."""

    column: str
    level: Level
    places: tuple[int, ...]


@dataclass(frozen=True)
class Flag:
    """A yes-or-no fact."""

    column: str
    level: Level


@dataclass(frozen=True)
class Not:
    """True where the other is false."""

    of: Truth


@dataclass(frozen=True)
class All:
    """且."""

    of: tuple[Truth, ...]


@dataclass(frozen=True)
class Any:
    """或."""

    of: tuple[Truth, ...]


@dataclass(frozen=True)
class AnyMember:
    """Household: for some member both ``where`` and ``of`` are true (任一成员)."""

    of: Truth
    where: Truth | None = None


@dataclass(frozen=True)
class EveryMember:
    """Household: ``of`` is true for every member for whom ``where`` is (全部成员); true where there is none."""

    of: Truth
    where: Truth | None = None


@dataclass(frozen=True)
class Qualifies:
    """The person or household fulfils all conditions of another measure (符合).

    ``level`` is the other measure's. A person's measure may name a household's, not the other way round (except in
    任一成员 and 全部成员). Exclusions of the other measure do not count here: only its conditions.
    """

    measure: str
    level: Level


Value = (
    Const
    | FactValue
    | ParameterOf
    | Age
    | Since
    | Today
    | Arithmetic
    | Extreme
    | Choose
    | Rounded
    | Total
    | Count
)
Truth = Compare | Among | Flag | Not | All | Any | AnyMember | EveryMember | Qualifies
Node = Value | Truth


def level(node: Node) -> Level:
    """Whether a node has a value per person or per household. Constants and parameters are a household's."""
    match node:
        case Total() | Count() | AnyMember() | EveryMember() | Const() | ParameterOf() | Today():
            return "household"
        case Age():
            return "person"
        case FactValue() | Among() | Flag() | Qualifies():
            return node.level
    return "person" if any(level(part) == "person" for part in parts(node)) else "household"


def parts(node: Node) -> Iterator[Node]:
    """The nodes that a node is directly made of."""
    for place in fields(node):
        yield from _nodes(getattr(node, place.name))


def _nodes(held: object) -> Iterator[Node]:
    if isinstance(held, tuple):
        for one in held:
            yield from _nodes(one)
    elif isinstance(held, Node):
        yield held


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it, depth first, a part before what it is part of. Equal nodes come again."""
    for part in parts(node):
        yield from walk(part)
    yield node
