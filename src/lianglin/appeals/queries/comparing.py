"""The engine at work: one report compared with some earlier ones, what a text reads as, and the model in force.

Imported only where something is compared: it brings NumPy and SciPy into the process (some 40 MB for the import, 100
with the model, measured in
docs/decisions/0021). The model's arrays are mapped from a file that all processes of a machine share.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from lianglin.appeals.models import Item
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.alike import Asked, Near
from lianglin.appeals.queries.model_files import encoder_mark, folder, version_in_force
from lianglin.engines import similarity
from lianglin.kit import clock

_log = logging.getLogger(__name__)
_DAY = 86_400.0


@dataclass(frozen=True)
class Alike:
    """An earlier appeal that is likely of the same matter, with what made it seem so."""

    near: Near
    chance: float
    strong: bool
    words: tuple[str, ...]
    """Words of the asking text that the other shares, without politeness and filling."""
    metres: float | None
    days: float
    reads_as: Item | None
    """The item that both read as, where they agree."""
    same_person: bool


@dataclass(frozen=True)
class Suggested:
    """An item that a text may be about."""

    item: Item
    chance: float
    words: tuple[str, ...]

    @property
    def percent(self) -> int:
        """The chance in hundredths."""
        return round(100 * self.chance)


_held: dict[str, similarity.Model] = {}


def current() -> similarity.Model | None:
    """The model in force, mapped once a process; None where none is, or its file is not on this machine."""
    return of_version(version_in_force())


def of_version(version: str) -> similarity.Model | None:
    """A model by its version; None, and a line in the log, where its file is missing or damaged."""
    if not version:
        return None
    if version not in _held:
        try:
            model = similarity.load(folder(), version)
        except similarity.Damaged as error:
            _log.warning("similarity model %s: %s", version, error)
            return None
        _held.clear()  # one at a time: what was in force before is not needed again
        _held[version] = model
    return _held[version]


def forget() -> None:
    """Lets go of the model that is mapped."""
    _held.clear()


def number_of(model: similarity.Model, item_id: int | None) -> int:
    """The place of an item in the model's arrays; UNKNOWN for one that it does not know."""
    return numbers_of(model, [item_id])[0]


def numbers_of(model: similarity.Model, item_ids: Sequence[int | None]) -> list[int]:
    """The same of several items."""
    known, number = catalogue.choices().by_id, model.number_of
    items = [known.get(pk) if pk else None for pk in item_ids]
    return [
        similarity.UNKNOWN if item is None else number.get(item.code, similarity.UNKNOWN) for item in items
    ]


@dataclass(frozen=True)
class Question:
    """What is asked, read by the model once."""

    asked: Asked
    """Asked also of the class that its text reads as."""
    mine: similarity.Reports


def question(model: similarity.Model, asked: Asked) -> Question:
    """Reads what is asked."""
    mine = _reports(model, [_as_near(asked)], similarity.bags([asked.text]))
    known = catalogue.item_of(model.codes[int(np.argmax(mine.reads[0]))]) if mine.covered[0] > 0 else None
    kinds = {*asked.kinds, *([known.category.code] if known else [])}
    return Question(replace(asked, kinds=tuple(sorted(kinds))), mine)


def compare(
    model: similarity.Model, question: Question, others: Sequence[Near], *, most: int = 5
) -> list[Alike]:
    """Those of some earlier appeals that are likely of the same matter, the likeliest first."""
    if not others:
        return []
    theirs = _reports(model, others, similarity.joined([one.grams for one in others]))
    rows = np.arange(len(others))
    found = similarity.matches(model, question.asked.text, question.mine, theirs, rows, most=most)
    return [_alike(model, match, others[match.row]) for match in found]


def _alike(model: similarity.Model, match: similarity.Match, near: Near) -> Alike:
    item = catalogue.item_of(model.codes[match.reads_as]) if match.reads_as is not None else None
    return Alike(
        near, match.chance, match.strong, match.shared, match.metres, match.days, item, match.same_person
    )


def _as_near(asked: Asked) -> Near:
    return Near(
        0, asked.item_id, asked.lon, asked.lat, asked.scope_code, asked.building_id, asked.person,
        asked.at or clock.now(), b"", asked.meaning,
    )  # fmt: skip


def _reports(model: similarity.Model, near: Sequence[Near], texts: similarity.Bags) -> similarity.Reports:
    unknown = float("nan")
    return similarity.reported(
        model,
        item=np.array(numbers_of(model, [one.chosen_id for one in near])),
        lon=np.array([unknown if one.lon is None else one.lon for one in near]),
        lat=np.array([unknown if one.lat is None else one.lat for one in near]),
        community=np.array([int(one.scope_code or 0) for one in near]),
        building=np.array(
            [similarity.NOWHERE if one.building_id is None else one.building_id for one in near]
        ),
        person=np.array([one.person or similarity.NOBODY for one in near]),
        at=np.array([days_of(one.opened_at) for one in near]),
        bags=texts,
        meaning=meanings([one.meaning for one in near]),
    )


def days_of(at: datetime) -> float:
    """An instant as days."""
    return at.timestamp() / _DAY


def meanings(kept: Sequence[bytes | None]) -> np.ndarray | None:
    """Rows of the encoder that is set; zeros where it has not been yet, None where nothing is by it."""
    mark = encoder_mark()
    own = [one[len(mark) :] if mark and one and one.startswith(mark) else b"" for one in kept]
    width = max(map(len, own), default=0)
    if not width:
        return None
    rows = b"".join(one if len(one) == width else bytes(width) for one in own)
    return np.frombuffer(rows, "<f2").reshape(len(own), -1).astype(np.float32)


def suggest(
    model: similarity.Model, text: str, *, chosen: Item | None = None, most: int = 3
) -> list[Suggested]:
    """What a text reads as, the likeliest first, each with the words that speak for it; of the catalogue in force."""
    number = number_of(model, chosen.pk if chosen else None)
    found = []
    for reading in similarity.suggest(model, text, chosen=number, most=most):
        if item := catalogue.item_of(model.codes[reading.item]):
            found.append(Suggested(item, reading.chance, reading.words))
    return found


def read_classes(model: similarity.Model, near: Sequence[tuple[bytes, int | None]]) -> list[str]:
    """The code of the class that each of some texts (grams, item chosen) reads as; "" outside the catalogue."""
    texts = similarity.joined([grams for grams, _item in near])
    chosen = np.array(numbers_of(model, [item for _grams, item in near]))
    reads, _covered, _again = similarity.read(model, texts, chosen)
    codes = [catalogue.item_of(code) for code in model.codes]
    return [item.category.code if (item := codes[k]) else "" for k in np.argmax(reads, axis=1).tolist()]
