"""How fast appeals are first answered: a median, computed anew for each place, since medians cannot be added up.

One statement does the calendar's arithmetic on sets: office seconds until a day began, and those of the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

from django.db import connection

from lianglin.access.actor import TOP
from lianglin.appeals import rules
from lianglin.kit import calendar, clock
from lianglin.kit.domain import Reading
from lianglin.kit.period import Period

_MEDIANS = """
with days as (
    select d::date as day, coalesce(c.kind in ('workday', 'make_up'), extract(isodow from d) < 6) as works
    from generate_series(%(first)s::date, %(last)s::date, interval '1 day') d
    left join kit_calendarday c on c.date = d::date
), sums as (
    select day, works, %(full)s * (count(*) filter (where works) over (order by day) - works::int) as before
    from days
), answered as (
    select left(c.scope_code, %(width)s) as place, c.opened_at at time zone 'Asia/Shanghai' as a,
        k.stopped_at at time zone 'Asia/Shanghai' as b
    from cases_case c
    left join lateral (
        select stopped_at from cases_clock k where k.case_id = c.id and k.stage = 'dispatch' order by k.id limit 1
    ) k on true
    where c.kind = %(kind)s and c.opened_at >= %(start)s and c.opened_at < %(end)s
        and c.scope_code >= %(low)s and c.scope_code < %(high)s and c.state not in ('merged', 'withdrawn')
), hours as (
    select place, date_trunc('month', a)::date as month, (
        y.before + case when y.works then {until_b} else 0 end
        - x.before - case when x.works then {until_a} else 0 end
    ) / 3600.0 as worked
    from answered join sums x on x.day = a::date left join sums y on y.day = b::date
)
select month, place, grouping(place), percentile_cont(0.5) within group (order by worked), count(worked), count(*)
from hours group by grouping sets ((month), (month, place))
"""
_ONE = "select null::date, %(low)s, 1, percentile_cont(0.5) within group (order by worked), count(worked), count(*) from hours"
"""Instead of the months and places: the whole span at once."""
_UNTIL = (
    "(greatest(0, extract(epoch from least({t}::time, %(noon)s::time) - %(opens)s::time))"
    " + greatest(0, extract(epoch from least({t}::time, %(closes)s::time) - %(back)s::time)))"
)
_SQL = _MEDIANS.format(until_a=_UNTIL.format(t="a"), until_b=_UNTIL.format(t="b"))
_SPAN_SQL = _SQL[: _SQL.index("select month, place, grouping(place)")] + _ONE


def _seconds(start: time, end: time) -> int:
    return (end.hour - start.hour) * 3600 + (end.minute - start.minute) * 60


def medians(prefix: str, span: Period, width: int) -> Iterator[Reading]:
    """Median office hours until the first response, per month of receipt, for ``prefix`` and the places below it.

    The response is the end of the first dispatch clock: dispatched, answered on the spot, passed on or refused.
    Row-level security keeps it in the reader's scope; ``prefix`` narrows it further. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL, _given(prefix, span, width))
        for month, place, is_total, median, answered, received in cursor.fetchall():
            if is_total or width > len(prefix):
                hours = None if median is None else float(median)
                yield Reading(month, prefix if is_total else place, hours, answered, received)


def median(prefix: str, span: Period) -> Reading:
    """The same over a whole span of days, whatever its length: a week, a quarter, a year. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SPAN_SQL, _given(prefix, span, 0))
        ((_month, _place, _total, hours, answered, received),) = cursor.fetchall()
    return Reading(span.start, prefix, None if hours is None else float(hours), answered, received)


def _given(prefix: str, span: Period, width: int) -> dict[str, Any]:
    start, end = span.instants()
    return {
        "opens": calendar.OPENS,
        "noon": calendar.MIDDAY_FROM,
        "back": calendar.MIDDAY_TO,
        "closes": calendar.CLOSES,
        "full": _seconds(calendar.OPENS, calendar.MIDDAY_FROM)
        + _seconds(calendar.MIDDAY_TO, calendar.CLOSES),
        "first": span.start,
        "last": max(clock.today(), span.end),
        "start": start,
        "end": end,
        "kind": rules.KIND,
        "low": prefix,
        "high": prefix + TOP,
        "width": max(width, len(prefix)),
    }
