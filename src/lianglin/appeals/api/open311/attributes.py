"""Extra questions of an item as the interface's attributes. An item without questions has no metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lianglin.appeals.models import Item


@dataclass(frozen=True)
class Attribute:
    """One question; ``values`` (key, name) for a choice. The kinds are the specification's datatypes."""

    code: str
    description: str
    datatype: str = "text"
    required: bool = False
    values: tuple[tuple[str, str], ...] = ()
    variable: bool = True

    def shown(self, order: int) -> dict[str, Any]:
        """As a definition says it."""
        return {
            "variable": self.variable,
            "code": self.code,
            "datatype": self.datatype,
            "required": self.required,
            "datatype_description": "",
            "order": order,
            "description": self.description,
            "values": [{"key": key, "name": name} for key, name in self.values],
        }


def of(item: Item) -> tuple[Attribute, ...]:
    """The questions of an item. The catalogue has none yet; when it has, they enter here and nowhere else."""
    return ()
