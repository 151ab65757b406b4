"""`lianglin backup …`: what each word does, and what it prints."""

from __future__ import annotations

import argparse
import os
import re
import sys
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from lianglin.project import attach, environment
from lianglin.project.backups import closing, keeping, ledger, making, restoring, verifying, wal
from lianglin.project.backups.cipher import WrongKey
from lianglin.project.backups.shelf import Shelf, refusal
from lianglin.project.environment import Environment
from lianglin.project.errors import SetupError

TEXT = "Backups: create, list, verify, restore and open, prune; archive the write-ahead log."
KNOWN = "backups.known"
"""In the data folder: where backups lay when one was last made."""
SHANGHAI = timezone(timedelta(hours=8))
WORDS = {
    "create": "make one, full or --incremental",
    "list": "which there are",
    "verify": "restore one elsewhere, read and compare it, throw it away",
    "restore": "bring one back, into an empty folder",
    "open": "after a restore: replay the erasure ledger, then let people in",
    "prune": "remove what is kept no longer",
    "archive-wal": "take in the write-ahead log and export the erasure ledger",
}


def grammar(command: argparse.ArgumentParser) -> None:
    """The words and what each takes."""
    words = command.add_subparsers(dest="word", required=True, metavar="|".join(WORDS))
    made = {word: words.add_parser(word, help=text, description=text) for word, text in WORDS.items()}
    made["create"].add_argument(
        "--incremental", action="store_true", help="only what changed since the newest"
    )
    made["verify"].add_argument(
        "label", nargs="?", default="latest", help="which; the newest when none is named"
    )
    made["restore"].add_argument(
        "label", nargs="?", default="latest", help="which; the newest when none is named"
    )
    made["restore"].add_argument(
        "--until", type=moment, help="a time like 2026-11-28T14:05 (Shanghai), or with +00:00"
    )
    made["restore"].add_argument("--into", type=Path, help="an empty folder instead of LIANGLIN_DATA")
    for word in ("restore", "open"):
        made[word].add_argument(
            "--ledger", type=Path, help="the ledger's folder, where it is not beside the backups"
        )
    made["archive-wal"].add_argument(
        "file", nargs="?", type=Path, help="archive_command's %%p; without it the outbox"
    )


