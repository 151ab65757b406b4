"""Pure rules of what is published of counts: what is hidden, and when a published number may change. No database.

What is protected of a cell is a tuple of counts (:data:`Parts`): of a figure about people its denominator, numerator and
rest, of another rate its denominator. Everything else an office publishes of its own work.

The promise, which the tests check by linear programming: whoever adds and subtracts everything that is published can not
bound a hidden count of 1 to 9 closer than 1 to 9 (decision 65).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lianglin.indicators.rules import SMALLEST, Counts

Node = tuple[str, str, str]
"""(place, breakdown, member): a place's own cell is (place, "", ""), the city's ("", "", "")."""
CITY: Node = ("", "", "")
Parts = tuple[int, ...]
"""The counts of a cell that stand for persons, or for the base of a rate; cells of one table have as many."""


@dataclass(frozen=True)
class Split:
    """Cells that add up to another one. A list of splits goes from the widest whole down."""

    whole: Node
    parts: tuple[Node, ...]


def protected(counts: Counts, *, people: bool) -> Parts:
    """What of the counts of a figure must not be known when it is small."""
    if not people:
        return () if counts.denominator is None else (counts.denominator,)
    return (
        (counts.numerator,)
        if counts.denominator is None
        else (counts.denominator, counts.numerator, counts.denominator - counts.numerator)
    )


def is_small(parts: Iterable[int]) -> bool:
    """Whether one of the counts stands for 1 to 9."""
    return any(0 < part < SMALLEST for part in parts)


def is_step(before: Iterable[int], after: Iterable[int]) -> bool:
    """Whether a change of published counts tells of nobody: each stays, or moves by ten or more."""
    return all(b == a or abs(a - b) >= SMALLEST for b, a in zip(before, after, strict=True))


def gives_away(group: Collection[Parts]) -> bool:
    """Whether hidden cells whose sum is known bound one of themselves closer than 1 to 9.

    One cell alone is its sum. Of several, each may be anything from 1 to the sum less one for every other, so that
    the sum must leave room for nine.
    """
    if len(group) < 2:
        return bool(group)
    for counts in zip(*group, strict=True):
        together, filled = sum(counts), sum(1 for count in counts if count)
        if together and together < max(SMALLEST, SMALLEST - 2 + filled):
            return True
    return False


def hide(cells: Mapping[Node, Parts], splits: Sequence[Split]) -> set[Node]:
    """Which cells are hidden.

    From below: a whole whose parts can not be protected even if all are hidden is hidden itself. From above: with a
    hidden whole all its parts are; under a shown one, as many others as it takes, smallest first. Empty cells are shown.
    """
    hidden = {node for node, parts in cells.items() if is_small(parts)}
    for split in reversed(splits):
        filled = [node for node in split.parts if any(cells[node])]
        if not hidden.isdisjoint(filled) and gives_away([cells[node] for node in filled]):
            hidden.add(split.whole)
    for split in splits:
        filled = [node for node in split.parts if any(cells[node])]
        if split.whole in hidden:
            hidden.update(filled)
            continue
        gone = [node for node in filled if node in hidden]
        others = sorted(
            (node for node in filled if node not in hidden), key=lambda n: (max(cells[n]), n), reverse=True
        )
        while gone and others and gives_away([cells[node] for node in gone]):
            gone.append(others.pop())
        hidden.update(gone)
    return hidden


Shown = Mapping[Node, Parts | None]
"""What is published of each cell: its counts, or None where it is hidden."""


def released(before: Shown, after: Shown, true: Mapping[Node, Parts], splits: Sequence[Split]) -> set[Node]:
    """The cells whose new value may replace the published one; the others stand as they were published.

    Cells of one whole are replaced together, when their whole is up to date, the same ones are hidden, and every shown
    count (and what the hidden ones are together) stays or moves by ten or more. So two publications that are laid side
    by side tell of no single late case. ``before`` and ``after`` hold every node of ``splits``; ``true`` the new counts.
    """
    fresh = {CITY} if _may_follow(before[CITY], after[CITY]) else set[Node]()
    for split in splits:
        if split.whole not in fresh or not all(_may_follow(before[n], after[n]) for n in split.parts):
            continue
        lost = [node for node in split.parts if after[node] is None]
        whole = before[split.whole]
        if lost and whole is not None:
            shown = [parts for node in split.parts if (parts := before[node]) is not None]
            width = len(true[lost[0]])
            rest = tuple(whole[at] - sum(parts[at] for parts in shown) for at in range(width))
            if not is_step(rest, tuple(sum(true[node][at] for node in lost) for at in range(width))):
                continue
        fresh.update(split.parts)
    return fresh


def _may_follow(before: Parts | None, after: Parts | None) -> bool:
    if before is None or after is None:
        return before is after
    return is_step(before, after)
