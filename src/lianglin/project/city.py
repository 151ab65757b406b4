"""Filling the city's database: once, resumable by starting over, never over a real city's data.

Where it stands is written in the database's own comment, so that it can never disagree with the data.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from lianglin.kit import clock, discovery
from lianglin.kit.grounds import GROUNDS
from lianglin.kit.models import DemoClock
from lianglin.kit.seeding import SeedContext
from lianglin.project import attach
from lianglin.project.environment import Environment
from lianglin.project.errors import SetupError

RESIDENTS = 60_000
MARK = "lianglin city "

Progress = Callable[[str, str, float], None]
"""(package, what is being done, share done 0-1 of this package)"""


@dataclass(frozen=True)
class Plan:
    """What to fill in. ``source`` names a folder of a real city's files; without it, sample data is made."""

    residents: int = RESIDENTS
    seed: int = 1
    source: Path | None = None


def state() -> dict[str, Any]:
    """Where the filling stands: {} (never begun) or {"state": "building" | "complete", "residents": …}."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
        )
        comment = (cursor.fetchone() or [""])[0] or ""
    return json.loads(comment.removeprefix(MARK)) if comment.startswith(MARK) else {}


def seeds() -> list[tuple[str, str]]:
    """(package, dotted seed function) of every manifest that has one, in layer order."""
    return [(manifest.code, manifest.seed) for manifest in discovery.manifests() if manifest.seed]


def build(env: Environment, plan: Plan, progress: Progress, *, again: bool = False) -> bool:
    """Fills the database. False when it was already complete and ``again`` was not asked for.

    Runs as the owner. An interrupted filling is cleared and begun anew; so is a complete one with ``again``.
    SetupError when the database holds people that were not put there by a filling.
    """
    found = state()
    if found.get("state") == "complete" and not again:
        return False
    if found:
        _clear(env)
    elif get_user_model()._base_manager.exists():
        raise SetupError(
            "This database already has accounts that no “city build” made, so nothing is filled into it. "
            "Use an empty database (DATABASE_URL or LIANGLIN_DATA)."
        )
    about = {"residents": plan.residents, "seed": plan.seed, "sample": plan.source is None}
    _mark({"state": "building", **about})
    context = SeedContext(
        residents=plan.residents,
        seed=plan.seed,
        data=env.data,
        until=clock.now(),
        report=lambda what, share: None,
        source=plan.source,
        demo=plan.source is None,
    )
    for code, reference in seeds():
        progress(code, "", 0.0)
        context.report = lambda what, share, code=code: progress(code, what, share)
        discovery.resolve(reference)(context)
        with connection.cursor() as cursor:
            cursor.execute("analyze")  # the next floor's queries plan by what this one has just loaded
        progress(code, "", 1.0)
    _mark({"state": "complete", **about})
    return True


def wake() -> None:
    """What a filled demo city does anew at each start (manifests' ``wakes``), by the demo's own clock. As the owner."""
    passed = DemoClock.objects.filter(id=1).values_list("offset_seconds", flat=True).first()
    clock.set_offset(timedelta(seconds=passed or 0))
    with transaction.atomic():
        for manifest in discovery.manifests():
            if manifest.wakes:
                discovery.resolve(manifest.wakes)()


def _mark(what: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        text = MARK + json.dumps(what)
        cursor.execute(f"comment on database {name} is '{text}'")


def _clear(env: Environment) -> None:
    """Empties the database of an earlier filling, tables and all, and makes its tables anew."""
    with connection.cursor() as cursor:
        for schema in ("public", *GROUNDS):
            cursor.execute(f"drop schema if exists {schema} cascade")
        cursor.execute("create schema public")
    attach.apply_migrations(env)
