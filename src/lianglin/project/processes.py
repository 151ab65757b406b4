"""Child processes that end with their parent, and a parent that ends them all."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType

from lianglin.project.errors import Busy, SetupError

GRACE = 20.0
"""Seconds a process gets to finish what it is doing."""
AT_ONCE = 15.0
"""A process that ends within so many seconds of its start is not started again."""


def follow_parent(parent: int | None = None) -> None:
    """Ends this process when its parent is gone, even if that was killed: asked first, then at once."""
    expected = parent or os.getppid()

    def watch() -> None:
        while os.getppid() == expected:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def exit_on_signals() -> None:
    """Turns SIGTERM and SIGHUP into SystemExit, so that everything held is given back; Ctrl-C always counts."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is born deaf to it


def require_free_port(bind: str, port: int) -> None:
    """Busy when something listens on the port already."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SetupError(_why_not(bind, port, error)) from None
            raise Busy(
                f"Port {port} on {bind} cannot be used ({error.strerror}). "
                f"Stop the program that uses it, or choose another, for example PORT={port + 1}."
            ) from None


def _why_not(bind: str, port: int, error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"This user may not listen on port {port} ({error.strerror}). Choose one from 1024 on: PORT=8000."
        )
    return (
        f"This machine cannot listen on the address {bind} ({error.strerror}). "
        "Set LIANGLIN_BIND to one of its own; 127.0.0.1 is this machine alone."
    )


class Family:
    """Processes of this program, started together and ended together."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._members: dict[str, subprocess.Popen[bytes]] = {}
        self._orders: dict[str, tuple[Sequence[str], Mapping[str, str], float]] = {}

    def start(self, name: str, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        """Starts `lianglin ARGUMENTS`; what it writes goes to a log file of its name."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._orders[name] = (arguments, environ, time.monotonic())
        with (self.logs / f"{name}.log").open("ab") as log:
            self._members[name] = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-m", "lianglin.project.cli", *arguments, f"--parent={os.getpid()}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **environ},
                start_new_session=True,  # Ctrl-C reaches the parent alone, which ends them in order
            )

    def check(self) -> list[str]:
        """Starts members that ended by themselves again, and names them.

        SetupError with the log's name for one that ended within seconds of its start: it would again.
        """
        ended = [name for name, process in self._members.items() if process.poll() is not None]
        for name in ended:
            arguments, environ, started = self._orders[name]
            if time.monotonic() - started < AT_ONCE:
                raise SetupError(
                    f"The {name} process ended by itself (status {self._members[name].returncode}). "
                    f"See {self.logs / f'{name}.log'}."
                )
            self.start(name, arguments, environ)
        return ended

    def __enter__(self) -> Family:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._members.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        end = time.monotonic() + GRACE
        for process in self._members.values():
            try:
                process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)
