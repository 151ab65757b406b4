"""The dated limits that dispatch goes by."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import DispatchTerm, TermChange
from lianglin.appeals.queries.dispatching import areas_over
from lianglin.appeals.rules.objecting import DEFAULTS


def term(kind: str, scope_code: str, day: date) -> tuple[int, str]:
    """Limit and its unit for a place on a day: the newest row of the narrowest area, else the default. One query."""
    found = in_force(scope_code, day).get(kind)
    return (found.amount, found.unit) if found else DEFAULTS[kind]


def in_force(scope_code: str, day: date) -> dict[str, DispatchTerm]:
    """By kind the row that counts for a place on a day: the newest of the narrowest area. One query."""
    rows = DispatchTerm.objects.filter(scope_code__in=areas_over(scope_code), valid_from__lte=day)
    return {row.kind: row for row in sorted(rows, key=lambda row: (len(row.scope_code), row.valid_from))}


def near(actor: Actor) -> Q:
    """Of the areas that hold a post's own, and of those within."""
    within = Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    return Q(scope_code__in=areas_over(actor.low)) | within


def listed(actor: Actor) -> QuerySet[DispatchTerm]:
    """Every row that concerns a post, past and coming. Page it by ("-valid_from", "-id")."""
    return DispatchTerm.objects.filter(near(actor))


def changes(actor: Actor) -> QuerySet[TermChange]:
    """Proposals that concern a post. Page it by ("-id",)."""
    return TermChange.objects.filter(near(actor))
