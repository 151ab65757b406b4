"""The embedded PostgreSQL 18: one server per data folder, shared by every process that uses it.

A home folder holds::

    cluster/       PostgreSQL's data, made beside it and renamed into place
    .s.PGSQL.5432  the unix socket (there is no network port); the folder is 0700
    turn.lock      held while somebody starts or stops the server
    users.lock     held (shared) by each process that uses the server: the last one to leave stops it,
                   and a killed one lets go by itself
    server.log

Run by root, the server runs as the folder's owner, or as ``nobody`` when root made the folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote, urlencode

from lianglin.project import binaries, postmaster
from lianglin.project.errors import Busy, DiskFull, NotOurs, SetupError, WrongVersion
from lianglin.project.postmaster import SOCKET

ADMIN = "lianglin_admin"
LONGEST_FOLDER = 84  # bytes; a unix socket's whole path must stay under 108
LONGEST_LOG = 16 * 1024**2  # bytes; then the log begins anew
FREE_BYTES = 300 * 1024**2  # a new cluster takes 40 MB, its first journal files the rest
OURS = {"cluster", "cluster.new", "turn.lock", "users.lock", "server.log", "outbox", SOCKET, f"{SOCKET}.lock"}

DEFAULTS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_directories": "..",  # seen from cluster/: never too long, and always this very folder
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "summarize_wal": "on",  # increments of a backup
    "wal_keep_size": "512MB",  # a backup brings the log of its own duration along
    # No personal data in the log: neither statements nor the values in a message's details.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


class Server:
    """A share in the server of one home folder. Made by :meth:`start`; a context manager that stops."""

    def __init__(self, home: Path, runner: binaries.Runner, users: IO[bytes]) -> None:
        self.home = home
        self.cluster = home / "cluster"
        self._runner = runner
        self._users: IO[bytes] | None = users
        self._pid = os.getpid()
        self._settings: Mapping[str, str] = {}
        self._folder = _socket_folder(home)

    @classmethod
    def start(cls, data: Path, *, settings: Mapping[str, str] | None = None, timeout: float = 60) -> Server:
        """Joins the server of this folder, or makes and starts it.

        ``settings`` are server parameters; they count for the one who starts the server, not for those who
        join. Raises SetupError (or one of its kinds) with a sentence for the person at the keyboard.
        """
        home = _prepare_home(Path(data))
        runner = binaries.runner(home)
        with _turn(home, timeout):
            users = _open_lock(home / "users.lock")
            fcntl.flock(users, fcntl.LOCK_SH)
            server = cls(home, runner, users)
            server._settings = settings or {}
            try:
                server._bring_up(timeout)
            except BaseException as error:
                if not isinstance(error, Exception) and _is_last(users):  # Ctrl-C: leave nothing running
                    postmaster.stop(server.cluster)
                users.close()
                raise
        return server

    def dsn(self, user: str = ADMIN, dbname: str = "postgres") -> str:
        """Connection address for a database role, over the unix socket."""
        return url(user=user, dbname=dbname, host=str(self._folder))

    def revive(self, timeout: float = 60) -> bool:
        """Starts the server again when it was killed from outside. True when it had to."""
        if self._users is None or not self._is_gone():
            return False
        with _turn(self.home, timeout):
            self._bring_up(timeout)
        return True

    def stop(self) -> None:
        """Gives the share back; the last one to leave stops the server. Harmless when called again."""
        users, self._users = self._users, None
        if users is None:
            return
        if os.getpid() != self._pid:  # a forked child: the share is its parent's
            users.close()
            return
        with users:
            lock = self.home / "users.lock"
            if not lock.exists():  # the folder was deleted under the server
                if _is_last(users):
                    postmaster.clear_leftovers(self.cluster)
            elif _is_same(users, lock):
                with _turn(self.home, timeout=60):
                    if _is_last(users):
                        postmaster.stop(self.cluster)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- starting ---------------------------------------------------------------------------------------

    def _bring_up(self, timeout: float) -> None:
        if postmaster.find(self.cluster) is not None and self._join(timeout):
            return
        if not postmaster.processes(self.cluster) and postmaster.answers(self._folder):
            raise Busy(
                f"Another machine or container runs the database in {self.home}. Stop it there, "
                "or set LIANGLIN_DATA to another folder."
            )
        postmaster.clear_leftovers(self.cluster)
        if not self.cluster.exists():
            self._initialise(sync=self._settings.get("fsync") != "off")
        self._check_version()
        self._launch({**DEFAULTS, **self._settings}, timeout)

    def _join(self, timeout: float) -> bool:
        """Waits until the running server answers. False when it went away meanwhile."""

        def settled() -> bool:
            return self._is_gone() or (
                postmaster.status(self.cluster) in ("ready", "standby") and self._is_open()
            )

        if postmaster.until(settled, timeout):
            return not self._is_gone()
        raise Busy(
            f"The database server in {self.home} (process {postmaster.recorded_pid(self.cluster)}) is not "
            f"ready after {timeout:.0f} seconds. It may be mending itself after a crash: try again in a "
            f"minute, or look at {self.home / 'server.log'}."
        )

    def _is_gone(self) -> bool:
        return postmaster.find(self.cluster) is None

    def _is_open(self) -> bool:
        """Whether it takes connections: one that was just told to stop still calls itself ready."""
        asked = self._runner.run("pg_isready", "--quiet", "--host={home}", "--timeout=3", timeout=10)
        return asked.returncode == 0

    def _initialise(self, *, sync: bool) -> None:
        free = shutil.disk_usage(self.home).free
        if free < FREE_BYTES:
            raise DiskFull(
                f"The disk of {self.home} has {free // 1024**2} MB left, a new database needs "
                f"{FREE_BYTES // 1024**2} MB. Make room, or set LIANGLIN_DATA to another disk."
            )
        side = self.home / "cluster.new"
        shutil.rmtree(side, ignore_errors=True)
        words = ["--pgdata={home}/cluster.new", f"--username={ADMIN}", "--no-instructions"]
        words += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", *([] if sync else ["--no-sync"])]
        done = self._runner.run("initdb", *words, timeout=180)
        if done.returncode != 0:
            shutil.rmtree(side, ignore_errors=True)
            raise _failure(f"A new database could not be made in {self.home}", done.stdout)
        side.rename(self.cluster)

    def _check_version(self) -> None:
        try:
            version = (self.cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise NotOurs(
                f"{self.cluster} is not a PostgreSQL data folder (PG_VERSION is missing). "
                "Restore it, or move it away to begin with an empty database."
            ) from None
        if version != binaries.MAJOR:
            raise WrongVersion(
                f"The data in {self.cluster} was made by PostgreSQL {version}, but {binaries.MAJOR} is "
                "installed. Carry it over with the old pg_dump, or set LIANGLIN_DATA to a new folder."
            )

    def _launch(self, settings: Mapping[str, str], timeout: float) -> None:
        log = self.home / "server.log"
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.unlink()
        seen = log.stat().st_size if log.exists() else 0
        # On the command line, not in a file: root never writes into the folder of the server's user.
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        done = self._runner.run(
            *("pg_ctl", "start", "--wait", "--silent", f"--timeout={timeout:.0f}", f"--options={options}"),
            *("--pgdata={home}/cluster", "--log={home}/server.log"),
            timeout=timeout + 10,
        )
        if done.returncode != 0:
            if not self._is_gone():  # still at it, for instance mending itself
                self._join(timeout=1)
                return
            said = log.read_bytes()[seen:].decode(errors="replace") if log.exists() else ""
            raise _failure(f"The database server in {self.home} did not start", said or done.stdout)


def url(*, user: str = "", dbname: str, **parameters: str) -> str:
    """A PostgreSQL address; everything but user and database goes into its query."""
    name = f"{quote(user, safe='')}@" if user else ""
    return f"postgresql://{name}/{quote(dbname, safe='')}?{urlencode(parameters)}"


def address(data: Path, user: str = ADMIN, dbname: str = "postgres") -> str:
    """The address of a folder's server, whether it runs or not."""
    return url(user=user, dbname=dbname, host=str(_socket_folder(data.absolute().resolve())))


