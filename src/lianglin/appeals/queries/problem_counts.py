"""Counts behind a problem class and a campaign: cases a day, people, attention, here and in the rest of the city.

The functions run as their owner and give counts alone: a street reads no case of another street, yet a fair test needs
the rest of the city beside it (decision 0026). Only staff, units and the background may call them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from lianglin.access.actor import TOP
from lianglin.appeals.queries import catalogue, kinship
from lianglin.appeals.rules import effect
from lianglin.appeals.rules.effect import Counted, Span
from lianglin.kit import clock
from lianglin.kit.period import Period
from lianglin.kit.restricted import BEHIND_DIGITS

FUNCTIONS = """
create or replace function appeals_problem_days(items bigint[], lo text, hi text, since timestamptz, until timestamptz)
returns table (day date, cases bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select (a.opened_at at time zone 'Asia/Shanghai')::date, count(*)
    from appeals_appeal a join cases_case c on c.id = a.case_id
    where a.item_id = any(items) and a.opened_at >= since and a.opened_at < until
      and a.scope_code >= lo and a.scope_code < hi and c.state not in ('merged', 'withdrawn')
    group by 1 order by 1
$$;
create or replace function appeals_problem_heat(items bigint[], lo text, hi text, since timestamptz, until timestamptz)
returns table (cases bigint, people bigint, joined bigint, unnamed bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select count(*), count(distinct coalesce(p.phone_match::text, 'r' || p.resident_id)),
        count(*) filter (where c.state = 'joined'),
        count(*) filter (where p.case_id is null or (p.phone_match is null and p.resident_id is null))
    from appeals_appeal a join cases_case c on c.id = a.case_id left join appeals_appellant p on p.case_id = a.case_id
    where a.item_id = any(items) and a.opened_at >= since and a.opened_at < until
      and a.scope_code >= lo and a.scope_code < hi and c.state not in ('merged', 'withdrawn')
$$;
create or replace function appeals_problem_since(items bigint[]) returns timestamptz
language sql stable security definer set search_path = public, pg_temp as $$
    select least(
        (select opened_at from appeals_appeal order by case_id limit 1),
        (select min(m.at) from unnest(items) i,
            lateral (select a.opened_at as at from appeals_appeal a where a.item_id = i order by a.opened_at limit 1) m))
$$;
create or replace function appeals_campaign_pairs()
returns table (area text, codes jsonb, first date, last date, first_before date, last_before date)
language sql stable security definer set search_path = public, pg_temp as $$
    select * from (
        select c.scope_code::text, c.codes, s.first_day, s.last_day,
            lag(s.first_day) over seasons, lag(s.last_day) over seasons as last_before
        from appeals_campaign c join appeals_campaignseason s on s.campaign_id = c.id
        window seasons as (partition by s.campaign_id order by s.first_day)
    ) found where last_before is not null
$$"""
"""A repeat by the same telephone (merged) and a withdrawn report are counted in neither."""
_SIGNATURE = "(bigint[], text, text, timestamptz, timestamptz)"
_CALLERS = "lianglin_staff, lianglin_handler, lianglin_job"


def install(cursor: Any) -> None:
    """Creates or replaces the functions and says who may call them."""
    cursor.execute(FUNCTIONS)
    for name in ("appeals_problem_days", "appeals_problem_heat"):
        cursor.execute(f"revoke execute on function {name}{_SIGNATURE} from public")
        cursor.execute(f"grant execute on function {name}{_SIGNATURE} to {_CALLERS}")
    for signature in ("appeals_problem_since(bigint[])", "appeals_campaign_pairs()"):
        cursor.execute(f"revoke execute on function {signature} from public")
        cursor.execute(f"grant execute on function {signature} to {_CALLERS}")


@dataclass(frozen=True)
class Subject:
    """What is counted: catalogue codes of any breadth, in one area."""

    codes: tuple[str, ...]
    scope_code: str
    compared: Span | None = None
    """The days that are compared, from the first of the earlier to the last of the later; None: as of today."""

    def over(self, *spans: Span) -> Subject:
        """The same, counted alike on all these days: with the items that a change within them split or merged."""
        days = Span(min(one.first for one in spans), max(one.last for one in spans))
        return Subject(self.codes, self.scope_code, days)

    def items(self) -> list[int]:
        """The items to be counted, of every version of the catalogue: old appeals keep theirs (queries/kinship.py)."""
        first, last = self._days()
        return catalogue.ids_of(kinship.together(self.codes, first, last))

    def also(self) -> str:
        """The names of the items that are counted besides those of these codes; "" where none are."""
        return kinship.also(self.codes, *self._days())

    def _days(self) -> tuple[date, date]:
        today = clock.today()
        return (self.compared.first, self.compared.last) if self.compared else (today, today)


@dataclass(frozen=True)
class Heat:
    """高热: how many different people, and how many joined somebody else's report; beside it who gave no name."""

    cases: int = 0
    people: int = 0
    joined: int = 0
    unnamed: int = 0


def daily(subject: Subject, span: Span, *, whole_city: bool = False) -> list[int]:
    """Cases of each day of a span, from the first to the last. One statement."""
    low = "" if whole_city else subject.scope_code
    found = dict(_rows("appeals_problem_days", subject, low, span))
    return [found.get(span.first + timedelta(days=at), 0) for at in range(span.days)]


def heat(subject: Subject, span: Span) -> Heat:
    """People and attention of a span. One statement."""
    return Heat(*_rows("appeals_problem_heat", subject, subject.scope_code, span)[0])


def _rows(function: str, subject: Subject, low: str, span: Span) -> list[tuple[Any, ...]]:
    since, until = Period(span.first, span.last + timedelta(days=1)).instants()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select * from {function}(%s::bigint[], %s, %s, %s, %s)",
            [subject.items(), low, low + TOP if low else BEHIND_DIGITS, since, until],
        )
        return cursor.fetchall()


def reaches(subject: Subject, first: date) -> bool:
    """Whether the records reach back to a day: where nothing was recorded, no reports is no count of none. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("select appeals_problem_since(%s::bigint[])", [subject.items()])
        found = cursor.fetchone()
    return bool(found and found[0]) and clock.local(found[0]).date() <= first


@dataclass(frozen=True)
class Beside:
    """One span here and in the rest of the city."""

    own: Counted
    rest: Counted


def counted(subject: Subject, span: Span) -> Beside:
    """A span here and in the rest of the city. Two statements."""
    own, city = daily(subject, span), daily(subject, span, whole_city=True)
    rest = [there - here for there, here in zip(city, own, strict=True)]
    return Beside(_counted(own), _counted(rest))


def here(subject: Subject, span: Span) -> Counted:
    """A span in the area alone. One statement."""
    return _counted(daily(subject, span))


def _counted(days: Sequence[int]) -> Counted:
    return Counted(sum(days), len(days), effect.burst(days))


@dataclass(frozen=True)
class Month:
    """One month of a trend: its first day, and the cases."""

    first: date
    cases: int


def months(subject: Subject, until: date, count: int = 25) -> list[Month]:
    """The cases of each of so many whole months up to the one that holds ``until``, counted until that day."""
    starts = [until.replace(day=1)]
    while len(starts) < count:
        starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
    starts.reverse()
    span = Span(starts[0], until)
    subject = subject.over(span)
    sums = dict.fromkeys(starts, 0)
    for at, cases in enumerate(daily(subject, span)):
        sums[(span.first + timedelta(days=at)).replace(day=1)] += cases
    return [Month(first, cases) for first, cases in sums.items()]
