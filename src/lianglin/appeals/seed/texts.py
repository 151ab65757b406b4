"""Titles and texts of sample appeals, from the grammar: some 100,000 a second, hardly two alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lianglin.appeals.seed.catalogue import Ints, items
from lianglin.appeals.seed.grammar import ItemGrammar, Phrase, grammars, shared
from lianglin.appeals.seed.places import Places

TITLE_LENGTH = 30
_SAME_CORE = 40
"""How often, in a hundred, two reports of one event name the same thing: people tell one event in many ways."""
_NOTED = 28
"""How many in a hundred reports by telephone read as the operator's note."""
_PLACED: dict[str, tuple[Phrase, ...]] = {
    "bld": (("", "c", "", "b", ""), ("", "b", "", "u", ""), ("", "c", "", "b", "", "u", ""), ("", "b", "")),
    "cmp": (("", "c", ""), ("", "s", "", "c", ""), ("我们小区",)),
    "road": (("", "c", "附近"), ("", "s", "", "c", "旁边"), ("", "r", "")),
}
"""How a matter without a place in its words is placed: phrases as the grammar compiles them."""

Roll = Callable[[int], int]


@dataclass(frozen=True)
class Wanted:
    """What texts are wanted, row by row."""

    item: Ints
    month: Ints
    """1 to 12: winter phrases stay in winter."""
    hour: Ints
    building: Ints
    unit: Ints
    floor: Ints
    event: Ints
    """Equal numbers are one event; -1: an event of its own."""
    again: Ints
    """1 where the same person reports the same matter again."""
    by_phone: Ints
    """1 where an operator took it down."""


class Told(NamedTuple):
    """A title of at most 30 characters and the body."""

    title: str
    body: str


def write_texts(
    wanted: Wanted,
    places: Places,
    *,
    seed: int,
    first: int = 0,
    book: tuple[ItemGrammar, ...] | None = None,
) -> Iterator[Told]:
    """One text per row, in order. ``first`` is the number of the first row in the whole history.

    ``book``: what may be said, per item of the catalogue; the whole grammar by default.

    Row n of a history gets the same text however the history is cut, for equal ``seed``.
    """
    state = _states(seed, np.arange(first, first + len(wanted.item)))
    event = np.where(wanted.event >= 0, _states(seed + 1, wanted.event), state ^ 0x5DEECE66D)
    columns = (wanted.item, wanted.month, wanted.hour, wanted.building, wanted.unit, wanted.floor)
    columns += (wanted.again, wanted.by_phone, state, event)
    book, kinds, words = book or grammars(), [item.place_kind for item in items()], _Words(places)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for item, month, hour, building, unit, floor, again, by_phone, own, common in rows:
        roll = _dice(own)
        telling = _Telling(
            roll, words.filler(building, unit, floor, roll), book[item], kinds[item], month - 1
        )
        yield telling.tell(hour, again, by_phone, common)


def _states(seed: int, index: Ints) -> Ints:
    """Starting states of the row generators: SplitMix64 over seed and row, 62 bits."""
    start = np.uint64(seed * 0xD1B54A32D192ED03 & (1 << 64) - 1)
    state = index.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((state ^ (state >> np.uint64(31))) >> np.uint64(2)).astype(np.int64)


def _dice(state: int) -> Roll:
    """roll(n) gives 0 to n - 1: a 64-bit linear congruential generator (Knuth), cheap in a tight loop."""

    def roll(sides: int) -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (state >> 33) * sides >> 31

    return roll


class _Words:
    """What the slots of a phrase stand for, at a place."""

    def __init__(self, places: Places) -> None:
        self._slots = shared().slots
        self._street = [places.streets[index] for index in places.street.tolist()]
        self._compound = [
            places.compounds[index] if index >= 0 else "我们楼院" for index in places.compound.tolist()
        ]
        self._number = places.number.tolist()

    def filler(self, building: int, unit: int, floor: int, roll: Roll) -> Callable[[Phrase], str]:
        """A function that fills the slots of a phrase for one report."""
        own = {
            "s": self._street[building],
            "c": self._compound[building],
            "b": f"{self._number[building]}号楼",
            "u": f"{unit}单元",
            "f": str(floor),
            "f2": str(floor + 1),
        }

        def fill(phrase: Phrase) -> str:
            if len(phrase) == 1:
                return phrase[0]
            parts = list(phrase)
            for place in range(1, len(parts), 2):
                known = own.get(parts[place])
                if known is None:
                    words = self._slots[parts[place]]
                    known = words[roll(len(words))]
                parts[place] = known
            return "".join(parts)

        return fill