def shut_down(data: Path) -> bool:
    """Stops a server that nobody uses any more (its users were killed). True when one was stopped.

    Raises Busy while a process still uses it.
    """
    home = Path(data).absolute().resolve()
    cluster = home / "cluster"
    if not postmaster.processes(cluster):
        return False
    if not home.exists():
        postmaster.clear_leftovers(cluster)
        return True
    with _turn(home, timeout=60), _open_lock(home / "users.lock") as users:
        if not _is_last(users):
            raise Busy(f"The database in {home} is in use. Stop “make demo” (Ctrl-C) first.")
        postmaster.stop(cluster)
    return True


# --- the folder and its locks ----------------------------------------------------------------------------


def _prepare_home(data: Path) -> Path:
    home = data.absolute().resolve()
    try:
        if not home.exists():
            home.parent.mkdir(parents=True, exist_ok=True)
            home.mkdir(mode=0o700, exist_ok=True)
        strangers = sorted({path.name for path in home.iterdir()} - OURS)
    except PermissionError as error:
        raise NotOurs(
            f"This user may not use the folder {error.filename}. Set LIANGLIN_DATA to a folder of your own."
        ) from None
    except OSError as error:
        raise DiskFull(
            f"The folder {home} cannot be made or read ({error.strerror}). Check the disk."
        ) from None
    if strangers and not (home / "cluster").exists():
        held = ", ".join(strangers[:3])
        raise NotOurs(f"{home} holds other things ({held}). Name an empty folder for the database.")
    owner = home.stat().st_uid
    if os.geteuid() == 0:
        if owner == 0:
            os.chown(home, *binaries.unprivileged())
    elif owner != os.geteuid():
        raise NotOurs(f"The folder {home} belongs to another user. Run as that user, or set LIANGLIN_DATA.")
    home.chmod(0o700)
    return home


