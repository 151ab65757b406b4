"""Counting rows of a place and a span in parts: what a figure's ``counts`` does in every package (see kit.domain.Indicator)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Left

from lianglin.access.actor import TOP
from lianglin.kit.period import Period
from lianglin.kit.reports import PLACE


def inside(prefix: str, field: str = "scope_code") -> Q:
    """Rows of a place."""
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + TOP})


def within(span: Period, field: str) -> Q:
    """Rows whose instant lies in a span of days."""
    start, end = span.instants()
    return Q(**{f"{field}__gte": start, f"{field}__lt": end})


def in_force(span: Period, begins: str, ends: str) -> Q:
    """Dated rows that held on the last day of a span; ``ends`` is the day after their last, or the last itself."""
    begun = Q(**{f"{begins}__lt": span.end})
    return begun & (Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gte": span.end}))


def parts(
    base: QuerySet[Any],
    measures: Mapping[str, Any],
    dimension: str,
    width: int,
    ways: Mapping[str, Any] | None = None,
) -> Iterator[tuple[str, dict[str, int]]]:
    """(part, measures) of each part that has rows; of everything once, zero or not, when it is not taken apart.

    ``ways``: dimension -> expression of its part. One statement; none for a dimension that is not there.
    """
    if dimension == "":
        yield "", base.order_by().aggregate(**measures)
        return
    way = Left("scope_code", width) if dimension == PLACE else (ways or {}).get(dimension)
    if way is None:
        return
    rows = base.order_by().values(member=way).annotate(**measures).order_by("member")
    for row in rows.iterator():
        yield str(row["member"]), row
