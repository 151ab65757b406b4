"""Pure rules of a login by phone: the code, how often, and who is meant when several share one number."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DIGITS = 6
VALID_FOR = timedelta(minutes=5)
TRIES = 5
"""Of one code; the next code has five of its own, so that nobody elsewhere can use up a person's tries."""
HOUR = timedelta(hours=1)
CODES_HERE = 5
"""Codes that one number gets from one address in an hour."""
CODES_ANYWHERE = 12
"""Codes that one number gets from all addresses in an hour: nobody's phone is flooded, and no code is found by
trying (60 tries of a million)."""
CODES_FROM = 300
"""Codes that one address asks for in an hour: a compound, a hall or an operator's phones stand behind one."""


def new_code() -> str:
    """Six digits by chance."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def plain_code(text: str) -> str:
    """The digits of what somebody typed: full-width ones and spaces too."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_mobile(phone: str) -> bool:
    """Whether text messages reach this number (as ``kit.ids.clean_phone`` writes it)."""
    return len(phone) == 11 and phone.startswith("1")


@dataclass(frozen=True)
class Person:
    """As much of a resident as tells those apart who share a number."""

    id: int
    name: str
    born_on: date | None
    scope_code: str


def meant(people: Sequence[Person], *, year: int | None = None, name: str = "") -> Person | None:
    """The one who is meant: the only one, else the only one born in ``year``, else the only one of that name too.

    None while more has to be said, or when nobody fits. Nothing about the others is ever shown.
    """
    if len(people) <= 1:
        return people[0] if people else None
    fitting = [person for person in people if person.born_on and person.born_on.year == year]
    if len(fitting) > 1:
        fitting = [person for person in fitting if same_name(person.name, name)]
    return fitting[0] if len(fitting) == 1 else None


def needs_name(people: Sequence[Person], year: int) -> bool:
    """Whether several of them were born in this year, so that the name has to be said, too."""
    return sum(person.born_on is not None and person.born_on.year == year for person in people) > 1


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for spaces and the form of the dot."""

    def bare(name: str) -> str:
        return "".join(unicodedata.normalize("NFKC", name).split()).replace("•", "·").replace("‧", "·")

    return bool(bare(other)) and bare(one) == bare(other)
