"""The same package for others: Polars, OpenFisca, DuckDB. Each gives its counts, which are compared first.

OpenFisca (and zen-engine, in _eligibility_zen.py) know no unknown facts: they are asked about a population without gaps and answer yes or no.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from bench._eligibility_city import ON
from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.days import day_number
from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.tree import Node, level, walk

Counts = dict[str, tuple[int, int, int]]
AGGREGATES = (tree.AnyMember, tree.EveryMember, tree.Total, tree.Count)
OPS: dict[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "+": lambda a, b: a + b, "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}  # fmt: skip


def homes_of(population: Population) -> np.ndarray[Any, Any]:
    """The place of each person's household."""
    return np.repeat(np.arange(len(population.household_ids)), np.diff(population.starts))


def parameter_rows(package: Package, population: Population, name: str) -> tuple[Any, Any]:
    """(values, known) per household: handed to the others ready, which favours them a little."""
    parameter = package.vocabulary.parameters[name]
    held = [parameter.at(code, ON) for code in population.area_codes]
    values = np.array([(v.value if v else None) or 0 for v in held], np.int64)
    known = np.array([v is not None and v.value is not None for v in held])
    return values[population.areas], known[population.areas]


def conditions_of(package: Package, place: int) -> list[tree.Truth]:
    """Conditions of a measure with those of the measures it rests on written out."""
    by_id = package.by_id()

    def plain(node: Any) -> Any:
        if isinstance(node, tree.Qualifies):
            return tree.All(tuple(plain(c.truth) for c in by_id[node.measure].conditions))
        if isinstance(node, tree.Not):
            return tree.Not(plain(node.of))
        if isinstance(node, (tree.All, tree.Any)):
            return type(node)(tuple(plain(part) for part in node.of))
        return node

    return [plain(condition.truth) for condition in package.measures[place].conditions]


# --- Polars ---


