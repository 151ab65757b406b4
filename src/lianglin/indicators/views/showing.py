"""Figures as pages show them: value, both counts, last year's, and the way into the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianglin.indicators import queries, rules
from lianglin.indicators.queries import Place, Sums
from lianglin.indicators.rules import Counts
from lianglin.kit import discovery
from lianglin.kit.domain import Indicator, Reading
from lianglin.kit.period import Period

COLUMNS = 8
"""Figures that one table of places or parts holds; the others follow in further ones."""
Readings = Mapping[str, Mapping[tuple[str, date], Reading]]
"""Indicator code -> (place, month) -> reading, of the figures that do not add up."""


def main() -> list[Indicator]:
    """The figures of the dashboard: those that are kept or read per month, without the breakdowns."""
    return [i for i in queries.figures_of() if not i.members and (i.cells or i.at_level)]


def breakdowns() -> list[Indicator]:
    """The figures that are shown in parts."""
    return [i for i in queries.figures_of() if i.members]


@cache
def _groups() -> dict[str, tuple[str, Any]]:
    """Indicator code -> code and label of the package that declares it."""
    return {i.code: (m.code, m.label) for m in discovery.manifests() for i in m.indicators}


def group(indicator: Indicator) -> str:
    """The package that declares a figure: by it the figures of the dashboard stand together."""
    return _groups().get(indicator.code, (indicator.code.partition(".")[0], ""))[0]


def group_label(indicator: Indicator) -> str:
    """The name of a figure's group."""
    code = group(indicator)
    return str(_groups().get(indicator.code, (code, code))[1])


def side_by_side(figures: Sequence[Indicator]) -> list[tuple[str, slice]]:
    """Which figures one table holds: those of one service, so many as a desk's screen shows; its name and their slice."""
    made: list[slice] = []
    start = 0
    for at in range(1, len(figures) + 1):
        ends = at == len(figures) or group(figures[at]) != group(figures[start])
        if ends or at - start == COLUMNS:
            made.append(slice(start, at))
            start = at
    return [(_table_label(figures, made, one), one) for one in made]


def _table_label(figures: Sequence[Indicator], made: Sequence[slice], one: slice) -> str:
    """A table's service; where a service takes more than one table, which of how many this is."""
    label = group_label(figures[one.start])
    held = [table for table in made if group(figures[table.start]) == group(figures[one.start])]
    if len(held) == 1:
        return label
    return _("%(group)s (%(number)s of %(all)s)") % {
        "group": label, "number": held.index(one) + 1, "all": len(held),
    }  # fmt: skip


def unit(indicator: Indicator) -> str:
    """The unit behind a value."""
    words = {
        "percent": "%",
        "cases": pgettext("unit", "cases"),
        "persons": pgettext("unit", "persons"),
        "visits": pgettext("unit", "visits"),
        "households": pgettext("unit", "households"),
        "hours": _("office hours"),
        "objects": pgettext("unit", "objects"),
    }
    return words[indicator.unit]


def a_year_before(month: date) -> date:
    """The same month of the year before."""
    return month.replace(year=month.year - 1)


def address(name: str, *arguments: str, **query: str) -> str:
    """A page of figures with its query; empty values are left out."""
    asked = {key: value for key, value in query.items() if value}
    return reverse(f"indicators:{name}", args=arguments) + (f"?{urlencode(asked)}" if asked else "")


@dataclass(frozen=True)
class Shown:
    """One figure in one place and month, with last year's beside it."""

    indicator: Indicator
    counts: Counts
    amount: float | int | None
    before: Counts | None = None
    url: str = ""

    @property
    def unit(self) -> str:
        """The unit in the reader's language."""
        return unit(self.indicator)

    @property
    def text(self) -> float | int | str:
        """The value, or a dash where there is no base."""
        return "–" if self.amount is None else self.amount

    @property
    def before_amount(self) -> float | int | str:
        """Last year's value, or a dash."""
        amount = None if self.before is None else rules.value(self.before)
        return "–" if amount is None else amount

    @property
    def change(self) -> str:
        """同比 in words; why there is none when a base is below 30."""
        if self.before is None:
            return "–"
        change = rules.change(self.counts, self.before)
        if change is None:
            return _("base under 30")
        if self.indicator.unit == "percent":
            return _("%(change)s points") % {"change": f"{change:+.1f}"}
        return f"{change:+.1f} %"


