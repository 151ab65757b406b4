"""The same package for zen-engine, which asks one person after the other: measures without aggregates."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench._eligibility_city import ON
from bench._eligibility_peers import conditions_of, homes_of, parameter_rows, plain
from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.days import months_since
from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.population import Population


def zen(package: Package, population: Population, rows: int) -> tuple[float, int, dict[str, int]]:
    """(CPU seconds, decisions, who may) for personal measures without members' aggregates, over some rows. Ages, months and
    sizes are worked out before, outside of the time.
    """
    import zen as engine

    found: dict[str, int] = {}
    spent, decisions, contexts = 0.0, 0, _contexts(package, population, rows)
    for at, measure in enumerate(package.measures):
        texts = [_zen(truth) for truth in conditions_of(package, at)] if measure.level == "person" else [None]
        if None in texts:
            continue
        compiled = engine.compile_expression(" and ".join(f"({text})" for text in texts))
        begun = time.process_time()
        found[measure.id] = sum(compiled.evaluate(context) for context in contexts)
        spent += time.process_time() - begun
        decisions += rows
    return spent, decisions, found


def _contexts(package: Package, population: Population, rows: int) -> list[dict[str, Any]]:
    homes = homes_of(population)[:rows]
    columns = {name: held.values[:rows] for name, held in population.persons.items()}
    for name in [name for name in columns if name.endswith("_on")]:
        columns[f"since.{name}"] = months_since(columns[name].astype(np.int64), ON)
    columns["age"] = columns["since.person.born_on"] // 12
    columns |= {name: held.values[homes] for name, held in population.households.items()}
    columns["size"] = np.diff(population.starts)[homes]
    for name in ("relief_line", "low_line"):
        columns[f"parameter.{name}"] = parameter_rows(package, population, name)[0][homes]
    lists = {plain(name): values.tolist() for name, values in columns.items()}
    return [{name: values[at] for name, values in lists.items()} for at in range(rows)]


def _zen(node: Any) -> str | None:
    match node:
        case tree.Flag():
            return f"{plain(node.column)} == true"
        case tree.Among():
            return f"{plain(node.column)} in {list(node.places)}"
        case tree.Not():
            return None if (text := _zen(node.of)) is None else f"not({text})"
        case tree.All() | tree.Any():
            parts = [_zen(part) for part in node.of]
            joined = " and " if isinstance(node, tree.All) else " or "
            return None if None in parts else joined.join(f"({part})" for part in parts)
        case tree.Compare():
            left, right = _zen_value(node.left), _zen_value(node.right)
            if left is None or right is None:
                return None
            op = {"=": "==", "<>": "!="}.get(node.op, node.op)
            return f"{left[0]} * {right[1]} {op} {right[0]} * {left[1]}"
    return None


def _zen_value(node: Any) -> tuple[str, str] | None:
    match node:
        case tree.Const():
            return str(node.num), str(node.den)
        case tree.FactValue():
            return plain(node.column), "1"
        case tree.ParameterOf():
            return f"parameter_{node.name}", "1"
        case tree.Age():
            return "age", "1"
        case tree.Since() if isinstance(node.date, tree.FactValue):
            return plain(f"since.{node.date.column}"), "1"
        case tree.Count() if node.where is None:
            return "size", "1"
        case tree.Arithmetic() if node.op in "*/":
            left, right = _zen_value(node.left), _zen_value(node.right)
            if left is None or right is None:
                return None
            (a, b), (c, d) = left, right if node.op == "*" else right[::-1]
            return f"{a} * {c}", f"{b} * {d}"
    return None
