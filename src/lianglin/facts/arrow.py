"""The whole city's facts as Arrow columns, for engines: what holds on a day, district by district, in bounded memory."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from lianglin.access.actor import Actor
from lianglin.facts import queries, registry
from lianglin.facts.models import Conflict, DataElement

_TYPES = {
    "number": pa.float64(),
    "date": pa.date32(),
    "flag": pa.bool_(),
    "code": pa.dictionary(pa.int32(), pa.string()),
    "text": pa.string(),
}
_READ = {
    "subject_id": pa.int64(),
    "element_id": pa.int32(),
    "value": pa.string(),
    "valid_from": pa.int32(),
    "recorded": pa.int64(),
    "id": pa.int64(),
    "steward": pa.int8(),
    "source": pa.string(),
    "lives": pa.int8(),
}


def read_city(
    elements: Sequence[str], *, actor: Actor, valid_on: date, known_at: datetime
) -> Iterator[tuple[str, pa.Table]]:
    """(district, table) for each partition with rows: ``subject_id`` and a typed column per element.

    The elements share one object class (ValueError otherwise). Numbers are float64 (fen stay whole below 2^53),
    dates date32, flags bool, codes dictionary-encoded strings; null where nothing is known or sources' word was
    taken back. The actor's scope holds in PostgreSQL as everywhere.
    """
    wanted = [registry.elements()[code] for code in elements]
    if len({element.object_class for element in wanted}) != 1:
        raise ValueError("The elements belong to different object classes: ask for each class by itself.")
    decided = _decisions(wanted, actor)
    for district in queries.districts():
        if actor.low > f"{district}~" or actor.high <= district:
            continue
        raw = _copy(wanted, district, valid_on, known_at)
        if raw.num_rows:
            yield district, _pivot(raw, wanted, decided)


def _copy(wanted: Sequence[DataElement], district: str, valid_on: date, known_at: datetime) -> pa.Table:
    buffer = io.BytesIO()
    buffer.write((",".join(_READ) + "\n").encode())
    for block in queries.copy_facts(
        [e.pk for e in wanted], wanted[0].object_class, district, valid_on, known_at
    ):
        buffer.write(block)
    buffer.seek(0)
    convert = pa_csv.ConvertOptions(column_types=_READ, strings_can_be_null=False)
    return pa_csv.read_csv(buffer, convert_options=convert)


def _pivot(raw: pa.Table, wanted: Sequence[DataElement], decided: dict[tuple[int, int], str]) -> pa.Table:
    """One row per subject: the record that counts of each element (rules.as_of and rules.settle, for many)."""
    columns: dict[str, NDArray[Any]] = {
        name: raw[name].to_numpy()
        for name in ("subject_id", "element_id", "valid_from", "recorded", "id", "steward", "lives")
    }
    source = raw["source"].combine_chunks().dictionary_encode()
    names, codes = source.dictionary.to_pylist(), source.indices.to_numpy()
    rows = _last_words(columns, codes)
    rank = _ranks(columns, codes, rows, names, decided)
    subject, element = columns["subject_id"][rows], columns["element_id"][rows]
    order = np.lexsort((rank[2], rank[1], rank[0], subject, element))
    rows, subject, element = rows[order], subject[order], element[order]
    last = (
        np.append((subject[1:] != subject[:-1]) | (element[1:] != element[:-1]), True)
        if len(rows)
        else rows.astype(bool)
    )
    rows, subject, element = rows[last], subject[last], element[last]
    subjects = np.unique(subject)
    made: dict[str, Any] = {"subject_id": pa.array(subjects)}
    values = raw["value"].combine_chunks()
    for wish in wanted:
        mine = element == wish.pk
        place = np.full(len(subjects), -1, dtype=np.int64)
        place[np.searchsorted(subjects, subject[mine])] = rows[mine]
        made[wish.code] = _typed(values.take(pa.array(place, mask=place < 0)), wish.kind)
    return pa.table(made)


def _last_words(columns: dict[str, NDArray[Any]], codes: NDArray[Any]) -> NDArray[Any]:
    """Rows that are the last word of their source for their day, and live; then each source's latest day."""
    keys = (columns["subject_id"], columns["element_id"], codes, columns["valid_from"])
    order = np.lexsort((columns["id"], columns["recorded"], *reversed(keys)))
    differs = np.zeros(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        sorted_key = key[order]
        differs |= sorted_key[1:] != sorted_key[:-1]
    kept = order[np.append(differs, True)] if len(order) else order
    kept = kept[columns["lives"][kept] == 1]
    differs = np.zeros(max(len(kept) - 1, 0), dtype=bool)
    for key in keys[:3]:
        differs |= key[kept][1:] != key[kept][:-1]
    return kept[np.append(differs, True)] if len(kept) else kept


def _ranks(
    columns: dict[str, NDArray[Any]],
    codes: NDArray[Any],
    rows: NDArray[Any],
    names: list[str],
    decided: dict[tuple[int, int], str],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """What decides between sources, the greatest wins: a person's choice, the steward, the latest day."""
    first = columns["steward"][rows].astype(np.int64)
    if decided:
        for place, row in enumerate(rows.tolist()):
            key = (int(columns["subject_id"][row]), int(columns["element_id"][row]))
            if decided.get(key) == names[codes[row]]:
                first[place] = 2
    return first, columns["valid_from"][rows].astype(np.int64), columns["recorded"][rows]


def _typed(values: pa.Array, kind: str) -> pa.Array:
    if kind == "flag":
        return pa.compute.equal(values, "1")
    if kind == "code":
        return values.dictionary_encode()
    return values.cast(_TYPES[kind])


def _decisions(wanted: Sequence[DataElement], actor: Actor) -> dict[tuple[int, int], str]:
    """Which source counts where a person decided and nobody has said anything new since."""
    rows = Conflict.objects.visible_to(actor, purpose=queries.purpose_of(actor)).filter(
        state=Conflict.State.DECIDED, element__in=wanted
    )
    return {(c.subject_id, c.element_id): c.chosen_source for c in rows if c.chosen_source}
