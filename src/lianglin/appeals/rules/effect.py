"""Whether a measure helped: exact intervals of counts over the same season, before and after, beside the rest of the city.

Pure: numbers in, numbers out. What the words mean, and what they do not claim, stands in decision 0026.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

ENOUGH = 20
"""Cases in both spans together under which no effect is told."""
OFTEN = 10
"""Cases of a season under which "frequent" is not told."""
SHORTEST = 28
"""Days after a measure before its effect can be told."""
LONGEST = 365
"""Days of a span at most: the season before then ends before the measure began."""
RECENT = 60
"""Days that the nightly look at a closed class counts."""
LEVEL = 0.95


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def years_before(self, years: int = 1) -> Span:
        """The same days of an earlier year: the same season. 29 February becomes the 28th."""
        return Span(_earlier(self.first, years), _earlier(self.last, years))


def _earlier(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29):
        day = day - timedelta(days=1)
    return day.replace(year=day.year - years)


@dataclass(frozen=True)
class Counted:
    """Cases in a span of days; ``burst``: by how much daily counts swing beyond chance (1.0: not at all)."""

    cases: int
    days: int
    burst: float = 1.0


@dataclass(frozen=True)
class Ratio:
    """How the rate per day changed: later / earlier, with its interval; None where nothing stands to divide by."""

    value: float | None
    low: float
    high: float | None

    @property
    def fell(self) -> bool:
        """Whether it fell beyond chance."""
        return self.high is not None and self.high < 1

    @property
    def rose(self) -> bool:
        """Whether it rose beyond chance."""
        return self.low > 1


def burst(daily: Sequence[int]) -> float:
    """By how much weekly counts swing beyond a Poisson count, at least 1.

    From differences of neighbouring weeks (so that a season's rise and fall does not count): the mean square
    difference over twice the mean. One broken pipe brings thirty reports at once; thirty reports are then not thirty
    independent ones, and an interval that took them for it would be too narrow.
    """
    weeks = [sum(daily[at : at + 7]) for at in range(0, len(daily) - 6, 7)]
    mean = sum(weeks) / len(weeks) if weeks else 0.0
    if len(weeks) < 3 or mean == 0:
        return 1.0
    swing = sum((b - a) ** 2 for a, b in pairwise(weeks)) / (len(weeks) - 1)
    return max(1.0, swing / (2 * mean))


def ratio(before: Counted, after: Counted, level: float = LEVEL) -> Ratio:
    """The rate ratio after / before with the exact conditional interval (Clopper-Pearson on the share of the cases).

    Given both counts together, how many fall into the later span is binomial under two Poisson rates; bursts divide
    the counts first, which widens the interval. 0 cases later give 0 as the value and a finite upper bound.
    """
    from scipy.special import betaincinv  # 60 MB that no process needs which measures no effect

    swing = max(before.burst, after.burst)
    early, late = before.cases / swing, after.cases / swing
    scale, tail = before.days / after.days, (1 - level) / 2
    low = float(betaincinv(late, early + 1, tail)) if late else 0.0
    high = float(betaincinv(late + 1, early, 1 - tail)) if early else 1.0
    return Ratio(
        value=late / early * scale if early else None,
        low=low / (1 - low) * scale if low < 1 else 0.0,
        high=high / (1 - high) * scale if high < 1 else None,
    )


def beside(own: tuple[Counted, Counted], rest: tuple[Counted, Counted], level: float = LEVEL) -> Ratio:
    """The ratio here over the ratio in the rest of the city, with a cautious interval.

    Each of the two has an interval at the half of the error; their ends are divided by each other, so that the level
    holds whatever the counts are (Bonferroni), zero included.
    """
    sharper = 1 - (1 - level) / 2
    here, there = ratio(*own, level=sharper), ratio(*rest, level=sharper)
    value = here.value / there.value if here.value is not None and there.value else None
    low = here.low / there.high if there.high else 0.0
    high = here.high / there.low if here.high is not None and there.low > 0 else None
    return Ratio(value, low, high)


TOO_EARLY, TOO_FEW, FELL, AS_ELSEWHERE, SAME, ROSE = (
    "too_early", "too_few", "fell", "as_elsewhere", "same", "rose",
)  # fmt: skip
CANNOT_TELL = (TOO_EARLY, TOO_FEW, AS_ELSEWHERE, SAME)


def verdict(own: tuple[Counted, Counted], rest: tuple[Counted, Counted]) -> str:
    """What can be said honestly of (before, after) here and in the rest of the city, which had no such measure.

    ``fell`` only where the fall is beyond chance and beyond what the rest of the city saw in the same season; where the
    rest has too few cases to compare, a fall beyond chance alone does not do. A rise is told without comparison.
    """
    before, after = own
    if after.days < SHORTEST:
        return TOO_EARLY
    if before.cases + after.cases < ENOUGH:
        return TOO_FEW
    change = ratio(before, after)
    if change.rose:
        return ROSE
    if not change.fell:
        return SAME
    return FELL if beside(own, rest).fell else AS_ELSEWHERE


NOT_ENOUGH, FREQUENT, USUAL, NOT_RECORDED = "not_enough", "frequent", "usual", "not_recorded"


def frequency(before: Counted, now: Counted) -> str:
    """高频: many, and more than in the same season a year ago beyond chance. Says nothing of how many people asked."""
    if now.cases < OFTEN:
        return NOT_ENOUGH
    return FREQUENT if ratio(before, now).rose else USUAL


def rises_again(season_before: Counted, recent: Counted, reached: float) -> bool:
    """Whether a closed class is above the level it was closed at: the recent count against the same season before the
    fix, beyond chance, and on at least :data:`OFTEN` cases. ``reached``: the ratio it was closed with."""
    return recent.cases >= OFTEN and ratio(season_before, recent).low > reached
