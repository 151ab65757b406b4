"""What a run leaves: the planes of conditions and measures, packed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lianglin.engines.eligibility.operations import Row
from lianglin.engines.eligibility.setting import Block

Words = NDArray[np.uint64]


class Kept(Protocol):
    """Planes of outputs, by their places in the plan."""

    def rows(self, place: int) -> NDArray[np.uint8]:
        """0 or 1 for each person (or household) of the population."""
        ...

    def bits(self, place: int, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
        """0 or 1 for some of them."""
        ...

    def count(self, place: int) -> int:
        """How many are set."""
        ...


@dataclass(frozen=True)
class Spots:
    """Where rows stand: block, word and bit."""

    block: NDArray[np.int64]
    word: NDArray[np.int64]
    bit: NDArray[np.uint64]


class BlocksKept:
    """Planes of one run, block after block: (blocks, slots, words) of persons and of households; bits after a block's last
    row are 0.
    """

    def __init__(
        self, blocks: list[Block], slots: dict[int, tuple[Row, int]], persons: Words, households: Words
    ) -> None:
        self.blocks, self.slots = blocks, slots
        self.planes: dict[Row, Words] = {"P": persons, "H": households}

    @classmethod
    def room(cls, blocks: list[Block], outputs: dict[int, Row]) -> BlocksKept:
        """Empty planes for some outputs (place: row)."""
        slots: dict[int, tuple[Row, int]] = {}
        number: dict[Row, int] = {"P": 0, "H": 0}
        for place, row in outputs.items():
            slots[place] = row, number[row]
            number[row] += 1
        most = {
            "P": max((block.persons for block in blocks), default=0),
            "H": max((block.households for block in blocks), default=0),
        }
        room = {
            row: np.zeros((len(blocks), number[row], max((most[row] + 63) // 64, 1)), np.uint64)
            for row in ("P", "H")
        }
        return cls(blocks, slots, room["P"], room["H"])

    def _plane(self, place: int) -> tuple[Row, Words]:
        row, slot = self.slots[place]
        return row, self.planes[row][:, slot]

    @cached_property
    def lengths(self) -> dict[Row, NDArray[np.int64]]:
        """Rows of each block."""
        return {
            "P": np.array([block.persons for block in self.blocks], np.int64),
            "H": np.array([block.households for block in self.blocks], np.int64),
        }

    def rows(self, place: int) -> NDArray[np.uint8]:
        """See ``Kept``."""
        row, plane = self._plane(place)
        parts = [
            np.unpackbits(plane[at].view(np.uint8), count=length, bitorder="little")
            for at, length in enumerate(self.lengths[row].tolist())
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.uint8)

    def bits(self, place: int, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
        """See ``Kept``."""
        row, plane = self._plane(place)
        spots = self.spots(rows, row)
        return ((plane[spots.block, spots.word] >> spots.bit) & np.uint64(1)).astype(np.uint32)

    def spots(self, rows: NDArray[np.int64], row: Row) -> Spots:
        """Where some rows stand."""
        if len(self.blocks) <= 1:
            block, within = np.zeros(len(rows), np.int64), rows
        else:
            ends = np.cumsum(self.lengths[row])
            block = np.searchsorted(ends, rows, side="right")
            within = rows - (ends - self.lengths[row])[block]
        return Spots(block, within >> 6, (within & 63).astype(np.uint64))

    def count(self, place: int) -> int:
        """See ``Kept``."""
        return int(np.bitwise_count(self._plane(place)[1]).sum(dtype=np.int64))


class FilledKept:
    """Planes in persons' rows throughout (blocks, slots, words): a household's bit is repeated for each member. Every household
    has a member.
    """

    def __init__(
        self,
        blocks: list[Block],
        slots: dict[int, tuple[Row, int]],
        persons: dict[int, tuple[Row, int]],
        planes: Words,
        starts: NDArray[np.int64],
    ) -> None:
        self.slots, self.starts = slots, starts
        self.persons = BlocksKept(blocks, persons, planes, planes)

    def rows(self, place: int) -> NDArray[np.uint8]:
        """See ``Kept``."""
        held = self.persons.rows(place)
        return held if self.slots[place][0] == "P" else held[self.starts[:-1]]

    def bits(self, place: int, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
        """See ``Kept``."""
        return self.persons.bits(place, rows if self.slots[place][0] == "P" else self.starts[rows])

    def count(self, place: int) -> int:
        """See ``Kept``."""
        if self.slots[place][0] == "P":
            return self.persons.count(place)
        planes, slot = self.persons.planes["P"], self.slots[place][1]
        return int(np.bitwise_count(planes[:, slot] & self.first).sum(dtype=np.int64))

    @cached_property
    def first(self) -> Words:
        """(blocks, words): the first member of each household."""
        held = np.zeros(self.persons.planes["P"].shape[::2], np.uint64)
        spots = self.persons.spots(self.starts[:-1], "P")
        np.bitwise_or.at(held, (spots.block, spots.word), np.uint64(1) << spots.bit)
        return held


class JoinedKept:
    """Households with members and households without, which were run apart. ``peopled``: whether a household has members."""

    def __init__(self, peopled: NDArray[np.bool_], some: Kept, others: Kept, outputs: dict[int, Row]) -> None:
        self.peopled, self.some, self.others, self.outputs = peopled, some, others, outputs

    def rows(self, place: int) -> NDArray[np.uint8]:
        """See ``Kept``."""
        if self.outputs[place] == "P":
            return self.some.rows(place)
        held = np.zeros(len(self.peopled), np.uint8)
        held[self.peopled], held[~self.peopled] = self.some.rows(place), self.others.rows(place)
        return held

    def bits(self, place: int, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
        """See ``Kept``."""
        if self.outputs[place] == "P":
            return self.some.bits(place, rows)
        return self.rows(place)[rows].astype(np.uint32)

    def count(self, place: int) -> int:
        """See ``Kept``."""
        more = 0 if self.outputs[place] == "P" else self.others.count(place)
        return self.some.count(place) + more
