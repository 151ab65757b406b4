"""Reads of what is published: for the public pages, the files and the map. Anybody may read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import Max, Min, QuerySet
from django.db.models.functions import Length

from lianglin.access.actor import TOP
from lianglin.indicators.models import PublishedValue
from lianglin.kit.period import Period

WIDTHS = {"city": 0, "county": 6, "township": 9, "community": 12}
"""Level of places -> digits of their codes."""
_COMMUNITIES = (
    "select id, xmin::text, ctid::text from places_community where scope_code >= %s and scope_code < %s"
)
_DIVISIONS = (
    "select id, xmin::text, ctid::text from places_division where scope_code >= %s and scope_code < %s"
)


def hidden_places(indicator: str, month: date) -> set[str] | None:
    """The places of which a figure is hidden in a month; None when it is not published. One statement."""
    rows = dict(
        PublishedValue.objects.filter(indicator=indicator, month=month, member="").values_list(
            "scope_code", "hidden"
        )
    )
    return {code for code, hidden in rows.items() if hidden} if "" in rows else None


def of_level(
    indicator: str, level: str, first: date, last: date, *, prefix: str = ""
) -> QuerySet[PublishedValue]:
    """The published cells of a figure at one level of places, in months from ``first`` to ``last``, in the order of files.

    ``level`` "parts" are the members of a breakdown, for the whole city.
    """
    rows = PublishedValue.objects.filter(indicator=indicator, month__gte=first, month__lte=last)
    if level == "parts":
        return rows.filter(scope_code="").exclude(member="").order_by("month", "member")
    if level == "city":
        return rows.filter(scope_code="", member="").order_by("month")
    rows = rows.filter(scope_code__gte=prefix, scope_code__lt=prefix + "~", member="")
    return rows.alias(width=Length("scope_code")).filter(width=WIDTHS[level]).order_by("month", "scope_code")


def months_of(indicators: Collection[str]) -> dict[str, tuple[date, date, datetime, int]]:
    """indicator -> first and last published month, when the newest value was published, and the highest revision."""
    rows = (
        PublishedValue.objects.filter(indicator__in=list(indicators), scope_code="")
        .values("indicator")
        .annotate(first=Min("month"), last=Max("month"), at=Max("published_at"), revision=Max("revision"))
        .order_by()
    )
    return {row["indicator"]: (row["first"], row["last"], row["at"], row["revision"]) for row in rows}


def series(indicator: str, place: str, months: Collection[Period]) -> dict[date, PublishedValue]:
    """The published cells of one figure and place by month. One statement."""
    rows = PublishedValue.objects.filter(
        indicator=indicator, scope_code=place, member="", month__in=[m.start for m in months]
    )
    return {row.month: row for row in rows}


def told_in(month: date) -> frozenset[str]:
    """The figures that are published for a month: what has no row of a place there counted nothing. One statement."""
    rows = PublishedValue.objects.filter(month=month, scope_code="", member="")
    return frozenset(rows.values_list("indicator", flat=True))


def known_months(indicator: str, months: Collection[Period]) -> frozenset[date]:
    """Which of these months a figure is published for. One statement."""
    rows = PublishedValue.objects.filter(
        indicator=indicator, scope_code="", member="", month__in=[m.start for m in months]
    )
    return frozenset(rows.values_list("month", flat=True))


def outlines_version(codes: Sequence[str]) -> int:
    """What changes when the outline of one of these places, or of one between them, is written anew. One statement.

    Read off the rows' own versions (PostgreSQL's ``xmin`` and ``ctid``): the outlines themselves are megabytes. ``codes`` in order.
    """
    table = _COMMUNITIES if len(codes[0]) == WIDTHS["community"] else _DIVISIONS
    with connection.cursor() as cursor:
        cursor.execute(table, [codes[0], codes[-1] + TOP])
        return hash(frozenset(cursor.fetchall()))
