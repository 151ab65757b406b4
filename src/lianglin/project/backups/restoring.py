"""Laying a backup out, bringing it to a point in time, and leaving a cluster that is closed until the ledger was replayed."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lianglin.project import binaries
from lianglin.project.backups import closing, manifest, programs, wal
from lianglin.project.backups.cipher import Damaged
from lianglin.project.backups.making import MAIN, names_in, opened_part
from lianglin.project.backups.shelf import Backup, Shelf, refusal, sync_folder
from lianglin.project.errors import Busy, NotOurs, SetupError

BESIDE = "pg.restoring"


def restore(shelf: Shelf, label: str, into: Path, until: datetime | None) -> Backup:
    """Restores a backup and the archived log into ``into/pg/cluster`` and ``into/files``. The database ends up closed.

    Without ``until`` to the last moment that was archived. Nothing that lies there is ever overwritten; a run that was
    cut off is begun anew by the next.
    """
    with shelf.noted("restore", label):
        backup = _chosen(shelf, label, until)
        _require_empty(into)
        try:
            _restore(shelf, backup, into, until)
        except SetupError as error:
            raise _too_late(shelf, error, until) from None
        except OSError as error:
            raise refusal(into, error) from None
        finally:
            for left in (BESIDE, "files.restoring"):  # a copy in the clear that came to no end
                shutil.rmtree(into / left, ignore_errors=True)
    return backup


def _too_late(shelf: Shelf, error: SetupError, until: datetime | None) -> SetupError:
    """The sentence for a moment that lies behind the archived log; any other error as it is."""
    if until is None or "recovery ended before configured recovery target" not in str(error):
        return error
    end = wal.ended(shelf)
    known = f"it was last written to at {end:%Y-%m-%dT%H:%M}+00:00" if end else "there is none"
    return SetupError(
        f"The archived log does not reach to {until.isoformat(timespec='minutes')} ({known}), or a part of it is missing "
        "(“lianglin backup list”). Name an earlier time, or leave --until out."
    )


def _chosen(shelf: Shelf, label: str, until: datetime | None) -> Backup:
    """The backup that is named; for "latest" the newest that had ended before the asked time."""
    if label != "latest":
        backup = shelf.about(label)
        if until and until < datetime.fromisoformat(backup.ended):
            raise SetupError(
                f"{label} ended at {backup.ended[:19]}Z; a time before that needs an older backup."
            )
        return backup
    for candidate in reversed(shelf.labels()):
        backup = shelf.about(candidate)
        if until is None or datetime.fromisoformat(backup.ended) <= until:
            return backup
    raise SetupError("There is no backup that is old enough. “lianglin backup list” shows them.")


def _require_empty(into: Path) -> None:
    cluster = into / "pg" / "cluster"
    if (cluster / "postmaster.pid").exists():
        raise Busy(f"A database runs in {cluster}, or did until it was killed. Nothing is restored over it.")
    for path in (into / "pg", into / "files"):
        if path.is_dir() and any(
            p.name not in ("turn.lock", "users.lock", "server.log") for p in path.iterdir()
        ):
            raise NotOurs(
                f"{path} is not empty, and nothing is overwritten. Move it away (mv {path} {path}.old), or name another "
                "folder with --into."
            )


def _restore(shelf: Shelf, backup: Backup, into: Path, until: datetime | None) -> None:
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    side = into / BESIDE
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(mode=0o700)
    chain = shelf.chain(backup.label)
    lay_out(shelf, chain, side)
    segments = wal.lay_out(shelf, backup, side / "wal")
    major = backup.server // 10000
    settings = {"restore_command": 'cp "../wal/%f" "%p"', "recovery_target_timeline": "latest"}
    if until is not None:
        at = until.astimezone(UTC)
        settings |= {
            "recovery_target_time": f"{at:%Y-%m-%d %H:%M:%S.%f}+00",
            "recovery_target_action": "promote",
        }
    if segments or until is not None:
        (side / "cluster" / "recovery.signal").touch(mode=0o600)
    else:
        settings = {}
    with (
        programs.started(side, major, settings) as folder,
        programs.admin(folder, backup.admin, backup.database) as admin,
    ):
        closing.close(admin, backup, wal.ended(shelf) if until is not None else None)
    _hand_over_history(side)
    files_of(shelf, chain, into / "files.restoring")
    home = into / "pg"
    home.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(home, side.stat().st_uid, side.stat().st_gid)
    (into / "files").rmdir() if (into / "files").is_dir() else None
    (into / "files.restoring").rename(into / "files")
    (side / "cluster").rename(home / "cluster")
    sync_folder(home)
    sync_folder(into)


def _hand_over_history(side: Path) -> None:
    """Lets the server archive its new timeline's history once it archives: the next restore finds its log by that."""
    log = side / "cluster" / "pg_wal"
    for path in log.glob("*.history"):
        if not (side / "wal" / path.name).exists():
            (log / "archive_status").mkdir(mode=0o700, exist_ok=True)
            (log / "archive_status" / f"{path.name}.ready").touch(mode=0o600)
    programs.hand_over(side)


