"""Manifest types of figures: an indicator, and what its functions give back. Manifests take them from kit.domain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from lianglin.kit.guards import Text
from lianglin.kit.reports import Dimension


class Cell(NamedTuple):
    """One count of one indicator in one community and one month (its first day); ``member`` in a breakdown."""

    indicator: str
    month: date
    scope_code: str
    numerator: int
    denominator: int | None = None
    member: str = ""


class Reading(NamedTuple):
    """A figure that cannot be added up, read for one place and one month: value, and the counts behind it."""

    month: date
    scope_code: str
    value: float | None
    numerator: int
    denominator: int | None = None


@dataclass(frozen=True)
class Indicator:
    """A figure that is computed from rows and opens into them, or that another office gives (dossier 6.2).

    A rate's value is numerator / denominator; a count has denominator None. References are "module:function":

    - ``cells``(codes, span, scope_codes | None) -> iterable of :class:`Cell` for the whole months of ``span``;
      indicators that name the same function are asked for together, so that one statement can serve many.
    - ``at_level``(prefix, span, width) -> iterable of :class:`Reading`, instead of ``cells``, for what cannot be
      added up (medians, distinct persons): per month for the place ``prefix``, and for each place below it whose
      code has ``width`` digits.
    - ``rows``(code, actor, prefix, span, part, member) -> QuerySet, ordered, of the cases behind "numerator",
      "denominator" or "rest", or of rows with a ``case``, or of rows that show themselves (``as_row()`` -> title, url,
      area, state, at); opened to those who hold ``duty``.
    - ``members``() -> {member code: label} of a breakdown.
    - ``counts``(codes, span, prefix, dimension, width) -> iterable of :class:`Counted` over any span of days below
      ``prefix``, taken apart by one of ``dimensions``, by place (codes of ``width`` digits) or not at all (""). Asked
      for together by function, like ``cells``; for whole months both say the same.
    """

    code: str
    label: Text
    definition: Text
    unit: Literal["cases", "persons", "visits", "households", "percent", "hours", "objects"]
    kind: Literal["stock", "flow", "cumulative", "yoy"]
    origin: Literal["own", "imported"] = "own"
    """"imported": its rows lie elsewhere and another office gives its values as a file; then it has no ``cells``, opens
    into that file's line, and stands in no table or sum with computed ones. "yoy" (同比) is a kind of imported ones."""
    cells: str = ""
    at_level: str = ""
    over_span: str = ""
    """"module:function"(prefix, span) -> :class:`Reading` or None: the same over any span of days, for reports."""
    rows: str = ""
    duty: str = ""
    members: str = ""
    compared: str = ""
    """"module:function"(first, last) -> ((members, …), label)s: members that stand as one line where months around a
    change of the members themselves are compared (an item that was renamed or split). Rows then take "a+b"."""
    counts: str = ""
    dimensions: tuple[Dimension, ...] = ()
    numerator_label: Text = ""
    denominator_label: Text = ""
    rest_label: Text = ""
    people: bool = False
    """Counts persons or households: cells under 10 are suppressed in anything published."""
    published: bool = True
    city_only: bool = False
    """Counted for the whole city alone: its cells have the scope code "" (none when asked for single communities). A place
    or month without a cell has no figure, which is not zero."""
    target: float | None = None
    better: Literal["up", "down", ""] = ""
    definition_version: str = "1"
    r_rows: tuple[str, ...] = ()
    steward: Text = ""
