"""Granian against gunicorn on today's pages: CPU of web and database together, with 20,000 appeals loaded.

Run: ``python -m bench.web_server [--appeals N] [--rounds N] [--requests N]``, with a Python that finds both Lianglin and
gunicorn. Lianglin does not need gunicorn and does not install it: ``.venv/bin/python -m pip install gunicorn`` for
the comparison, ``pip uninstall gunicorn`` after it. Without it one JSON object says so. Each round asks both servers
in turn, the order alternating: two processes with two threads each, the same four visitors, the same database.
Prints one JSON object as its last line: medians over the rounds, and granian / gunicorn.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import appeals_api as house
from lianglin.project import web

SERVERS = ("granian", "gunicorn")
MEASURED = ("create", "list", "list_json")
WORKERS = 2


def main() -> None:
    """Loads, serves with each in turn, prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--appeals", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=200, help="per round, server and operation")
    options.add_argument("--port", type=int, default=8974)
    options.add_argument("--data", type=Path, help="keep and reuse the loaded database in this folder")
    chosen = options.parse_args()
    if importlib.util.find_spec("gunicorn") is None:
        print(json.dumps({"left_out": "gunicorn is not installed: python -m pip install gunicorn"}))
        return
    with tempfile.TemporaryDirectory(prefix="bench-web-server-") as temporary:
        data = (chosen.data or Path(temporary)).resolve()
        os.environ.update(
            LIANGLIN_DATA=str(data),
            LIANGLIN_DEMO="1",
            LIANGLIN_DATABASE_ROLE="app",
            PORT=str(chosen.port),
            LIANGLIN_WEB_WORKERS=str(WORKERS),
            LIANGLIN_LOG_LEVEL="WARNING",
            LIANGLIN_TRUSTED_PROXIES="1",  # each report comes from an address of its own, as in life
        )
        house.load(data, chosen.appeals)
        print(json.dumps(_report(_compare(data, chosen), chosen)))


def _command(server: str, port: int) -> list[str]:
    if server == "granian":
        return [sys.executable, "-m", "lianglin.project.cli", "serve"]
    return [
        *(sys.executable, "-m", "gunicorn", "lianglin.project.wsgi:application", "--preload"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)),
        *("--worker-class", "gthread", "--threads", str(web.THREADS), "--keep-alive", "30"),
    ]


def _compare(data: Path, chosen: argparse.Namespace) -> dict[str, dict[str, list[float]]]:
    """Server -> operation -> CPU milliseconds per request, one figure a round."""
    from lianglin.project.embedded import Server

    found: dict[str, dict[str, list[float]]] = {s: {m: [] for m in MEASURED} for s in SERVERS}
    with Server.start(data / "pg"):
        postmaster = int((data / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        for number in range(chosen.rounds):
            for server in SERVERS if number % 2 == 0 else SERVERS[::-1]:
                first = (2 * number + SERVERS.index(server)) * 100_000
                for name, cpu in _one_round(server, postmaster, first, chosen).items():
                    found[server][name].append(cpu)
                print(server, number, {name: round(cpu[-1], 2) for name, cpu in found[server].items()})
    return found


def _one_round(server: str, postmaster: int, first: int, chosen: argparse.Namespace) -> dict[str, float]:
    process = subprocess.Popen(_command(server, chosen.port), stderr=subprocess.DEVNULL)
    try:
        house.wait(chosen.port)
        operations = [op for op in house.operations(chosen.port) if op.name in MEASURED]
        for operation in operations:
            house.round_of(operation, 80, lambda: set(), 50_000_000 + first)
            house.round_of(
                operation,
                chosen.requests,
                lambda: house.family(process.pid) | house.family(postmaster),
                first,
            )
    finally:
        process.terminate()
        process.wait(30)
    return {operation.name: operation.cpu[-1] for operation in operations}


def _report(found: dict[str, dict[str, list[float]]], chosen: argparse.Namespace) -> dict[str, object]:
    report: dict[str, object] = {
        "appeals": chosen.appeals,
        "rounds": chosen.rounds,
        "requests_per_round": chosen.requests,
        "workers": WORKERS,
        "threads": web.THREADS,
    }
    for name in MEASURED:
        middle = {server: statistics.median(found[server][name]) for server in SERVERS}
        report[f"{name}_cpu_ms"] = {server: round(cpu, 2) for server, cpu in middle.items()}
        report[f"{name}_granian_to_gunicorn"] = round(middle["granian"] / middle["gunicorn"], 2)
    return report


if __name__ == "__main__":
    main()
