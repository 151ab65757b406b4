"""The same tree as SQL, for DuckDB and Spark: an independent check. Nothing here is shared with the other back ends.

Unknown is NULL, and SQL's own AND, OR and NOT are Kleene's. A value is a numerator and a denominator, two expressions of wide
whole numbers. Aggregates are GROUP BY queries joined to their households. Tables: ``persons`` (person_id, household_id, facts)
and ``households`` (household_id, area, facts); dates are DATE, codes are places, flags BOOLEAN, numbers whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.package import Measure, Package
from lianglin.engines.eligibility.tree import Truth, Value
from lianglin.engines.eligibility.vocabulary import Level

Dialect = Literal["duckdb", "spark"]
WIDE = {"duckdb": "HUGEINT", "spark": "DECIMAL(38,0)"}
EPOCH = "DATE '1970-01-01'"
Aggregate = tree.Total | tree.Count | tree.AnyMember | tree.EveryMember


@dataclass(frozen=True)
class Fraction:
    """A value as two expressions; ``den`` may be negative, never 0. Either NULL: unknown."""

    num: str
    den: str


def select(
    package: Package,
    on: date,
    level: Level,
    dialect: Dialect = "duckdb",
    *,
    only: frozenset[str] = frozenset(),
    amounts: bool = True,
) -> str:
    """One query with a row per person (or household): ``id`` and for the measure at place i ``answer_i`` (0, 1, 2),
    ``failed_i``, ``unknown_i`` and ``amount_i`` (NULL: none, or not known; given whatever the answer). ``only``: ids of measures.
    """
    writer = _Writer(package, on, dialect)
    columns = ["person_id AS id" if level == "person" else "household_id AS id"]
    for place, measure in enumerate(package.measures):
        if measure.level == level and (not only or measure.id in only):
            columns += writer.columns(place, measure, amounts=amounts)
    listed = ",\n  ".join(columns)
    stages = writer.stages()
    table = f"p{writer.depth}" if level == "person" else f"h{writer.depth}"
    return f"{stages}\nSELECT {listed}\nFROM {table}"


class _Writer:
    def __init__(self, package: Package, on: date, dialect: Dialect) -> None:
        self.package, self.on, self.dialect = package, on, dialect
        self.by_id = package.by_id()
        self.wide = WIDE[dialect]
        self.today = f"DATE '{on.isoformat()}'"
        self.aggregates: dict[Aggregate, tuple[int, int]] = {}
        self.written: dict[int, list[str]] = {}
        self.depth = 0

    # --- queries ---

    def stages(self) -> str:
        """h0, p0: what is known at the start; hN: with the aggregates over pN-1; pN: each member with the household's."""
        parts = ["h0 AS (SELECT * FROM households)", self.members(0)]
        for depth in range(1, self.depth + 1):
            listed = ", ".join(self.written[depth])
            parts.append(
                f"g{depth} AS (SELECT household_id AS home, {listed} FROM p{depth - 1} GROUP BY household_id)"
            )
            empty = ", ".join(
                f"CASE WHEN g.home IS NULL THEN {nothing} ELSE g.a{number} END AS a{number}"
                for number, nothing in self.nothing(depth)
            )
            parts.append(
                f"h{depth} AS (SELECT h.*, {empty} FROM h{depth - 1} h LEFT JOIN g{depth} g ON g.home = h.household_id)"
            )
            parts.append(self.members(depth))
        return "WITH " + ",\n".join(parts)

    def members(self, depth: int) -> str:
        without = "EXCLUDE (household_id)" if self.dialect == "duckdb" else "EXCEPT (household_id)"
        return f"p{depth} AS (SELECT p.*, h.* {without} FROM persons p JOIN h{depth} h ON p.household_id = h.household_id)"

    def nothing(self, depth: int) -> list[tuple[int, str]]:
        """What an aggregate is for a household without members."""
        of = {tree.AnyMember: "FALSE", tree.EveryMember: "TRUE"}
        return [
            (number, of.get(type(node), "0")) for node, (at, number) in self.aggregates.items() if at == depth
        ]

    def columns(self, place: int, measure: Measure, *, amounts: bool) -> list[str]:
        truths = [self.truth(condition.truth) for condition in measure.conditions]
        if not self.active(measure):
            truths = ["FALSE"]
        whole = " AND ".join(truths) or "TRUE"
        failed = (
            " + ".join(f"CASE WHEN NOT {t} THEN {1 << at} ELSE 0 END" for at, t in enumerate(truths)) or "0"
        )
        unknown = (
            " + ".join(f"CASE WHEN {t} IS NULL THEN {1 << at} ELSE 0 END" for at, t in enumerate(truths))
            or "0"
        )
        if not self.active(measure):
            failed = unknown = "0"
        columns = [
            f"CASE WHEN {whole} THEN 2 WHEN ({whole}) IS NULL THEN 1 ELSE 0 END AS answer_{place}",
            f"{failed} AS failed_{place}",
            f"{unknown} AS unknown_{place}",
        ]
        return [*columns, f"{self.amount(measure)} AS amount_{place}"] if amounts else columns

    def active(self, measure: Measure) -> bool:
        return measure.valid_from <= self.on and (measure.valid_to is None or self.on <= measure.valid_to)

    def amount(self, measure: Measure) -> str:
        value = measure.amount.value
        if value is None:
            return "NULL"
        held = self.value(value if isinstance(value, tree.Rounded) else tree.Rounded(value, 1, "half_up"))
        return held.num

    # --- truths ---

    def truth(self, node: Truth) -> str:
        match node:
            case tree.Compare():
                return self.compare(node.op, self.value(node.left), self.value(node.right))
            case tree.Flag():
                return f'"{node.column}"' if self.dialect == "duckdb" else f"`{node.column}`"
            case tree.Among():
                listed = ", ".join(map(str, node.places))
                return (
                    f"({self.column(node.column)} IN ({listed}))"
                    if listed
                    else f"({self.column(node.column)} <> {self.column(node.column)})"
                )
            case tree.Not():
                return f"(NOT {self.truth(node.of)})"
            case tree.All():
                return "(" + (" AND ".join(self.truth(part) for part in node.of) or "TRUE") + ")"
            case tree.Any():
                return "(" + (" OR ".join(self.truth(part) for part in node.of) or "FALSE") + ")"
            case tree.AnyMember() | tree.EveryMember():
                return self.aggregate(node)
            case tree.Qualifies():
                measure = self.by_id[node.measure]
                if not self.active(measure):
                    return "FALSE"
                return "(" + (" AND ".join(self.truth(c.truth) for c in measure.conditions) or "TRUE") + ")"

    def compare(self, op: str, left: Fraction, right: Fraction) -> str:
        """Both sides over one denominator; where that is negative, they change places."""
        a, b = _times(left.num, right.den), _times(right.num, left.den)
        if _positive(left.den) and _positive(right.den):
            return f"({a} {op} {b})"
        return f"(CASE WHEN {_times(left.den, right.den)} > 0 THEN {a} {op} {b} ELSE {b} {op} {a} END)"

    # --- values ---

    def column(self, name: str) -> str:
        return f'"{name}"' if self.dialect == "duckdb" else f"`{name}`"

    def number(self, text: str) -> str:
        return f"CAST({text} AS {self.wide})"

    def days(self, text: str) -> str:
        return f"({text} - {EPOCH})" if self.dialect == "duckdb" else f"datediff({text}, {EPOCH})"

    def value(self, node: Value) -> Fraction:
        match node:
            case tree.Const():
                return Fraction(self.number(str(node.num)), str(node.den))
            case tree.FactValue():
                is_date = self.is_date(node.column)
                held = self.days(self.column(node.column)) if is_date else self.column(node.column)
                return Fraction(self.number(held), str(10**node.scale))
            case tree.ParameterOf():
                return Fraction(self.parameter(node.name), str(10**node.scale))
            case tree.Age():
                born = self.column(node.column)
                years = f"(year({self.today}) - year({born}) - {self.earlier(born)})"
                return Fraction(self.number(f"CASE WHEN {born} <= {self.today} THEN {years} END"), "1")
            case tree.Since():
                return Fraction(self.since(node), "1")
            case tree.Today():
                return Fraction(self.number(self.days(self.today)), "1")
            case tree.Arithmetic():
                return self.arithmetic(node.op, self.value(node.left), self.value(node.right))
            case tree.Extreme():
                return self.extreme(node)
            case tree.Choose():
                return self.choose(node)
            case tree.Rounded():
                return self.rounded(node)
            case tree.Total() | tree.Count():
                den = self.value(node.of).den if isinstance(node, tree.Total) else "1"
                if not den.isdigit():
                    raise ValueError("A sum of quotients has no common denominator in SQL.")
                return Fraction(self.number(self.aggregate(node)), den)

    def is_date(self, column: str) -> bool:
        return any(
            fact.column == column and fact.kind == "date" for fact in self.package.vocabulary.facts.values()
        )

    def earlier(self, then: str) -> str:
        """1 where the day of the year was not reached yet."""
        part = "day" if self.dialect == "duckdb" else "dayofmonth"
        on = f"{self.on.month * 100 + self.on.day}"
        return f"(CASE WHEN {on} < month({then}) * 100 + {part}({then}) THEN 1 ELSE 0 END)"

    def since(self, node: tree.Since) -> str:
        held = self.value(node.date)
        day = self.floor(held.num, held.den)
        if node.unit == "days":
            return self.number(f"{self.days(self.today)} - {day}")
        then = (
            f"({EPOCH} + CAST({day} AS INTEGER))"
            if self.dialect == "duckdb"
            else f"date_add({EPOCH}, CAST({day} AS INT))"
        )
        part = "day" if self.dialect == "duckdb" else "dayofmonth"
        months = (
            f"({self.on.year} - year({then})) * 12 + {self.on.month} - month({then})"
            f" - (CASE WHEN {self.on.day} < {part}({then}) THEN 1 ELSE 0 END)"
        )
        return (
            self.number(f"({months})")
            if node.unit == "months"
            else self.floor(self.number(f"({months})"), "12")
        )

    def floor(self, num: str, den: str) -> str:
        """The whole number below a fraction whose denominator is above 0."""
        if den == "1":
            return num
        sign = "//" if self.dialect == "duckdb" else "div"
        down = f"CASE WHEN {num} >= 0 THEN {num} {sign} {den} ELSE -((-{num} + {den} - 1) {sign} {den}) END"
        return self.number(f"({down})")

    def parameter(self, name: str) -> str:
        parameter = self.package.vocabulary.parameters.get(name)
        held = [
            value
            for value in (parameter.values if parameter else ())
            if value.from_on <= self.on and (value.to_on is None or self.on <= value.to_on)
        ]
        cases = "".join(
            f" WHEN area LIKE '{value.area}%' THEN {'NULL' if value.value is None else value.value}"
            for value in sorted(held, key=lambda value: (len(value.area), value.from_on), reverse=True)
        )
        return self.number(f"CASE{cases} ELSE NULL END" if cases else "NULL")

    def arithmetic(self, op: str, left: Fraction, right: Fraction) -> Fraction:
        if op == "*":
            return Fraction(_times(left.num, right.num), _times(left.den, right.den))
        if op == "/":
            by = f"(CASE WHEN {right.num} <> 0 THEN {right.num} END)"
            return Fraction(_times(left.num, right.den), _times(left.den, by))
        den = _times(left.den, right.den)
        if left.den == right.den:
            return Fraction(f"({left.num} {op} {right.num})", left.den)
        return Fraction(f"({_times(left.num, right.den)} {op} {_times(right.num, left.den)})", den)

    def extreme(self, node: tree.Extreme) -> Fraction:
        best = self.value(node.of[0])
        for part in node.of[1:]:
            other = self.value(part)
            keep = self.compare("<=" if node.op == "min" else ">=", best, other)
            known = f"{best.num} IS NULL OR {best.den} IS NULL OR {other.num} IS NULL OR {other.den} IS NULL"
            num = f"(CASE WHEN {known} THEN NULL WHEN {keep} THEN {best.num} ELSE {other.num} END)"
            den = (
                best.den
                if best.den == other.den
                else f"(CASE WHEN {keep} THEN {best.den} ELSE {other.den} END)"
            )
            best = Fraction(num, den)
        return best

    def choose(self, node: tree.Choose) -> Fraction:
        sides: list[str] = []
        for side in ("num", "den"):
            cases = ""
            for truth, value in node.cases:
                held, when = getattr(self.value(value), side), self.truth(truth)
                cases += f" WHEN {when} IS NULL THEN NULL WHEN {when} THEN {held}"
            last = "NULL" if node.otherwise is None else getattr(self.value(node.otherwise), side)
            sides.append(f"(CASE{cases} ELSE {last} END)")
        dens = {self.value(value).den for _truth, value in node.cases}
        dens |= set() if node.otherwise is None else {self.value(node.otherwise).den}
        return Fraction(sides[0], dens.pop() if len(dens) == 1 else sides[1])

    def rounded(self, node: tree.Rounded) -> Fraction:
        held = self.value(node.of)
        num, den = held.num, held.den
        if not _positive(den):
            num, den = f"({num} * sign({den}))", f"abs({den})"
        if node.how == "down":
            whole = self.floor(num, _times(den, str(node.step)))
        elif node.how == "up":
            whole = f"(-{self.floor(f'(-{num})', _times(den, str(node.step)))})"
        else:
            whole = self.floor(
                f"({num} * 2 + {_times(den, str(node.step))})", _times(den, str(2 * node.step))
            )
        return Fraction(self.number(f"{whole} * {node.step}"), "1")

    # --- aggregates ---

    def aggregate(self, node: Aggregate) -> str:
        """The column of an aggregate, one stage above what it rests on."""
        if node not in self.aggregates:
            before = self.depth
            self.depth = 0
            text = self.aggregated(node)
            at = self.depth + 1
            self.aggregates[node] = at, len(self.aggregates)
            self.written.setdefault(at, []).append(f"{text} AS a{self.aggregates[node][1]}")
            self.depth = max(before, at)
        at, number = self.aggregates[node]
        self.depth = max(self.depth, at)
        return f"a{number}"

    def aggregated(self, node: Aggregate) -> str:
        where = "TRUE" if node.where is None else self.truth(node.where)
        match node:
            case tree.Count():
                return f"CASE WHEN {_some(f'{where} IS NULL')} THEN NULL ELSE count(CASE WHEN {where} THEN 1 END) END"
            case tree.Total():
                held = self.value(node.of)
                open_ = _some(f"{where} IS NULL OR ({where} AND {held.num} IS NULL)")
                return f"CASE WHEN {open_} THEN NULL ELSE coalesce(sum(CASE WHEN {where} THEN {held.num} END), 0) END"
            case tree.AnyMember():
                both = f"({where} AND {self.truth(node.of)})"
                return f"CASE WHEN {_some(both)} THEN TRUE WHEN {_some(f'{both} IS NULL')} THEN NULL ELSE FALSE END"
            case tree.EveryMember():
                fails = f"({where} AND NOT {self.truth(node.of)})"
                return f"CASE WHEN {_some(fails)} THEN FALSE WHEN {_some(f'{fails} IS NULL')} THEN NULL ELSE TRUE END"


def _some(truth: str) -> str:
    return f"count(CASE WHEN {truth} THEN 1 END) > 0"


def _times(left: str, right: str) -> str:
    if left == "1" or right == "1":
        return right if left == "1" else left
    if left.isdigit() and right.isdigit():
        return str(int(left) * int(right))
    return f"({left} * {right})"


def _positive(den: str) -> bool:
    return den.isdigit()
