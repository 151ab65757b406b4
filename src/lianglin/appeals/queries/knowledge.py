"""The knowledge base: what fits a question, a matter and a place; what runs out; what waits for review.

Published answers are nobody's data and are held in the process: some thousands, found by characters, by pinyin or
initials, or by the pairs of characters they share with what was written.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import KnowledgeDraft, KnowledgeEntry, KnowledgeUse, KnowledgeVersion
from lianglin.cases.models import Step
from lianglin.kit import clock, pinyin
from lianglin.kit.held import held

RUNS_OUT = timedelta(days=30)
"""So long before its last day an entry stands on the editors' list."""
ENOUGH = 1.5
"""Below this an entry only happens to share a pair of characters."""


@dataclass(frozen=True)
class _Known:
    version: KnowledgeVersion
    name: pinyin.Name
    pairs: frozenset[str]
    asked: frozenset[str]


@dataclass(frozen=True)
class _Base:
    entries: tuple[_Known, ...]
    weight: dict[str, float]


def _pairs(text: str) -> frozenset[str]:
    plain = pinyin.clean(text) if len(text) <= 60 else "".join(c for c in text.lower() if c.isalnum())
    return frozenset(plain[n : n + 2] for n in range(len(plain) - 1))


@held
def _base() -> _Base:
    """The newest version of every entry that was not taken out; two thousand are a few megabytes."""
    rows = KnowledgeVersion.objects.filter(entry__retired_at__isnull=True, version=F("entry__version"))
    entries = tuple(
        _Known(one, pinyin.ready(one.question), _pairs(f"{one.question} {one.answer}"), _pairs(one.question))
        for one in rows.select_related("entry").order_by("id")
    )
    often: dict[str, int] = defaultdict(int)
    for one in entries:
        for pair in one.pairs:
            often[pair] += 1
    return _Base(entries, {pair: math.log(1 + len(entries) / count) for pair, count in often.items()})


def find(
    text: str = "", *, item: str = "", scope_code: str | None = None, limit: int = 5
) -> list[KnowledgeVersion]:
    """Answers that fit what somebody typed and the item it is about, valid today, the best first.

    ``scope_code``: only those for this place; None: of any area. Without text those of the item.
    """
    base, question, today = _base(), pinyin.clean(text) if len(text) <= 40 else "", clock.today()
    words, found = _pairs(text), []
    for known in base.entries:
        one = known.version
        if one.valid_until < today or not (scope_code is None or scope_code.startswith(one.scope_code)):
            continue
        score = _score(known, question, words, base.weight)
        if item and item in one.items:
            score += 2.0
        if score >= ENOUGH or not (text or item):
            found.append((-score, -len(one.scope_code), -one.pk, one))
    return [one for *_order, one in sorted(found, key=lambda row: row[:3])[:limit]]


def _score(known: _Known, question: str, words: frozenset[str], weight: dict[str, float]) -> float:
    rank = pinyin.rank(question, known.name) if question else None
    if rank is not None:
        return 20.0 - rank
    return sum(weight[pair] * (2.0 if pair in known.asked else 0.5) for pair in words & known.pairs) / 2


def current(entry_id: int) -> KnowledgeVersion | None:
    """The version of an entry that counts, also when its day is over; None when it was taken out or never published."""
    rows = KnowledgeVersion.objects.filter(entry_id=entry_id, entry__retired_at__isnull=True)
    return rows.filter(version=F("entry__version")).select_related("entry").first()


def version(pk: int) -> KnowledgeVersion | None:
    """One published version that can be answered with: of an entry in use, its newest, valid today."""
    found = KnowledgeVersion.objects.filter(
        pk=pk, entry__retired_at__isnull=True, valid_until__gte=clock.today()
    )
    return found.filter(version=F("entry__version")).first()


def entries(actor: Actor, *, only: str = "") -> QuerySet[KnowledgeEntry]:
    """The entries that concern a post: of its own area, of those that hold it, of those within. Page it by ("-id",).

    ``only``: "waiting" (a second person decides), "drafts" (being written), "expiring" (page by ("valid_until", "id")).
    """
    over = [actor.low[:width] for width in (12, 9, 6, 4) if len(actor.low) >= width]
    within = Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    found = KnowledgeEntry.objects.filter(Q(scope_code__in=[*over, ""]) | within)
    state = KnowledgeDraft.State
    if only in ("waiting", "drafts"):
        # the few open drafts first, then each entry by its key: else every entry is asked whether it has one
        wanted = [state.WAITING] if only == "waiting" else [state.DRAFT, state.REFUSED]
        drafts = KnowledgeDraft.objects.filter(state__in=wanted).exclude(state=state.PUBLISHED)
        return found.filter(pk__in=list(drafts.values_list("entry_id", flat=True)))
    if only == "expiring":
        return found.filter(retired_at__isnull=True, valid_until__lte=clock.today() + RUNS_OUT)
    return found


def open_draft(entry_id: int) -> KnowledgeDraft | None:
    """What is being written, waits, or was refused."""
    rows = KnowledgeDraft.objects.filter(entry_id=entry_id).exclude(state=KnowledgeDraft.State.PUBLISHED)
    return rows.select_related("written_post", "decided_post").first()


def used(entry_ids: Sequence[int], since: date) -> dict[int, int]:
    """How often each entry was answered with since a day, in the area of who asks."""
    found: dict[int, int] = defaultdict(int)
    rows = KnowledgeUse.objects.filter(version__entry_id__in=entry_ids, at__date__gte=since)
    for entry_id in rows.values_list("version__entry_id", flat=True):
        found[entry_id] += 1
    return dict(found)


def behind(steps: Sequence[Step]) -> KnowledgeVersion | None:
    """The version on which the newest answer on the spot rests, as the step says; one query, and only then."""
    pk = next((one.data["knowledge"] for one in reversed(steps) if one.data.get("knowledge")), None)
    return KnowledgeVersion.objects.filter(pk=pk).first() if pk else None