def of_sums(indicator: Indicator, found: Sums, month: Period, url: str = "") -> Shown:
    """A figure that adds up."""
    if indicator.city_only and (indicator.code, "", month.start) not in found.counts:
        return of_reading(indicator, None, url)
    counts = found.of(indicator, month.start)
    return Shown(indicator, counts, rules.value(counts), found.of(indicator, a_year_before(month.start)), url)


def of_reading(indicator: Indicator, reading: Reading | None, url: str = "") -> Shown:
    """A figure that was read from its rows."""
    if reading is None:
        return Shown(indicator, Counts(0, 0), None, None, url)
    amount = None if reading.value is None else rules.tenth(reading.value)
    return Shown(indicator, Counts(reading.numerator, reading.denominator), amount, None, url)


def tiles(
    figures: Iterable[Indicator], prefix: str, month: Period, found: Sums, read: Readings
) -> list[Shown]:
    """These figures of a place in a month."""
    shown = []
    for indicator in figures:
        url = address("rows", indicator.code, place=prefix, month=month.code)
        if indicator.at_level:
            shown.append(of_reading(indicator, read[indicator.code].get((prefix, month.start)), url))
        else:
            shown.append(of_sums(indicator, found, month, url))
    return shown


def trend(
    indicator: Indicator, prefix: str, months: Iterable[Period], found: Sums, read: Readings
) -> list[Shown]:
    """One figure over months, in the order of ``months``."""
    if indicator.at_level:
        readings = read[indicator.code]
        return [of_reading(indicator, readings.get((prefix, month.start)), month.code) for month in months]
    return [of_sums(indicator, found, month, month.code) for month in months]


@dataclass(frozen=True)
class Line:
    """One place in the table of the next level."""

    place: Place
    cells: list[Shown]
    url: str


def lines(
    figures: list[Indicator],
    places: Iterable[Place],
    month: Period,
    counts: Mapping[tuple[str, str], Counts],
    read: Readings,
) -> list[Line]:
    """The places below with these figures, by code; never ordered by a figure."""
    made = []
    for place in places:
        cells = []
        for indicator in figures:
            if indicator.at_level:
                cells.append(of_reading(indicator, read[indicator.code].get((place.code, month.start))))
            elif indicator.city_only:
                cells.append(of_reading(indicator, None))
            else:
                zero = Counts(0, 0 if indicator.unit == "percent" else None)
                both = counts.get((place.code, indicator.code), zero)
                cells.append(Shown(indicator, both, rules.value(both)))
        made.append(Line(place, cells, address("dashboard", place=place.code, month=month.code)))
    return made


def _compared(
    indicator: Indicator, labels: Mapping[str, Any], first: date, last: date
) -> list[tuple[tuple[str, ...], Any]]:
    """The lines of a breakdown: each member by itself, those that a change of the members made one first."""
    groups = discovery.resolve(indicator.compared)(first, last) if indicator.compared else []
    grouped = {member for members, _label in groups for member in members}
    return [*groups, *(((member,), label) for member, label in labels.items() if member not in grouped)]


def _together(indicator: Indicator, found: Sums, month: date, members: Iterable[str]) -> Counts:
    counts = [found.of(indicator, month, member) for member in members]
    return counts[0] if len(counts) == 1 else sum(counts[1:], counts[0])


def parts_of(indicator: Indicator, member: str) -> list[str]:
    """The members that one part of an address names: "a", or "a+b" where several are compared as one."""
    return member.split("+") if indicator.compared else [member]


@dataclass(frozen=True)
class Part:
    """One part of a breakdown: how many, of all parts what share, last year's count."""

    label: Any
    shown: Shown
    share: float | None


def parts(indicator: Indicator, prefix: str, month: Period, found: Sums, top: int) -> list[Part]:
    """The parts of a breakdown in the order of their list; a list longer than ``top`` by size, its ``top`` largest."""
    labels = discovery.resolve(indicator.members)()
    year_before = a_year_before(month.start)
    total = sum(found.of(indicator, month.start, member).numerator for member in labels)
    made = []
    for members, label in _compared(indicator, labels, year_before, month.end - timedelta(days=1)):
        counts = _together(indicator, found, month.start, members)
        before = _together(indicator, found, year_before, members)
        member = "+".join(members)
        url = address("rows", indicator.code, place=prefix, month=month.code, member=member)
        shown = Shown(indicator, counts, counts.numerator, before, url)
        made.append(Part(label, shown, rules.percent(counts.numerator, total)))
    if len(made) > top:
        made = sorted(made, key=lambda part: -part.shown.counts.numerator)[:top]
    return [part for part in made if part.shown.counts.numerator or part.shown.before != Counts(0)]
