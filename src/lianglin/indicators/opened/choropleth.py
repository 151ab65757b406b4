"""One figure and month over the places in a place: classes, legend, list. Of what is published, or of the own area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianglin.indicators import queries, rates, rules
from lianglin.indicators.models import PublishedValue
from lianglin.indicators.opened import classes, shapes
from lianglin.indicators.opened.classes import Scale
from lianglin.indicators.opened.shapes import Drawing
from lianglin.indicators.queries import Place, Surroundings
from lianglin.indicators.rules import Counts
from lianglin.kit.domain import Indicator

HIDDEN, NONE = "hidden", "none"
"""Classes beside the numbered ones: not shown; no data."""


@dataclass(frozen=True)
class Area:
    """One place: its number in the drawing, its value and counts, and its class."""

    number: int
    place: Place
    amount: float | int | None
    counts: Counts | None
    tone: str
    url: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """How far a rate may lie from its long run by chance alone (95 %)."""
        if self.counts is None or self.counts.denominator is None:
            return None
        return rates.wilson(self.counts.numerator, self.counts.denominator)


@dataclass(frozen=True)
class Map:
    """What a page draws and lists."""

    indicator: Indicator
    areas: list[Area]
    legend: list[tuple[str, str]]
    drawing: Drawing | None

    @property
    def outlines(self) -> list[tuple[Any, Area]]:
        """The outlines with what stands in them."""
        by_code = {area.place.code: area for area in self.areas}
        return (
            [(o, by_code[o.code]) for o in self.drawing.outlines if o.code in by_code] if self.drawing else []
        )


Value = Counts | str | None
"""The counts of a place; "hidden" where they are not shown; None without data."""


def made(
    indicator: Indicator, around: Surroundings, values: Mapping[str, Value], urls: Mapping[str, str]
) -> Map:
    """The map of the places below, each in the class of its value."""
    amounts = {code: rules.value(v) for code, v in values.items() if isinstance(v, Counts)}
    known = [amount for amount in amounts.values() if amount is not None]
    scale = classes.scale(known, whole=indicator.unit != "percent")
    areas = []
    for number, place in enumerate(around.below, 1):
        value, amount = values.get(place.code), amounts.get(place.code)
        tone = HIDDEN if value == HIDDEN else NONE
        if amount is not None and scale is not None:
            tone = str(scale.of(amount))
        counts = value if isinstance(value, Counts) else None
        areas.append(Area(number, place, amount, counts, tone, urls.get(place.code, "")))
    return Map(indicator, areas, _legend(indicator, scale, areas), shapes.drawing(around.below))


def _legend(indicator: Indicator, scale: Scale | None, areas: Sequence[Area]) -> list[tuple[str, str]]:
    sign = "%" if indicator.unit == "percent" else ""
    told: list[tuple[str, str]] = []
    limits = scale.limits() if scale else []
    amounts = {area.amount for area in areas if area.amount is not None}
    if len(amounts) == 1:  # no interval: every place says the same
        told, limits = (
            [(next(area.tone for area in areas if area.amount is not None), f"{amounts.pop():g}{sign}")],
            [],
        )
    for at, (low, high) in enumerate(limits):
        last = at == len(limits) - 1
        words = _("%(low)s to %(high)s") if last else _("%(low)s to under %(high)s")
        told.append((str(at), words % {"low": f"{low:g}{sign}", "high": f"{high:g}{sign}"}))
    used = {area.tone for area in areas}
    told += [(HIDDEN, _("not shown"))] if HIDDEN in used else []
    return told + ([(NONE, _("no data"))] if NONE in used else [])


def of_published(
    places: Sequence[Place],
    indicator: Indicator,
    cells: Mapping[Any, PublishedValue],
    month: Any,
    *,
    told: bool,
) -> dict[str, Value]:
    """The published values of places; what has no row in a published month counted nothing."""
    found: dict[str, Value] = {}
    zero = Counts(0, 0 if indicator.unit == "percent" else None)
    for place in places:
        row = cells.get((place.code, indicator.code, "", month))
        if row is None:
            found[place.code] = zero if told and place.loaded and not place.made_of else None
        elif row.hidden or row.numerator is None:
            found[place.code] = HIDDEN
        else:
            found[place.code] = Counts(row.numerator, row.denominator)
    return found


def of_own_area(around: Surroundings, indicator: Indicator, month: Any) -> dict[str, Value]:
    """The values of the places below as the desk counts them: a post's own work is never hidden from it."""
    counted = queries.by_place(around.place.code, around.width, [indicator], month)
    zero = Counts(0, 0 if indicator.unit == "percent" else None)
    return {
        place.code: counted.get((place.code, indicator.code), zero) if place.loaded else None
        for place in around.below
    }
