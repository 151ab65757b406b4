"""Which backups are kept: the newest of each of the last so many days, weeks and months, and what they stand on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lianglin.project.backups import wal
from lianglin.project.backups.cipher import Damaged
from lianglin.project.backups.shelf import PART, Backup, Shelf
from lianglin.project.errors import SetupError


@dataclass(frozen=True)
class Keep:
    """How many days, weeks and months have their backup kept."""

    daily: int
    weekly: int
    monthly: int


@dataclass(frozen=True)
class Pruned:
    """What went."""

    backups: list[str]
    segments: int


PERIODS: tuple[tuple[str, Callable[[datetime], object]], ...] = (
    ("daily", lambda at: at.date()),
    ("weekly", lambda at: at.isocalendar()[:2]),
    ("monthly", lambda at: (at.year, at.month)),
)


def kept(backups: list[Backup], keep: Keep) -> set[str]:
    """The labels to keep of backups that are given oldest first. The newest of all, and of the full ones, always is."""
    found: set[str] = {backup.label for backup in backups[-1:]}
    found |= {backup.label for backup in [one for one in backups if one.kind == "full"][-1:]}
    for name, period in PERIODS:
        newest: dict[object, str] = {period(backup.when): backup.label for backup in backups}
        found |= set(list(newest.values())[len(newest) - min(len(newest), getattr(keep, name)) :])
    by_label = {backup.label: backup for backup in backups}
    for label in list(found):
        while (parent := by_label[label].parent) and parent in by_label:
            found.add(parent)
            label = parent
    return found


def prune(shelf: Shelf, keep: Keep) -> Pruned:
    """Removes backups that are kept no longer, and the log that only they needed.

    The log reaches back to the oldest of the daily backups: a point in time can be asked for within those days.
    """
    with shelf.turn():
        shelf.sweep_parts()
        backups = [_about(shelf, label) for label in shelf.labels()]
        if not backups:
            return Pruned([], 0)
        stay = kept(backups, keep)
        gone = [backup.label for backup in backups if backup.label not in stay]
        for label in reversed(gone):  # increments before what they stand on
            away = shelf.folder / (label + PART)
            (shelf.folder / label).rename(away)
            shutil.rmtree(away)
        left = [backup for backup in backups if backup.label in stay]
        return Pruned(gone, wal.drop(wal.unneeded(shelf, oldest_for_times(left, keep))))


def _about(shelf: Shelf, label: str) -> Backup:
    """What a backup says of itself; else why nothing is pruned, and what helps."""
    try:
        return shelf.about(label)
    except Damaged as error:
        raise Damaged(
            f"Nothing was pruned: {error} Then move {shelf.folder / label} away, and prune again."
        ) from None


def oldest_for_times(backups: list[Backup], keep: Keep) -> Backup:
    """The backup from which on the log is kept, of backups given oldest first: that of the first of the kept days."""
    days = sorted({backup.when.date() for backup in backups})[-keep.daily :]
    for backup in backups:
        if backup.when.date() >= days[0]:
            return backup
    raise SetupError("There is no backup.")
