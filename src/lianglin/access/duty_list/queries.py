"""Reads of the duty list of communities, and of changes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.access.duty_list.models import CommunityDuty, DutyChange

WIDTHS = (4, 6, 9, 12)
"""Lengths of the codes of a city, a district, a street, a community."""


def areas_of(scope_code: str) -> set[str]:
    """The areas that hold a place, itself and the whole city among them."""
    return {"", *(scope_code[:width] for width in WIDTHS if len(scope_code) >= width)}


def in_force(scope_code: str, day: date) -> QuerySet[CommunityDuty]:
    """The duties that count for a place on a day: those of every area that holds it."""
    return _lasting(day).filter(scope_code__in=areas_of(scope_code)).order_by("code")


def _lasting(day: date) -> QuerySet[CommunityDuty]:
    lasts = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    return CommunityDuty.objects.filter(lasts, valid_from__lte=day)


def duty_in_force(code: str, scope_code: str, day: date) -> CommunityDuty | None:
    """The duty with this code, if it counts for a community on a day."""
    return in_force(scope_code, day).filter(code=code).first()


def basis_of(scope_code: str, day: date) -> str:
    """On what the list rests that counts for a community on a day; "" where there is none."""
    return in_force(scope_code, day).values_list("basis", flat=True).first() or ""


def bases(wanted: set[tuple[str, str]], asked: Mapping[int, tuple[str, str]], day: date) -> dict[int, str]:
    """For each asked (duty code, place) by its key the basis on which it counts on a day, else "". One query or none."""
    if not wanted:
        return dict.fromkeys(asked, "")
    areas = set().union(*(areas_of(place) for _code, place in wanted))
    rows = _lasting(day).filter(code__in={code for code, _place in wanted}, scope_code__in=areas)
    known = {(row.code, row.scope_code): row.basis for row in rows}

    def basis(code: str, place: str) -> str:
        return next((known[code, area] for area in areas_of(place) if (code, area) in known), "")

    return {key: basis(*pair) for key, pair in asked.items()}


def listed(actor: Actor, day: date) -> QuerySet[CommunityDuty]:
    """The list on a day as a post reads it: of the areas that hold its own, and of those within."""
    within = Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    near = Q(scope_code__in=areas_of(actor.low))
    return _lasting(day).filter(near | within).order_by("scope_code", "code")


def coming(actor: Actor, day: date) -> QuerySet[CommunityDuty]:
    """What counts only later."""
    within = Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    near = Q(scope_code__in=areas_of(actor.low))
    return CommunityDuty.objects.filter(near | within, valid_from__gt=day).order_by("valid_from", "code")


def changes(actor: Actor) -> QuerySet[DutyChange]:
    """Proposals of the areas that hold a post's own, and of those within. Page it by ("-id",)."""
    within = Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    near = Q(scope_code__in=areas_of(actor.low))
    return DutyChange.objects.filter(near | within)
