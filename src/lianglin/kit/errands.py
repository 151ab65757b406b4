"""What waits for a post beside the moves of cases: an order to a co-handler, a call to be at a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lianglin.kit import discovery
from lianglin.kit.domain import Errand

MOST = 100
"""Errands of one kind on a page."""


@dataclass(frozen=True)
class Waiting:
    """One errand as the common inbox shows it."""

    title: str
    url: str
    due_at: datetime
    number: str = ""
    place: str = ""
    community: str = ""
    from_unit: str = ""
    from_step: str = ""
    from_at: datetime | None = None
    rule: str = ""
    urgent: bool = False
    provisional: bool = False


def of(actor: Any) -> Iterator[tuple[Errand, list[Waiting]]]:
    """Every kind of errand whose duty this actor carries, with what waits: first what is due first, at most MOST."""
    for errand in discovery.each("errands"):
        if actor.may(errand.duty) and actor.role in errand.roles:
            yield errand, discovery.resolve(errand.rows)(actor, MOST)
