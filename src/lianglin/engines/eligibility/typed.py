"""A tree with what the reader knows of it: its kind, its level, its size; and what the checks ask of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, Protocol

from sqlglot import exp

from lianglin.engines.eligibility.source import Report
from lianglin.engines.eligibility.tree import Const, Node
from lianglin.engines.eligibility.vocabulary import Fact, Level, Vocabulary
from lianglin.engines.eligibility.words import Expression, Word

Kind = Literal["truth", "number", "money", "date", "code"]
MOST_NODES, DEEPEST = 2_000, 60
"""Of one tree after definitions are expanded: a few lines of doubling definitions would fill the memory."""
KINDS: dict[Kind, tuple[str, str]] = {
    "truth": ("是非", "a yes or no"),
    "number": ("数", "a number"),
    "money": ("金额", "money"),
    "date": ("日期", "a date"),
    "code": ("代码", "a code"),
}
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Typed:
    """A tree and what is known of it. ``fact``: of a code, whose ``node`` is a placeholder that nobody computes."""

    node: Node
    kind: Kind
    level: Level
    size: int = 1
    depth: int = 1
    fact: Fact | None = None

    @property
    def zero(self) -> bool:
        """A bare 0 needs no unit."""
        return self.kind == "number" and self.node == Const(0)


class Names(Protocol):
    """What an expression may name."""

    vocabulary: Vocabulary
    report: Report
    definitions: Mapping[str, Expression]
    measures: Mapping[str, Level]

    def definition(self, name: str) -> Typed | None:
        """A definition's tree; None when it has problems."""
        ...


class Checks(Protocol):
    """What the checks of the functions need of the checker."""

    names: Names

    def say(self, word: Word, zh: str, en: str, allowed: tuple[str, ...] = ()) -> None:
        """Notes a problem at a word."""
        ...

    def word(self, node: exp.Expr | None) -> Word:
        """The first word of a piece of sqlglot's tree."""
        ...

    def check(self, node: exp.Expr | None, depth: int = 0) -> Typed | None:
        """The typed tree; None after problems."""
        ...

    def truth(self, node: exp.Expr | None, depth: int) -> Typed | None:
        """A tree that must be a yes or no."""
        ...

    def made(
        self, word: Word, node: Node, kind: Kind, parts: list[Typed], level: Level | None = None
    ) -> Typed | None:
        """A tree made of others, unless it grows too large."""
        ...

    def same(self, word: Word, parts: list[Typed]) -> Kind | None:
        """The one kind of several values; None after a problem."""
        ...


def days_of(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(days: int) -> date:
    """The day; OverflowError outside of the calendar."""
    return date.fromordinal(days + _EPOCH.toordinal())


def constant(value: Fraction | int) -> Const:
    """An exact number as a node."""
    return Const(Fraction(value).numerator, Fraction(value).denominator)


def place_of(node: exp.Expr) -> int | None:
    """Which word a leaf or a call of sqlglot's tree stands for."""
    if type(node) is exp.Column and type(node.this) is exp.Identifier and set(_given(node)) == {"this"}:
        return int(node.this.name)
    if type(node) is exp.Anonymous and isinstance(node.this, str) and node.this[:1] in ("f", "F"):
        return int(node.this[1:])
    return None


def _given(node: exp.Expr) -> list[str]:
    return [name for name, value in node.args.items() if value not in (None, [], False)]
