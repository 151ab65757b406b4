"""Days of the calendar: completed years and months, for one date and for columns of dates. Days count from 1970-01-01.

Whoever is born on 29 February completes a year on 1 March, and a month that begins on the 31st is complete on the 1st of
the month after a shorter one: completed means that the same day of the month was reached.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
PAST, FUTURE = 47_500, 7_300
"""Days before and after the day of the run for which there is a table (130 years, 20 years); others are worked out."""
EARLIEST, LATEST = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31


def day_number(on: date) -> int:
    """Days since 1970-01-01."""
    return (on - EPOCH).days


def months_between(day: int, on: date) -> int:
    """Completed months from a day to ``on``; negative (floor) when it lies ahead."""
    if not EARLIEST <= day <= LATEST:
        return int(_months(np.array([day]), on)[0])
    then = EPOCH + timedelta(days=day)
    return (on.year - then.year) * 12 + on.month - then.month - (on.day < then.day)


def last_birthday(years: int, on: date) -> int:
    """The latest day of birth of somebody who has completed so many years ``on`` that day."""
    year = on.year - years
    if year < 1:
        return int(_days_of(year, on.month, on.day))
    try:
        return day_number(on.replace(year=year))
    except ValueError:  # 29 February of a year that has none
        if year > 9999:
            return int(_days_of(year, on.month, on.day))
        return day_number(date(year, 2, 28))


def _days_of(year: int, month: int, day: int) -> int:
    start = np.datetime64(year - 1970, "Y").astype("M8[M]") + np.timedelta64(month - 1, "M")
    following = (start + 1).astype("M8[D]").astype(np.int64)
    return min(int(start.astype("M8[D]").astype(np.int64)) + day - 1, int(following) - 1)


def months_since(days: NDArray[Any], on: date) -> NDArray[np.int64]:
    """Completed months from each day to ``on``."""
    if len(days) < 16:
        return np.array([months_between(day, on) for day in days.tolist()], np.int64)
    first = day_number(on) - PAST
    if len(days) < 1024 or int(days.min()) < first or int(days.max()) >= first + PAST + FUTURE:
        return _months(days, on)
    return _table(on)[days - first]


@lru_cache(maxsize=8)
def _table(on: date) -> NDArray[np.int64]:
    """The answers for all days of a long life and some years ahead."""
    today = day_number(on)
    return _months(np.arange(today - PAST, today + FUTURE), on)


def _months(days: NDArray[np.integer], on: date) -> NDArray[np.int64]:
    each_day = days.astype(np.int64).view("M8[D]")
    month = each_day.astype("M8[M]")
    day_of_month = (each_day - month.astype("M8[D]")).view(np.int64) + 1
    whole = (on.year - 1970) * 12 + on.month - 1 - month.view(np.int64)
    return whole - (on.day < day_of_month)
