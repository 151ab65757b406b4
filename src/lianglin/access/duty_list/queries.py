"""Reads of the duty list of communities."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from lianglin.access.duty_list.models import CommunityDuty


def in_force(scope_code: str, day: date) -> QuerySet[CommunityDuty]:
    """The duties that count for a community on a day: those of every area that holds it."""
    areas = {"", *(scope_code[:width] for width in (4, 6, 9, 12))}
    lasts = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    return CommunityDuty.objects.filter(lasts, scope_code__in=areas, valid_from__lte=day).order_by("code")


def duty_in_force(code: str, scope_code: str, day: date) -> CommunityDuty | None:
    """The duty with this code, if it counts for a community on a day."""
    return in_force(scope_code, day).filter(code=code).first()


def basis_of(scope_code: str, day: date) -> str:
    """On what the list rests that counts for a community on a day; "" where there is none."""
    return in_force(scope_code, day).values_list("basis", flat=True).first() or ""
