"""Persons and households as columns: what a program runs over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lianglin.engines.eligibility.vocabulary import Fact, Level, Vocabulary

WHOLE = "bhilq?"
"""Types that a column may have, as NumPy calls them."""


@dataclass(frozen=True)
class Column:
    """One fact: ``values`` (int64 numbers and days, int8/int16 places of codes, bool flags) and ``known``.

    Where ``known`` is False the value is 0 and means nothing.
    """

    values: NDArray[np.generic]
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Population:
    """Households with their members, members of one household standing together, in the households' order.

    ``starts``: int64 (households + 1), the first member of each household and the end. ``areas``: int32 per household,
    places in ``area_codes``. Columns by the facts' ``column`` names; a column that is absent is unknown for everybody.
    ``person_ids`` and ``household_ids``: int64.
    """

    person_ids: NDArray[np.int64]
    household_ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    areas: NDArray[np.int32]
    area_codes: tuple[str, ...]
    persons: Mapping[str, Column]
    households: Mapping[str, Column]

    @classmethod
    def of(
        cls,
        persons: pa.Table | pa.RecordBatch,
        households: pa.Table | pa.RecordBatch,
        vocabulary: Vocabulary,
    ) -> Population:
        """From Arrow. ``persons``: ``person_id``, ``household_id`` and facts; ``households``: ``household_id``, ``area``
        (string) and facts; both in the same order of households, members standing together. Null is unknown.

        Arrow types: number int64 (already times 10**scale) or decimal (money: yuan); date date32; flag bool; code string (plain or
        dictionary) or the code's place (int). ValueError says which column is wrong, and why.
        """
        household_ids, home = _ids(households, "household_id"), _ids(persons, "household_id")
        area = _plain(households, "area").cast(pa.string()).fill_null("").dictionary_encode()
        return cls(
            person_ids=_ids(persons, "person_id"),
            household_ids=household_ids,
            starts=_starts(household_ids, home),
            areas=_numbers(area.indices, np.int32),
            area_codes=tuple(area.dictionary.to_pylist()),
            persons=_columns(persons, vocabulary, "person"),
            households=_columns(households, vocabulary, "household"),
        )

    def _areas_fit(self) -> bool:
        if len(self.areas) == 1:  # asked for every household whose fact changed
            return 0 <= int(self.areas[0]) < len(self.area_codes)
        return 0 <= int(self.areas.min()) <= int(self.areas.max()) < len(self.area_codes)

    def check(self) -> None:
        """ValueError when columns are not of one length, or of a type that a fact cannot have."""
        households = len(self.household_ids)
        if len(self.starts) != households + 1 or len(self.areas) != households:
            raise ValueError("“starts” needs one entry more than there are households, “areas” as many.")
        if int(self.starts[0]) != 0 or int(self.starts[-1]) != len(self.person_ids):
            raise ValueError("“starts” must begin with 0 and end with the number of persons.")
        if households > 1 and not (self.starts[1:] >= self.starts[:-1]).all():
            raise ValueError("“starts” must not go back.")
        if households and not self._areas_fit():
            raise ValueError("“areas” must be places in “area_codes”.")
        for columns, rows in ((self.persons, len(self.person_ids)), (self.households, households)):
            for name, column in columns.items():
                values, known = column.values, column.known
                if len(values) != rows or len(known) != rows:
                    raise ValueError(f"“{name}” has {len(values)} values for {rows} rows.")
                if values.dtype.char not in WHOLE or known.dtype.char != "?":
                    raise ValueError(
                        f"“{name}” must hold whole numbers, days, places of codes or flags, and where they are known:"
                        f" not {values.dtype} and {known.dtype}."
                    )


def _plain(table: pa.Table | pa.RecordBatch, name: str) -> Any:
    if name not in table.schema.names:
        raise ValueError(f"There is no column “{name}”.")
    column = table.column(name)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _ids(table: pa.Table | pa.RecordBatch, name: str) -> NDArray[np.int64]:
    column = _plain(table, name)
    if not pa.types.is_integer(column.type) or column.null_count:
        raise ValueError(f"“{name}” must be a whole number in each row: it is {column.type}.")
    return _numbers(column, np.int64)


def _numbers(array: Any, kind: type) -> NDArray[Any]:
    return array.to_numpy(zero_copy_only=False).astype(kind, copy=False)


def _starts(household_ids: NDArray[np.int64], home: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each household's members begin, from the household of each person."""
    first = np.flatnonzero(np.diff(home, prepend=home[:1] - 1)) if len(home) else np.zeros(0, np.int64)
    some = home[first]
    order = np.argsort(household_ids, kind="stable")
    sorted_ids = household_ids[order]
    if len(sorted_ids) > 1 and (sorted_ids[1:] == sorted_ids[:-1]).any():
        raise ValueError("“household_id”: a household is there twice.")
    at = np.minimum(np.searchsorted(sorted_ids, some), max(len(sorted_ids) - 1, 0))
    if len(some) and (not len(sorted_ids) or (sorted_ids[at] != some).any()):
        raise ValueError("“household_id”: a person's household is not among the households.")
    places = order[at] if len(some) else at
    if (np.diff(places) <= 0).any():
        raise ValueError("Members of a household must stand together, in the households' order.")
    sizes = np.zeros(len(household_ids), np.int64)
    sizes[places] = np.diff(first, append=len(home))
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])


