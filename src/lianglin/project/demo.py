"""`lianglin demo`: the whole city on one machine, from an empty folder to a page that answers."""

from __future__ import annotations

import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from lianglin.project import attach, closed, database, environment, processes
from lianglin.project.embedded import Server
from lianglin.project.environment import Environment
from lianglin.project.errors import Closed, DiskFull, SetupError

NEEDED_BYTES = 1500 * 1024**2
BYTES_PER_RESIDENT = 13_000
PATIENCE = 600.0
"""Seconds for web and worker to answer: a busy machine takes minutes. One that ends by itself is told of at once."""


def run(env: Environment, *, residents: int, console: Console) -> None:
    """Prepares what is missing, starts web and worker, and stays until it is told to stop."""
    processes.require_free_port(env.bind, env.port)
    _require_space(env, residents)
    with attach.running(env) as server, processes.Family(env.data / "logs") as family:
        with console.status("Database · 数据库"):
            attach.migrate(env)
            _must_be_open(env)
        fill(env, residents=residents, console=console)
        with console.status("Web and worker · 网页与后台"):
            children = {"LIANGLIN_DEMO": "1", "DATABASE_URL": database.bare_url(env)}
            family.start("web", ["serve"], {**children, "LIANGLIN_DATABASE_ROLE": "app"})
            family.start("worker", ["worker"], {**children, "LIANGLIN_DATABASE_ROLE": "worker"})
            _wait_until_ready(env, family)
        _welcome(env, console)
        try:
            _watch(server, family, console)
        except KeyboardInterrupt:
            console.print("Stopping · 正在停止")
            raise


def _must_be_open(env: Environment) -> None:
    """A city that was restored lets nobody in before the erasures are done again."""
    if closed.is_closed(replace(env, database_role="app")):
        raise Closed(
            "The city was restored from a backup and is closed until the erasure ledger was replayed: run "
            "“LIANGLIN_DEMO=1 lianglin backup open”."
        )


def _watch(server: Server | None, family: processes.Family, console: Console) -> None:
    """Starts again what ended by itself, for as long as nobody says stop."""
    while True:
        if server is not None and server.revive():
            console.print("The database was gone; it was started again.")
        for name in family.check():
            console.print(f"The {name} process was gone; it was started again.")
        time.sleep(1)


def fill(env: Environment, *, residents: int, console: Console) -> None:
    """Builds the demo city unless it is there; with a bar per package."""
    from lianglin.project import city

    with city_progress(console) as progress:
        built = city.build(env, city.Plan(residents=residents), progress)
    if not built:
        city.wake()
    if not built and (there := city.state().get("residents")) != residents:
        console.print(
            f"The city keeps its {there} residents. For {residents}: "
            f"LIANGLIN_DEMO=1 lianglin city build --again --residents {residents}."
        )


@contextmanager
def city_progress(console: Console) -> Iterator[Any]:
    """A progress bar per package, as :func:`lianglin.project.city.build` reports it; lines where nobody sees bars."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[what]}"), console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def report(code: str, what: str, share: float) -> None:
            if code not in tasks:
                tasks[code] = bars.add_task(code, total=1.0, what="")
            bars.update(tasks[code], completed=share, what=what)

        yield report


def _lines(console: Console) -> Callable[[str, str, float], None]:
    """For a log: one line when a package begins."""
    begun: set[str] = set()

    def report(code: str, what: str, share: float) -> None:
        if code not in begun:
            begun.add(code)
            console.print(f"Filling {code}")

    return report


def _require_space(env: Environment, residents: int) -> None:
    environment.make_data_folder(env.data)
    complete = (env.data / "pg" / "cluster").exists()
    needed = NEEDED_BYTES // 10 if complete else NEEDED_BYTES + BYTES_PER_RESIDENT * residents
    free = shutil.disk_usage(env.data).free
    if free < needed:
        raise DiskFull(
            f"The disk of {env.data} has {free // 1024**2} MB left, the demo city needs "
            f"{needed // 1024**2} MB. Make room, or set LIANGLIN_DATA to another disk."
        )


def _wait_until_ready(env: Environment, family: processes.Family) -> None:
    end = time.monotonic() + PATIENCE
    while not _is_ready(env):
        family.check()
        if time.monotonic() > end:
            raise SetupError(
                f"Web and worker did not get ready within {PATIENCE:.0f} seconds. See {family.logs}."
            )
        time.sleep(0.1)


def _is_ready(env: Environment) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{environment.address(env)}/readyz", timeout=3) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _welcome(env: Environment, console: Console) -> None:
    from lianglin.access.demo import logins

    chinese = os.environ.get("LANG", "").startswith("zh")
    table = Table(
        title="演示账号（示例数据）" if chinese else "Demo logins (sample data)", title_justify="left"
    )
    for title in ("身份", "账号", "密码", "说明") if chinese else ("Who", "Login", "Password", "What for"):
        table.add_column(title, overflow="fold")
    for row in logins():
        table.add_row(*(str(row[name]) for name in ("label", "username", "password", "what")))
    console.print(table)
    console.print(
        f"\n  [bold]{environment.address(env)}[/bold]    {'停止：' if chinese else 'Stop: '}Ctrl-C\n"
    )


def enable() -> None:
    """Makes this process, and those it starts, the demo's."""
    os.environ["LIANGLIN_DEMO"] = "1"
    environment.current.cache_clear()