def _open_lock(path: Path) -> IO[bytes]:
    """Opens a lock file; one that root makes is handed to the folder's owner, and no link is followed."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if os.geteuid() == 0:
            owner = path.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise DiskFull(f"{path} cannot be written ({error.strerror}). Check the disk.") from None
    return os.fdopen(descriptor, "r+b")


@contextmanager
def _turn(home: Path, timeout: float):
    """Waits for the one turn in which a server may be started or stopped."""
    with _open_lock(home / "turn.lock") as turn:
        if not postmaster.until(lambda: _try_lock(turn, fcntl.LOCK_EX), timeout):
            raise Busy(
                f"Another process has been starting or stopping the database in {home} "
                f"for {timeout:.0f} seconds. Wait for it or end it, then try again."
            )
        yield


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_last(users: IO[bytes]) -> bool:
    """Whether nobody but the holder of this file uses the server. Asked in one's turn only."""
    return _try_lock(users, fcntl.LOCK_EX)


def _is_same(users: IO[bytes], lock: Path) -> bool:
    """False when the folder was deleted and made anew: the server in it is another's."""
    return os.path.samestat(os.fstat(users.fileno()), lock.stat())


def _socket_folder(home: Path) -> Path:
    """The folder clients name: the home, or a short link to it in a folder that only this user can change."""
    if len(os.fsencode(home)) <= LONGEST_FOLDER:
        return home
    folder = Path("/tmp") / f"lianglin-{os.geteuid()}"  # noqa: S108 - checked below to be ours alone
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise NotOurs(f"{folder} is not of this user alone. Remove it, or choose a shorter LIANGLIN_DATA.")
    link = folder / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    if not link.is_symlink() or link.readlink() != home:
        fresh = Path(tempfile.mktemp(dir=folder))  # noqa: S306 - a name in a folder of ours alone
        fresh.symlink_to(home)
        fresh.replace(link)
    return link


def _failure(what: str, said: str) -> SetupError:
    """The error for a failed program, out of its last words."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return DiskFull(f"{what}: the disk is full. Make room, or set LIANGLIN_DATA to another disk.")
    telling = ("FATAL", "PANIC", "ERROR", "error:")
    lines = [line for line in said.splitlines() if any(word in line for word in telling)]
    reason = (lines or said.strip().splitlines() or ["no reason given"])[-1].strip()
    return SetupError(f"{what}: {reason}")