class Polars:
    """Expressions over two frames; aggregates by group_by, household's truths joined to the persons."""

    def __init__(self, package: Package, population: Population) -> None:
        import polars as pl

        self.pl, self.package = pl, package
        self.ready: dict[Any, str] = {}
        self.persons = pl.DataFrame({"home": homes_of(population)} | self._columns(population.persons))
        held = self._columns(population.households)
        for name in ("relief_line", "low_line", "rent_line", "allowance"):
            values, known = parameter_rows(package, population, name)
            held[f"parameter.{name}"] = pl.Series(values).set(pl.Series(~known), None)
        self.households = pl.DataFrame({"home": np.arange(len(population.household_ids))} | held)

    def _columns(self, columns: Any) -> dict[str, Any]:
        return {n: self.pl.Series(c.values).set(self.pl.Series(~c.known), None) for n, c in columns.items()}

    def run(self) -> Counts:
        """Answers and masks of every measure, counted."""
        package = self.package
        wanted = {at: conditions_of(package, at) for at in range(len(package.measures))}
        nodes = [node for truths in wanted.values() for truth in truths for node in walk(truth)]
        self.columns = {
            node: f"a{at}"
            for at, node in enumerate(dict.fromkeys(n for n in nodes if isinstance(n, AGGREGATES)))
        }
        sums = self.persons.group_by("home", maintain_order=True).agg(
            [self.aggregated(node).alias(name) for node, name in self.columns.items()]
        )
        households = self.households.join(sums, on="home", how="left", maintain_order="left")
        shared = dict.fromkeys(
            truth for at, truths in wanted.items() if package.measures[at].level == "person"
            for truth in truths if level(truth) == "household"
        )  # fmt: skip
        inner = dict.fromkeys(
            node for truths in wanted.values() for truth in truths for node in walk(truth)
            if isinstance(node, tree.Compare | tree.Flag | tree.AnyMember | tree.EveryMember) and level(node) == "household"
        )  # fmt: skip
        ready = {node: f"t{at}" for at, node in enumerate({**shared, **inner})}
        some = [self.of(node).alias(name) for node, name in ready.items()]
        truths = households.lazy().with_columns(some).collect()
        joined = self.persons.join(truths, on="home", how="left", maintain_order="left")
        self.ready = ready
        of_homes = truths.lazy().select(*self.answers(wanted, "household")).collect()
        of_persons = joined.lazy().select(*self.answers(wanted, "person")).collect()
        self.ready = {}
        counts: Counts = {}
        for at, measure in enumerate(package.measures):
            column = (of_persons if measure.level == "person" else of_homes)[f"answer_{at}"]
            counts[measure.id] = tuple(int((column == one).sum()) for one in (0, 1, 2))
        return counts

    def answers(self, wanted: dict[int, list[tree.Truth]], rows: str) -> list[Any]:
        """answer, failed and unknown of each measure."""
        pl, made = self.pl, []
        for at, truths in wanted.items():
            if self.package.measures[at].level != rows:
                continue
            held = [self.of(truth) for truth in truths]
            whole = reduce(lambda a, b: a & b, held)
            made.append(
                pl.when(whole)
                .then(2)
                .when(whole.is_null())
                .then(1)
                .otherwise(0)
                .cast(pl.UInt8)
                .alias(f"answer_{at}")
            )
            bits = [(~t).fill_null(value=False).cast(pl.UInt32) * (1 << bit) for bit, t in enumerate(held)]
            made.append(reduce(lambda a, b: a + b, bits).alias(f"failed_{at}"))
            bits = [t.is_null().cast(pl.UInt32) * (1 << bit) for bit, t in enumerate(held)]
            made.append(reduce(lambda a, b: a + b, bits).alias(f"unknown_{at}"))
        return made

    def aggregated(self, node: Any) -> Any:
        """One expression inside of group_by."""
        pl = self.pl
        where = pl.lit(value=True) if node.where is None else self.of(node.where)
        if isinstance(node, tree.Count):
            return (
                pl.len()
                if node.where is None
                else pl.when(where.is_null().any()).then(None).otherwise(where.sum())
            )
        if isinstance(node, tree.Total):
            held = self.value(node.of)[0]
            unknown = (where & held.is_null()) | where.is_null() if node.where is not None else held.is_null()
            total = (held if node.where is None else pl.when(where).then(held).otherwise(0)).sum()
            return pl.when(unknown.any()).then(None).otherwise(total)
        some = self.of(node.of) if node.where is None else where & self.of(node.of)
        if isinstance(node, tree.AnyMember):
            return some.any(ignore_nulls=False)
        return self.of(node.of).all(ignore_nulls=False)

    def of(self, node: Any) -> Any:
        """A truth."""
        pl = self.pl
        if node in self.ready:
            return pl.col(self.ready[node])
        match node:
            case tree.AnyMember() | tree.EveryMember():
                return pl.col(self.columns[node])
            case tree.Not():
                return ~self.of(node.of)
            case tree.All():
                return reduce(lambda a, b: a & b, [self.of(part) for part in node.of])
            case tree.Any():
                return reduce(lambda a, b: a | b, [self.of(part) for part in node.of])
            case tree.Flag():
                return pl.col(node.column)
            case tree.Among():
                return pl.col(node.column).is_in(list(node.places))
        (a, b), (c, d) = self.value(node.left), self.value(node.right)
        return OPS[node.op](_by(a, d), _by(c, b))

    def value(self, node: Any) -> tuple[Any, Any]:
        """Numerator and denominator."""
        pl = self.pl
        match node:
            case tree.Const():
                return pl.lit(node.num, pl.Int64), node.den
            case tree.FactValue():
                return pl.col(node.column).cast(pl.Int64), 1
            case tree.ParameterOf():
                return pl.col(f"parameter.{node.name}"), 1
            case tree.Count() | tree.Total():
                return pl.col(self.columns[node]).cast(pl.Int64), 1
            case tree.Age():
                born = pl.col(node.column)
                years = self.months(born).floordiv(12)
                return pl.when(born <= day_number(ON)).then(years), 1
            case tree.Since():
                return self.months(self.value(node.date)[0]), 1
            case tree.Choose():
                (truth, value), other = node.cases[0], node.otherwise
                when, yes, no = self.of(truth), self.value(value)[0], self.value(other)[0]
                return pl.when(when.is_null()).then(None).when(when).then(yes).otherwise(no), 1
        (a, b), (c, d) = self.value(node.left), self.value(node.right)
        if node.op == "*":
            return a * c, _by(b, d)
        if node.op == "/":
            return _by(a, d), _by(pl.when(c != 0).then(c), b)
        return OPS[node.op](_by(a, d), _by(c, b)), _by(b, d)

    def months(self, days: Any) -> Any:
        then = days.cast(self.pl.Int32).cast(self.pl.Date)
        whole = (ON.year - then.dt.year()) * 12 + ON.month - then.dt.month().cast(self.pl.Int32)
        return (whole - (then.dt.day() > ON.day).cast(self.pl.Int32)).cast(self.pl.Int64)


