"""One household from the plan's integers straight to the rows worth keeping: no arrays between.

The same rows as ``Result.sparse`` of a run over this household alone (tests hold the two against each other), for the
moment at which one fact changed and everything must be matched anew within milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from lianglin.engines.eligibility.exclusions import PER_YEAR
from lianglin.engines.eligibility.one_household import Plain, planes_of
from lianglin.engines.eligibility.operations import Number, Row, inputs, needed
from lianglin.engines.eligibility.package import MAY, NOT, UNKNOWN
from lianglin.engines.eligibility.setting import Block

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lianglin.engines.eligibility.planning import Plan, PlannedMeasure
    from lianglin.engines.eligibility.population import Population
    from lianglin.engines.eligibility.program import Bound

INT64 = 2**63 - 1
LEAST, CLIP = -(2**63), 2**58
MOST_PARTS, MOST_AREAS = 64, 4_096
OF_THE_DAY = frozenset({"TODAY", "CUT", "MONTHS"})


class Kept(NamedTuple):
    """A row of SPARSE; ``measure`` and ``excluded_by`` are places in the package, ``member`` a place in the household."""

    measure: int
    member: int | None
    answer: int
    failed: int
    unknown: int
    amount: int | None
    away: int
    excluded_by: int | None


class _Side(NamedTuple):
    may: bool
    unknown: bool
    yearly: int
    priced: bool


_NOTHING = _Side(False, False, 0, False)


@dataclass(frozen=True)
class OneHome:
    """The answers for one household. ``held``: planes by their places in the plan, bit j for member j."""

    bound: Bound
    population: Population
    held: dict[int, int]

    def rows(self) -> list[Kept]:
        """As ``Result.sparse``: a household before its members, measures in the package's order."""
        plan, setting = self.bound.program.plan, self.bound.setting
        found: list[Kept] = []
        for place, planned in enumerate(plan.measures):
            if not setting.active[place]:
                continue
            may = self.held[planned.answer.true]
            if may:
                found += [self._may(place, planned, bit) for bit in _set(may)]
            found += self._near(place, planned)
        return sorted(found, key=_order)

    def state(self, place: int, member: int) -> tuple[int, int, int]:
        """(answer, failed, unknown) of a measure for a member (or for the household: 0)."""
        planned = self.bound.program.plan.measures[place]
        if not self.bound.setting.active[place]:
            return NOT, 0, 0
        answer = UNKNOWN + self._bit(planned.answer.true, member) - self._bit(planned.answer.false, member)
        return answer, *self._masks(planned, member)

    def may(self, place: int) -> int:
        """The plane of those for whom a measure answers MAY."""
        active = self.bound.setting.active[place]
        return self.held[self.bound.program.plan.measures[place].answer.true] if active else 0

    def _may(self, place: int, planned: PlannedMeasure, bit: int) -> Kept:
        member = bit if planned.answer.row == "P" else None
        fen, known = self._price(planned, bit)
        return Kept(place, member, MAY, 0, 0, fen if known else None, 0, self._excluded(place, bit))

    def _near(self, place: int, planned: PlannedMeasure) -> list[Kept]:
        """One unknown condition away, or one failed condition that something can be done about."""
        held, row = self.held, planned.answer.row
        full = self._full if row == "P" else 1
        failed = failed_twice = unknown = unknown_twice = doable = 0
        actionable = self.bound.program.actionable[place]
        for at, pair in enumerate(planned.conditions):
            true, false = held[pair.true], held[pair.false]
            if pair.row != row:
                true, false = (full if true else 0), (full if false else 0)
            neither = full & ~(true | false)
            failed_twice |= failed & false
            failed |= false
            unknown_twice |= unknown & neither
            unknown |= neither
            if at in actionable:
                doable |= false
            if not full & ~((failed & unknown) | failed_twice | unknown_twice):
                return []
        one_unknown = unknown & ~unknown_twice & ~failed
        one_failed = failed & ~failed_twice & ~unknown & doable
        found: list[Kept] = []
        for bit in _set(one_unknown | one_failed):
            away = 1 if one_unknown >> bit & 1 else 2
            masks = self._masks(planned, bit)
            member = bit if row == "P" else None
            found.append(Kept(place, member, UNKNOWN if away == 1 else NOT, *masks, None, away, None))
        return found

    def _masks(self, planned: PlannedMeasure, member: int) -> tuple[int, int]:
        failed = unknown = 0
        for at, pair in enumerate(planned.conditions):
            bit = member if pair.row == "P" else 0
            false = self.held[pair.false] >> bit & 1
            failed |= false << at
            unknown |= (1 - (false | self.held[pair.true] >> bit & 1)) << at
        return failed, unknown

    def _bit(self, place: int, member: int) -> int:
        return self.held[place] >> member & 1

    # --- amounts ---

    def _price(self, planned: PlannedMeasure, member: int) -> tuple[int, bool]:
        if planned.amount is None:
            return 0, False
        fen, known = self._amount(planned.amount)
        number = fen[member] if isinstance(fen, list) else fen
        is_known = known is None or bool(known[0] >> (member if known[1] == "P" else 0) & 1)
        return (number, True) if is_known and abs(number) <= INT64 else (0, False)

    def _amount(self, number: Number) -> tuple[Any, tuple[int, Row] | None]:
        made = self._amounts.get(number)
        if made is None:
            made = self._amounts[number] = self._computed(number)
        return made

    def _computed(self, number: Number) -> tuple[Any, tuple[int, Row] | None]:
        program = self.bound.program
        ops, plain = program.plan.ops, program.directly.amount(number)
        values = self._run(plain)
        if number.known is None:
            return values[0], None
        known: Row = "P" if ops[number.known].row == "P" else "H"
        return values[0], (values[-1], known)

    def _run(self, plain: Plain) -> tuple[Any, ...]:
        return planes(self.bound, self.population, plain)

    @cached_property
    def _amounts(self) -> dict[Number, tuple[Any, tuple[int, Row] | None]]:
        return {}

    @cached_property
    def _full(self) -> int:
        return (1 << len(self.population.person_ids)) - 1

    # --- exclusions, as in exclusions.py ---

    def _excluded(self, own: int, member: int) -> int | None:
        yields, groups = self.bound.program.exclusions[own]
        if not yields and not groups:
            return None
        level = self.bound.program.plan.measures[own].answer.row
        by = next((place for place in yields if self._side(place, level, member, priced=False).may), None)
        for group in groups if by is None else ():
            best = self._highest([(place, self._side(place, level, member, priced=True)) for place in group])
            if by is None and best is not None and best != own:
                by = best
        return by

    @staticmethod
    def _highest(sides: Iterable[tuple[int, _Side]]) -> int | None:
        best, most = None, LEAST
        for place, side in sides:
            if side.may and not side.priced:
                return None
            if side.may and (best is None or side.yearly > most):
                best, most = place, side.yearly
        return best

    def _side(self, place: int, level: Row, member: int, *, priced: bool) -> _Side:
        program = self.bound.program
        planned, measure = program.plan.measures[place], program.package.measures[place]
        if not self.bound.setting.active[place]:
            return _NOTHING
        times = PER_YEAR.get(measure.amount.every, 1)
        row = planned.answer.row
        if row == "P" and level == "H":
            return self._members(planned, times, priced=priced)
        at = member if row == "P" else 0
        may = bool(self._bit(planned.answer.true, at))
        unknown = not may and not self._bit(planned.answer.false, at)
        fen, known = self._price(planned, at) if priced else (0, True)
        return _Side(may, unknown, _clipped(fen) * times, known)

    def _members(self, planned: PlannedMeasure, times: int, *, priced: bool) -> _Side:
        may = self.held[planned.answer.true]
        unknown = self._full & ~may & ~self.held[planned.answer.false]
        prices = [self._price(planned, bit) if priced else (0, True) for bit in _set(may)]
        best = max((_clipped(fen) * times for fen, _known in prices), default=0)
        sure = bool(prices) and all(known for _fen, known in prices)
        return _Side(bool(may), bool(unknown) and not may, best, sure)


