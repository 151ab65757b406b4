"""Periods of figures: days, months, quarters, years, as half-open spans of city dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lianglin.kit.clock import CITY_ZONE


@dataclass(frozen=True, order=True)
class Period:
    """``[start, end)`` in city dates."""

    start: date
    end: date

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """The calendar month."""
        return cls(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))

    @classmethod
    def month_of(cls, day: date) -> Period:
        """The calendar month that holds a day."""
        return cls.month(day.year, day.month)

    @classmethod
    def year(cls, year: int) -> Period:
        """The calendar year."""
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    @classmethod
    def parse(cls, text: str) -> Period:
        """A period from "2026", "2026-11"; ValueError with what to write otherwise."""
        match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", text.strip())
        if match and match[2] is None and 1900 < int(match[1]) < 2200:
            return cls.year(int(match[1]))
        if match and match[2] and 1 <= int(match[2]) <= 12:
            return cls.month(int(match[1]), int(match[2]))
        raise ValueError(f"“{text}” is not a period. Write a year (2026) or a month (2026-11).")

    @property
    def code(self) -> str:
        """ "2026", or "2026-11"; otherwise both dates."""
        if self == Period.year(self.start.year):
            return f"{self.start.year}"
        if self == Period.month_of(self.start):
            return f"{self.start:%Y-%m}"
        return f"{self.start}..{self.end}"

    def previous(self) -> Period:
        """The month or year before."""
        if self == Period.year(self.start.year):
            return Period.year(self.start.year - 1)
        return Period.month_of(self.start - timedelta(days=1))

    def months(self) -> list[Period]:
        """The calendar months the period is made of."""
        found, day = [], self.start
        while day < self.end:
            found.append(Period.month_of(day))
            day = found[-1].end
        return found

    def instants(self) -> tuple[datetime, datetime]:
        """The same span as instants: midnight to midnight in the city."""
        return (
            datetime.combine(self.start, time(0), CITY_ZONE),
            datetime.combine(self.end, time(0), CITY_ZONE),
        )