def _by(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    return a if isinstance(b, int) and b == 1 else b if isinstance(a, int) and a == 1 else a * b


# --- OpenFisca ---


class OpenFisca:
    """A variable per fact, per condition, per aggregate and per measure. Two-valued."""

    PERIOD = "2026-06"

    def __init__(self, package: Package, population: Population) -> None:
        from openfisca_core import entities, taxbenefitsystems
        from openfisca_core.simulations import SimulationBuilder

        self.package = package
        person = entities.build_entity("person", "persons", "person", is_person=True)
        roles = [{"key": "member", "plural": "members", "label": "member"}]
        household = entities.build_entity("household", "households", "household", roles=roles)
        self.entities = {"person": person, "household": household}
        self.system = taxbenefitsystems.TaxBenefitSystem([person, household])
        self.names: dict[Node, str] = {}
        inputs = {n: ("person", c.values) for n, c in population.persons.items()}
        inputs |= {n: ("household", c.values) for n, c in population.households.items()}
        for name in ("relief_line", "low_line", "rent_line", "allowance"):
            inputs[f"parameter.{name}"] = "household", parameter_rows(package, population, name)[0]
        for name, (of, values) in inputs.items():
            self.variable(plain(name), of, bool if values.dtype == np.bool_ else int, None)
        self.measures = []
        for at, measure in enumerate(package.measures):
            parts = [self.truth_name(truth) for truth in conditions_of(package, at)]
            self.variable(f"measure_{at}", measure.level, bool, self._measure(parts, measure.level))
            self.measures.append((f"measure_{at}", parts))
        builder = SimulationBuilder()
        builder.create_entities(self.system)
        builder.declare_person_entity("person", np.arange(len(population.person_ids)))
        homes = builder.declare_entity("household", np.arange(len(population.household_ids)))
        builder.join_with_persons(homes, homes_of(population), ["member"] * len(population.person_ids))
        self.simulation = builder.build(self.system)
        for name, (_of, values) in inputs.items():
            kind = np.bool_ if values.dtype == np.bool_ else np.int32
            self.simulation.set_input(plain(name), self.PERIOD, values.astype(kind))

    def variable(self, name: str, of: str, kind: type, formula: Any) -> None:
        from openfisca_core import periods, variables

        held: dict[str, Any] = {
            "value_type": kind, "entity": self.entities[of], "definition_period": periods.DateUnit.MONTH, "label": name,
        }  # fmt: skip
        if formula is not None:
            held["formula"] = formula
        self.system.add_variable(type(name, (variables.Variable,), held))

    def truth_name(self, node: Any) -> str:
        """The variable of a condition, made when it is asked for first."""
        if node not in self.names:
            name = self.names[node] = f"n{len(self.names)}"
            for part in walk(node):
                if part is not node and isinstance(part, AGGREGATES):
                    self.truth_name(part)
            kind = int if isinstance(node, tree.Count | tree.Total) else bool
            self.variable(name, level(node), kind, self._formula(node))
        return self.names[node]

    def _formula(self, node: Any) -> Any:
        def formula(rows: Any, period: Any) -> Any:
            if isinstance(node, AGGREGATES):
                return self.aggregated(node, rows, period)
            return self.of(node, rows, period)

        return formula

    def _measure(self, parts: list[str], of: str) -> Any:
        def formula(rows: Any, period: Any) -> Any:
            return reduce(np.logical_and, [self.get(name, rows, period, of) for name in parts])

        return formula

    def get(self, name: str, rows: Any, period: Any, of: str) -> Any:
        """A variable; a household's is projected to its members."""
        theirs = self.system.get_variable(name).entity.key
        return rows(name, period) if theirs == rows.entity.key else rows.household(name, period)

    def aggregated(self, node: Any, homes: Any, period: Any) -> Any:
        members = homes.members
        where = True if node.where is None else self.of(node.where, members, period)
        if isinstance(node, tree.Count):
            return homes.nb_persons() if node.where is None else homes.sum(where)
        if isinstance(node, tree.Total):
            held = self.value(node.of, members, period)[0]
            return homes.sum(held if node.where is None else held * where)
        if isinstance(node, tree.AnyMember):
            return homes.any(self.of(node.of, members, period) & where)
        return homes.all(self.of(node.of, members, period))

    def of(self, node: Any, rows: Any, period: Any) -> Any:
        """A truth."""
        match node:
            case tree.AnyMember() | tree.EveryMember():
                return self.get(self.names[node], rows, period, "")
            case tree.Not():
                return ~self.of(node.of, rows, period)
            case tree.All():
                return reduce(np.logical_and, [self.of(part, rows, period) for part in node.of])
            case tree.Any():
                return reduce(np.logical_or, [self.of(part, rows, period) for part in node.of])
            case tree.Flag():
                return self.get(plain(node.column), rows, period, "")
            case tree.Among():
                return np.isin(self.get(plain(node.column), rows, period, ""), node.places)
        (a, b), (c, d) = self.value(node.left, rows, period), self.value(node.right, rows, period)
        return OPS[node.op](_by(a, d), _by(c, b))

    def value(self, node: Any, rows: Any, period: Any) -> tuple[Any, Any]:
        match node:
            case tree.Const():
                return node.num, node.den
            case tree.FactValue():
                return self.get(plain(node.column), rows, period, "").astype(np.int64), 1
            case tree.ParameterOf():
                return self.get(f"parameter_{node.name}", rows, period, "").astype(np.int64), 1
            case tree.Count() | tree.Total():
                return self.get(self.names[node], rows, period, "").astype(np.int64), 1
            case tree.Age():
                return self.months(self.get(plain(node.column), rows, period, "")) // 12, 1
            case tree.Since():
                return self.months(self.get(plain(node.date.column), rows, period, "")), 1
            case tree.Choose():
                (truth, value), other = node.cases[0], node.otherwise
                yes, no = self.value(value, rows, period)[0], self.value(other, rows, period)[0]
                return np.where(self.of(truth, rows, period), yes, no), 1
        (a, b), (c, d) = self.value(node.left, rows, period), self.value(node.right, rows, period)
        if node.op == "*":
            return a * c, _by(b, d)
        if node.op == "/":
            return _by(a, d), _by(c, b)
        return OPS[node.op](_by(a, d), _by(c, b)), _by(b, d)

    def months(self, days: Any) -> Any:
        then = days.astype(np.int64).view("M8[D]")
        month = then.astype("M8[M]")
        day = (then - month.astype("M8[D]")).view(np.int64) + 1
        return (ON.year - 1970) * 12 + ON.month - 1 - month.view(np.int64) - (ON.day < day)

    def run(self) -> dict[str, int]:
        """Who may, by measure, with a mask of failed conditions for each."""
        found: dict[str, int] = {}
        for (name, parts), measure in zip(self.measures, self.package.measures, strict=True):
            found[measure.id] = int(self.simulation.calculate(name, self.PERIOD).sum())
            rows = self.simulation.populations[measure.level]
            mask = np.zeros(rows.count, np.uint32)
            for bit, part in enumerate(parts):
                mask |= (~self.get(part, rows, self.PERIOD, "")).astype(np.uint32) << np.uint32(bit)
        return found


def plain(name: str) -> str:
    return name.replace(".", "_")


# --- zen-engine ---
