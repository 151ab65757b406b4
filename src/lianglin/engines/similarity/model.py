"""A fitted model: reader and weighing together, versioned, kept as .npy files that all workers map into memory.

A version is the digest of its arrays, so equal fits have equal names and a damaged file is found out. A new model takes
the old one's place only if it is not worse on texts that neither was fitted on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from lianglin.engines.similarity.pairs import FEATURES, Weighing
from lianglin.engines.similarity.reading import Reader

FORMAT = 2
WORSE_BY = 0.005
"""A new model may be worse by so much on any figure: what chance does to a held-out part."""


class Damaged(ValueError):
    """A folder that holds no whole model of this version of the engine."""


@dataclass(frozen=True)
class Model:
    """Everything a comparison needs. ``codes`` names the items in the order of all arrays of items."""

    reader: Reader
    weighing: Weighing
    codes: tuple[str, ...]
    class_of: np.ndarray
    """Shape (items,): the number of each item's class."""
    figures: dict[str, float]
    """How good it was on the held-out part."""
    version: str = ""

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The place of each item, by its code, in all arrays of items."""
        return {code: number for number, code in enumerate(self.codes)}


def save(model: Model, folder: Path) -> Model:
    """Writes a model into ``folder``/its version; the whole folder appears at once. Returns it with its version."""
    arrays = _arrays(model)
    told = {
        "format": FORMAT,
        "codes": list(model.codes),
        "features": list(FEATURES),
        "temperature": model.reader.temperature,
        "trust": model.reader.trust,
        "again_bias": model.reader.again_bias,
        "bias": model.weighing.bias,
        "figures": model.figures,
        "arrays": {name: _digest(array) for name, array in arrays.items()},
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    whole = folder / version
    if not whole.exists():
        part = folder / f".{version}.{os.getpid()}"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, array in arrays.items():
            np.save(part / f"{name}.npy", array, allow_pickle=False)
        (part / "model.json").write_text(text, encoding="utf-8")
        part.rename(whole)
    return load(folder, version)


def load(folder: Path, version: str, *, whole: bool = False) -> Model:
    """Maps a version into memory. ``whole``: reads everything and compares digests (some 50 ms).

    Raises Damaged when a file is missing, of another format, or not what it was.
    """
    try:
        text = (folder / version / "model.json").read_text(encoding="utf-8")
        told: dict[str, Any] = json.loads(text)
        arrays = {
            name: np.asarray(np.load(folder / version / f"{name}.npy", mmap_mode="r", allow_pickle=False))
            for name in told["arrays"]
        }
    except (OSError, ValueError, KeyError) as error:
        raise Damaged(f"{folder / version} holds no whole model: {error}. Fit it anew.") from error
    if told.get("format") != FORMAT or told.get("features") != list(FEATURES):
        raise Damaged(f"{folder / version} was made by another version of the engine. Fit it anew.")
    if whole and (
        hashlib.sha256(text.encode()).hexdigest()[:16] != version
        or any(_digest(array) != told["arrays"][name] for name, array in arrays.items())
    ):
        raise Damaged(f"{folder / version} is not what was fitted. Fit it anew.")
    reader = Reader(
        idf=arrays["idf"], row=arrays["row"], weight=arrays["weight"], bias=arrays["item_bias"], common=arrays["common"],
        again=arrays["again"], again_bias=told["again_bias"], temperature=told["temperature"], trust=told["trust"],
    )  # fmt: skip
    weighing = Weighing(np.array(arrays["pair_weight"]), told["bias"], np.array(arrays["reach"]))
    return Model(
        reader, weighing, tuple(told["codes"]), np.array(arrays["class_of"]), dict(told["figures"]), version
    )


def not_worse(new: dict[str, float], old: dict[str, float]) -> bool:
    """Whether a new model may replace an old one: on every figure both have (higher is better), by WORSE_BY at most."""
    return all(new[name] >= old[name] - WORSE_BY for name in new.keys() & old.keys())


def _arrays(model: Model) -> dict[str, np.ndarray]:
    reader, weighing = model.reader, model.weighing
    return {
        "idf": np.asarray(reader.idf, np.float32),
        "row": np.asarray(reader.row, np.int32),
        "weight": np.asarray(reader.weight, np.float32),
        "item_bias": np.asarray(reader.bias, np.float32),
        "common": np.asarray(reader.common, bool),
        "again": np.asarray(reader.again, np.float32),
        "pair_weight": np.asarray(weighing.weight, np.float64),
        "reach": np.asarray(weighing.reach, np.float64),
        "class_of": np.asarray(model.class_of, np.int64),
    }


def _digest(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
