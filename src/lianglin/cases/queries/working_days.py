"""The working calendar as a page shows it: the days that are not as their weekday says, run by run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from lianglin.kit.models import CalendarDay

NAMES = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "National Day": _("National Day"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
}
"""The holidays as chinesecalendar names them; what a city writes stands as it was written."""
SOURCES = {
    "chinesecalendar": _("as announced (table of the software)"),
    "provisional: weekdays less fixed holidays": _("not announced yet"),
}
"""Where the days that nobody wrote come from."""


@dataclass(frozen=True)
class Run:
    """Days in a row of one kind, name and source."""

    first: date
    last: date
    kind: str
    name: str
    source: str

    @property
    def working(self) -> bool:
        """Whether offices work on these days."""
        return self.kind == CalendarDay.Kind.MAKE_UP

    @property
    def title(self) -> str:
        """The holiday in the reader's language."""
        return str(NAMES.get(self.name, self.name))

    @property
    def notice(self) -> str:
        """The notice, or in the reader's language where the day comes from."""
        return str(SOURCES.get(self.source, self.source))

    @property
    def days(self) -> int:
        """How many days they are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Year:
    """One year: what is out of the ordinary, and whether its days are announced."""

    year: int
    runs: list[Run]
    written: bool
    provisional: bool


def years(first: int, last: int) -> list[Year]:
    """The years from the one to the other, each with its runs in order. One statement."""
    rows = list(CalendarDay.objects.filter(date__year__gte=first, date__year__lte=last).order_by("date"))
    found = []
    for year in range(first, last + 1):
        own = [row for row in rows if row.date.year == year]
        found.append(Year(year, _runs(own), bool(own), any(row.provisional for row in own)))
    return found


def _runs(rows: list[CalendarDay]) -> list[Run]:
    special = [row for row in rows if row.kind in (CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.MAKE_UP)]

    def belongs(pair: tuple[int, CalendarDay]) -> tuple[date, str, str, str]:
        at, row = pair
        return row.date - timedelta(days=at), row.kind, row.name, row.source

    runs = []
    for (_start, kind, name, source), group in groupby(enumerate(special), belongs):
        days = [row.date for _at, row in group]
        runs.append(Run(days[0], days[-1], kind, name, source))
    return runs
