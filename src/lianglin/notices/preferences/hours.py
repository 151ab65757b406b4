"""When a message may be sent: quiet hours on the city's clocks. Pure; China has one zone and no summer time."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from lianglin.kit.clock import CITY_ZONE

Quiet = tuple[time, time]
"""From when until when nothing goes out; from is later than until over midnight; equal: no quiet hours."""
_WRITTEN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
LONGEST = timedelta(hours=16)
"""Somebody's own quiet hours leave eight hours a day in which they can be told."""


def read(text: str) -> Quiet:
    """ "21:00-08:00" as two times of day; ValueError for anything else. "" is no quiet hours."""
    if not text.strip():
        return time(0), time(0)
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"“{text}” is not written like 21:00-08:00")
    first, second, third, fourth = (int(part) for part in found.groups())
    return time(first, second), time(third, fourth)


def length(quiet: Quiet) -> timedelta:
    """How long they last."""
    start, end = (one.hour * 60 + one.minute for one in quiet)
    return timedelta(minutes=(end - start) % 1440)


def is_quiet(at: datetime, quiet: Quiet) -> bool:
    """Whether an instant lies in them; the end does not."""
    start, end = quiet
    now = at.astimezone(CITY_ZONE).time()
    return start <= now < end if start <= end else now >= start or now < end


def next_allowed(at: datetime, quiet: Quiet) -> datetime:
    """The instant itself, or the end of the quiet hours it lies in."""
    if not is_quiet(at, quiet):
        return at
    local = at.astimezone(CITY_ZONE)
    end = datetime.combine(local.date(), quiet[1], CITY_ZONE)
    return (end if end > local else end + timedelta(days=1)).astimezone(at.tzinfo)


def tomorrow(at: datetime, quiet: Quiet) -> datetime:
    """The first allowed minute of the next day."""
    local = at.astimezone(CITY_ZONE)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(0), CITY_ZONE)
    return next_allowed(midnight, quiet).astimezone(at.tzinfo)
