"""What a model is fitted on: the city's own appeals whose item people have settled, and what they joined.

Imported by the background alone: it brings NumPy and SciPy into the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from django.db import connection

from lianglin.access.actor import Actor
from lianglin.appeals.models import ItemAdvice
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.comparing import days_of, meanings
from lianglin.engines import similarity

MOST = 60_000
"""The latest so many appeals."""
ENOUGH_TEXTS = 5_000
"""With fewer of the city's own, sample reports are added."""


class Sample(Protocol):
    """Sample reports, as seed.sample_reports makes them."""

    texts: list[str]
    codes: list[str]
    item: np.ndarray
    chosen: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    community: np.ndarray
    building: np.ndarray
    person: np.ndarray
    at: np.ndarray
    matter: np.ndarray


@dataclass(frozen=True)
class Taught:
    """A history with the catalogue it speaks of, and the counts that are shown beside the model."""

    history: similarity.History
    codes: tuple[str, ...]
    names: tuple[str, ...]
    """What the catalogue calls each item and its class."""
    class_of: np.ndarray
    reach: np.ndarray
    own: int
    joined: int
    corrections: int

    @property
    def thin(self) -> bool:
        """Whether sample reports are needed beside it."""
        return self.own < ENOUGH_TEXTS


def own_history(actor: Actor) -> Taught:
    """The city's own appeals, the latest first; those whose suggested item somebody corrected in any case."""
    actor.require("system")
    known = list(catalogue.choices().by_code.values())
    codes = tuple(item.code for item in known)
    number = {code: n for n, code in enumerate(codes)}
    kinds = {code: n for n, code in enumerate(sorted({item.category.code for item in known}))}
    rows = [row for row in _rows() if row[2] in number]
    history = similarity.History(
        bags=similarity.joined([bytes(row[1]) for row in rows]),
        item=_ints([number[row[2]] for row in rows]),
        chosen=_ints([number.get(row[3], similarity.UNKNOWN) for row in rows]),
        lon=_floats([row[4] for row in rows]),
        lat=_floats([row[5] for row in rows]),
        community=_ints([int(row[6]) for row in rows]),
        building=_ints([similarity.NOWHERE if row[7] is None else row[7] for row in rows]),
        person=_ints([row[8] or similarity.NOBODY for row in rows]),
        at=_floats([days_of(row[9]) for row in rows]),
        matter=_matters([row[0] for row in rows], [row[10] for row in rows]),
        meaning=meanings([None if row[11] is None else bytes(row[11]) for row in rows]),
    )
    return Taught(
        history,
        codes,
        tuple(f"{item.name} {item.category.name}" for item in known),
        _ints([kinds[item.category.code] for item in known]),
        _floats([float(item.duplicate_radius_m) for item in known]),
        own=len(rows),
        joined=int((history.matter >= 0).sum()),
        corrections=ItemAdvice.objects.filter(followed=False).count(),
    )


def _rows() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.case_id, s.grams, i.code, coalesce(h.code, ''), s.lon, s.lat, s.scope_code, s.building_id, s.person, "
            "s.opened_at, c.parent_id, s.meaning from ("
            "(select case_id from appeals_similarityrow order by opened_at desc limit %s) "
            "union (select case_id from appeals_itemadvice where not followed order by case_id desc limit %s)) asked "
            "join appeals_similarityrow s on s.case_id = asked.case_id join appeals_appeal a on a.case_id = s.case_id "
            "join cases_case c on c.id = s.case_id join appeals_item i on i.id = a.item_id "
            "left join appeals_item h on h.id = s.chosen_id where c.state <> 'received' order by s.opened_at",
            [MOST, MOST // 4],
        )
        return cursor.fetchall()


def _ints(values: Sequence[int]) -> np.ndarray:
    return np.array(values, np.int64)


def _floats(values: Sequence[float | None]) -> np.ndarray:
    return np.array([float("nan") if value is None else value for value in values], np.float64)


def _matters(ids: Sequence[int], parents: Sequence[int | None]) -> np.ndarray:
    """A number for those that people joined: the earlier appeal's; -1 for what was joined with none."""
    leading = {parent for parent in parents if parent is not None}
    roots = [
        parent if parent is not None else one if one in leading else -1
        for one, parent in zip(ids, parents, strict=True)
    ]
    found = {root: n for n, root in enumerate(dict.fromkeys(root for root in roots if root >= 0))}
    return _ints([found.get(root, -1) for root in roots])


def together(taught: Taught, sample: similarity.History) -> similarity.History:
    """The city's own appeals and sample reports behind them, which lie in communities of their own."""
    own = taught.history

    def apart(name: str) -> np.ndarray:
        """Numbers that are nobody's among the city's own; what is unknown stays so."""
        mine, column = getattr(own, name), getattr(sample, name)
        first = (int(mine.max()) if len(mine) else 0) + 1
        return np.where(column > 0, column + first, np.minimum(column, 0))

    shift = float(own.at.max()) - float(sample.at.max()) if len(own) and len(sample) else 0.0
    first = int(own.matter.max()) + 1 if len(own) else 0
    both = {name: getattr(sample, name) for name in ("item", "chosen", "lon", "lat")}
    both |= {name: apart(name) for name in ("community", "building", "person")}
    both |= {"at": sample.at + shift, "matter": np.where(sample.matter < 0, -1, sample.matter + first)}
    merged = {name: np.concatenate([getattr(own, name), column]) for name, column in both.items()}
    bags = own.bags.followed_by(sample.bags)
    meaning = None
    if own.meaning is not None:
        meaning = np.concatenate([own.meaning, np.zeros((len(sample), own.meaning.shape[1]), np.float32)])
    return similarity.History(bags=bags, meaning=meaning, **merged)


def sample_alone(taught: Taught, sample: Sample) -> similarity.History:
    """Sample reports in the numbers of the city's catalogue; those of items that it does not have are left out."""
    known = {code: n for n, code in enumerate(taught.codes)}
    number = np.array([known.get(code, similarity.UNKNOWN) for code in sample.codes])
    kept = np.nonzero(number[sample.item] >= 0)[0]
    chosen = sample.chosen[kept]
    return similarity.History(
        bags=similarity.bags([sample.texts[k] for k in kept.tolist()]),
        item=number[sample.item[kept]],
        chosen=np.where(chosen < 0, similarity.UNKNOWN, number[np.maximum(chosen, 0)]),
        lon=sample.lon[kept],
        lat=sample.lat[kept],
        community=sample.community[kept] + 1,
        building=sample.building[kept],
        person=sample.person[kept],
        at=sample.at[kept],
        matter=sample.matter[kept],
        meaning=None,
    )
