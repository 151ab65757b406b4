"""From the codes of a month to the codes of today: merges add up, splits are shared out by households.

Figures are kept under the codes that were valid in their month. Two directions:

- :meth:`Crosswalk.on_todays_map` shows kept figures under today's codes;
- :meth:`Crosswalk.to_book` brings figures that were counted from rows (which carry today's codes) back to the
  codes of their month, so that every month's city total stays what the rows say.

Source of the rule: house rule 2 (identity stable, scope derived; history says which was valid when).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

Vector = tuple[int, ...]
"""Whole counts that are handed on together, each allotted by itself (numerator, rest)."""


@dataclass(frozen=True)
class Passage:
    """One change: its shares as (from code, to code) -> weight in households; empty weights count alike."""

    effective_on: date
    shares: Mapping[tuple[str, str], int]
    merge: bool = False
    id: int = 0

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The codes before, ordered."""
        return tuple(sorted({old for old, _new in self.shares}))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """The codes after, ordered."""
        return tuple(sorted({new for _old, new in self.shares}))

    @property
    def booked_on(self) -> str:
        """The code on which later corrections of months before are booked: the merged one, else the first before."""
        return self.targets[0] if self.merge else self.sources[0]

    def targets_of(self, old: str) -> list[tuple[str, int]]:
        """The codes after of one code before, ordered, with their weights."""
        return sorted((new, weight) for (o, new), weight in self.shares.items() if o == old)


@dataclass(frozen=True)
class Origin:
    """Where a shown figure comes from: the codes it was kept under, and whether it was shared out (estimated)."""

    codes: tuple[str, ...]
    on: date
    estimated: bool


