"""Keeping service points: opening one, changing it, its hours and its exceptions, closing it for good."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.gazetteer.queries import points as read
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.places.models import OpeningException, OpeningRule, ServicePoint
from lianglin.places.queries import community

DUTY = "places.services"
FIELDS = ("name", "name_en", "kind", "address", "phone", "accessibility", "lon", "lat")


def open_point(*, by: Actor, place: str, sample: bool = False, **given: Any) -> ServicePoint:
    """A new service point in a community of the post's area, from today on."""
    by.require(DUTY)
    found = community(place)
    if found is None:
        raise Refused(
            _("No community in force has this code. Correct it, or look it up under Places."), field="place"
        )
    if not by.covers(place):
        raise Forbidden(_("This community lies outside of the area of your post."))
    with together():
        made = ServicePoint.objects.create(
            community=found, scope_code=place, valid_from=clock.today(), sample=sample,
            **{name: given[name] for name in FIELDS if name in given},
        )  # fmt: skip
        audit.record("places.point.open", "places.ServicePoint", made.pk, scope_code=place)
    return made


def change_point(*, by: Actor, pk: int, **given: Any) -> ServicePoint:
    """Corrects what is said of a point; its community stays (a point that moves is closed and opened anew)."""
    with together():
        found = _own(by, pk)
        for name in FIELDS:
            setattr(found, name, given.get(name, getattr(found, name)))
        found.save(update_fields=FIELDS)
        audit.record("places.point.change", "places.ServicePoint", pk, scope_code=found.scope_code)
    return found


def close_point(*, by: Actor, pk: int) -> ServicePoint:
    """From today on it is no longer shown; the row stays."""
    with together():
        found = _own(by, pk)
        found.valid_to = clock.today()
        found.save(update_fields=["valid_to"])
        audit.record("places.point.close", "places.ServicePoint", pk, scope_code=found.scope_code)
    return found


def add_hours(
    *, by: Actor, pk: int, days: str, opens: time, closes: time, valid_from: date, on_holidays: bool = False
) -> OpeningRule:
    """Weekly hours from a day on."""
    with together():
        found = _own(by, pk)
        made = OpeningRule.objects.create(
            point=found, days=days, opens=opens, closes=closes, valid_from=valid_from, on_holidays=on_holidays
        )
        audit.record("places.point.hours", "places.ServicePoint", pk, scope_code=found.scope_code)
    return made


def end_hours(*, by: Actor, pk: int, rule: int) -> None:
    """Weekly hours end today: what was open before stays true."""
    with together():
        found = _own(by, pk)
        if not found.rules.filter(pk=rule, valid_to__isnull=True).update(valid_to=clock.today()):  # pyright: ignore[reportAttributeAccessIssue]
            raise Refused(_("These hours have ended already. Reload the page."))
        audit.record("places.point.hours", "places.ServicePoint", pk, scope_code=found.scope_code)


def add_exception(
    *, by: Actor, pk: int, day: date, reason: str, opens: time | None = None, closes: time | None = None
) -> OpeningException:
    """Another opening on one date, or closed."""
    if day < clock.today():
        raise Refused(_("The day is over. Choose today or a later day."), field="day")
    with together():
        found = _own(by, pk)
        made = OpeningException.objects.create(
            point=found, day=day, opens=opens, closes=closes, reason=reason
        )
        audit.record("places.point.exception", "places.ServicePoint", pk, scope_code=found.scope_code)
    return made


def _own(by: Actor, pk: int) -> ServicePoint:
    by.require(DUTY)
    found = read.point(by, pk)
    if found is None:
        raise Refused(_("There is no such service point in the area of your post."))
    if found.valid_to is not None:
        raise Refused(_("This service point was closed. Open a new one."))
    return found
