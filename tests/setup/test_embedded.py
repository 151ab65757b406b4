"""The launcher of the embedded PostgreSQL: sharing, crashes, users, and no damage in any of them."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from lianglin.project import binaries, embedded, postmaster
from lianglin.project.embedded import Server, shut_down
from lianglin.project.errors import Busy, DiskFull, NoBinary, NotOurs, SetupError, WrongVersion

SHARER = Path(__file__).with_name("sharer.py")
ORDINARY = pwd.getpwnam("daemon").pw_uid  # any account that is neither root nor nobody
QUICK = {"fsync": "off"}


class Sharer:
    """Another process with a share of the server."""

    def __init__(self, data: Path, uid: int | None = None) -> None:
        words = [sys.executable, str(SHARER), str(data), *([str(uid)] if uid is not None else [])]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def said(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline() or "{}")

    def leave(self) -> None:
        self.process.communicate("\n", timeout=60)

    def kill(self) -> None:
        self.process.kill()
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.communicate()


@pytest.fixture
def share(home: Path) -> Iterator[Callable[..., Sharer]]:
    """Makes other processes that share the server of ``home``; ends those that are left."""
    made: list[Sharer] = []

    def make(uid: int | None = None) -> Sharer:
        made.append(Sharer(home, uid))
        return made[-1]

    yield make
    for sharer in made:
        sharer.kill()


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home folder that only root may walk to when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="ll-", dir="/tmp"))
    try:
        yield folder / "pg"
    finally:
        with contextlib.suppress(SetupError):
            shut_down(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)


def ask(server: Server, statement: str) -> Any:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def runs(home: Path) -> bool:
    return bool(postmaster.processes(home / "cluster"))


def main_process(home: Path) -> psutil.Process:
    found = postmaster.find(home / "cluster")
    assert found is not None
    return found


def test_starts_answers_and_stops(home: Path) -> None:
    with Server.start(home) as server:
        assert str(ask(server, "show server_version")).startswith("18")
        assert ask(server, "select current_user") == "lianglin_admin"
        assert ask(server, "show listen_addresses") == ""
        assert (home.stat().st_mode & 0o777) == 0o700
    assert not runs(home)
    assert not (home / embedded.SOCKET).exists()


def test_the_second_start_keeps_the_data(home: Path) -> None:
    with Server.start(home) as server:
        ask(server, "create table kept as select 7 as value")
    with Server.start(home) as server:
        assert ask(server, "select value from kept") == 7


def test_settings_hold_for_the_starter(home: Path) -> None:
    settings = {**QUICK, "work_mem": "7MB", "application_name": "it's a \\ test"}
    with Server.start(home, settings=settings) as server:
        assert ask(server, "show fsync") == "off"
        assert ask(server, "show work_mem") == "7MB"
        assert (
            ask(server, "select reset_val from pg_settings where name = 'application_name'")
            == "it's a \\ test"
        )


def test_two_processes_share_one_server_and_the_last_stops_it(
    home: Path, share: Callable[..., Sharer]
) -> None:
    first, second = share(), share()  # at the same time, on an empty folder
    assert first.said()["began"] == second.said()["began"]
    first.leave()
    assert runs(home)
    second.leave()
    assert not runs(home)


def test_two_shares_in_one_process(home: Path) -> None:
    with Server.start(home, settings=QUICK) as outer:
        with Server.start(home):
            pass
        assert ask(outer, "select 1") == 1
    assert not runs(home)


def test_a_killed_sharer_lets_go(home: Path, share: Callable[..., Sharer]) -> None:
    killed = share()
    assert "dsn" in killed.said()
    with Server.start(home):
        killed.kill()
    assert not runs(home)


def test_a_server_whose_only_user_was_killed_is_joined_and_then_stopped(
    home: Path, share: Callable[..., Sharer]
) -> None:
    killed = share()
    began = killed.said()["began"]
    killed.kill()
    assert runs(home)
    with Server.start(home) as server:
        assert ask(server, "select pg_postmaster_start_time()::text") == began
    assert not runs(home)


def test_kill_9_of_the_server_loses_nothing(home: Path) -> None:
    with Server.start(home) as server:
        ask(server, "create table kept as select 7 as value")
        busy = psycopg.connect(server.dsn())  # a backend that has to notice the death of its parent
        os.kill(main_process(home).pid, signal.SIGKILL)
        with Server.start(home) as again:
            assert ask(again, "select value from kept") == 7
        busy.close()
    assert not runs(home)


def test_a_killed_server_is_revived_for_those_who_use_it(home: Path) -> None:
    with Server.start(home, settings=QUICK) as server, Server.start(home, settings=QUICK) as other:
        assert not server.revive()
        os.kill(main_process(home).pid, signal.SIGKILL)
        assert postmaster.until(server.revive, 10)
        assert not other.revive()
        assert ask(other, "select 1") == 1
    assert not runs(home)


def test_a_server_that_is_going_down_is_started_anew(home: Path, share: Callable[..., Sharer]) -> None:
    sharer = share()
    sharer.said()
    main_process(home).send_signal(signal.SIGINT)
    with Server.start(home, settings=QUICK) as again:
        assert ask(again, "select 1") == 1
    sharer.leave()
    assert not runs(home)


@pytest.mark.parametrize(
    "pid", [os.getpid(), 1, 2**22 + 7, "rubbish"], ids=["ours", "init", "none", "rubbish"]
)
def test_a_stale_pid_file_and_socket_do_not_block(home: Path, pid: object) -> None:
    with Server.start(home, settings=QUICK):
        left = (home / "cluster" / "postmaster.pid").read_text().splitlines()
    (home / "cluster" / "postmaster.pid").write_text("\n".join([str(pid), *left[1:]]))
    (home / embedded.SOCKET).touch()
    (home / f"{embedded.SOCKET}.lock").write_text(f"{pid}\n")
    with Server.start(home, settings=QUICK) as server:
        assert ask(server, "select 1") == 1


def test_another_server_with_the_recorded_number_is_left_alone(home: Path) -> None:
    neighbour_home = home.with_name("neighbour")
    with Server.start(neighbour_home, settings=QUICK) as neighbour:
        with Server.start(home, settings=QUICK):
            left = (home / "cluster" / "postmaster.pid").read_text().splitlines()
        number = str(main_process(neighbour_home).pid)
        (home / "cluster" / "postmaster.pid").write_text("\n".join([number, *left[1:]]))
        with Server.start(home, settings=QUICK):
            assert ask(neighbour, "select 1") == 1


def test_a_zombie_with_a_pid_file_does_not_block(home: Path, share: Callable[..., Sharer]) -> None:
    killed = share()
    killed.said()
    pid = main_process(home).pid
    # A zombie of our own under the recorded number: the same state a container's first process leaves.
    zombie = subprocess.Popen(["/bin/true"])
    while psutil.Process(zombie.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    path = home / "cluster" / "postmaster.pid"
    path.write_text("\n".join([str(zombie.pid), *path.read_text().splitlines()[1:]]))
    with Server.start(home, settings=QUICK) as server:
        assert ask(server, "select 1") == 1
    zombie.wait()
    killed.kill()


def test_deleting_the_folder_under_a_server_does_no_harm_to_the_next(home: Path) -> None:
    first = Server.start(home, settings=QUICK)
    old = main_process(home).pid
    shutil.rmtree(home)
    with Server.start(home, settings=QUICK) as second:
        assert not psutil.pid_exists(old) or psutil.Process(old).status() == psutil.STATUS_ZOMBIE
        ask(second, "create table kept as select 7 as value")
        first.stop()  # must not stop the second one's server
        assert ask(second, "select value from kept") == 7
    with Server.start(home, settings=QUICK) as third:
        assert ask(third, "select value from kept") == 7


def test_stopping_after_the_folder_was_deleted(home: Path) -> None:
    server = Server.start(home, settings=QUICK)
    shutil.rmtree(home)
    server.stop()
    assert not runs(home)


def test_an_interrupted_initdb_is_started_over(home: Path) -> None:
    home.mkdir()
    (home / "cluster.new").mkdir()
    (home / "cluster.new" / "PG_VERSION").write_text("18\n")
    with Server.start(home, settings=QUICK) as server:
        assert ask(server, "select 1") == 1
    assert not (home / "cluster.new").exists()


def test_shut_down_stops_what_nobody_uses_and_refuses_otherwise(
    home: Path, share: Callable[..., Sharer]
) -> None:
    assert shut_down(home) is False
    sharer = share()
    sharer.said()
    with pytest.raises(Busy, match="in use"):
        shut_down(home)
    sharer.kill()
    assert shut_down(home) is True
    assert not runs(home)


def test_a_long_path_is_reached_through_a_short_link(home: Path) -> None:
    deep = home / ("long-" * 30)
    with Server.start(deep, settings=QUICK) as server:
        assert len(server.dsn()) < 120
        with Server.start(deep):
            assert ask(server, "select 1") == 1


def test_a_stuck_neighbour_is_named(home: Path) -> None:
    with (
        Server.start(home, settings=QUICK),
        embedded._turn(home, 1),
        pytest.raises(Busy, match="Wait for it"),
    ):
        Server.start(home, timeout=0.2)


def test_an_invisible_server_on_the_same_folder_is_not_disturbed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that shares the folder has its own process list: only the socket tells."""
    with Server.start(home, settings=QUICK) as server:
        monkeypatch.setattr(postmaster, "processes", lambda cluster: [])
        monkeypatch.setattr(postmaster, "find", lambda cluster: None)
        with pytest.raises(Busy, match="container"):
            Server.start(home)
        monkeypatch.undo()
        assert ask(server, "select 1") == 1


