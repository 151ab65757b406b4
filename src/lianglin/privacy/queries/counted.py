"""Counts the figures that figures.py declares, from their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Count, F, Q, Sum

from lianglin.access import tally
from lianglin.access.actor import PURPOSES
from lianglin.access.models import AccessLog
from lianglin.kit.domain import Counted
from lianglin.kit.period import Period
from lianglin.privacy.models import Breach, RetentionRun
from lianglin.privacy.queries.figures import BREACHES, ERASED, LOOKS, RUNS, TOLD


def purposes(codes: Collection[str]) -> dict[str, object]:
    """For what data are looked at."""
    return dict(PURPOSES)


def looks(
    codes: Collection[str], span: Period, prefix: str, dimension: str = "", width: int = 0
) -> Iterable[Counted]:
    """How often somebody's data was opened."""
    base = AccessLog.objects.filter(tally.inside(prefix), tally.within(span, "at"))
    for part, row in tally.parts(base, {"n": Count("pk")}, dimension, width, {"purpose": F("purpose")}):
        yield Counted(LOOKS, part, row["n"])


def of_the_city(
    codes: Collection[str], span: Period, prefix: str, dimension: str = "", width: int = 0
) -> Iterable[Counted]:
    """What is kept for the whole city alone; nothing for a part of it."""
    if prefix or dimension:
        return
    told = Q(authority_told_at__isnull=False, authority_told_at__lte=F("authority_due_at"))
    found = Breach.objects.filter(tally.within(span, "found_at")).aggregate(
        n=Count("pk"), told=Count("pk", filter=told)
    )
    runs = RetentionRun.objects.filter(tally.within(span, "started_at"), state=RetentionRun.State.DONE)
    kept = runs.aggregate(n=Count("pk"), erased=Sum("erased"))
    both = {
        BREACHES: (found["n"], None), TOLD: (found["told"], found["n"]), RUNS: (kept["n"], None), ERASED: (kept["erased"] or 0, None),
    }  # fmt: skip
    for code, (numerator, denominator) in both.items():
        if code in codes:
            yield Counted(code, "", numerator, denominator)
