"""Deadlines in the city's working calendar, or in plain hours for urgent matters (house rule 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic

from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.models import CalendarDay

OPENS, MIDDAY_FROM, MIDDAY_TO, CLOSES = time(8, 30), time(12, 0), time(13, 0), time(17, 0)
"""Office hours of a working day (a proposal; 7.5 hours)."""
_WORKING = (CalendarDay.Kind.WORKDAY, CalendarDay.Kind.MAKE_UP)


@dataclass(frozen=True)
class Deadline:
    """When something is due, and whether the calendar behind it is still provisional."""

    at: datetime
    provisional: bool


class WorkingCalendar:
    """The calendar's rows, read once and held; :func:`calendar` gives the shared one."""

    def __init__(self, days: dict[date, tuple[bool, bool]]) -> None:
        self._days = days

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day; a day beyond the table counts Monday to Friday."""
        return self._days.get(day, (day.weekday() < 5, True))[0]

    def is_provisional(self, day: date) -> bool:
        """Whether the day's kind is not yet officially announced."""
        return self._days.get(day, (True, True))[1]

    def _deadline(self, at: datetime, start: date) -> Deadline:
        end = at.date()
        provisional = any(
            self.is_provisional(start + timedelta(days=n)) for n in range((end - start).days + 1)
        )
        return Deadline(at, provisional)

    def add_working_days(self, start: datetime, days: int) -> Deadline:
        """The end of office hours on the ``days``-th working day after the day of ``start``.

        The day itself does not count (civil procedure's way of counting days).
        """
        first = start.astimezone(CITY_ZONE).date()
        day, left = first, days
        while left > 0 or not self.is_working(day):
            day += timedelta(days=1)
            left -= self.is_working(day)
        return self._deadline(datetime.combine(day, CLOSES, CITY_ZONE), first)

    def add_working_hours(self, start: datetime, hours: float) -> Deadline:
        """``hours`` office hours after ``start``; time outside office hours does not count."""
        moment = start.astimezone(CITY_ZONE)
        first, left = moment.date(), timedelta(hours=hours)
        while True:
            for begin, end in self._spans(moment.date()):
                begin = max(begin, moment)
                if begin < end:
                    if left <= end - begin:
                        return self._deadline(begin + left, first)
                    left -= end - begin
            moment = datetime.combine(moment.date() + timedelta(days=1), time(0), CITY_ZONE)

    def add_days(self, start: datetime, days: int) -> Deadline:
        """The end of office hours on the ``days``-th calendar day after the day of ``start``.

        Where the last day is none of work, the next one that is (as the Civil Code has it, art. 203).
        """
        first = start.astimezone(CITY_ZONE).date()
        day = first + timedelta(days=days)
        while not self.is_working(day):
            day += timedelta(days=1)
        return self._deadline(datetime.combine(day, CLOSES, CITY_ZONE), first)

    def working_days_ago(self, now: datetime, days: int) -> datetime:
        """The instant before which a deadline lies that was missed so many working days ago, or longer; 0: now."""
        if days == 0:
            return now
        day = now.astimezone(CITY_ZONE).date()
        while days > 0:
            days -= self.is_working(day)
            day -= timedelta(days=1)
        return datetime.combine(day + timedelta(days=1), time(0), CITY_ZONE)

    def add(self, start: datetime, amount: float, unit: str) -> Deadline:
        """A deadline in "working_days", "working_hours", "days" of the calendar or "hours" (24/7)."""
        if unit == "days":
            return self.add_days(start, int(amount))
        if unit == "hours":
            return Deadline(start.astimezone(CITY_ZONE) + timedelta(hours=amount), False)
        if unit == "working_hours":
            return self.add_working_hours(start, amount)
        return self.add_working_days(start, int(amount))

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """Office seconds between two instants; 0 when ``end`` is not after ``start``."""
        start, end = start.astimezone(CITY_ZONE), end.astimezone(CITY_ZONE)
        total, day = 0.0, start.date()
        while day <= end.date():
            for begin, close in self._spans(day):
                total += max((min(close, end) - max(begin, start)).total_seconds(), 0.0)
            day += timedelta(days=1)
        return total

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; 0 on the same day, negative when ``end`` is past."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def provisional_between(self, start: datetime, end: datetime) -> bool:
        """Whether a day from the one to the other is not yet officially announced."""
        return self._deadline(end.astimezone(CITY_ZONE), start.astimezone(CITY_ZONE).date()).provisional

    def time_left(self, now: datetime, due: datetime, *, around_the_clock: bool = False) -> int | timedelta:
        """What is left of a promise as the "deadline" filter shows it.

        Working days in general; plain time for what runs day and night (a limit in days ends with the office
        hours, so such a one is counted in days all the same), and on the last day once it has passed.
        """
        end = due.astimezone(CITY_ZONE)
        days = self.working_days_between(now.astimezone(CITY_ZONE).date(), end.date())
        if (around_the_clock and end.time() != CLOSES) or (days == 0 and due < now):
            return due - now
        return days

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.is_working(day):
            return []
        return [
            (datetime.combine(day, OPENS, CITY_ZONE), datetime.combine(day, MIDDAY_FROM, CITY_ZONE)),
            (datetime.combine(day, MIDDAY_TO, CITY_ZONE), datetime.combine(day, CLOSES, CITY_ZONE)),
        ]


FRESH_SECONDS = 60.0
"""How long an edit of the calendar may still be unknown to another process."""

_held: tuple[float, WorkingCalendar] | None = None


def calendar() -> WorkingCalendar:
    """The city's calendar, read from the table and held by this process for a minute."""
    global _held
    if _held is None or monotonic() - _held[0] > FRESH_SECONDS:
        rows = CalendarDay.objects.values_list("date", "kind", "provisional")
        days = {day: (kind in _WORKING, provisional) for day, kind, provisional in rows}
        _held = monotonic(), WorkingCalendar(days)
    return _held[1]


def forget() -> None:
    """Lets the next :func:`calendar` read the table again (after an edit)."""
    global _held
    _held = None


def official_days(year: int) -> list[CalendarDay]:
    """The days of a year from chinesecalendar; a year it does not know comes Monday-Friday, provisional.

    Statutory holidays whose dates never move (1 Jan, 1-2 May, 1-3 Oct) are off in a provisional year too.
    """
    import chinese_calendar

    days: list[CalendarDay] = []
    day = date(year, 1, 1)
    while day.year == year:
        try:
            holiday, name = chinese_calendar.get_holiday_detail(day)
            if holiday:
                kind = CalendarDay.Kind.HOLIDAY if name else CalendarDay.Kind.WEEKEND
            else:
                kind = CalendarDay.Kind.MAKE_UP if day.weekday() >= 5 else CalendarDay.Kind.WORKDAY
            days.append(
                CalendarDay(date=day, kind=kind, name=name or "", source="chinesecalendar", provisional=False)
            )
        except NotImplementedError:
            fixed = (day.month, day.day) in {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
            kind = (
                CalendarDay.Kind.HOLIDAY
                if fixed
                else CalendarDay.Kind.WEEKEND
                if day.weekday() >= 5
                else CalendarDay.Kind.WORKDAY
            )
            days.append(
                CalendarDay(
                    date=day, kind=kind, source="provisional: weekdays less fixed holidays", provisional=True
                )
            )
        day += timedelta(days=1)
    return days
