"""Rates in parts: by channel, field, class, unit, place; for a week, a month, a quarter or a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.indicators import queries, rates, rules
from lianglin.indicators.reports import reading
from lianglin.indicators.reports.counting import Found, Key, dimensions
from lianglin.indicators.rules import Counts
from lianglin.indicators.views import asking
from lianglin.indicators.views.showing import address, side_by_side
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import HouseError, Missing
from lianglin.kit.period import Period
from lianglin.kit.reports import PLACE


@dataclass(frozen=True)
class Part:
    """One figure in one line: a rate over its two counts with its interval, or the counts alone."""

    indicator: Indicator
    found: Found

    @property
    def amount(self) -> str:
        """The rate where its base is large enough, the count of a count, else a dash."""
        counts = self.found.counts
        if counts.denominator is None:
            return str(counts.numerator)
        return f"{rules.value(counts)}%" if rates.is_rate(counts, settings.RATE_BASE) else "–"

    @property
    def interval(self) -> str:
        """The 95 % interval of a rate that is shown."""
        counts = self.found.counts
        if not rates.is_rate(counts, settings.RATE_BASE):
            return ""
        low, high = rates.wilson(counts.numerator, counts.denominator or 0) or (0.0, 0.0)
        return f"{low} – {high}"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All figures that can be taken apart, by one dimension; parts in the order of their list, never by a figure."""
    actor = asking.reader(request)
    prefix, period = asking.place_code(request, actor), _period(request)
    around = queries.surroundings(prefix, Period.month_of(period.start))
    if around is None:
        raise Missing(_("There is no such place."))
    parted = [one for one in queries.figures_of() if one.counts and one.dimensions]
    offered = _offered(parted, around.width)
    by = request.GET.get("by") or next(iter(offered), "")
    if by not in offered:
        raise Missing(_("These figures are not counted in such parts."))
    figures = [one for one in parted if by == PLACE or by in dimensions([one])]
    read = reading.parts(figures, prefix, period, by, around.width if by == PLACE else 0)
    context = {
        "place": around.place,
        "period": period,
        "by": by,
        "by_label": offered[by],
        "offered": offered.items(),
        "tables": _tables(
            figures,
            [Part(figure, read.whole[figure.code]) for figure in figures],
            _lines(figures, read.found, period, by, around),
        ),
        "least": settings.RATE_BASE,
        "counted_at": read.counted_at,
        "tabs": [
            {
                "label": label,
                "url": address("breakdown", place=prefix, period=period.code, by=code),
                "current": code == by,
            }
            for code, label in offered.items()
        ],
    }
    return render(request, "indicators/breakdown.html", context)


def _offered(figures: list[Indicator], width: int) -> dict[str, Any]:
    """Every way in which at least one figure can be taken apart."""
    found: dict[str, Any] = {PLACE: _("place")} if width else {}
    for figure in figures:
        found |= {code: one.label for code, one in dimensions([figure]).items()}
    return found


def _period(request: HttpRequest) -> Period:
    text = request.GET.get("period", "").strip()
    running = Period.month_of(clock.today())
    try:
        period = Period.parse(text) if text else running
    except ValueError as error:
        raise HouseError(
            _("This is no period. Write a week like 2026-W47, a month like 2026-11, a quarter or a year."),
            field="period",
        ) from error
    if period.start > clock.today():
        raise HouseError(_("This period has not begun. Choose one until today."), field="period")
    return period


def _part(figure: Indicator, found: Found | None) -> Part:
    return Part(figure, found or Found(Counts(0, 0 if figure.unit == "percent" else None)))


def _tables(figures: list[Indicator], whole: list[Part], lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Table by table, that none is wider than the screen: the figures of one service, every line, the sum."""
    return [
        {
            "label": label,
            "figures": figures[held],
            "lines": [{**line, "cells": line["cells"][held]} for line in lines],
            "whole": whole[held],
        }
        for label, held in (side_by_side(figures) if lines else [])
    ]


def _lines(
    figures: list[Indicator], found: dict[Key, Found], period: Period, by: str, around: Any
) -> list[dict[str, Any]]:
    if by == PLACE:
        labels: dict[str, Any] = {place.code: place.label for place in around.below if place.loaded}
    else:
        there = {part for _code, part in found}
        named = discovery.resolve(dimensions(figures)[by].members)(there)
        labels = {code: label for code, label in named.items() if code in there}
    return [
        {
            "code": code if by == PLACE else "",
            "label": label,
            "url": address("breakdown", place=code, period=period.code, by=by)
            if by == PLACE and len(code) < 12
            else "",
            "cells": [_part(figure, found.get((figure.code, code))) for figure in figures],
        }
        for code, label in labels.items()
    ]
