"""The way of a kind of error, and when a state of the house is worth a word. Pure; no Django but its lazy texts."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Text

NEW, ACKNOWLEDGED, RESOLVED, REGRESSED = "new", "acknowledged", "resolved", "regressed"


@dataclass(frozen=True)
class Step:
    """What an administrator may do with a kind of error: from which states, to which."""

    code: str
    label: Text
    starts: tuple[str, ...]
    to: str


STEPS = (
    Step("acknowledge", _("Take note: it is being mended"), (NEW, REGRESSED), ACKNOWLEDGED),
    Step("resolve", _("Mended"), (NEW, ACKNOWLEDGED, REGRESSED), RESOLVED),
    Step("reopen", _("Not mended after all"), (RESOLVED,), ACKNOWLEDGED),
)
"""A kind that is resolved and comes again is "regressed": the database says so where it counts it."""
TONES = {NEW: "bad", REGRESSED: "bad", ACKNOWLEDGED: "waiting", RESOLVED: "closed"}

HOURS_SHOWN = 48
KEPT_DAYS = 90
"""Days for which hours, and kinds that came no more, are kept."""
FEW = 5
"""So many errors in an hour are no reason for a banner, whatever their share."""

STALLED_AFTER = 60.0
"""Seconds without a heartbeat after which a worker counts as gone."""
QUEUE_WAITS, QUEUE_LATE = 300.0, 1800.0
BACKUP_HOURS, VERIFY_DAYS = 26, 8
ARCHIVE_LATE = 1800.0
"""A segment of the log is handed over every five minutes, and taken in every minute."""
SEAL_LATE = 3600.0
"""A seal is made every ten minutes while anything is written; in a quiet night there is none."""
DISK_LOW, DISK_FULL = 0.15, 0.05
CERTIFICATE_DAYS = 21
CONNECTIONS_HIGH = 0.8
REPLICA_LATE = 30.0


def step(code: str) -> Step | None:
    """The step with this code."""
    return next((one for one in STEPS if one.code == code), None)


def steps_from(state: str) -> list[Step]:
    """What may be done with a kind in this state."""
    return [one for one in STEPS if state in one.starts]


def too_many(errors: int, requests: int, per_thousand: int) -> bool:
    """Whether an hour's errors deserve a banner: more than ``per_thousand`` of the requests, and more than a few."""
    return errors >= FEW and errors * 1000 > per_thousand * max(requests, 1)


def disk_state(free: float) -> str:
    """good, warn or bad for the free share of a disk (0 to 1)."""
    return "bad" if free < DISK_FULL else "warn" if free < DISK_LOW else "good"


def queue_state(seconds: float) -> str:
    """good, warn or bad for how long the oldest job that is due has waited."""
    return "bad" if seconds > QUEUE_LATE else "warn" if seconds > QUEUE_WAITS else "good"


WORST = ("plain", "good", "unknown", "warn", "bad")


def worst(states: list[str]) -> str:
    """The worst of several states."""
    return max(states, key=WORST.index, default="plain")
