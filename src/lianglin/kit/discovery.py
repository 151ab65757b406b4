"""Finds what is plugged in: a folder is a domain because it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from lianglin.kit.domain import Domain, Indicator, Lifecycle

HOUSE = Path(__file__).resolve().parent.parent
GROUND = (
    "kit",
    "places",
    "access",
    "people",
    "facts",
    "files",
    "cases",
    "forms",
    "booking",
    "indicators",
    "notices",
    "logins",
)
"""The fixed floors of the house, from the bottom; what else is there is a domain."""
ABOVE = ("portal", "project")


@cache
def packages() -> tuple[str, ...]:
    """Names of the house's packages in layer order: the ground, the domains by name, the portal."""
    present = {path.parent.name for path in HOUSE.glob("*/apps.py")}
    ground = [name for name in GROUND if name in present]
    domains = sorted(present.difference(GROUND, ABOVE))
    return (*ground, *domains, *(name for name in ABOVE if name in present))


def installed_apps() -> list[str]:
    """Dotted names for INSTALLED_APPS, in layer order."""
    return [f"lianglin.{name}" for name in packages()]


@cache
def manifests() -> tuple[Domain, ...]:
    """Every manifest of the house in layer order (``order`` inside a floor)."""
    found = [
        (index, import_module(f"lianglin.{name}.domain").DOMAIN)
        for index, name in enumerate(packages())
        if (HOUSE / name / "domain.py").exists()
    ]
    return tuple(domain for _, domain in found)


def each(attribute: str) -> Iterator[Any]:
    """All entries of one list of the manifests: ``each("indicators")``."""
    for manifest in manifests():
        yield from getattr(manifest, attribute)


@cache
def lifecycles() -> dict[str, Lifecycle]:
    """Every declared lifecycle by the kind of case it governs."""
    return {lifecycle.kind: lifecycle for lifecycle in each("lifecycles")}


@cache
def indicators() -> dict[str, Indicator]:
    """Every declared indicator by its code."""
    return {indicator.code: indicator for indicator in each("indicators")}


@cache
def resolve(reference: str) -> Callable[..., Any]:
    """The function that "package.module:name" names; a clear error when it is not there."""
    module_name, _, name = reference.partition(":")
    try:
        return getattr(import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise LookupError(
            f"The manifest names “{reference}”, but it cannot be loaded ({error}). Correct the reference."
        ) from error
