"""Pure rules of the offices: dates of posts, what one account may not hold together. No Django."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for each other when they are read out."""
WIDTH = {"community": 12, "township": 9, "county": 6, "city": 0, "unit": 0}
"""Digits of the place that a kind of post of this level has; 0: the whole city."""


@dataclass(frozen=True)
class Held:
    """A kind of post and its days, both included; ``ends_on`` None: open."""

    role_code: str
    starts_on: date
    ends_on: date | None = None

    @property
    def last(self) -> date:
        """The last day, the end of time for an open one."""
        return self.ends_on or date.max

    def in_force(self, today: date) -> bool:
        """Whether the post gives anything on this day: not before its first, not after its last."""
        return self.starts_on <= today <= self.last


def overlap(one: Held, other: Held) -> bool:
    """Whether both are in force on some day; a post that ends before it starts is never."""
    return max(one.starts_on, other.starts_on) <= min(one.last, other.last)


def collision(new: Held, held: Iterable[Held], alone: frozenset[str]) -> Held | None:
    """A post of the same person that may not be held beside the new one (GB/T 22239-2019, 8.1.5); None: all is well.

    A kind in ``alone`` is held with no other kind at the same time.
    """
    for other in held:
        apart = other.role_code != new.role_code and bool({other.role_code, new.role_code} & alone)
        if apart and overlap(new, other):
            return other
    return None


def one_time_password() -> str:
    """Four groups of four that can be read out on the telephone: 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _letter in range(4)) for _group in range(4))


def place_fits(level: str, scope_code: str) -> bool:
    """Whether a place's code has the digits that posts of this level need."""
    return len(scope_code) == WIDTH[level] and (
        not scope_code or (scope_code.isascii() and scope_code.isdigit())
    )