class _Telling:
    """One report: the parts of the matter, strung together in one of five voices."""

    __slots__ = ("_again", "_fill", "_grammar", "_hour", "_kind", "_month", "_roll", "_timed")

    def __init__(
        self, roll: Roll, fill: Callable[[Phrase], str], grammar: ItemGrammar, kind: str, month: int
    ) -> None:
        self._roll, self._fill, self._grammar, self._kind, self._month = roll, fill, grammar, kind, month
        self._again = self._hour = 0
        self._timed = False

    def tell(self, hour: int, again: int, by_phone: int, common: int) -> Told:
        """Title and body; ``common`` is the state that reports of one event share."""
        self._hour, self._again = hour, again
        roll, cores = self._roll, self._grammar.core[self._month]
        same = roll(100) < _SAME_CORE
        phrase = cores[_dice(common)(len(cores)) if same else roll(len(cores))]
        core, slots = self._fill(phrase), phrase[1::2]
        self._timed = "t" in slots or "d" in slots
        title = core if len(core) <= TITLE_LENGTH else core[: TITLE_LENGTH - 1] + "…"
        if self._kind in _PLACED and not {"c", "b", "u", "r", "s"}.intersection(slots) and roll(10) < 7:
            core = self._one(_PLACED[self._kind]) + core
        return Told(title, self._body(core, by_phone))

    def _one(self, phrases: tuple[Phrase, ...]) -> str:
        return self._fill(phrases[self._roll(len(phrases))])

    def _part(self, kind: str) -> str:
        return self._one(getattr(self._grammar, kind)[self._month])

    def _tries(self) -> str:
        if self._again:
            return self._one(shared().tries_again)
        return self._one(shared().tries_home if self._kind in ("bld", "cmp") else shared().tries)

    def _opener(self) -> str:
        return self._one(shared().opener_again if self._again else shared().opener)

    def _when(self) -> str:
        """Since when, unless the matter says it; only what happens at a place begins at an hour."""
        phrase = shared().when[self._roll(len(shared().when))]
        if self._timed or ("t" in phrase and self._kind in ("org", "none")):
            return ""
        said = self._fill(phrase)
        return "昨天" if said == "今天早上" and self._hour < 8 else said

    def _body(self, core: str, by_phone: int) -> str:
        roll = self._roll
        if by_phone and roll(100) < _NOTED:
            return self._noted(core)
        voice = roll(
            84
        )  # of a hundred: 14 short, 16 spoken, 8 formal, 46 plain; the rest are operators' notes
        if voice < 8:
            return self._formal(core)
        text = self._short(core) if voice < 22 else self._plain(core)
        if voice >= 68:
            text = self._spoken(text)
        return text if roll(12) else self._slip(text)

    def _short(self, core: str) -> str:
        text = self._when() + core
        return f"{text}，{self._part(('detail', 'ask', 'harm')[self._roll(3)])}" if self._roll(6) else text

    def _noted(self, core: str) -> str:
        parts = [
            f"来电人反映：{self._when()}{core}",
            self._part("detail"),
            self._part("harm") if self._roll(2) else "",
            self._tries(),
        ]
        return "，".join(filter(None, parts)) + f"。诉求：{self._part('ask')}。"

    def _formal(self, core: str) -> str:
        tries, close = self._tries(), self._one(shared().close) or "谢谢"
        text = f"{self._opener()}{self._when()}{core}。{self._part('detail')}，{self._part('harm')}。"
        return text + (f"{tries}。" if tries else "") + f"{self._part('ask')}，{close}。"

    def _plain(self, core: str) -> str:
        harm = self._one(shared().link) + self._part("harm") if self._roll(3) else ""
        parts = [self._opener() + self._when() + core, self._part("detail"), harm, self._tries()]
        parts += [self._part("ask"), self._one(shared().close)]
        return "，".join(filter(None, parts))

    def _spoken(self, text: str) -> str:
        roll = self._roll
        for written, said in shared().dialect:
            if written in text and roll(3):
                text = text.replace(written, said, 1)
        filler = shared().spoken_fill[roll(len(shared().spoken_fill))]
        head, comma, tail = text.partition("，")
        return f"{head}{comma}{filler}{tail}" if comma else f"{filler}{text}"

    def _slip(self, text: str) -> str:
        """One slip of the pen, as a phone's keyboard makes them."""
        possible = [pair for pair in shared().typo if pair[0] in text]
        if not possible:
            return text
        meant, typed = possible[self._roll(len(possible))]
        return text.replace(meant, typed, 1)
