"""Nightly runs: the newest of each, as ``access.WorkRun`` keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps


@dataclass(frozen=True)
class Run:
    """One run of a nightly task."""

    name: str
    started_at: datetime
    ended_at: datetime | None
    state: str
    done: int = 0
    total: int | None = None
    error: str = ""


def last_runs() -> list[Run]:
    """The newest run of each task by name; none where the house keeps no runs."""
    try:
        model: Any = apps.get_model("access", "WorkRun")
    except LookupError:
        return []
    return newest(model.objects.order_by("name", "-started_at").distinct("name"))


def newest(rows: Iterable[Any]) -> list[Run]:
    """The same of rows that are at hand."""
    found = [
        Run(row.name, row.started_at, row.ended_at, row.state, row.done or 0, row.total, row.error or "")
        for row in rows
    ]
    return sorted(found, key=lambda run: run.name)