# --- users ------------------------------------------------------------------------------------------------


@pytest.mark.root
class TestUsers:
    def test_root_hands_the_server_to_nobody(self, home: Path) -> None:
        assert not binaries.is_reachable(home.parent, 65534)  # and yet it works: no folder is opened
        mode = home.parent.stat().st_mode
        with Server.start(home, settings=QUICK):
            assert main_process(home).uids().real == binaries.unprivileged()[0]
        assert home.parent.stat().st_mode == mode

    def test_root_on_a_path_that_all_may_walk(self, home: Path) -> None:
        home.parent.chmod(0o755)
        with Server.start(home, settings=QUICK) as server:
            assert ask(server, "select 1") == 1
            assert main_process(home).uids().real == binaries.unprivileged()[0]

    def test_an_ordinary_user_runs_his_own(self, home: Path, share: Callable[..., Sharer]) -> None:
        os.chown(home.parent, ORDINARY, ORDINARY)
        sharer = share(ORDINARY)
        assert "dsn" in sharer.said()
        assert main_process(home).uids().real == ORDINARY
        sharer.leave()
        assert not runs(home)

    def test_root_joins_an_ordinary_users_server_and_changes_no_owner(
        self, home: Path, share: Callable[..., Sharer]
    ) -> None:
        os.chown(home.parent, ORDINARY, ORDINARY)
        sharer = share(ORDINARY)
        began = sharer.said()["began"]
        with Server.start(home) as server:
            assert ask(server, "select pg_postmaster_start_time()::text") == began
        sharer.leave()
        assert not runs(home)
        with Server.start(home, settings=QUICK):  # root first this time, still as the owner
            assert main_process(home).uids().real == ORDINARY
        assert {path.stat().st_uid for path in home.iterdir()} == {ORDINARY}

    def test_a_user_without_a_name_is_told(self, home: Path, share: Callable[..., Sharer]) -> None:
        os.chown(home.parent, 54321, 54321)
        answer = share(54321).said()
        assert "/etc/passwd" in answer["message"]

    def test_an_ordinary_user_is_told_whose_folder_it_is(
        self, home: Path, share: Callable[..., Sharer]
    ) -> None:
        home.parent.chmod(0o755)
        with Server.start(home, settings=QUICK):
            refused = share(ORDINARY)
            answer = refused.said()
            refused.kill()
        assert answer["error"] == "NotOurs"
        assert "LIANGLIN_DATA" in answer["message"]

    def test_programs_in_a_closed_folder_are_copied_for_the_servers_user(self, home: Path) -> None:
        target = home.parent / "programs"
        target.mkdir()
        copied = binaries.copy_programs(binaries.find_programs(), target)
        assert copied == binaries.copy_programs(binaries.find_programs(), target)
        home.parent.chmod(0o755)
        runner = binaries.Runner(home.parent, copied, *binaries.unprivileged())
        assert "18." in runner.run("initdb", "--version", timeout=20).stdout