def _columns(table: pa.Table | pa.RecordBatch, vocabulary: Vocabulary, level: Level) -> dict[str, Column]:
    made: dict[str, Column] = {}
    for fact in {fact.column: fact for fact in vocabulary.facts.values() if fact.level == level}.values():
        if fact.column in table.schema.names:
            column = _plain(table, fact.column)
            try:
                made[fact.column] = _column(fact, column)
            except (pa.ArrowException, OverflowError) as error:
                raise ValueError(f"“{fact.column}” ({fact.name}): {error}") from error
    return made


def _column(fact: Fact, array: Any) -> Column:
    known = _numbers(array.is_valid(), np.bool_)
    kind = array.type
    if pa.types.is_null(kind):
        return Column(np.zeros(len(array), np.int64 if fact.kind == "number" else np.int8), known)
    if fact.kind == "flag" and pa.types.is_boolean(kind):
        return Column(_numbers(array.fill_null(False), np.bool_), known)
    if fact.kind == "date" and pa.types.is_date32(kind):
        return Column(_numbers(array.cast(pa.int32()).fill_null(0), np.int32), known)
    if fact.kind == "number" and pa.types.is_integer(kind):
        return Column(_numbers(array.cast(pa.int64()).fill_null(0), np.int64), known)
    if fact.kind == "number" and pa.types.is_decimal(kind):
        return Column(_scaled(fact, array), known)
    if fact.kind == "code":
        return _places(fact, array, known)
    raise ValueError(f"“{fact.column}” ({fact.name}) is a {fact.kind}: a column of {kind} cannot hold it.")


def _scaled(fact: Fact, array: Any) -> NDArray[np.int64]:
    """A decimal (money: yuan) times 10**scale (money: fen), to the last place: what has more places is refused."""
    scale = 2 if fact.money else fact.scale
    exact = array.cast(pa.decimal256(40, max(scale, array.type.scale)))
    times = pa.scalar(Decimal(10**scale), pa.decimal256(scale + 1, 0))
    return _numbers(pc.multiply(exact, times).cast(pa.int64()).fill_null(0), np.int64)


def _places(fact: Fact, array: Any, known: NDArray[np.bool_]) -> Column:
    number = len(fact.values)
    small = np.int8 if number < 128 else np.int16
    if pa.types.is_integer(array.type):
        places = _numbers(array.cast(pa.int64()).fill_null(0), np.int64)
        if len(places) and (places.min() < 0 or (number and places.max() >= number)):
            raise ValueError(f"“{fact.column}” ({fact.name}): places lie between 0 and {number - 1}.")
        return Column(places.astype(small if number else np.int16), known)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        raise ValueError(f"“{fact.column}” ({fact.name}) is a code: a column of {array.type} cannot hold it.")
    found = pc.index_in(array, value_set=pa.array(list(fact.values), array.type))
    strange = pc.and_(array.is_valid(), found.is_null())
    if pc.any(strange).as_py():
        word = array.filter(strange)[0].as_py()
        raise ValueError(f"“{fact.column}” ({fact.name}): “{word}” is not in its list.")
    return Column(_numbers(found.fill_null(0), np.int64).astype(small), known)
