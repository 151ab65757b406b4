"""The night's work on similar appeals: rows that are missing, a fitted model, every open row read by it.

Imported by the background alone. Each step is a transaction of its own, so that nothing is held for long and a
worker that is killed loses little.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import similarity_models
from lianglin.appeals.actions.similarity_models import Fitted
from lianglin.appeals.actions.similarity_rows import BATCH, make_missing
from lianglin.appeals.models import SimilarityModel, SimilarityRow
from lianglin.appeals.queries import comparing, taught, unread
from lianglin.appeals.queries.model_files import encoder_digest, folder
from lianglin.engines import similarity

SEED = 20
"""The same communities are held out every night, so that figures can be compared."""
TAUGHT, CHECKED = 20, 21
"""The seeds of the sample reports that teach, and of those that no model ever sees and that measure."""
KEPT_FILES = 12
"""Versions whose files stay, besides the one in force: one can go back to them."""
_log = logging.getLogger(__name__)


def make_all_missing(*, seconds: float) -> int:
    """Makes rows for the appeals that have none, newest first, at most so long; how many."""
    until, made = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with acting(job()) as by:
            some = make_missing(by=by)
        made += some
        if some < BATCH:
            break
    return made


def fit(*, sample: Callable[[int], taught.Sample]) -> SimilarityModel | None:
    """Fits a model and puts it in force unless it is worse; None where there is too little to fit, sample included.

    ``sample``: made-up reports of a seed, of which it is known what belongs together. Of the city's own that is known
    of those alone that people joined, and most of what nobody joined belongs together as well: so texts and items are
    learnt from the city's own appeals, and how alike two must be from the sample.
    """
    begun = time.monotonic()
    with acting(job()) as by:
        known = taught.own_history(by)
        now = comparing.current()
    if not known.codes:
        return None
    told, unseen = taught.sample_alone(known, sample(TAUGHT)), taught.sample_alone(known, sample(CHECKED))
    source = SimilarityModel.Source.CITY
    history = known.history
    if known.thin:
        source = SimilarityModel.Source.MIXED if known.own else SimilarityModel.Source.SAMPLE
        history = taught.together(known, told)
    try:
        model = _fitted(known, history, told, now)
    except ValueError as error:
        _log.warning("no similarity model was fitted: %s", error)
        return None
    model = similarity.save(model, folder())
    before = {}
    if now is not None and now.codes == model.codes:
        before = _figures(now, history, unseen)
    encoder = encoder_digest() if known.history.meaning is not None else ""
    fitted = Fitted(
        version=model.version, source=source, texts=len(history), own_texts=known.own, joined=known.joined,
        corrections=known.corrections, figures=_figures(model, history, unseen), encoder=encoder,
        seconds=round(time.monotonic() - begun),
    )  # fmt: skip
    with acting(job()) as by:
        made = similarity_models.take_over(fitted, before=before, by=by)
    forget_old_files()
    return made


def _fitted(
    known: taught.Taught, history: similarity.History, told: similarity.History, now: similarity.Model | None
) -> similarity.Model:
    """A model of the texts in ``history`` that weighs pairs as ``told`` teaches. With an encoder, whose readings the
    sample lacks, and where the sample speaks of other items, what people joined teaches that, too."""
    of = (known.codes, known.class_of, known.reach)
    if history.meaning is None and len(told):
        teacher = similarity.fit_model(told, *of, names=known.names, seed=SEED)
        history = replace(history, matter=np.full(len(history), -1))
        return similarity.fit_model(history, *of, names=known.names, weighing=teacher.weighing, seed=SEED)
    return similarity.fit_model(
        history, *of, names=known.names, weighing=now.weighing if now else None, seed=SEED
    )


def _figures(
    model: similarity.Model, history: similarity.History, unseen: similarity.History
) -> dict[str, float]:
    """What a model is worth: its items and the joined reports it finds again on the part held out, and on sample reports
    that no model is fitted on how much of what belongs together it finds, and how much of what it finds does."""
    found = similarity.worth(model, history, seed=SEED)
    found.pop("precision", None)  # counts as wrong what nobody has looked at
    checked = similarity.worth(model, unseen, seed=SEED) if len(unseen) else {}
    return found | {f"sample_{name}": checked[name] for name in ("recall", "precision") if name in checked}


def forget_old_files() -> None:
    """Removes the files of versions that nobody goes back to any more; their rows stay."""
    with acting(job()):
        kept = set(SimilarityModel.objects.order_by("-id").values_list("version", flat=True)[:KEPT_FILES])
        kept |= set(SimilarityModel.objects.filter(in_force=True).values_list("version", flat=True))
    for one in folder().iterdir() if folder().exists() else ():
        if one.is_dir() and one.name not in kept:
            shutil.rmtree(one, ignore_errors=True)


def read_rows(*, by: Actor, most: int = 2000) -> int:
    """Finds unread rows under the class that their text reads as; how many, 0 when none is left or no model is there."""
    by.require("system")
    model = comparing.current()
    if model is None:
        return 0
    found = list(unread.unread(model.version, by).values_list("pk", "grams", "chosen_id")[:most])
    if not found:
        return 0
    codes = comparing.read_classes(model, [(bytes(grams), chosen) for _pk, grams, chosen in found])
    under: dict[str, list[int]] = defaultdict(list)
    for (pk, _grams, _chosen), code in zip(found, codes, strict=True):
        under[code].append(pk)
    rows = SimilarityRow.objects.visible_to(by, purpose=by.work_purpose)
    for code, pks in under.items():
        rows.filter(pk__in=pks).update(class_code=code, read_by=model.version)
    return len(found)


def read_all(*, seconds: float) -> int:
    """Reads until nothing is left, at most so long; how many rows."""
    until, read = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with acting(job()) as by:
            some = read_rows(by=by)
        read += some
        if not some:
            break
    return read
