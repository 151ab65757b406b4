"""Opening hours: dated weekly rules, exceptions, and the working calendar. Asia/Shanghai has no summer time.

The day decides, in this order: an exception of the date; a public holiday (only rules that say so); a make-up
workday on a weekend (rules that cover Monday to Friday hold, and those of the weekday itself); the weekday.
Hours that close at or before they open end on the next day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
HORIZON = 60
"""Days that are searched for the next opening."""
DayKind = Literal["workday", "make_up", "weekend", "holiday"]
WORKDAYS = frozenset(range(5))


@dataclass(frozen=True)
class Weekly:
    """One rule: ``days`` 0 Monday to 6 Sunday, local times, in force on [valid_from, valid_to)."""

    days: frozenset[int]
    opens: time
    closes: time
    on_holidays: bool = False
    valid_from: date = date.min
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the rule's dates hold a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Special:
    """Hours of one date that replace the rules; without times: closed."""

    day: date
    opens: time | None = None
    closes: time | None = None


Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Status:
    """Open or not at an instant; ``until`` the next turn, None when none comes within 60 days."""

    open: bool
    until: datetime | None


@dataclass(frozen=True)
class Hours:
    """All hours of one place. ``kinds`` names days that differ from their weekday (of the working calendar)."""

    rules: tuple[Weekly, ...] = ()
    specials: tuple[Special, ...] = ()
    kinds: Mapping[date, DayKind] | None = None

    def kind_of(self, day: date) -> DayKind:
        """The kind of a day; beyond the calendar Monday to Friday are workdays."""
        return (self.kinds or {}).get(day) or ("workday" if day.weekday() in WORKDAYS else "weekend")

    def spans(self, day: date) -> list[Span]:
        """The hours that begin on a day, in order, those that touch put together."""
        special = [s for s in self.specials if s.day == day]
        if special:
            pairs = [(s.opens, s.closes) for s in special if s.opens is not None and s.closes is not None]
        else:
            pairs = [(rule.opens, rule.closes) for rule in self.rules if self._holds(rule, day)]
        return _joined(_span(day, opens, closes) for opens, closes in pairs)

    def _holds(self, rule: Weekly, day: date) -> bool:
        if not rule.in_force(day):
            return False
        kind = self.kind_of(day)
        if kind == "holiday":
            return rule.on_holidays and day.weekday() in rule.days
        return day.weekday() in rule.days or (kind == "make_up" and rule.days >= WORKDAYS)

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at an instant (aware); the closing minute itself is closed."""
        return any(begin <= at < end for begin, end in self._around(at))

    def status(self, at: datetime) -> Status:
        """Open until when, or closed until when."""
        spans = self._around(at, HORIZON)
        now = next((span for span in spans if span[0] <= at < span[1]), None)
        if now is not None:
            return Status(True, now[1] if now[1] < at + timedelta(days=HORIZON) else None)
        return Status(False, next((begin for begin, _end in spans if begin > at), None))

    def _around(self, at: datetime, ahead: int = 0) -> list[Span]:
        first = at.astimezone(ZONE).date() - timedelta(days=1)
        return _joined(span for n in range(ahead + 2) for span in self.spans(first + timedelta(days=n)))

    def week(self, day: date) -> list[tuple[date, list[Span]]]:
        """The seven days from a day on, each with its hours."""
        days = [day + timedelta(days=n) for n in range(7)]
        return [(one, self.spans(one)) for one in days]


def _span(day: date, opens: time, closes: time) -> Span:
    end = day if closes > opens else day + timedelta(days=1)
    return datetime.combine(day, opens, ZONE), datetime.combine(end, closes, ZONE)


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def parse_days(text: str) -> frozenset[int]:
    """ "12345" as {0, 1, 2, 3, 4}; ValueError for anything else."""
    if not text or not set(text) <= set("1234567") or len(set(text)) != len(text):
        raise ValueError(
            f"“{text}” names no days. Write the numbers of the days, 1 Monday to 7 Sunday, like 12345."
        )
    return frozenset(int(c) - 1 for c in text)
