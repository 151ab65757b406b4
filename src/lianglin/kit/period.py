"""Periods of figures: weeks, months, quarters, years, as half-open spans of city dates."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.reports import PeriodKind


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
    def quarter(cls, year: int, quarter: int) -> Period:
        """The calendar quarter, 1 to 4."""
        first = cls.month(year, quarter * 3 - 2)
        return cls(first.start, cls.month(year, quarter * 3).end)

    @classmethod
    def week_of(cls, day: date) -> Period:
        """The week, Monday to Sunday, that holds a day (ISO 8601)."""
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + timedelta(days=7))

    @classmethod
    def of(cls, kind: PeriodKind, day: date) -> Period:
        """The period of a kind that holds a day."""
        match kind:
            case "week":
                return cls.week_of(day)
            case "month":
                return cls.month_of(day)
            case "quarter":
                return cls.quarter(day.year, (day.month + 2) // 3)
            case "year":
                return cls.year(day.year)

    @classmethod
    def parse(cls, text: str) -> Period:
        """A period from "2026", "2026-11", "2026-Q3", "2026-W47"; ValueError with what to write otherwise."""
        part = re.fullmatch(r"(2[01]\d{2})-([QW])(\d{1,2})", text.strip())
        if part and part[2] == "Q" and 1 <= int(part[3]) <= 4:
            return cls.quarter(int(part[1]), int(part[3]))
        if part and part[2] == "W":
            with suppress(ValueError):
                return cls.week_of(date.fromisocalendar(int(part[1]), int(part[3]), 1))
        match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", text.strip())
        if match and match[2] is None and 1900 < int(match[1]) < 2200:
            return cls.year(int(match[1]))
        if match and match[2] and 1 <= int(match[2]) <= 12:
            return cls.month(int(match[1]), int(match[2]))
        raise ValueError(
            f"“{text}” is not a period. Write a year (2026), a quarter (2026-Q3), a month (2026-11) or a week (2026-W47)."
        )

    @property
    def kind(self) -> PeriodKind | None:
        """Which kind of period it is; None for any other span."""
        kinds: tuple[PeriodKind, ...] = ("year", "quarter", "month", "week")
        return next((kind for kind in kinds if self == Period.of(kind, self.start)), None)

    @property
    def code(self) -> str:
        """ "2026", "2026-11", "2026-Q3" or "2026-W47"; otherwise both dates."""
        if self == Period.year(self.start.year):
            return f"{self.start.year}"
        if self == Period.month_of(self.start):
            return f"{self.start:%Y-%m}"
        if self.kind == "quarter":
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        if self.kind == "week":
            year, week, _day = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        return f"{self.start}..{self.end}"

    def previous(self) -> Period:
        """The period of the same kind before; of any other span the month before."""
        return Period.of(self.kind or "month", self.start - timedelta(days=1))

    def a_year_before(self) -> Period:
        """同期: the same period of the year before; of a 53rd week the 52nd."""
        if self.kind == "week":
            year, week, _day = self.start.isocalendar()
            last = date(year - 1, 12, 28).isocalendar().week
            return Period.week_of(date.fromisocalendar(year - 1, min(week, last), 1))
        return Period.of(self.kind or "month", self.start.replace(year=self.start.year - 1))

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
