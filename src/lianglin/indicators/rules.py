"""Pure rules of figures: rounding, comparing with last year, hiding small cells. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SMALLEST = 10
"""Cells of fewer persons or households are never published (house rule 7)."""
SMALLEST_BASE = 30
"""With a smaller base no rate of change is given (dossier 6.1)."""


@dataclass(frozen=True)
class Counts:
    """The two counts behind a figure; ``denominator`` is None where nothing is divided."""

    numerator: int
    denominator: int | None = None

    def __add__(self, other: Counts) -> Counts:
        if self.denominator is None and other.denominator is None:
            return Counts(self.numerator + other.numerator)
        return Counts(self.numerator + other.numerator, (self.denominator or 0) + (other.denominator or 0))

    @property
    def base(self) -> int:
        """What the figure is about: the denominator of a rate, else the count."""
        return self.numerator if self.denominator is None else self.denominator

    @property
    def rest(self) -> int | None:
        """What of the denominator is not in the numerator."""
        return None if self.denominator is None else self.denominator - self.numerator


def as_parts(counts: Counts) -> tuple[int, int]:
    """Numerator and rest: what can be shared out part by part without a numerator above its denominator."""
    return counts.numerator, counts.rest or 0


def of_parts(parts: tuple[int, ...], *, divided: bool) -> Counts:
    """The counts of a numerator and a rest."""
    return Counts(parts[0], parts[0] + parts[1] if divided else None)


def percent(numerator: int, denominator: int) -> float | None:
    """A rate in percent, one decimal, half up; None of nothing."""
    if denominator <= 0:
        return None
    exact = Decimal(numerator) * 100 / Decimal(denominator)
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def tenth(value: float) -> float:
    """A number with one decimal, half up."""
    return float(Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def value(counts: Counts) -> float | int | None:
    """The figure of two counts: a rate in percent, or the count itself."""
    if counts.denominator is None:
        return counts.numerator
    return percent(counts.numerator, counts.denominator)


def change(now: Counts, before: Counts) -> float | None:
    """同比: percent of change of a count, or percentage points between two rates; None with a base below 30."""
    if now.denominator is None:
        if before.numerator < SMALLEST_BASE:
            return None
        return percent(now.numerator - before.numerator, before.numerator)
    if min(now.base, before.base) < SMALLEST_BASE:
        return None
    exact = Decimal(now.numerator * 100) / now.base - Decimal(before.numerator * 100) / before.base
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


# --- hiding small cells ------------------------------------------------------------------------------------

FEW, GUARD = "few", "guard"


def is_small(counts: Counts, *, people: bool) -> bool:
    """Whether a cell is too small to publish.

    Figures about people: any of the counts (what is left of the denominator too) stands for 1 to 9 persons.
    Other rates: fewer than ten in the denominator. Other counts, an office's own work, are never small.
    """
    told = [counts.denominator or 0]
    if people:
        told += [counts.numerator, counts.rest or 0]
    return any(0 < count < SMALLEST for count in told)


def hide_siblings(cells: Mapping[str, Counts], *, people: bool) -> dict[str, str]:
    """Which of several cells that add up to a published total are hidden, and why.

    Small ones are; then, smallest first, as many others as it takes that nobody can bound one of them closer than 1 to 9
    from the total. Empty cells are shown. What goes to the public for good is hidden by ``opened.suppression``.
    """
    filled = {code: counts for code, counts in cells.items() if counts.base}
    hidden = {code: FEW for code, counts in filled.items() if is_small(counts, people=people)}
    others = sorted(
        (code for code in filled if code not in hidden), key=lambda code: (filled[code].base, code)
    )
    while hidden and others and _gives_away([filled[code] for code in hidden], people=people):
        hidden[others.pop(0)] = GUARD
    return hidden


def _gives_away(group: list[Counts], *, people: bool) -> bool:
    if len(group) < 2:
        return True
    columns: list[list[int]] = [[counts.denominator or 0 for counts in group]]
    if people:
        columns += [[counts.numerator for counts in group], [counts.rest or 0 for counts in group]]
    return any(0 < sum(column) < max(SMALLEST, SMALLEST - 2 + sum(map(bool, column))) for column in columns)
