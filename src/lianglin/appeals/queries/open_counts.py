"""Counts for the heat map and the open data: read once as the background, suppressed, then read by anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from lianglin.appeals.models import OpenCount, OpenFile
from lianglin.appeals.queries.open_requests import FINAL
from lianglin.appeals.rules.suppressing import Cell

COUNTED = """
select date_trunc('month', c.opened_at at time zone 'Asia/Shanghai')::date, c.scope_code, coalesce(k.code, 'none'),
    count(*) filter (where c.state = any(%s)), count(*) filter (where c.state <> all(%s))
from cases_case c
join appeals_appeal a on a.case_id = c.id
left join appeals_item i on i.id = a.item_id
left join appeals_category k on k.id = i.category_id
where c.kind = 'appeal' and c.opened_at >= %s and c.opened_at < %s
group by 1, 2, 3
"""


# "none" is the class of cases whose item is not clear yet


def counted(since: date, until: date) -> dict[date, tuple[dict[Cell, int], dict[Cell, int]]]:
    """By month: closed and not closed cases by (community, class). Run it as the background over the whole city."""
    found: dict[date, tuple[dict[Cell, int], dict[Cell, int]]] = defaultdict(lambda: ({}, {}))
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [FINAL, FINAL, _midnight(since), _midnight(until)])
        for month, scope_code, category, closed, still_open in cursor.fetchall():
            cell = (scope_code, category)
            found[month][0][cell], found[month][1][cell] = closed, still_open
    return dict(found)


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00+08:00"


def months() -> list[date]:
    """The months that are published, newest first."""
    found = OpenCount.objects.filter(category_code="", scope_code="").order_by("-month")
    return list(found.values_list("month", flat=True))


def places_of(month: date | None) -> list[str]:
    """The communities that have counts in a month."""
    found = OpenCount.objects.filter(month=month, category_code="").exclude(scope_code="")
    return list(found.values_list("scope_code", flat=True)) if month else []


def of_area(month: date, area: str, category: str) -> QuerySet[OpenCount]:
    """One month and class ("" all) in the communities of an area."""
    found = OpenCount.objects.filter(month=month, category_code=category)
    return (
        found.filter(scope_code__gte=area, scope_code__lt=area + "~")
        .exclude(scope_code="")
        .order_by("scope_code")
    )


def of_year(year: int) -> Iterable[dict[str, Any]]:
    """Every published cell of a year, in the order of month, community and class."""
    found = OpenCount.objects.filter(month__gte=date(year, 1, 1), month__lte=date(year, 12, 31))
    ordered = found.order_by("month", "scope_code", "category_code")
    return ordered.values("month", "scope_code", "category_code", "received", "closed", "open").iterator()


def files() -> QuerySet[OpenFile]:
    """The yearly files without their contents, newest first."""
    return OpenFile.objects.defer("content").order_by("-year", "format")
