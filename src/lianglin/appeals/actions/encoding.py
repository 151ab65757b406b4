"""The city's own encoder at work: what new appeals mean, one row each, by the background alone."""

from __future__ import annotations

import logging
import time

import numpy as np

from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.appeals.models import Appeal, SimilarityRow
from lianglin.appeals.queries import unread
from lianglin.appeals.queries.model_files import encoder, encoder_mark, encoder_state
from lianglin.engines import similarity
from lianglin.engines.similarity import Encoder

_log = logging.getLogger(__name__)
BATCH = 64


def opened() -> Encoder | None:
    """The encoder that is set; None, and a line in the log that says what to do, where it cannot be used."""
    found = encoder()
    if found is None or encoder_state() == "none":
        return None
    try:
        return similarity.OnnxEncoder.open(found[0], found[1], found[0].with_name("vocab.txt"))
    except (similarity.WrongEncoder, OSError) as error:
        _log.warning("text encoder: %s", error)
        return None


def fill(using: Encoder, *, seconds: float) -> int:
    """Fills the rows that this encoder has not read, newest first, at most so long; how many."""
    until, filled = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with acting(job()) as by:
            some = fill_some(using, by=by)
        filled += some
        if some < BATCH:
            break
    return filled


def fill_some(using: Encoder, *, by: Actor) -> int:
    """Fills one batch; how many."""
    by.require("system")
    mark = encoder_mark()
    rows = unread.without_meaning(mark, by, BATCH)
    if not rows:
        return 0
    appeals = Appeal.objects.visible_to(by, purpose=by.work_purpose).filter(pk__in=[row.pk for row in rows])
    texts = dict(appeals.values_list("pk", "text"))
    found = np.asarray(using.encode([texts.get(row.pk, "") for row in rows]), "<f2")
    for row, meaning in zip(rows, found, strict=True):
        row.meaning = mark + meaning.tobytes()
    SimilarityRow._base_manager.bulk_update(rows, ["meaning"])
    return len(rows)
