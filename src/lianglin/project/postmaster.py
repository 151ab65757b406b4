"""The processes of an embedded server: which run in a cluster's folder, and ending them without damage."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from lianglin.project.errors import Busy

SOCKET = ".s.PGSQL.5432"


def processes(cluster: Path) -> list[psutil.Process]:
    """Every living PostgreSQL process that works in this folder, even if the folder was deleted."""
    found = []
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres":
            with suppress(psutil.Error, OSError):
                if process.cwd() == str(cluster) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
    return found


def find(cluster: Path) -> psutil.Process | None:
    """The running main process of the pid file: neither a zombie nor a stranger who got its number."""
    pid = recorded_pid(cluster)
    if pid is None:
        return None
    with suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        if (
            process.name() == "postgres"
            and process.status() != psutil.STATUS_ZOMBIE
            and os.path.samefile(process.cwd(), cluster)
        ):
            return process
    return None


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def recorded_pid(cluster: Path) -> int | None:
    """The process number in the folder's pid file, whoever has that number now."""
    lines = _pid_file(cluster)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def status(cluster: Path) -> str:
    """What the server says of itself: starting, ready, standby, stopping; "" when it says nothing."""
    lines = _pid_file(cluster)
    return lines[7].strip() if len(lines) > 7 else ""


def clear_leftovers(cluster: Path) -> None:
    """Waits for, then ends, what a killed server left running; removes its pid and socket lock files.

    Never start or initialise before this: a server that still runs would destroy the new one's files.
    """
    patience = 5 if cluster.exists() else 0
    if not (
        until(lambda: not processes(cluster), patience)
        or _signal_all(cluster, signal.SIGQUIT, patience=20)
        or _signal_all(cluster, signal.SIGKILL, patience=10)
    ):
        pids = ", ".join(str(process.pid) for process in processes(cluster))
        raise Busy(
            f"A former database server still runs in {cluster} (process {pids}). End it, then try again."
        )
    for leftover in (cluster / "postmaster.pid", cluster.parent / SOCKET, cluster.parent / f"{SOCKET}.lock"):
        leftover.unlink(missing_ok=True)


def stop(cluster: Path) -> None:
    """Ends the server: fast (running statements are cancelled), and when that hangs, at once."""
    for sign in (signal.SIGINT, signal.SIGQUIT):
        process = find(cluster)
        if process is None:
            break
        with suppress(psutil.NoSuchProcess):
            process.send_signal(sign)
        if until(lambda: find(cluster) is None, 30):
            break
    clear_leftovers(cluster)


def answers(folder: Path) -> bool:
    """Whether a server listens on the socket in this folder, even one whose processes we cannot see."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(3)
        try:
            probe.connect(str(folder / SOCKET))
        except OSError:
            return False
    return True


def _signal_all(cluster: Path, sign: signal.Signals, *, patience: float) -> bool:
    for process in processes(cluster):
        with suppress(psutil.Error):
            process.send_signal(sign)
    return until(lambda: not processes(cluster), patience)


def until(condition: Callable[[], bool], timeout: float) -> bool:
    """Waits until the condition holds; False when it does not within ``timeout`` seconds."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)
    return True
