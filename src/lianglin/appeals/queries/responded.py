"""响应率: of the appeals that were dispatched, those on which the unit acted within the time for a first contact.

One statement with the working calendar's deadlines handed in, a day a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from lianglin.access.actor import TOP
from lianglin.appeals import rules
from lianglin.appeals.queries.asked import Asked
from lianglin.appeals.queries.figures import EXCLUDED
from lianglin.kit import clock
from lianglin.kit.calendar import calendar
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.domain import Counted

WORKING_DAYS, URGENT_HOURS = 1, 1
"""Time for the first contact after dispatch; a proposal, like the other limits."""
DISPATCHED, RESPONSES = ["dispatch", "call_out"], ["take_on", "answer", "object"]

_SQL = """
with days as (select * from unnest(%(days)s::date[], %(dues)s::timestamptz[]) as d (day, due)),
orders as (
    select {member} as member,
        case when c.urgent then s.at + make_interval(hours => %(hours)s)
            else coalesce(d.due, s.at + interval '4 days') end as due,
        (select min(r.at) from cases_step r where r.case_id = c.id and r.seq > s.seq and r.move = any(%(responses)s)) as answered,
        exists (select from appeals_exclusion x where x.case_id = c.id and x.figure = 'responded' and x.state = 'granted')
            as left_out
    from cases_case c
    {ways}
    join lateral (
        select seq, at from cases_step
        where case_id = c.id and move = any(%(dispatched)s) order by seq limit 1
    ) s on true
    left join days d on d.day = (s.at at time zone 'Asia/Shanghai')::date
    where c.kind = %(kind)s and c.opened_at >= %(start)s and c.opened_at < %(end)s
        and c.scope_code >= %(low)s and c.scope_code < %(high)s and c.state <> all(%(otherwise)s)
)
select member,
    count(*) filter (where not left_out and answered <= due),
    count(*) filter (where not left_out and (answered is not null or due <= %(now)s)),
    count(*) filter (where left_out)
from orders group by 1
"""
_APPEAL = "join appeals_appeal a on a.case_id = c.id"
_ITEM = f"{_APPEAL} left join appeals_item i on i.id = a.item_id"
_CATEGORY = f"{_ITEM} left join appeals_category g on g.id = i.category_id"
_WAYS = {
    "channel": _APPEAL, "appellant": _APPEAL, "item": _ITEM, "class": _CATEGORY,
    "field": f"{_CATEGORY} left join appeals_field f on f.id = g.field_id",
}  # fmt: skip
"""What a part is read from, where the case does not say it itself."""
_MEMBERS = {
    "": "''",
    "place": "left(c.scope_code, %(width)s)",
    "channel": "a.channel",
    "unit": "coalesce(c.owner_id::text, 'none')",
    "appellant": "case when a.entity then 'entity' when a.anonymous then 'anonymous' else 'resident' end",
    "item": "coalesce(i.code, 'none')",
    "class": "coalesce(g.code, 'none')",
    "field": "coalesce(f.code, 'none')",
}
CODE = "appeals.responded"


def responded(asked: Asked) -> Iterator[Counted]:
    """The rate in each part. One statement, held to the reader's range by row-level security."""
    start, end = asked.span.instants()
    working = calendar()
    last = min(clock.today(), asked.span.end + timedelta(days=120))
    days: list[date] = [
        asked.span.start + timedelta(days=n) for n in range(max(0, (last - asked.span.start).days) + 1)
    ]
    given: dict[str, Any] = {
        "days": days,
        "dues": [working.add_working_days(datetime.combine(day, time(12), CITY_ZONE), WORKING_DAYS).at for day in days],
        "hours": URGENT_HOURS, "responses": RESPONSES, "dispatched": DISPATCHED, "kind": rules.KIND,
        "start": start, "end": end, "low": asked.prefix, "high": asked.prefix + TOP, "otherwise": list(EXCLUDED),
        "now": clock.now(), "width": asked.width,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL.format(member=_MEMBERS[asked.dimension], ways=_WAYS.get(asked.dimension, "")), given
        )
        found = cursor.fetchall()
    if not found and not asked.dimension:
        found = [("", 0, 0, 0)]
    for member, numerator, denominator, left_out in found:
        yield Counted(CODE, member, numerator, denominator, left_out)
