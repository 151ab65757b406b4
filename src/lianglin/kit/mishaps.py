"""What went wrong unexpectedly, without its words: counted in memory, handed on every few seconds to whoever keeps it.

An exception's text holds what people type; so of an exception only its class and its place in the code are taken.
Nothing here touches the failed transaction, and an error storm is one statement every few seconds, not one a failure.
"""

from __future__ import annotations

import hashlib
import linecache
import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Literal

Origin = Literal["request", "task", "upgrade"]

KINDS_AT_ONCE = 200
"""Kinds that are told apart between two handings-on; what comes beyond counts under OTHER."""
MARKS = 5
"""Numbers of requests that are kept of one kind between two handings-on."""
SECONDS = 5.0
"""Between two handings-on, while there is something."""
OTHER = "too many kinds at once"
OUR_OWN = "lianglin"


@dataclass(frozen=True)
class Mishap:
    """One kind of failure at one place. ``name``: the route or the task; ``place``: module:line function."""

    origin: Origin
    name: str
    error: str
    place: str
    fingerprint: str


@dataclass
class Seen:
    """How often a kind came since the last handing-on, and the numbers of some of its requests."""

    mishap: Mishap
    count: int = 0
    marks: list[str] = field(default_factory=list)


@dataclass
class Batch:
    """What was counted since the last handing-on."""

    requests: int = 0
    seen: dict[str, Seen] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.requests or self.seen)


Keeper = Callable[[Batch], None]

_lock = threading.Lock()
_waiting = Batch()
_keeper: Keeper | None = None
_started = False
_away = False
log = logging.getLogger("lianglin.mishaps")


def connect(keeper: Keeper) -> None:
    """Plugs in what keeps the counts (called once, when the apps are ready)."""
    global _keeper
    _keeper = keeper


def release() -> str:
    """The version of this program."""
    try:
        return version("lianglin")
    except PackageNotFoundError:
        return ""


def describe(origin: Origin, name: str, error: BaseException) -> Mishap:
    """The kind of a failure. The fingerprint holds the text of the line in the code, not its number: it stays when
    lines are added above, and a defect that was mended and comes back in a later release is known again."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")[:160]
    module, function, number, code = _place(error.__traceback__)
    mark = hashlib.sha256("\n".join((origin, kind, module, function, code)).encode()).hexdigest()
    return Mishap(origin, name[:160], kind, f"{module}:{number} {function}"[:200], mark)


def _place(trace: TracebackType | None) -> tuple[str, str, int, str]:
    """(module, function, line, the code there) of the innermost line that is ours, else of the innermost."""
    frames = [
        (frame.f_globals.get("__name__", ""), frame, number) for frame, number in traceback.walk_tb(trace)
    ]
    if not frames:
        return "unknown", "", 0, ""
    own = [found for found in frames if found[0].split(".")[0] == OUR_OWN and "mishaps" not in found[0]]
    module, frame, number = (own or frames)[-1]
    code = linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()
    return str(module), frame.f_code.co_name, number, code


def note(origin: Origin, name: str, error: BaseException, mark: str = "") -> None:
    """Counts one failure. ``mark``: the number of the request in the log, or of the job."""
    mishap = describe(origin, name, error)
    with _lock:
        if mishap.fingerprint not in _waiting.seen and len(_waiting.seen) >= KINDS_AT_ONCE:
            digest = hashlib.sha256(OTHER.encode()).hexdigest()
            mishap = Mishap(origin, "", OTHER, "", digest)
        seen = _waiting.seen.setdefault(mishap.fingerprint, Seen(mishap))
        seen.mishap, seen.count = mishap, seen.count + 1
        if mark and len(seen.marks) < MARKS:
            seen.marks.append(mark[:40])


def answered() -> None:
    """Counts one request, for the share of those that failed."""
    with _lock:
        _waiting.requests += 1


def take() -> Batch:
    """What was counted, which is then forgotten here."""
    global _waiting
    with _lock:
        taken, _waiting = _waiting, Batch()
    return taken


def _put_back(batch: Batch) -> None:
    with _lock:
        _waiting.requests += batch.requests
        for mark, seen in batch.seen.items():
            if mark in _waiting.seen or len(_waiting.seen) < KINDS_AT_ONCE:
                there = _waiting.seen.setdefault(mark, Seen(seen.mishap))
                there.count += seen.count
                there.marks = (seen.marks + there.marks)[:MARKS]


def hand_on() -> bool:
    """Gives what was counted to its keeper; False when that failed (no database): it is kept for the next time."""
    global _away
    if _keeper is None:
        return True
    batch = take()
    if not batch:
        return True
    try:
        _keeper(batch)
    except Exception as error:  # whatever is wrong with the database, counting harms nobody
        _put_back(batch)
        if not _away:  # once, not every five seconds
            log.warning("failures cannot be written now", extra={"data": {"error": type(error).__name__}})
        _away = True
        return False
    _away = False
    return True


def start() -> None:
    """Begins to hand on in the background of this process; called by those that serve and work."""
    global _started
    if _started:
        return
    _started = True
    threading.Thread(target=_go_on, name="mishaps", daemon=True).start()


def _go_on() -> None:
    pause = threading.Event()
    while not pause.wait(SECONDS):
        hand_on()