def moment(text: str) -> datetime:
    """A point in time; without an offset it is Shanghai's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "must be a time like 2026-11-28T14:05 or 2026-11-28T06:05:00+00:00"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def run(options: argparse.Namespace) -> int:
    """Runs one word."""
    os.umask(0o077)
    try:
        if options.word == "archive-wal" and options.file is not None:
            return _archive(options.file)  # as PostgreSQL's user, who is given no other setting
        return _run(options)
    except PermissionError as error:  # a folder above the shelf that only somebody else may enter
        raise refusal(Path(error.filename or "."), error) from None


def _run(options: argparse.Namespace) -> int:
    os.environ["LIANGLIN_DATABASE_ROLE"] = "owner"
    environment.current.cache_clear()
    env = environment.current()
    shelf = Shelf(env.backups or env.data / "backups", env.backup_keys)
    return WORK[options.word](env, shelf, options)


def _archive(file: Path) -> int:
    part = environment.some("backups", "backup_keys")
    if part["backups"] is None:
        raise SetupError("LIANGLIN_BACKUPS is not set: the folder in which the log is archived.")
    shelf = Shelf(part["backups"], part["backup_keys"])
    if not shelf.begun:  # this user has no folder of the city in which it could have noted that it was
        raise SetupError(
            f"{shelf.folder} holds no backups: its disk is not mounted, or none was ever made there. Mount it, or run “lianglin "
            "backup create” once. Until then PostgreSQL keeps its log."
        )
    fresh = wal.take_in(shelf, file)
    print(f"{file.name} archived." if fresh else f"{file.name} was archived before.")
    return 0


def must_be_there(env: Environment) -> None:
    """Refuses a folder without a database: starting would make an empty one, to be backed up or called open."""
    if not env.database_url and not (env.data / "pg" / "cluster").exists():
        raise SetupError(
            f"There is no database in {env.data}. Set LIANGLIN_DATA to the city's folder, or bring a backup back there: "
            "“lianglin backup restore”."
        )


def must_be_mounted(env: Environment, shelf: Shelf) -> None:
    """Refuses the empty folder that is there while the disk of the backups is not: what is put into it is lost to them."""
    known = env.data / KNOWN
    with suppress(OSError):
        if known.read_text(encoding="utf-8") == str(shelf.folder):
            if not shelf.begun:
                raise SetupError(
                    f"{shelf.folder} holds no backups, but did before: its disk is not mounted. Mount it. To begin anew in "
                    f"the empty folder: rm {known}"
                )
            return
    if shelf.begun:
        with suppress(OSError):  # a disk that is full has its own words later
            known.write_text(str(shelf.folder), encoding="utf-8")


def _create(env: Environment, shelf: Shelf, options: argparse.Namespace) -> int:
    must_be_there(env)
    must_be_mounted(env, shelf)
    warn_of_one_disk(env, shelf)
    with attach.running(env):
        _must_be_open(env)
        made = making.create(env, shelf, incremental=options.incremental)
        print(
            f"{made.label}: {mb(made.size)} MB in {made.seconds:.0f} s ({mb(made.plain)} MB before compression)."
        )
        attach.setup_django()
        ledger.export(shelf)
        wal.sweep(shelf, env.data / "pg" / "outbox")
    return 0


def _must_be_open(env: Environment) -> None:
    """Nothing is exported from a restored database before the replay: the ledger would count as newer than it is."""
    with attach.connect(env, None) as admin:
        if closing.why_closed(admin) is not None:
            raise SetupError(
                "The database is closed: its ledger is older than the exported one. Run “lianglin backup open”."
            )


def warn_of_one_disk(env: Environment, shelf: Shelf) -> None:
    """A backup on the disk of the data is lost with it."""
    shelf.prepare()
    if not env.database_url and shelf.folder.stat().st_dev == env.data.stat().st_dev:
        print(f"Note: {shelf.folder} is on the same disk as the data, and would be lost with it. "
              "Set LIANGLIN_BACKUPS to a folder on another machine's or disk's file system.", file=sys.stderr)  # fmt: skip


def _list(env: Environment, shelf: Shelf, options: argparse.Namespace) -> int:
    wrong, newest = 0, None
    for label in shelf.labels():
        try:
            backup = shelf.about(label)
            shelf.chain(label)
            state = "complete" if shelf.is_whole(backup) else "DAMAGED: a file is missing or cut off"
        except WrongKey as error:
            wrong += 1
            print(f"{label}  NOT READABLE: {error}")
            continue
        except SetupError as error:
            wrong += 1
            print(f"{label}  DAMAGED: {error}")
            continue
        newest = backup
        wrong += state != "complete"
        on = f" on {backup.parent}" if backup.parent else ""
        at = backup.when.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        print(f"{label}  {at}  {mb(backup.size):>8} MB  {state}{on}")
    segments = [name for name in wal.names(shelf) if wal.SEGMENT.fullmatch(name)]
    if segments:
        print(f"write-ahead log: {len(segments)} segments, {segments[0]} to {segments[-1]}")
    if newest is not None and (lacking := wal.gap(shelf, newest)):
        wrong += 1
        print(f"write-ahead log: {lacking} IS MISSING. {newest.label} cannot be brought further than to it: "
              "bring that file back, or make a full backup.")  # fmt: skip
    if not shelf.labels():
        print(f"No backup in {shelf.folder}.")
    return 1 if wrong else 0


def _verify(env: Environment, shelf: Shelf, options: argparse.Namespace) -> int:
    attach.setup_django()
    report = verifying.verify(env, shelf, _label(shelf, options.label))
    print(
        "\n".join([f"{report.label} restored, read and thrown away:", *(f"- {line}" for line in report.said)])
    )
    return 0


def _label(shelf: Shelf, given: str) -> str:
    if given != "latest":
        return given
    newest = shelf.newest()
    if newest is None:
        raise SetupError(f"There is no backup in {shelf.folder}. Make one: “lianglin backup create”.")
    return newest.label


def _restore(env: Environment, shelf: Shelf, options: argparse.Namespace) -> int:
    into = (options.into or env.data).absolute()
    here = into == env.data and not env.database_url
    backup = restoring.restore(shelf, options.label, into, options.until)
    if options.until is None and (lacking := wal.gap(shelf, backup)):
        print(f"Note: the archived log lacks {lacking}. What was entered from there on is not in {into}. If that file "
              f"can be brought back into {shelf.folder / 'wal'}, do so and restore anew.", file=sys.stderr)  # fmt: skip
    print(f"{backup.label} is restored in {into}. It is closed until the erasure ledger was replayed.")
    if here:
        return _open(env, shelf, options)
    print(f"{restoring.owner_note(into)} Start your server on it, then run “lianglin backup open”.")
    return 0


def _open(env: Environment, shelf: Shelf, options: argparse.Namespace) -> int:
    must_be_there(env)
    with attach.running(env):
        touched = closing.reopen(env, shelf, options.ledger)
    if touched is None:
        print("The database is open already: there is nothing to replay.")
    else:
        print(f"{touched} rows erased again. The database is at this version's migrations, and open.")
    return 0


def _prune(env: Environment, shelf: Shelf, options: argparse.Namespace) -> int:
    gone = keeping.prune(shelf, keeping.Keep(*env.backup_keep))
    print(f"{len(gone.backups)} backups and {gone.segments} segments of the log removed.")
    return 0


def _take_in(env: Environment, shelf: Shelf, options: argparse.Namespace) -> int:
    shelf.need_keys()
    must_be_there(env)
    must_be_mounted(env, shelf)
    shelf.prepare()
    with attach.running(env):
        _must_be_open(env)  # a copy that nobody opened leaves no log of its own on the shelf
        attach.setup_django()
        try:
            taken = wal.sweep(shelf, env.data / "pg" / "outbox")
        finally:  # a log that cannot be taken in leaves nobody's erasure unknown
            lines = ledger.export(shelf)
    print(f"{taken} segments taken in, {lines} new lines in the erasure ledger.")
    return 0


def mb(size: int) -> str:
    """Megabytes, with one digit behind the point."""
    return re.sub(r"\.0$", "", f"{size / 1024**2:.1f}")


WORK = {
    "create": _create,
    "list": _list,
    "verify": _verify,
    "restore": _restore,
    "open": _open,
    "prune": _prune,
    "archive-wal": _take_in,
}