def allot(total: int, weights: Iterable[int]) -> list[int]:
    """``total`` in whole parts by weight, largest remainder, the first of equals first; the parts add up to ``total``."""
    given = list(weights)
    if not any(given):
        given = [1] * len(given)
    whole, size = sum(given), abs(total)
    parts = [size * weight // whole for weight in given]
    order = sorted(range(len(given)), key=lambda n: (-(size * given[n] % whole), n))
    for n in order[: size - sum(parts)]:
        parts[n] += 1
    return parts if total >= 0 else [-part for part in parts]


@dataclass(frozen=True)
class Crosswalk:
    """All changes that were begun, oldest first."""

    passages: tuple[Passage, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of codes that are no longer in force."""

    def since(self, month: date) -> list[Passage]:
        """The changes that came into force after the first day of ``month``, oldest first."""
        return [passage for passage in self.passages if passage.effective_on > month]

    def is_target(self, code: str) -> bool:
        """Whether a code is on today's map and has a past under other codes, or as a larger or smaller place."""
        return code not in self.gone(date.min) and any(code in p.targets for p in self.passages)

    def touched(self, month: date) -> frozenset[str]:
        """Every code that a change since ``month`` names."""
        return frozenset(c for p in self.since(month) for c in (*p.sources, *p.targets))

    def kept(self, month: date) -> frozenset[str]:
        """The codes whose stored figures of ``month`` stand as they are: nothing counted today replaces them."""
        found: set[str] = set()
        for passage in self.since(month):
            found |= set(passage.sources)
            found.discard(passage.booked_on)
        return frozenset(found)

    def family(self, codes: Collection[str], month: date = date.min) -> frozenset[str]:
        """The codes and all that changes (since ``month``) tie to them, both ways: they are always counted together."""
        found, passages = set(codes), self.since(month)
        while True:
            more = {
                c
                for p in passages
                if not found.isdisjoint((*p.sources, *p.targets))
                for c in (*p.sources, *p.targets)
            }
            if more <= found:
                return frozenset(found)
            found |= more

    def before(self, code: str, month: date) -> frozenset[str]:
        """The codes of ``month`` from which the figure of today's ``code`` is made, itself included."""
        found = {code}
        for passage in reversed(self.since(month)):
            found |= {old for (old, new) in passage.shares if new in found}
        return frozenset(found)

    def gone(self, month: date) -> frozenset[str]:
        """The codes of ``month`` that are no longer on today's map."""
        gone: set[str] = set()
        for passage in self.since(month):
            gone |= set(passage.sources)
            gone -= set(passage.targets)
        return frozenset(gone)

    def origin(self, code: str, month: date) -> Origin | None:
        """How the figure of today's ``code`` in ``month`` is made up; None when no change touches it."""
        wanted, estimated, on = {code}, False, None
        for passage in reversed(self.since(month)):
            if wanted.isdisjoint(passage.targets):
                continue
            olds = {old for (old, new) in passage.shares if new in wanted}
            estimated = estimated or any(len(passage.targets_of(old)) > 1 for old in olds)
            wanted = (wanted - set(passage.targets)) | olds
            on = on or passage.effective_on
        return Origin(tuple(sorted(wanted)), on, estimated) if on else None

    def on_todays_map(self, values: Mapping[str, Vector], month: date) -> dict[str, Vector]:
        """Figures kept in ``month`` (code -> counts), under today's codes; their sum never changes."""
        shown = dict(values)
        for passage in self.since(month):
            shown = _handed_on(passage, shown)
        return shown

    def to_book(
        self, counted: Mapping[str, Vector], kept: Mapping[str, Vector], month: date
    ) -> dict[str, Vector]:
        """Figures counted from rows under today's codes, as they are stored for ``month``.

        ``kept`` are the stored figures of :meth:`kept` codes; they are not in the answer. What was counted later
        than a change is booked on :attr:`Passage.booked_on`, so that kept + booked = counted in every family.
        Where a part that was split off is merged later, months before the split are estimates, their sum is not.
        """
        passages, closed = self.since(month), self.kept(month)
        stands, state = [], {code: kept[code] for code in closed if code in kept}
        for passage in passages:
            stands.append([state[c] for c in passage.sources if c != passage.booked_on and c in state])
            state = _handed_on(passage, state)
        booked = {code: counts for code, counts in counted.items() if code not in self.touched(month)}
        own = {code: counts for code, counts in counted.items() if code not in booked}
        for passage, standing in reversed(list(zip(passages, stands, strict=True))):
            here = [own.pop(code) for code in (*passage.sources, *passage.targets) if code in own]
            total = _sum([*here, *(_minus(counts) for counts in standing)])
            if total is not None and passage.booked_on not in closed:
                own[passage.booked_on] = total
        return booked | self._balanced(own, counted, kept, month)

    def _balanced(
        self, own: dict[str, Vector], counted: Mapping[str, Vector], kept: Mapping[str, Vector], month: date
    ) -> dict[str, Vector]:
        """What is left over in a family goes to its latest change, whose code is never closed."""
        done: set[str] = set()
        for passage in reversed(self.since(month)):
            if passage.booked_on in done:
                continue
            family = self.family([passage.booked_on], month)
            done |= family
            closed = self.kept(month) & family
            due = [counted[code] for code in sorted(family) if code in counted]
            there = [own[code] for code in sorted(family) if code in own]
            there += [kept[code] for code in sorted(closed) if code in kept]
            left = _sum([*due, *(_minus(counts) for counts in there)])
            if left is not None and any(left):
                before = own.get(passage.booked_on)
                own[passage.booked_on] = _added(before, left) if before else left
        return own


def _handed_on(passage: Passage, values: Mapping[str, Vector]) -> dict[str, Vector]:
    """Figures before a change, under the codes after it."""
    shown = dict(values)
    handed: list[tuple[str, Vector]] = []
    for old in passage.sources:
        if old not in shown:
            continue
        counts, targets = shown.pop(old), passage.targets_of(old)
        columns = [allot(part, [weight for _new, weight in targets]) for part in counts]
        handed += [(new, tuple(column[n] for column in columns)) for n, (new, _w) in enumerate(targets)]
    for new, counts in handed:
        shown[new] = _added(shown[new], counts) if new in shown else counts
    return shown


def _added(left: Vector, right: Vector) -> Vector:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _minus(counts: Vector) -> Vector:
    return tuple(-part for part in counts)


def _sum(vectors: list[Vector]) -> Vector | None:
    total: Vector | None = None
    for vector in vectors:
        total = vector if total is None else _added(total, vector)
    return total
