"""One number of the city a month from another office: entered with its file by one, approved by a second person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.benefits.models import CityFigure
from lianglin.benefits.rules.life import APPROVE, DRAFT
from lianglin.kit import clock
from lianglin.kit.errors import Refused

FIGURES = Proposals(
    CityFigure, "benefits.CityFigure", "benefits.city_figure.{verb}", DRAFT, APPROVE, begun="enter"
)
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
    taken = _("A number for this month waits for approval already. Have it decided first.")
    told_of = {"month": str(made.month), "value": made.value, "digest": made.file_digest}
    return FIGURES.put(made, by=by, taken=taken, **told_of)


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
    return FIGURES.decide(by, approve=approve, note=note, carry_out=_replace, pk=figure_id)


def _replace(found: CityFigure) -> None:
    before = CityFigure.objects.filter(figure=found.figure, month=found.month, state=State.IN_FORCE)
    before.update(state=State.REPLACED)
