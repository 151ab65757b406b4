"""One number of the city a month from another office: entered with its file by one, approved by a second person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.models import CityFigure
from lianglin.benefits.rules.life import APPROVE, DRAFT
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

SUBJECT = "benefits.CityFigure"
State = CityFigure.State
MOST = 100_000_000


@dataclass(frozen=True)
class Told:
    """What the other office reported. ``month``: any day of it."""

    figure: str
    month: date
    value: int
    as_of: date
    source: str
    file_name: str
    file_digest: str


def digest_of(file: IO[bytes]) -> str:
    """SHA-256 of a file; the file itself is not kept."""
    return hashlib.file_digest(file, "sha256").hexdigest()  # pyright: ignore[reportArgumentType] - an upload reads bytes


def enter(*, by: Actor, told: Told) -> CityFigure:
    """Enters a number; it counts once a second person approves it."""
    by.require(DRAFT)
    _check(told)
    made = CityFigure(
        figure=told.figure, month=told.month.replace(day=1), value=told.value, as_of=told.as_of, source=told.source.strip(),
        file_name=told.file_name[-120:], file_digest=told.file_digest, entered_by_id=by.account_id, entered_at=clock.now(),
    )  # fmt: skip
    try:
        with together():
            made.save(force_insert=True)
            audit.record(
                "benefits.city_figure.enter", SUBJECT, made.pk, scope_code=by.low,
                values={"month": str(made.month), "value": made.value, "digest": made.file_digest},
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(
            _("A number for this month waits for approval already. Have it decided first.")
        ) from error
    return made


def _check(told: Told) -> None:
    if told.figure not in CityFigure.Figure.values:
        raise Refused(_("There is no such figure."), field="figure")
    if not 0 <= told.value <= MOST:
        raise Refused(_("This is larger than any city. Look at it again."), field="value")
    if told.month.replace(day=1) > clock.today():
        raise Refused(_("This month has not begun yet."), field="month")
    if not told.month.replace(day=1) <= told.as_of <= clock.today():
        raise Refused(_("The day lies before the month or after today."), field="as_of")
    if not told.source.strip():
        raise Refused(_("Write who gave the number, and by which document."), field="source")


def decide(figure_id: int, *, by: Actor, approve: bool, note: str = "") -> CityFigure:
    """The second person approves a number, which then replaces the month's former one, or refuses it and says why."""
    by.require(APPROVE)
    with together():
        found = CityFigure.objects.select_for_update(no_key=True).filter(pk=figure_id).first()
        if found is None or found.state != State.WAITING:
            raise Conflict(_("This number does not wait for a decision any more. Look at it again."))
        if found.entered_by_id == by.account_id:
            raise Forbidden(_("You entered it yourself: somebody else decides."))
        if not approve and not note.strip():
            raise Refused(_("Say why you refuse it."), field="note")
        if approve:
            before = CityFigure.objects.filter(figure=found.figure, month=found.month, state=State.IN_FORCE)
            before.update(state=State.REPLACED)
        found.state = State.IN_FORCE if approve else State.REFUSED
        found.approved_by_id, found.approved_at, found.note = by.account_id, clock.now(), note.strip()
        found.save(update_fields=["state", "approved_by", "approved_at", "note"])
        verb = "approve" if approve else "refuse"
        audit.record(f"benefits.city_figure.{verb}", SUBJECT, found.pk, scope_code=by.low)
    return found
