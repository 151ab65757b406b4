"""Children end with their parent, however it ends; a busy port is a sentence."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lianglin.project import processes
from lianglin.project.errors import Busy, SetupError

CHILD = "from lianglin.project.processes import follow_parent; import time; follow_parent(); print('up', flush=True); time.sleep(99)"
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(99)
"""


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_child_ends_when_its_parent_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
    end = time.monotonic() + 10
    while not gone(child):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_busy_port_is_named_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Busy, match=f"PORT={port + 1}"):
            processes.require_free_port("127.0.0.1", port)
    processes.require_free_port("127.0.0.1", port)


def test_a_member_that_ends_by_itself_is_reported_with_its_log(tmp_path: Path) -> None:
    with processes.Family(tmp_path) as family:
        family.start("settings", ["settings", "--language", "nonsense"], {})
        family._members["settings"].wait(20)
        with pytest.raises(SetupError, match=r"settings\.log"):
            family.check()
    assert "nonsense" in (tmp_path / "settings.log").read_text()


def test_a_member_that_ends_later_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "AT_ONCE", 0.0)
    with processes.Family(tmp_path) as family:
        family.start("settings", ["settings", "--language", "nonsense"], {})
        before = family._members["settings"]
        before.wait(20)
        assert family.check() == ["settings"]
        assert family._members["settings"].pid != before.pid


def test_a_member_that_does_not_listen_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.5)
    with processes.Family(tmp_path) as family:
        deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(99)"
        member = subprocess.Popen(
            [sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True
        )
        assert member.stdout is not None
        member.stdout.readline()
        family._members["deaf"] = member
    member.stdout.close()
    assert member.returncode == -signal.SIGKILL
    assert gone(member.pid)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_give_everything_back(sign: signal.Signals) -> None:
    script = (
        "import time; from lianglin.project.processes import exit_on_signals\nexit_on_signals()\n"
        "try:\n    print('up', flush=True); time.sleep(99)\nfinally:\n    print('given back', flush=True)"
    )
    deaf = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", script]
    with subprocess.Popen(deaf, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, sign)
        assert process.stdout.read() == "given back\n"
    assert process.returncode == (-sign if sign == signal.SIGINT else 128 + sign)
