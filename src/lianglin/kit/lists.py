"""Lists of cases that a post may narrow, keep as a filter and take out as a file: found through the manifests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lianglin.kit import discovery
from lianglin.kit.domain import WorkList


@dataclass(frozen=True)
class Column:
    """One column of a file: its heading, and what stands in it for a row (text, number or instant)."""

    label: str
    value: Callable[[Any], Any]
    width: int = 16


def all_lists() -> dict[str, WorkList]:
    """Every declared list by its code."""
    return {found.code: found for found in discovery.each("lists")}


def rows(wanted: WorkList, actor: Any, query: Mapping[str, str]) -> Any:
    """The rows this actor may read, narrowed by the query; a QuerySet to be read in the order of its id."""
    return discovery.resolve(f"{wanted.module}:rows")(actor, query)


def columns(wanted: WorkList, actor: Any) -> list[Column]:
    """The columns that this actor sees of the list on the screen."""
    return discovery.resolve(f"{wanted.module}:columns")(actor)


def fields(wanted: WorkList, actor: Any) -> dict[str, dict[str, str] | None]:
    """What the list can be narrowed by: name -> its choices as value -> label; None: any text."""
    return discovery.resolve(f"{wanted.module}:fields")(actor)
