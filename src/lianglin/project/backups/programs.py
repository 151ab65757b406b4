"""PostgreSQL's programs of the right major version, and a server of our own for a moment: no network, nobody else."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from lianglin.project import binaries, embedded
from lianglin.project.errors import DiskFull, NoBinary, SetupError

DAY = 24 * 3600.0
NEEDED = ("pg_basebackup", "pg_waldump", "pg_ctl", "postgres")
INCREMENTS = (17, "pg_combinebackup")
"""The first version that makes increments, and the program that puts them together."""
ELSEWHERE = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/usr/local/pgsql/bin")
HBA = "local all all trust\n"
ALONE: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_directories": "..",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "archive_mode": "off",
    "archive_command": "",
    "restore_command": "",
    "primary_conninfo": "",
    "primary_slot_name": "",
    "synchronous_standby_names": "",
    "shared_preload_libraries": "",
    "hot_standby": "off",
    "autovacuum": "off",
    "ssl": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "fsync": "on",
    "jit": "off",
}
"""On the command line, so that nothing in the restored folder's own settings can open a door."""


def of_version(major: int) -> Path:
    """The folder of the programs of a major version; NoBinary says where they were looked for."""
    if str(major) == binaries.MAJOR:
        return binaries.find_programs()
    if folder := _installed(major):
        return folder
    raise NoBinary(
        f"The programs of PostgreSQL {major} are not on this machine (looked in "
        f"{', '.join(place.format(major) for place in ELSEWHERE)}). Install its server and client packages."
    )


def client(major: int, sslmode: str) -> Path:
    """The folder of the programs that reach a server: those of the wheel speak no TLS, so where it is demanded the
    machine's own are taken."""
    demanded = sslmode in ("require", "verify-ca", "verify-full")
    if str(major) != binaries.MAJOR or not demanded:
        return of_version(major)
    folder = _installed(major)
    if folder is None:
        raise NoBinary(
            f"DATABASE_URL demands TLS (sslmode={sslmode}), which pg_basebackup of the embedded PostgreSQL cannot speak. "
            f"Install PostgreSQL's own programs on this machine (Debian: apt-get install postgresql-{major}), looked for in "
            f"{', '.join(place.format(major) for place in ELSEWHERE)}."
        )
    return folder


def _installed(major: int) -> Path | None:
    """The machine's own programs of a version, where they are."""
    first, combine = INCREMENTS
    needed = (*NEEDED, combine) if major >= first else NEEDED
    for place in ELSEWHERE:
        folder = Path(place.format(major))
        if all(os.access(folder / name, os.X_OK) for name in needed):
            return folder
    return None


def runner(home: Path, major: int) -> binaries.Runner:
    """Runs these programs on a folder as a user who may: root hands the folder over to ``nobody`` first."""
    if str(major) == binaries.MAJOR:
        hand_over(home)
        return binaries.runner(home)
    if os.geteuid() == 0:
        hand_over(home)
        return binaries.Runner(home, of_version(major), home.stat().st_uid, home.stat().st_gid)
    return binaries.Runner(home, of_version(major))


def hand_over(home: Path) -> None:
    """Run by root: everything below belongs to the user of the server, who is ``nobody`` where root made the folder."""
    if os.geteuid() != 0:
        return
    found = home.stat()
    owner = binaries.unprivileged() if found.st_uid == 0 else (found.st_uid, found.st_gid)
    for folder, _folders, files in os.walk(home):
        os.chown(folder, *owner, follow_symlinks=False)
        for name in files:
            os.chown(Path(folder) / name, *owner, follow_symlinks=False)


def tool(major: int, program: str, *arguments: str) -> tuple[int, str]:
    """Runs a program that only reads and writes files, as ourselves; its status and what it said."""
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [str(of_version(major) / program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
        check=False,
    )
    return done.returncode, done.stdout


def failed(what: str, said: str) -> SetupError:
    """The error of a program out of its last words."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return DiskFull(f"{what}: the disk is full. Make room, then try again.")
    lines = [line.strip() for line in said.splitlines() if re.search(r"FATAL|PANIC|ERROR|error:", line)]
    lines = lines or said.strip().splitlines() or ["no reason given"]
    return SetupError(f"{what}: {lines[-1].strip()[-600:]}")


@contextmanager
def started(home: Path, major: int, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Runs the cluster in ``home/cluster`` by itself; yields its socket folder. Stopped at the end of the block."""
    cluster = home / "cluster"
    (home / "hba.conf").write_text(HBA)
    (home / "ident.conf").write_text("")
    (home / "postgresql.conf").write_text("")
    cluster.chmod(0o700)
    run = runner(home, major)
    given = {**ALONE, **(settings or {})}
    files = {"config_file": "postgresql.conf", "hba_file": "hba.conf", "ident_file": "ident.conf"}
    given |= {name: f"{{home}}/{file}" for name, file in files.items()}
    words = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in given.items())
    log = home / "server.log"
    try:
        done = run.run(
            *("pg_ctl", "start", "--wait", "--silent", f"--timeout={DAY:.0f}", f"--options={words}"),
            *("--pgdata={home}/cluster", "--log={home}/server.log"),
            timeout=DAY + 60,
        )
        # It calls itself started when recovery begins; there is no time limit for how much log is to be replayed.
        while run.run("pg_isready", "--quiet", "--host={home}", timeout=60).returncode != 0:
            if done.returncode != 0 or not (cluster / "postmaster.pid").exists():
                said = log.read_text(errors="replace") if log.exists() else done.stdout
                raise failed("The restored database did not start", said)
            time.sleep(0.1)
        yield str(embedded._socket_folder(home))
    finally:
        if (cluster / "postmaster.pid").exists():
            run.run("pg_ctl", "stop", "--mode=fast", "--wait", "--silent", "--timeout=600",
                    "--pgdata={home}/cluster", timeout=660)  # fmt: skip


def admin(folder: str, user: str, dbname: str) -> psycopg.Connection:
    """A connection to such a server as the administrator that the backup names."""
    return psycopg.connect(embedded.url(user=user, dbname=dbname, host=folder), autocommit=True)


@contextmanager
def scratch(shelf: Path, room: int) -> Iterator[Path]:
    """An empty folder that is gone after the block, on the disk of the backups; DiskFull before it is begun in vain."""
    sweep_scratch(shelf)
    home = shelf / f".scratch-{os.getpid()}"
    free = shutil.disk_usage(shelf).free
    if free < room:
        raise DiskFull(
            f"The disk of {shelf} has {free // 1024**2} MB left, restoring there needs {room // 1024**2} MB. Make room."
        )
    home.mkdir(mode=0o700)
    held = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
        os.close(held)


def sweep_scratch(shelf: Path) -> None:
    """Takes away the copies in the clear that a killed run left; one that is in use is held and stays."""
    for left in shelf.glob(".scratch-*"):
        try:
            held = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:  # another user's: nothing that could be taken away
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(held)
