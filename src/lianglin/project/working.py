"""The background work of one process: the house's own queues, and beside them the calls to other offices' programs.

A webhook's receiver may hang; it then holds up one of the places that are kept for webhooks, and no message or event waits
for it. The night's long works have one place of their own. All stop together, when the process is told to.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Collection, Mapping
from typing import Any

from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from lianglin.project.errors import SetupError

OUTSIDE, NIGHTLY = "webhooks", "nightly"
"""Queues of what waits for machines that are not ours, and of the night's long works, which run one after the other."""
PLACES = {OUTSIDE: 2, NIGHTLY: 1}
HOUSE_PLACES = 2


def queues() -> list[str]:
    """Every queue of a task that there is; Procrastinate's own among them."""
    app.perform_import_paths()
    return sorted({task.queue for task in app.tasks.values()} | {"builtin", "default"})


def lanes(chosen: Collection[str] = ()) -> dict[str, tuple[list[str], int]]:
    """Name -> queues and places of what works side by side; of ``chosen`` queues alone, where some were named.

    SetupError for a queue that no task has.
    """
    known = queues()
    if unknown := [name for name in chosen if name not in known]:
        raise SetupError(f"There is no queue “{unknown[0]}”. Choose from {', '.join(known)}.")
    wanted = [name for name in known if not chosen or name in chosen]
    found = {name: ([name], places) for name, places in PLACES.items() if name in wanted}
    house = [name for name in wanted if name not in PLACES]
    return {**({"house": (house, HOUSE_PLACES)} if house else {}), **found}


def run(chosen: Collection[str] = ()) -> None:
    """Works, on the ``chosen`` queues or all, until the process is told to stop; what runs then is finished first."""
    with app.replace_connector(Fetching(kwargs=connector_params())):
        asyncio.run(_run(lanes(chosen)))


class Fetching(PsycopgConnector):
    """Fetches jobs and writes down how they ended over connections of its own; what a job defers is deferred over Django's.

    So a deferred job is there with what the job has written, and gone with it. Over a connection of the worker it would be
    taken up before the rows it is about are committed, and would stay when they are rolled back.
    """

    def get_sync_connector(self) -> BaseConnector:
        """Django's connection of the running thread: whatever is deferred within a job comes this way."""
        return DjangoConnector()


async def _run(lanes: Mapping[str, tuple[list[str], int]]) -> None:
    options: dict[str, Any] = {"delete_jobs": "successful", "install_signal_handlers": False}
    async with app.open_async():
        works = [
            asyncio.create_task(app.run_worker_async(queues=names, concurrency=places, name=name, **options))
            for name, (names, places) in lanes.items()
        ]

        def stop() -> None:
            """Told twice, a worker would drop its running job, which would then end when nobody can write that down."""
            for work in works:
                if not work.cancelling():
                    work.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        stop()  # one that broke down takes the other along: the process is started anew as a whole
        ended = await asyncio.gather(*works, return_exceptions=True)
    for one in ended:
        if isinstance(one, Exception):
            raise one