def _clipped(fen: int) -> int:
    return max(-CLIP, min(CLIP, fen))


def _set(plane: int) -> list[int]:
    found: list[int] = []
    while plane:
        low = plane & -plane
        found.append(low.bit_length() - 1)
        plane ^= low
    return found


def _order(row: Kept) -> tuple[int, int]:
    return (-1 if row.member is None else row.member, row.measure)


def planes(bound: Bound, population: Population, plain: Plain) -> tuple[Any, ...]:
    """What a made function says of a population of one household."""
    local = bound.local(population.area_codes)
    return planes_of(plain, bound.setting, local, population, Block(0, len(population.person_ids), 0, 1))


def one_home(bound: Bound, population: Population, plain: Plain) -> OneHome:
    """Runs some of the plan over a population of one household; ValueError when a column has the wrong type."""
    if len(population.household_ids) != 1:
        raise ValueError("The direct path takes one household.")
    population.check()
    return OneHome(bound, population, dict(zip(plain.outputs, planes(bound, population, plain), strict=True)))


class Directly:
    """Functions made from parts of a plan, each compiled when it is first asked for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._amounts: dict[Number, Plain] = {}
        self._some: dict[frozenset[int], Plain] = {}
        self._moved: dict[tuple[date, date, tuple[str, ...]], frozenset[int]] = {}

    def amount(self, number: Number) -> Plain:
        """What an amount is, and where it is known."""
        plain = self._amounts.get(number)
        if plain is None:
            places = [place for place in (number.num, number.known) if place is not None]
            outputs: dict[int, Row] = {place: self.plan.ops[place].row for place in places}
            plain = self._amounts[number] = Plain.of(self.plan.ops, outputs)
        return plain

    def some(self, measures: frozenset[int]) -> Plain:
        """Conditions and answers of some measures only."""
        plain = self._some.get(measures)
        if plain is None:
            chosen = [self.plan.measures[place] for place in sorted(measures)]
            pairs = [pair for planned in chosen for pair in (*planned.conditions, planned.answer)]
            outputs: dict[int, Row] = {place: pair.row for pair in pairs for place in (pair.true, pair.false)}
            if len(self._some) >= MOST_PARTS:
                self._some.clear()
            plain = self._some[measures] = Plain.of(self.plan.ops, outputs)
        return plain

    def moved_kept(self, today: Bound, later: Bound, area_codes: tuple[str, ...]) -> frozenset[int]:
        """As :meth:`moved`, worked out once for the same days and areas."""
        key = (today.on, later.on, area_codes)
        found = self._moved.get(key)
        if found is None:
            if len(self._moved) >= MOST_AREAS:
                self._moved.clear()
            found = self._moved[key] = self.moved(today, later, area_codes)
        return found

    def moved(self, today: Bound, later: Bound, area_codes: tuple[str, ...]) -> frozenset[int]:
        """Measures whose answer can differ between two days with the same facts: those that look at the day, at a
        parameter that changes, or that begin or end (themselves, or what they rest on).
        """
        before, after = today.local(area_codes), later.local(area_codes)
        changed = {name for name in before if before[name] != after[name]}
        active = {
            place
            for place, pair in enumerate(zip(today.setting.active, later.setting.active, strict=True))
            if pair[0] != pair[1]
        }
        touched = [False] * len(self.plan.ops)
        for place in needed(self.plan.ops, self._answers):
            op = self.plan.ops[place]
            touched[place] = (
                op.code in OF_THE_DAY
                or (op.code in ("PARAM", "PKNOWN") and op.args[0] in changed)
                or (op.code == "ACTIVE" and op.args[0] in active)
                or any(touched[part] for part in inputs(op))
            )
        return frozenset(
            place
            for place, planned in enumerate(self.plan.measures)
            if place in active or touched[planned.answer.true] or touched[planned.answer.false]
        )

    @cached_property
    def _answers(self) -> list[int]:
        return [
            place for planned in self.plan.measures for place in (planned.answer.true, planned.answer.false)
        ]