# --- what is wrong is said in a sentence ------------------------------------------------------------------


def sentence(error: pytest.ExceptionInfo[SetupError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".") or ": " in text
    return text


def test_full_disk_before_anything_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 2**20))
    with pytest.raises(DiskFull) as error:
        Server.start(home)
    assert "1 MB left" in sentence(error)
    assert not (home / "cluster").exists()


def test_full_disk_while_it_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = home.parent / "bin"
    fake.mkdir()
    for name in ("postgres", "pg_ctl", "initdb"):
        (fake / name).write_text(
            "#!/bin/sh\necho 'initdb: error: could not write: No space left on device'\nexit 1\n"
        )
    binaries.make_public([home.parent, fake])
    for program in fake.iterdir():
        program.chmod(0o755)
    monkeypatch.setattr(binaries, "find_programs", lambda: fake)
    with pytest.raises(DiskFull) as error:
        Server.start(home)
    assert "disk is full" in sentence(error)
    assert sorted(path.name for path in home.iterdir()) == ["turn.lock", "users.lock"]


def test_no_programs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_wheel")
    with pytest.raises(NoBinary) as error:
        Server.start(home)
    assert "make install" in sentence(error)


def test_data_of_another_version(home: Path) -> None:
    with Server.start(home, settings=QUICK):
        pass
    (home / "cluster" / "PG_VERSION").write_text("15\n")
    with pytest.raises(WrongVersion) as error:
        Server.start(home)
    assert "PostgreSQL 15" in sentence(error)


def test_a_folder_of_something_else_is_not_touched(home: Path) -> None:
    home.mkdir()
    (home / "photos").mkdir()
    with pytest.raises(NotOurs) as error:
        Server.start(home)
    assert "photos" in sentence(error)
    assert [path.name for path in home.iterdir()] == ["photos"]


def test_a_cluster_folder_without_a_version_is_not_overwritten(home: Path) -> None:
    (home / "cluster").mkdir(parents=True)
    (home / "cluster" / "precious").touch()
    with pytest.raises(NotOurs):
        Server.start(home)
    assert (home / "cluster" / "precious").exists()


def test_a_bad_setting_is_named(home: Path) -> None:
    with pytest.raises(SetupError) as error:
        Server.start(home, settings={"shared_buffers": "much"})
    assert "shared_buffers" in sentence(error)
    assert not runs(home)


def test_the_server_is_started_again_after_a_bad_setting(home: Path) -> None:
    with pytest.raises(SetupError):
        Server.start(home, settings={"shared_buffers": "much"})
    with Server.start(home, settings=QUICK) as server:
        assert ask(server, "select 1") == 1
