"""Keys of a mapping, read one by one: what is missing, unknown or of the wrong form is noted with its place."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence as List
from datetime import date
from typing import TypeVar

from lianglin.engines.eligibility.source import Item, Mapping, Report, Scalar, Sequence, Spot
from lianglin.engines.eligibility.words import normal

T = TypeVar("T")
YES_NO = {"是": True, "否": False, "true": True, "false": False}
_NOT_TEXT = ("须是一段文字", "Text is wanted here")


class Fields:
    """One mapping. ``names``: the keys it may have; any other is a problem."""

    def __init__(self, item: Item | None, names: List[str], report: Report, spot: Spot) -> None:
        self.report, self.names = report, names
        self.spot = item.spot if item is not None else spot
        self.entries: Dict[str, tuple[Scalar, Item]] = {}
        if isinstance(item, Mapping):
            self.entries = item.entries
            for key, (scalar, _) in item.entries.items():
                if key not in names:
                    self._unknown(key, scalar)
        elif item is not None and not (isinstance(item, Scalar) and not item.text):
            word = item.text if isinstance(item, Scalar) else ""
            self.say(item.spot, word, "这里要写 键: 值", "Keys and values are wanted here", tuple(names))

    def _unknown(self, key: str, scalar: Scalar) -> None:
        hint = hint_en = ""
        if any(sign in key for sign in "'\"(),（）"):
            hint, hint_en = "；式中有逗号时整个式要加引号", "; an expression with a comma goes between quotes"
        self.say(
            scalar.spot,
            key,
            f"没有“{key}”这一项{hint}",
            f"There is no key “{key}”{hint_en}",
            self.report.near(key, self.names, 8),
        )

    def say(self, spot: Spot, word: str, zh: str, en: str, allowed: tuple[str, ...] = ()) -> None:
        """Notes a problem."""
        self.report.say(spot, word, zh, en, allowed)

    def spot_of(self, key: str) -> Spot:
        """Where a key's value stands; the mapping where it is absent."""
        return self.entries[key][1].spot if key in self.entries else self.spot

    def item(self, key: str) -> Item | None:
        """What a key holds; None where it is absent or empty."""
        item = self.entries[key][1] if key in self.entries else None
        return None if isinstance(item, Scalar) and not item.text.strip() else item

    def scalar(self, key: str, *, required: bool = False) -> Scalar | None:
        """A key's text with its place."""
        item = self.item(key)
        if item is None:
            if required:
                self.say(self.spot_of(key), key, f"少了“{key}”", f"“{key}” is missing", (key,))
            return None
        if not isinstance(item, Scalar):
            self.say(item.spot, key, f"“{key}”{_NOT_TEXT[0]}", f"{_NOT_TEXT[1]} ({key})")
            return None
        return item

    def text(self, key: str, *, required: bool = False) -> str:
        """A key's text; "" where it is absent."""
        scalar = self.scalar(key, required=required)
        return scalar.text.strip() if scalar else ""

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A date, 2026-01-01."""
        scalar = self.scalar(key, required=required)
        if scalar is None:
            return None
        try:
            return date.fromisoformat(scalar.text.strip() if len(scalar.text.strip()) == 10 else "")
        except ValueError:
            word = scalar.text
            self.say(scalar.spot, word, f"“{word}”不是日期", "This is not a date", ("2026-01-01",))
            return None

    def choice(self, key: str, choices: Dict[str, T], default: str, *, required: bool = False) -> T:
        """One of several words, and what it stands for; ``default`` is one of them."""
        scalar = self.scalar(key, required=required)
        if scalar is None:
            return choices[default]
        word = normal(scalar.text.strip())
        if word not in choices:
            self.say(
                scalar.spot,
                word,
                f"“{key}”不能是“{word}”",
                f"“{key}” cannot be “{word}”",
                tuple(word for word in choices if word),
            )
            return choices[default]
        return choices[word]

    def whole(self, key: str, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        word = normal(scalar.text.strip())
        if not (word.isascii() and word.isdigit() and len(word) < 10 and least <= int(word) <= most):
            said = f"{least}—{most}"
            self.say(
                scalar.spot,
                word,
                f"“{key}”须是{said}的整数",
                f"A whole number {least} to {most} is wanted",
                (said,),
            )
            return None
        return int(word)

    def items(self, key: str, *, required: bool = False) -> tuple[Item, ...]:
        """A list; one thing alone counts as a list of it."""
        item = self.item(key)
        if item is None:
            if required:
                self.say(self.spot_of(key), key, f"少了“{key}”", f"“{key}” is missing", (key,))
            return ()
        return item.items if isinstance(item, Sequence) else (item,)

    def scalars(self, key: str, *, required: bool = False) -> tuple[Scalar, ...]:
        """A list of texts with their places."""
        found: list[Scalar] = []
        for item in self.items(key, required=required):
            if isinstance(item, Scalar):
                found.append(item)
            else:
                self.say(item.spot, key, f"“{key}”中{_NOT_TEXT[0]}", f"{_NOT_TEXT[1]} ({key})")
        return tuple(found)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(scalar.text.strip() for scalar in self.scalars(key))

    def pairs(self, key: str) -> tuple[tuple[Scalar, Item], ...]:
        """A mapping with free keys (facts, parameters): key and what it holds."""
        item = self.item(key)
        if item is None:
            return ()
        if not isinstance(item, Mapping):
            self.say(item.spot, key, f"“{key}”要写成 名称: 值", "Names and values are wanted here")
            return ()
        return tuple(item.entries.values())
