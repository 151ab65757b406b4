"""What an address asks for: which place, which month, which figure. Wrong answers are said plainly."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.indicators.actions import MONTHS, last_months
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import HouseError, Missing
from lianglin.kit.period import Period

DUTY = "indicators.read"


def reader(request: HttpRequest) -> Actor:
    """Who reads the figures of its area; Forbidden without the duty."""
    actor: Actor = request.actor  # pyright: ignore[reportAttributeAccessIssue] - set by the acting middleware
    actor.require(DUTY)
    return actor


def place_code(request: HttpRequest, actor: Actor) -> str:
    """The asked place, else the whole area of the post; 404 outside of it."""
    code = request.GET.get("place", "").strip() or actor.low
    if not actor.covers(code):
        raise Missing(_("This place is not in the area of your current post."))
    return code


def month(request: HttpRequest) -> Period:
    """The asked month, else the running one; what cannot be a month is refused with how to write it."""
    running = Period.month_of(clock.today())
    text = request.GET.get("month", "").strip()
    if not text:
        return running
    try:
        asked = Period.parse(text)
    except ValueError as error:
        raise HouseError(_("Write the month as year and month, like 2026-11."), field="month") from error
    if asked != Period.month_of(asked.start) or asked > running:
        raise HouseError(_("Choose a month until the running one, like 2026-11."), field="month")
    return asked


def months() -> list[Period]:
    """The months that are offered, newest first."""
    return last_months(MONTHS)[::-1]


def indicator(code: str) -> Indicator:
    """The declared figure with this code; 404 when there is none."""
    found = discovery.indicators().get(code)
    if found is None:
        raise Missing(_("There is no such figure."))
    return found
