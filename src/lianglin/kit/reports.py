"""What a manifest says of figures in parts, and of the official reports that are made of them.

A manifest imports these words from :mod:`lianglin.kit.domain`, with all the others. A report is Chinese, whatever the
language of the pages: its titles and sentences stand in the manifest as they are printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Text = Any  # a str or a lazy translation

PeriodKind = Literal["week", "month", "quarter", "year"]


class Counted(NamedTuple):
    """Both counts of one figure in one part of a breakdown ("" for the figure itself), over any span of days.

    ``left_out`` counts what a recorded ruling took out of the denominator; it is in neither count.
    """

    indicator: str
    member: str
    numerator: int
    denominator: int | None = None
    left_out: int = 0


@dataclass(frozen=True)
class Dimension:
    """One way to take a figure apart: ``members`` ("module:function")(codes) -> {code: label}, in the order of listing.

    Units are listed by their code, catalogues in their own order; never by a figure.
    """

    code: str
    label: Text
    members: str
    interval: bool = False
    """The parts are compared with one another (units): a rate then stands with its Wilson interval."""


PLACE = "place"
"""The dimension every figure with ``counts`` has: the places of the next level, by code."""


@dataclass(frozen=True)
class Section:
    """One section of a report: sentences of figures, then their table, then a chart.

    Sentences hold ``{place}``, ``{period}``, ``{code}`` of a figure (value with its counts), ``{code:change}`` (against
    the period before and the same one a year ago) and ``{code:left_out}``.
    """

    title: str
    figures: tuple[str, ...]
    text: tuple[str, ...] = ()
    by: str = ""
    """Dimension of the table; "" for the figures themselves with both comparisons."""
    chart: Literal["", "bar", "line"] = ""
    """Draws the first figure of the section over the table's lines; "line": over the periods until this one."""
    level: Literal[1, 2] = 1


@dataclass(frozen=True)
class ReportDefinition:
    """An official report that posts with the duty make of their area: for which periods, of which sections."""

    code: str  # "appeals.report"
    label: Text
    title: str
    """The printed title; holds ``{place}`` and ``{period}``."""
    sections: tuple[Section, ...]
    periods: tuple[PeriodKind, ...] = ("week", "month", "quarter", "year")
    readings: tuple[str, ...] = ()
    """Figures that are computed anew for a span (``over_span``): sentences name them like a word, with value and counts."""
    version: str = "1"
