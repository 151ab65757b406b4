"""What residents are told anew of a problem class: the kinds of events, and which of them a change makes.

No Django beyond the words, no database. Nothing in an event is of a person or a case: states, days, measures that a
person chose to tell, and counts from ten on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS = (
    ("shown", _("told to residents")),
    ("text", _("text changed")),
    ("state", _("another state")),
    ("promise", _("another promised day")),
    ("measure", _("a measure")),
    ("effect", _("effect measured")),
)
SMALLEST = 10
"""Counts under this are told to nobody outside."""


def snapshot(
    *, state: str, promised_on: str, title: str, text: str, measures: Sequence[int], effect: str
) -> dict[str, Any]:
    """What was told, as it is kept to be compared with: digests and ids, no text."""
    words = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    return {
        "state": state, "promised_on": promised_on, "words": words, "measures": list(measures), "effect": effect,
    }  # fmt: skip


def changes(told: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, int | None]]:
    """The events between two snapshots, each with the id of its measure; once where nothing was told before."""
    if not told:
        return [("shown", None)]
    found: list[tuple[str, int | None]] = []
    if told["words"] != now["words"]:
        found.append(("text", None))
    found += [("measure", one) for one in now["measures"] if one not in told["measures"]]
    if now["effect"] and told["effect"] != now["effect"]:
        found.append(("effect", None))
    if told["state"] != now["state"]:
        found.append(("state", None))
    if told["promised_on"] != now["promised_on"]:
        found.append(("promise", None))
    return found


def counts_shown(before: int, after: int) -> bool:
    """Whether both counts of an effect may be told: neither leads to a handful of people."""
    return min(before, after) >= SMALLEST
