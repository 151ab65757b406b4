"""The city's working calendar: days edited by the notice that announces them, and open deadlines counted anew.

Days are those of the State Council's yearly notice (放假调休); a city adds its own. An edit makes no promise later:
a resident who was told a day is answered by that day. Nor is anybody late at once by an edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.cases.models import Case, Clock
from lianglin.kit import calendar as days_of
from lianglin.kit import clock
from lianglin.kit.calendar import WorkingCalendar, calendar
from lianglin.kit.errors import Refused
from lianglin.kit.models import CalendarDay

RECOUNT_TASK = "recount_deadlines"
LONGEST = 31
"""Days that one edit may cover."""
AHEAD = 2
"""Years after the running one that can be written."""


def set_days(*, by: Actor, first: date, last: date, working: bool, name: str, source: str) -> int:
    """Says of some days that offices work or are closed, by which notice; returns how many days changed.

    Refused: days that are over, more than a month at once, a year too far ahead, without a source.
    """
    by.require("cases.calendar")
    if not 0 <= (last - first).days < LONGEST:
        raise Refused(_("Write a first and a last day, at most a month apart."), field="last")
    if first < clock.today():
        raise Refused(
            _("Days that are over stay as they were: promises were counted by them."), field="first"
        )
    if last.year > clock.today().year + AHEAD:
        raise Refused(_("Write days of this year or the two after it."), field="last")
    if not source.strip():
        raise Refused(_("Name the notice that says so, with its number."), field="source")
    wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows = [
        CalendarDay(date=day, kind=_kind(day, working), name=name.strip()[:40], source=source.strip()[:80])
        for day in wanted
    ]
    with together():
        for year in {day.year for day in wanted}:
            _fill(year)
        return _write(rows, by)


def announce(*, by: Actor, year: int) -> int:
    """Takes a whole year as it was announced (chinesecalendar's table), from today on; returns how many days changed.

    What the city wrote itself stays. Refused for a year that the table does not know yet.
    """
    by.require("cases.calendar")
    rows = days_of.official_days(year)
    if any(row.provisional for row in rows):
        raise Refused(_("The days of %(year)s are not announced here yet. Write them by the notice.") % {"year": year}, field="year")  # fmt: skip
    with together():
        _fill(year)
        own = CalendarDay.objects.filter(date__year=year, provisional=False).exclude(source=rows[0].source)
        kept = set(own.values_list("date", flat=True))
        return _write([row for row in rows if row.date >= clock.today() and row.date not in kept], by)


def _fill(year: int) -> None:
    """A year of which nothing is written is written whole first: what one edit does not name is known, too."""
    if not CalendarDay.objects.filter(date__year=year).exists():
        CalendarDay.objects.bulk_create(days_of.official_days(year))


def _kind(day: date, working: bool) -> str:
    kinds = CalendarDay.Kind
    if day.weekday() < 5:
        return kinds.WORKDAY if working else kinds.HOLIDAY
    return kinds.MAKE_UP if working else kinds.WEEKEND


def _write(rows: Sequence[CalendarDay], by: Actor) -> int:
    there = CalendarDay.objects.in_bulk([row.date for row in rows])
    changed = [row for row in rows if _differs(there.get(row.date), row)]
    if not changed:
        return 0
    worked = {row.date: _works(there.get(row.date) or row) for row in changed}
    gained = [row.date for row in changed if _works(row) and not worked[row.date]]
    lost = [row.date for row in changed if not _works(row) and worked[row.date]]
    CalendarDay.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["kind", "name", "source", "provisional"],
    )
    days_of.forget()
    dates = [row.date.isoformat() for row in changed]
    audit.record(
        "cases.calendar", "kit.CalendarDay", dates[0], values={"last": dates[-1], "source": changed[0].source}
    )
    app.configure_task(RECOUNT_TASK, queue="events").defer(
        first=dates[0], gained=[day.isoformat() for day in gained], lost=[day.isoformat() for day in lost]
    )
    return len(changed)


def _works(row: CalendarDay) -> bool:
    return row.kind in (CalendarDay.Kind.WORKDAY, CalendarDay.Kind.MAKE_UP)


def _differs(old: CalendarDay | None, new: CalendarDay) -> bool:
    return old is None or any(
        getattr(old, name) != getattr(new, name) for name in ("kind", "name", "source", "provisional")
    )


def recount(*, first: date, gained: Iterable[date], lost: Iterable[date], by: Actor) -> int:
    """Counts the open deadlines anew that an edit of the calendar concerns; returns how many came earlier.

    A working day more brings a deadline forward by one, a day off makes none later; both in one notice are set off
    against each other. None is brought before the end of the running working day. For the background; idempotent.
    """
    days_of.forget()
    held, gained, lost = calendar(), sorted(gained), sorted(lost)
    soonest = _soonest(held)
    running = (
        Clock.objects.visible_to(by, purpose=by.work_purpose)
        .filter(
            stopped_at__isnull=True, due_at__gte=datetime.combine(first, datetime.min.time(), clock.CITY_ZONE)
        )
        .exclude(unit="hours")
        .order_by("id")
    )
    earlier = 0
    for one in running.iterator(chunk_size=2000):
        span = clock.local(one.started_at).date(), clock.local(one.due_at).date()
        more = _inside(span, gained) - _inside(span, lost)
        due = min(one.due_at, max(_counted(held, one), soonest)) if more > 0 else one.due_at
        provisional = held.provisional_between(one.started_at, due)
        if due < one.due_at or provisional != one.provisional:
            earlier += _move(one, due, provisional, by)
    return earlier


def _counted(held: WorkingCalendar, one: Clock) -> datetime:
    """When a stage is due by the calendar as it stands: its limit, extension and pauses, in the kinder order."""
    hours = one.paused_seconds / 3600
    limit = held.add(one.started_at, one.amount, one.unit).at

    def longer(at: datetime) -> datetime:
        unit = "days" if one.unit == "days" else "working_days"
        return held.add(at, one.extended, unit).at if one.extended else at

    def resumed(at: datetime) -> datetime:
        return held.add_working_hours(at, hours).at if hours else at

    return max(resumed(longer(limit)), longer(resumed(limit)))


def _soonest(held: WorkingCalendar) -> datetime:
    """The end of the running working day, or of the next one after office hours."""
    end = held.add_working_days(clock.now(), 0).at
    return end if end > clock.now() else held.add_working_days(clock.now(), 1).at


def _inside(span: tuple[date, date], days: Iterable[date]) -> int:
    """How many of the days count for a deadline: after the day it began, up to the day it ends."""
    return sum(span[0] < day <= span[1] for day in days)


def _move(one: Clock, due: datetime, provisional: bool, by: Actor) -> bool:
    """Writes a deadline, unless a move was quicker; the case's own date follows it. True when it came earlier."""
    new = {"due_at": due, "provisional": provisional}
    purpose = by.work_purpose
    mine = Clock.objects.visible_to(by, purpose=purpose).filter(pk=one.pk, due_at=one.due_at)
    if not mine.filter(stopped_at__isnull=True).update(**new):
        return False
    Case.objects.visible_to(by, purpose=purpose).filter(pk=one.case_id, due_at=one.due_at).update(
        due_at=due, due_provisional=provisional
    )
    return due < one.due_at
