"""What a rule may name: facts of a person or a household, and dated parameters.

The engine does not decide what is known about people; whoever uses it hands in the vocabulary. In the house it is
made from the registry of data elements (one owner, one definition each).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Level = Literal["person", "household"]
Kind = Literal["number", "date", "flag", "code"]


@dataclass(frozen=True)
class Fact:
    """One datum. ``column``: its column in the tables of persons or households (the element's code in the house).

    Numbers are whole: a number with ``scale`` decimals is held times 10**scale, money is whole fen (scale 0, ``money``).
    Rules write money in yuan with a unit (``3600元``) or in fen, see the language. ``values`` maps the codes of a code
    list to (label, English label); a rule may write the code or the label. The value of a code fact in a column is the
    code's place in ``values``, in their order.
    """

    name: str
    column: str
    level: Level
    kind: Kind
    name_en: str = ""
    scale: int = 0
    money: bool = False
    unit: str = ""
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)
    aliases: tuple[str, ...] = ()
    health: bool = False
    """A datum of the health ground: what rests on it is shown to the health role only."""


@dataclass(frozen=True)
class ParameterValue:
    """What a parameter is in an area between two dates (both included; None: without an end).

    ``area``: a prefix of the division code ("" for everywhere); the longest prefix that has a value wins. ``value``: whole
    fen for money, times 10**scale for other numbers; None: 待填, to be entered by the authority, and so unknown.
    """

    area: str
    from_on: date
    to_on: date | None
    value: int | None
    document: str = ""


@dataclass(frozen=True)
class Parameter:
    """A dated figure of a rule that differs by area: a local standard, a threshold, a rate."""

    name: str
    name_en: str = ""
    kind: Literal["number", "date"] = "number"
    money: bool = False
    scale: int = 0
    unit: str = ""
    values: tuple[ParameterValue, ...] = ()

    def at(self, area: str, on: date) -> ParameterValue | None:
        """The value that holds in an area on a day, None when there is none. Two that hold at once: the later start."""
        fits = [
            v
            for v in self.values
            if area.startswith(v.area) and v.from_on <= on and (v.to_on is None or on <= v.to_on)
        ]
        return max(fits, key=lambda v: (len(v.area), v.from_on), default=None)


@dataclass(frozen=True)
class Vocabulary:
    """Facts and parameters by every name that a rule may use for them."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]

    @classmethod
    def of(cls, facts: Iterable[Fact], parameters: Iterable[Parameter] = ()) -> Vocabulary:
        """A vocabulary from lists. ValueError when two things have one name."""
        by_name: dict[str, Fact] = {}
        for fact in facts:
            for name in (fact.name, *fact.aliases):
                if name in by_name:
                    raise ValueError(f"Two facts are called “{name}”: {by_name[name].column}, {fact.column}.")
                by_name[name] = fact
        dated: dict[str, Parameter] = {}
        for parameter in parameters:
            if parameter.name in by_name or parameter.name in dated:
                raise ValueError(f"“{parameter.name}” is used twice.")
            dated[parameter.name] = parameter
        return cls(by_name, dated)


BORN_ON, SIZE = "出生日期", "常住人数"
"""Facts that the engine's own words need: 年龄 is computed from the first; the second is the number of members."""
