"""The text grammar (appeals/data/grammar), compiled: phrases by item and month, with their slots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from lianglin.appeals.seed.catalogue import items, read_yaml

Phrase = tuple[str, ...]
"""Literal, slot, literal, slot ... : odd places name slots."""
PHRASE_KINDS = ("core", "detail", "harm", "ask")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class ItemGrammar:
    """What may be said about an item: per kind twelve lists of phrases, January first."""

    core: tuple[tuple[Phrase, ...], ...]
    detail: tuple[tuple[Phrase, ...], ...]
    harm: tuple[tuple[Phrase, ...], ...]
    ask: tuple[tuple[Phrase, ...], ...]


@dataclass(frozen=True)
class Shared:
    """What all items share: openers, fillers, slots, dialect and slips of the pen."""

    opener: tuple[Phrase, ...]
    opener_again: tuple[Phrase, ...]
    when: tuple[Phrase, ...]
    link: tuple[Phrase, ...]
    tries: tuple[Phrase, ...]
    tries_home: tuple[Phrase, ...]
    tries_again: tuple[Phrase, ...]
    close: tuple[Phrase, ...]
    spoken_fill: tuple[str, ...]
    dialect: tuple[tuple[str, str], ...]
    typo: tuple[tuple[str, str], ...]
    slots: dict[str, tuple[str, ...]]


def compiled(text: str) -> Phrase:
    """A phrase split at its slots."""
    return tuple(_SLOT.split(text))


@cache
def shared() -> Shared:
    """The shared part, read once."""
    raw = read_yaml("shared.yaml")
    phrases = {
        key: tuple(compiled(str(text)) for text in raw[key])
        for key in ("opener", "opener_again", "when", "link", "tries", "tries_home", "tries_again", "close")
    }
    return Shared(
        **phrases,
        spoken_fill=tuple(raw["spoken_fill"]),
        dialect=tuple(raw["dialect"].items()),
        typo=tuple(raw["typo"].items()),
        slots={name: tuple(map(str, words)) for name, words in raw["slots"].items()},
    )


@cache
def grammars() -> tuple[ItemGrammar, ...]:
    """One grammar per catalogue item, in the catalogue's order.

    Raises ValueError naming the item and month in which nothing could be said.
    """
    months = read_yaml("shared.yaml")["months"]
    by_code: dict[str, ItemGrammar] = {}
    for number in range(1, 6):
        for category in read_yaml(f"field_{number:02d}.yaml")["classes"]:
            for item in category["items"]:
                by_code[item["code"]] = _grammar(item, category, months)
    found = tuple(by_code[item.code] for item in items())
    for item, grammar in zip(items(), found, strict=True):
        for month, weight in enumerate(item.months):
            for kind in PHRASE_KINDS:
                if weight > 0 and not getattr(grammar, kind)[month]:
                    raise ValueError(
                        f"Item {item.code} has no “{kind}” phrase for month {month + 1}. Add one to its field file."
                    )
    return found


def _grammar(item: dict[str, Any], category: dict[str, Any], months: dict[str, list[int]]) -> ItemGrammar:
    return ItemGrammar(**{kind: _by_month(item.get(kind) or category[kind], months) for kind in PHRASE_KINDS})


def _by_month(phrases: list[Any], months: dict[str, list[int]]) -> tuple[tuple[Phrase, ...], ...]:
    pairs = [
        (compiled(str(phrase["say"])), set(months[phrase["in"]]))
        if isinstance(phrase, dict)
        else (compiled(str(phrase)), None)
        for phrase in phrases
    ]
    return tuple(
        tuple(phrase for phrase, only in pairs if only is None or month in only) for month in range(1, 13)
    )
