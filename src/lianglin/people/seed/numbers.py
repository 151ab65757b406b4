"""Sample ID numbers and phones: well-formed, unique, and given to nobody real."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianglin.people.seed.draws import Days, Ints, uniform
from lianglin.people.seed.tables import sample_ranges

_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), dtype=np.int32)
_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
_ORDERS = 500
"""Order numbers a county has per birthday and sex (GB 11643: three digits, the last odd for men)."""
_EPOCH = np.datetime64("1850-01-01", "D")


class Registrar:
    """Hands out order numbers: each (birthday, sex) counts on, so that no number is given twice in a city."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._given = np.zeros((1 << 17, 2), dtype=np.uint16)

    def id_numbers(self, born_on: Days, sex: Ints) -> NDArray[np.bytes_]:
        """ID numbers (S18) in the sample county, sex 1 or 2; ValueError when a birthday is full.

        500 a birthday and sex hold some 15 million people of a usual pyramid.
        """
        key = (born_on - _EPOCH).astype(np.int64) * 2 + (sex == 2)
        count = self._given.reshape(-1)[key] + _rank_among_equals(key)
        if len(count) and count.max() >= _ORDERS:
            raise ValueError(
                f"More than {_ORDERS} sample people of one sex share a birthday, so their ID numbers run out. "
                "Load fewer residents."
            )
        np.add.at(self._given.reshape(-1), key, 1)
        shift = (uniform(self._seed, 90, key) * _ORDERS).astype(np.int64)
        order = (count * 287 + shift) % _ORDERS  # 287 and 500 share no divisor: each order once
        return _write(born_on, order * 2 + (sex == 1))


def _rank_among_equals(key: Ints) -> Ints:
    """For each entry how many equal ones stand before it."""
    sorting = np.argsort(key, kind="stable")
    ordered = key[sorting]
    starts = (
        np.nonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))[0] if len(key) else np.zeros(0, int)
    )
    lengths = np.diff(np.append(starts, len(key)))
    rank = np.empty(len(key), dtype=np.int64)
    rank[sorting] = np.arange(len(key)) - np.repeat(starts, lengths)
    return rank


def _digits(number: Ints, places: int) -> NDArray[np.uint8]:
    powers = 10 ** np.arange(places - 1, -1, -1)
    return (number[:, None] // powers % 10).astype(np.uint8)


def _write(born_on: Days, order: Ints) -> NDArray[np.bytes_]:
    month = born_on.astype("datetime64[M]")
    year = month.astype("datetime64[Y]").astype(np.int64) + 1970
    day = (born_on - month).astype(np.int64) + 1
    date = year * 10000 + (month.astype(np.int64) % 12 + 1) * 100 + day
    text = np.empty((len(order), 18), dtype=np.uint8)
    text[:, :6] = np.frombuffer(sample_ranges()[0].encode(), dtype=np.uint8) - 48
    text[:, 6:14] = _digits(date, 8)
    text[:, 14:17] = _digits(order, 3)
    check = _CHECK[text[:, :17].astype(np.int32) @ _WEIGHTS % 11]
    text[:, :17] += 48
    text[:, 17] = check
    return text.reshape(-1).view("S18")


def phones(seed: int, serial: Ints) -> NDArray[np.bytes_]:
    """Phones (S11) in the sample prefix, one per serial number below 100,000,000; never the same twice.

    A four-round Feistel network on two halves of four digits: a bijection, so nothing need be remembered.
    """
    left, right = serial // 10_000, serial % 10_000
    for turn in range(4):
        left, right = right, (left + (uniform(seed, 80 + turn, right) * 10_000).astype(np.int64)) % 10_000
    text = np.empty((len(serial), 11), dtype=np.uint8)
    text[:, :3] = np.frombuffer(sample_ranges()[1].encode(), dtype=np.uint8)
    text[:, 3:] = _digits(left * 10_000 + right, 8) + 48
    return text.reshape(-1).view("S11")
