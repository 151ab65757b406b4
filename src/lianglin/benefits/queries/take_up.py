"""Take-up: how many matched, were told, claimed and were granted, by measure and place. Counted from rows, never scored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Substr

from lianglin.access.actor import Actor
from lianglin.benefits.models import Claim, TakeUpCount
from lianglin.kit import clock

FIGURES = ("matched", "told", "claimed", "granted", "declined")
_COUNT = """
insert into benefits_takeupcount (scope_code, measure_id, month, matched, told, claimed, granted, declined, counted_at)
select scope_code, measure_id, %(month)s,
    count(*) filter (where state = 'claimed' or (answer = 2 and excluded_by_id is null and state in ('suggested', 'told', 'declined'))),
    count(*) filter (where state in ('told', 'claimed', 'declined')),
    count(*) filter (where state = 'claimed'),
    count(*) filter (where claim_case_id = any(%(granted)s::bigint[])),
    count(*) filter (where state = 'declined'), %(at)s
from benefits_match group by scope_code, measure_id
on conflict (scope_code, measure_id, month) do update set matched = excluded.matched, told = excluded.told, claimed = excluded.claimed,
    granted = excluded.granted, declined = excluded.declined, counted_at = excluded.counted_at
"""


def count(at: datetime) -> int:
    """Counts every community and measure anew, as the background role; what has no rows any more goes. Health is left out."""
    month = clock.local(at).date().replace(day=1)
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"granted": _granted(), "at": at, "month": month}
        cursor.execute(_COUNT, given)
        counted = cursor.rowcount
    TakeUpCount.objects.filter(month=month, counted_at__lt=at).delete()
    return counted


def _granted() -> list[int]:
    """Cases of claims that were granted."""
    rows = Claim._base_manager.filter(
        Q(granted_fen__isnull=False) | ~Q(in_kind=""), decided_at__isnull=False, match_id__isnull=False
    )
    return list(rows.values_list("case_id", flat=True))


@dataclass(frozen=True)
class Line:
    """Counts of one measure, or of one place."""

    key: str
    matched: int
    told: int
    claimed: int
    granted: int
    declined: int

    @property
    def counts(self) -> tuple[int, ...]:
        """The figures in the order of FIGURES."""
        return tuple(getattr(self, name) for name in FIGURES)


def _rows(actor: Actor, prefix: str) -> QuerySet[TakeUpCount]:
    low, high = max(actor.low, prefix), min(actor.high, f"{prefix}~")
    newest = TakeUpCount.objects.order_by("-month").values("month")[:1]
    return TakeUpCount.objects.filter(scope_code__gte=low, scope_code__lt=high, month=newest)


def by_measure(actor: Actor, prefix: str) -> list[Line]:
    """Per measure below a place, in the order of their codes; no rank."""
    rows = (
        _rows(actor, prefix)
        .filter(matched__gt=0)
        .values("measure__code")
        .annotate(**_sums())
        .order_by("measure__code")
    )
    return [Line(row.pop("measure__code"), **row) for row in rows]


def by_place(actor: Actor, prefix: str, width: int, code: str = "") -> list[Line]:
    """Per place of ``width`` digits below another, in the order of their codes; of one measure or of all."""
    rows = _rows(actor, prefix)
    rows = rows.filter(measure__code=code) if code else rows
    found = rows.annotate(below=Substr("scope_code", 1, width)).values("below").annotate(**_sums())
    return [Line(row.pop("below"), **row) for row in found.order_by("below")]


def counted_at(actor: Actor, prefix: str) -> datetime | None:
    """When the figures below a place were counted."""
    return _rows(actor, prefix).aggregate(at=Max("counted_at"))["at"]


def _sums() -> dict[str, Sum]:
    return {name: Sum(name) for name in FIGURES}
