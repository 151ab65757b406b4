"""Typed requests and events through which domains meet without knowing each other.

A *request* is answered by at most one manifest, synchronously, in the same transaction. An *event* is only
made known: it is delivered by procrastinate, deferred in the same transaction as the change it tells of.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.kit import discovery, plans
from lianglin.kit.errors import Nobody


@dataclass(frozen=True)
class CaseMoved:
    """A case was opened or moved. Carries codes and ids only, never what the case says."""

    case_id: int
    kind: str
    scope_code: str
    move: str
    state: str
    at: str  # ISO 8601
    opened_at: str
    number: str = ""
    outcome: str = ""
    unit_id: int | None = None
    due_at: str = ""


@dataclass(frozen=True)
class OpenAppeal:
    """Asks whoever handles appeals to open one; answered with the case number.

    ``building_id`` and ``place_text`` narrow the place; without ``name`` and ``phone`` it is anonymous.
    """

    scope_code: str
    item_code: str
    title: str
    text: str
    channel: str
    building_id: int | None = None
    place_text: str = ""
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class StartClaim:
    """Asks whoever handles claims to open one for a household, or for one of its people; answered with the case number.

    ``measure``: the code of the benefit measure. ``match_id``: the match that it begins from, None where somebody
    asks without one. The asker must see the household; a running claim of the same measure is answered with its number.
    """

    household_id: int
    measure: str
    channel: str
    resident_id: int | None = None
    match_id: int | None = None


@dataclass(frozen=True)
class ConsentChanged:
    """Somebody gave or withdrew a consent (people). Carries codes and ids only; ``given`` False: it no longer holds."""

    consent_id: int
    resident_id: int
    scope_code: str
    purpose: str
    given: bool
    at: str  # ISO 8601


@dataclass(frozen=True)
class FactsRecorded:
    """What is known of persons, households or dwellings changed, or who lives where. Carries kinds and ids only.

    ``subjects``: (object class, id) pairs: "person", "household" or "dwelling".
    """

    scope_code: str
    subjects: tuple[tuple[str, int], ...]
    at: str  # ISO 8601


@dataclass(frozen=True)
class ActsFor:
    """Asks whoever keeps guardianships whether one resident may act for another today; answered with a bool."""

    guardian_id: int
    ward_id: int


@dataclass(frozen=True)
class ReplayErasures:
    """Asks whoever keeps the erasure ledger to erase again what a restored backup has brought back.

    ``ledger``: lines of an exported ledger that is newer than the backup. Answered with how many rows were touched.
    """

    ledger: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportErasures:
    """Asks whoever keeps the erasure ledger for it, to be kept apart from the database; answered with :class:`Erasures`.

    ``behind``, ``digest``: the number and the SHA-256 of a line that was exported. Only what stands behind it is wanted;
    the whole ledger where the database holds no such line (it was restored).
    """

    behind: int = 0
    digest: str = ""


@dataclass(frozen=True)
class Erasures:
    """Lines of the erasure ledger in the order of their numbers; ``whole``: from its beginning.

    ``last``, ``digest``: number and SHA-256 of the last line. A line with a lower number may still be uncommitted: none is
    once a later answer's ``oldest`` (the oldest transaction that ran before it was read) has reached ``next`` (the first
    transaction that began after this one was read).
    """

    lines: tuple[str, ...]
    whole: bool
    last: int
    digest: str
    oldest: int
    next: int


DELIVER_TASK = "deliver_event"
"""Name of the task (in the access package, which opens the transaction as role job) that calls :func:`deliver`."""

EVENTS: dict[str, type] = {event.__name__: event for event in (CaseMoved, ConsentChanged, FactsRecorded)}


def publish(event: Any) -> None:
    """Defers the delivery of an event in the running transaction; gone with a rollback.

    Without listeners nothing is deferred.
    """
    name = type(event).__name__
    if not any(listener.event is type(event) for listener in discovery.each("listeners")):
        return
    with plans.keeping():
        app.configure_task(DELIVER_TASK, queue="events").defer(name=name, data=asdict(event))


def deliver(name: str, data: dict[str, Any]) -> None:
    """Calls every listener of the event. Listeners are idempotent: a retried task delivers again."""
    event = EVENTS[name](**data)
    for listener in discovery.each("listeners"):
        if listener.event is type(event):
            discovery.resolve(listener.handler)(event)


def ask(request: Any, *, by: Any) -> Any:
    """Puts a typed request to the domain that answers it; raises :class:`Nobody` when none is installed."""
    for answer in discovery.each("answers"):
        if answer.request is type(request):
            return discovery.resolve(answer.handler)(request, by=by)
    raise Nobody(
        _("No installed service handles this request (%(name)s). Ask the administrator.")
        % {"name": type(request).__name__}
    )
