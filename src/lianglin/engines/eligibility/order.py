"""Which measure is answered before which: 符合 and 不得同享 need the other's answer. A circle is a problem."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.package import Measure
from lianglin.engines.eligibility.source import Report, Spot


def qualified(measure: Measure) -> frozenset[str]:
    """Ids of the measures that 符合 names in conditions or amount."""
    nodes: list[tree.Node] = [condition.truth for condition in measure.conditions]
    if measure.amount.value is not None:
        nodes.append(measure.amount.value)
    return frozenset(
        part.measure for node in nodes for part in tree.walk(node) if isinstance(part, tree.Qualifies)
    )


def needs(measure: Measure) -> frozenset[str]:
    """Ids of the measures whose answers this one needs."""
    yields = (
        other for exclusion in measure.exclusions if exclusion.kind == "yield" for other in exclusion.others
    )
    return qualified(measure).union(yields)


def ordered(measures: Iterable[Measure], report: Report, path: str = "") -> tuple[Measure, ...]:
    """The measures, each after those that it needs, else by id. Every circle is a problem that names its members."""
    by_id = {measure.id: measure for measure in sorted(measures, key=lambda m: m.id)}
    graph = {number: sorted(needs(measure) & set(by_id)) for number, measure in by_id.items()}
    while True:
        try:
            sorter = TopologicalSorter(graph)
            sorter.prepare()
        except CycleError as error:
            ring = [str(number) for number in error.args[1]][::-1]  # it comes in the order "is needed by"
            said = " → ".join(ring)
            spot = Spot(path or f"measures/{ring[0]}.yaml", 1, 1)
            report.say(
                spot,
                ring[0],
                f"措施互相依赖成了圈：{said}",
                f"Measures depend on each other: {said}",
                ring[:-1],
            )
            members = set(ring)
            graph = {n: [o for o in of if not (n in members and o in members)] for n, of in graph.items()}
            continue
        found: list[Measure] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready())
            found.extend(by_id[number] for number in ready)
            sorter.done(*ready)
        return tuple(found)
