"""The fused back end where Numba is installed, the reference where it is not or where numbers are too large for it."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from lianglin.engines.eligibility import numpy_backend
from lianglin.engines.eligibility.keeping import JoinedKept, Kept
from lianglin.engines.eligibility.planning import Plan
from lianglin.engines.eligibility.population import Column, Population
from lianglin.engines.eligibility.setting import Locals, Setting

AVAILABLE = importlib.util.find_spec("numba") is not None
MOST_SHAPES = 64
WORTH = 100_000
"""Persons from which it pays to load Numba (a second or two) where it is not loaded yet."""


def worth_it(persons: int) -> bool:
    """Whether the kernel is the quickest now: once it is loaded, always."""
    return AVAILABLE and (f"{__package__}.numba_kernel" in sys.modules or persons >= WORTH)


def run(linked: dict[Any, Any], plan: Plan, setting: Setting, local: Locals, population: Population) -> Kept:
    """``linked``: plans made ready before. RuntimeError when Numba is asked for and not installed."""
    if not AVAILABLE:
        raise RuntimeError("Numba is not installed: choose another back end.")
    from lianglin.engines.eligibility import linking, numba_backend

    sizes = population.starts[1:] - population.starts[:-1]
    if not len(sizes):
        return numpy_backend.run(plan, setting, local, population)
    if not sizes.all():
        return _joined(linked, plan, setting, local, population, sizes > 0)
    shape = numba_backend.shape_of(population, local)
    if shape not in linked:
        if len(linked) >= MOST_SHAPES:
            linked.clear()
        try:
            linked[shape] = linking.Linker(plan, shape).link()
        except NotImplementedError:
            linked[shape] = None
    ready = linked[shape]
    if ready is None:
        return numpy_backend.run(plan, setting, local, population)
    try:
        return numba_backend.run(ready, plan, setting, local, population)
    except numba_backend.TooLarge:
        return numpy_backend.run(plan, setting, local, population)


def _joined(
    linked: dict[Any, Any],
    plan: Plan,
    setting: Setting,
    local: Locals,
    population: Population,
    peopled: Any,
) -> Kept:
    """Households without members have no rows in the fused planes: they are run apart."""
    number = int((~peopled).sum())
    ends = population.starts[1:][peopled]
    some = replace(
        _households(population, peopled),
        starts=np.concatenate([np.zeros(1, np.int64), ends.astype(np.int64)]),
    )
    others = replace(
        _households(population, ~peopled),
        starts=np.zeros(number + 1, np.int64),
        person_ids=population.person_ids[:0],
        persons={name: Column(held.values[:0], held.known[:0]) for name, held in population.persons.items()},
    )
    rest = numpy_backend.run(plan, setting, local, others)
    return JoinedKept(peopled, run(linked, plan, setting, local, some), rest, plan.outputs)


def _households(population: Population, chosen: Any) -> Population:
    columns = {
        name: Column(held.values[chosen], held.known[chosen]) for name, held in population.households.items()
    }
    return replace(
        population,
        household_ids=population.household_ids[chosen],
        areas=population.areas[chosen],
        households=columns,
    )