def lay_out(shelf: Shelf, chain: list[Backup], home: Path, *, sync: bool = True) -> None:
    """The cluster of the last backup of a chain in ``home/cluster``, each part and the whole checked by its manifest."""
    major = chain[-1].server // 10000
    parts = [home / f"part-{number}" for number in range(len(chain))]
    for backup, part in zip(chain, parts, strict=True):
        _unpack(shelf, backup, part)
        manifest.check(part, major)
    if len(parts) == 1:
        parts[0].rename(home / "cluster")
        return
    words = ["--manifest-checksums=SHA256", f"--output={home / 'cluster'}"]
    words += [] if sync else ["--no-sync"]
    status, said = programs.tool(major, "pg_combinebackup", *map(str, parts), *words)
    if status != 0:
        raise programs.failed("The increments could not be put together", said)
    for part in parts:
        shutil.rmtree(part)
    manifest.check(home / "cluster", major)


def _unpack(shelf: Shelf, backup: Backup, target: Path) -> None:
    target.mkdir(mode=0o700)
    with opened_part(shelf, backup, MAIN) as source, tarfile.open(fileobj=source, mode="r|") as tar:
        for member in _each(tar):
            _put(tar, member, target)
        while source.read(1024 * 1024):  # to the end, or a cut would go unseen
            pass


def _each(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    try:
        while (member := tar.next()) is not None:
            yield member
            tar.members.clear()
    except tarfile.TarError:
        raise Damaged("The archive in the backup cannot be read. Use another backup.") from None


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Plain files and folders only, and only below the target."""
    path = target / member.name
    if member.name.startswith("/") or ".." in Path(member.name).parts:
        raise Damaged(f"The archive names a place outside of it ({member.name}). Use another backup.")
    if member.isdir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif member.isfile() and (held := tar.extractfile(member)) is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as file:
            shutil.copyfileobj(held, file, 1024 * 1024)
        path.chmod(0o600)
    else:
        raise Damaged(f"The archive holds something that is no file ({member.name}). Use another backup.")


def files_of(shelf: Shelf, chain: list[Backup], target: Path) -> int:
    """The attachments of the last backup of a chain; returns how many."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    wanted = set(names_in(shelf, chain[-1]))
    for backup in chain:
        with (
            opened_part(shelf, backup, "files.tar") as source,
            tarfile.open(fileobj=source, mode="r|") as tar,
        ):
            for member in _each(tar):
                if member.name in wanted:
                    _put(tar, member, target)
                    wanted.discard(member.name)
    if wanted:
        raise Damaged(f"{len(wanted)} attachments are not in the backup, {min(wanted)} among them.")
    return len(names_in(shelf, chain[-1]))


def owner_note(into: Path) -> str:
    """For a server of the city's own: who has to own the restored cluster."""
    user = binaries.unprivileged()[0] if os.geteuid() == 0 else os.geteuid()
    return f"{into / 'pg' / 'cluster'} belongs to user {user}."
