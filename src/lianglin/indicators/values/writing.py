"""Writing figures so that what they said before stays: only what changed is kept, in the statement that writes.

A cell that says something else than on the day before leaves its former value behind (:class:`FigureRevision`); a second
change on the same day leaves none, so that a month counted every ten minutes keeps one line a day at most, and none for
cells that stood still. A published value leaves every version behind, with its time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection

from lianglin.access.actor import Actor
from lianglin.indicators.models import FigureRevision, PublishedRevision, PublishedValue
from lianglin.kit import clock
from lianglin.kit.domain import Cell

BATCH = 20_000
Cause = FigureRevision.Cause
RUNNING_KEPT = 13
"""Months for which the day-to-day growth of a running month stays; what changed after its end stays longer."""

_KEPT = "indicator, month, scope_code, member, numerator, denominator, definition_version"
_SAID = "numerator, v.denominator, v.definition_version"
_WRITE = f"""
with counted as (
    select * from unnest(%(indicator)s::text[], %(month)s::date[], %(scope_code)s::text[], %(member)s::text[],
        %(numerator)s::bigint[], %(denominator)s::bigint[], %(version)s::text[]) as c ({_KEPT})
), former as (
    insert into indicators_figurerevision ({_KEPT}, valid_from, valid_until, ended_by)
    select v.indicator, v.month, v.scope_code, v.member, v.{_SAID}, v.valid_from, %(today)s::date,
        case when v.definition_version <> c.definition_version then 'definition' else %(cause)s end
    from counted c join indicators_indicatorvalue v
        on v.indicator = c.indicator and v.month = c.month and v.scope_code = c.scope_code and v.member = c.member
    where (v.{_SAID}) is distinct from (c.numerator, c.denominator, c.definition_version)
        and (v.valid_from is null or v.valid_from < %(today)s::date)
)
insert into indicators_indicatorvalue as v ({_KEPT}, computed_at, valid_from)
select {_KEPT}, %(at)s::timestamptz, %(today)s::date from counted
on conflict (indicator, month, scope_code, member) do update set
    numerator = excluded.numerator, denominator = excluded.denominator,
    definition_version = excluded.definition_version, computed_at = excluded.computed_at,
    valid_from = case when (v.{_SAID}) is distinct from
        (excluded.numerator, excluded.denominator, excluded.definition_version)
        then excluded.valid_from else v.valid_from end
"""
_FORGET = f"""
with gone as (
    delete from indicators_indicatorvalue v
    where indicator = any(%(indicators)s::text[]) and month = any(%(months)s::date[])
        and (%(everywhere)s or scope_code = any(%(scopes)s::text[])) and computed_at <> %(at)s
        and not exists (
            select from unnest(%(kept_months)s::date[], %(kept_scopes)s::text[]) as k (month, scope_code)
            where k.month = v.month and k.scope_code = v.scope_code)
    returning *
)
insert into indicators_figurerevision ({_KEPT}, valid_from, valid_until, ended_by)
select {_KEPT}, valid_from, %(today)s::date, %(cause)s from gone
where valid_from is null or valid_from < %(today)s::date
"""


def write(cells: Iterable[Cell], versions: Mapping[str, str], at: datetime, cause: str) -> int:
    """Stores counted cells; what changed since the day before keeps its former value. Returns the cells written."""
    written, waiting = 0, iter(cells)
    with connection.cursor() as cursor:
        while batch := list(islice(waiting, BATCH)):
            columns: dict[str, Any] = {
                "indicator": [cell.indicator for cell in batch],
                "month": [cell.month for cell in batch],
                "scope_code": [cell.scope_code for cell in batch],
                "member": [cell.member for cell in batch],
                "numerator": [cell.numerator for cell in batch],
                "denominator": [cell.denominator for cell in batch],
                "version": [versions[cell.indicator] for cell in batch],
                "at": at,
                "today": clock.today(),
                "cause": cause,
            }
            cursor.execute(_WRITE, columns)
            written += len(batch)
    return written


def forget(
    *,
    indicators: Sequence[str],
    months: Sequence[date],
    scope_codes: Collection[str] | None,
    kept: Collection[tuple[date, str]],
    at: datetime,
    cause: str,
) -> None:
    """Removes the cells of these figures and months that were not counted ``at``: nothing stands behind them any more.

    ``kept`` (month, code) are left alone: months before a merge or split.
    """
    given: dict[str, Any] = {
        "indicators": list(indicators),
        "months": list(months),
        "everywhere": scope_codes is None,
        "scopes": list(scope_codes or ()),
        "kept_months": [month for month, _code in kept],
        "kept_scopes": [code for _month, code in kept],
        "at": at,
        "today": clock.today(),
        "cause": cause,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, given)


_PUBLISHED = ("numerator", "denominator", "hidden")


def replace(former: Sequence[PublishedValue], made: Sequence[PublishedValue]) -> None:
    """Publishes ``made`` in place of ``former``, which stay as former versions with their time."""
    at = clock.now()
    PublishedRevision.objects.bulk_create([_former(row, at) for row in former], batch_size=5_000)
    PublishedValue.objects.filter(pk__in=[row.pk for row in former]).delete()
    PublishedValue.objects.bulk_create(made, batch_size=5_000)


def _former(row: PublishedValue, at: datetime) -> PublishedRevision:
    kept = ("indicator", "month", "scope_code", "member", *_PUBLISHED, "published_at")
    return PublishedRevision(**{name: getattr(row, name) for name in kept}, replaced_at=at)


def thin(*, by: Actor) -> int:
    """Drops how running months grew from day to day once they are long over; every later change stays. Rows dropped.

    Bounds the history: of a month older than :data:`RUNNING_KEPT` months only what it said since its end is kept.
    """
    by.require("system")
    month: Any = clock.today().replace(day=1)
    for _month in range(RUNNING_KEPT):
        month = (month - timedelta(days=1)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from indicators_figurerevision where month < %s and valid_until <= month + interval '1 month'",
            [month],
        )
        return cursor.rowcount
