"""Office time for arrays of instants: the working calendar's rules, vectorised.

Instants are int64 seconds since 1970 in UTC. The same hours and the same way of counting days as the house's
calendar: the day itself does not count, a day's limit ends when offices close.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

from lianglin.appeals.seed.catalogue import Ints

EAST = 8 * 3600
"""Asia/Shanghai, without summer time since 1991."""
DAY = 86_400
_SPANS = ((8 * 3600 + 1800, 12 * 3600), (13 * 3600, 17 * 3600))
OFFICE_DAY = sum(end - begin for begin, end in _SPANS)
CLOSES = _SPANS[-1][1]
_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


@cache
def day_kind(day: date) -> tuple[bool, str]:
    """(whether offices work, kind: "workday", "make_up", "weekend" or "holiday").

    Years the library does not know count Monday to Friday, less the holidays whose dates never move.
    """
    try:
        holiday, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        if (day.month, day.day) in _FIXED:
            return False, "holiday"
        return (True, "workday") if day.weekday() < 5 else (False, "weekend")
    if holiday:
        return False, "holiday" if name else "weekend"
    return True, "make_up" if day.weekday() >= 5 else "workday"


def is_known(day: date) -> bool:
    """Whether the day's kind is officially announced."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


class WorkTime:
    """Office time between two dates; instants outside raise IndexError."""

    def __init__(self, first: date, last: date) -> None:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self.first_day = (first - date(1970, 1, 1)).days
        self.kinds = [day_kind(day) for day in days]
        self._working = np.array([working for working, _kind in self.kinds])
        self._before = np.concatenate([[0], np.cumsum(self._working)])
        """How many working days lie before each day."""
        self._nth = np.nonzero(self._working)[0]
        self._known = np.array([is_known(day) for day in days])

    def _split(self, at: Ints) -> tuple[Ints, Ints]:
        local = at + EAST
        return local // DAY - self.first_day, local % DAY

    def worked(self, at: Ints) -> Ints:
        """Office seconds from the first day to each instant."""
        day, second = self._split(at)
        inside = sum(np.clip(second, begin, end) - begin for begin, end in _SPANS)
        return self._before[day] * OFFICE_DAY + np.where(self._working[day], inside, 0)

    def instant(self, worked: Ints) -> Ints:
        """The first instant at which so many office seconds have passed (the inverse of :meth:`worked`)."""
        number, rest = np.maximum(worked - 1, 0) // OFFICE_DAY, np.maximum(worked - 1, 0) % OFFICE_DAY + 1
        morning = _SPANS[0][1] - _SPANS[0][0]
        second = np.where(rest <= morning, _SPANS[0][0] + rest, _SPANS[1][0] + rest - morning)
        return (self._nth[number] + self.first_day) * DAY + second - EAST

    def after(self, at: Ints, office_seconds: Ints) -> Ints:
        """The instant so many office seconds later."""
        return self.instant(self.worked(at) + np.maximum(office_seconds, 1))

    def by_day(self, at: Ints) -> Ints:
        """The first instant not before each that lies between offices' opening and closing hours of any day."""
        second, (opens, _noon) = (at + EAST) % DAY, _SPANS[0]
        wait = np.where(second < opens, opens - second, np.where(second > CLOSES, DAY + opens - second, 0))
        return at + wait

    def deadline(self, at: Ints, days: Ints) -> Ints:
        """When offices close on the n-th working day after the day of each instant."""
        day, _second = self._split(at)
        return (self._nth[self._before[day + 1] + days - 1] + self.first_day) * DAY + CLOSES - EAST

    def provisional(self, at: Ints) -> NDArray[np.bool_]:
        """Whether the day of an instant lies in a year that is not announced yet."""
        return ~self._known[self._split(at)[0]]
