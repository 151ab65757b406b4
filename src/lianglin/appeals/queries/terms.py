"""The dated limits that dispatch goes by."""

from __future__ import annotations

from datetime import date

from lianglin.appeals.models import DispatchTerm
from lianglin.appeals.queries.dispatching import areas_over
from lianglin.appeals.rules.objecting import DEFAULTS


def term(kind: str, scope_code: str, day: date) -> tuple[int, str]:
    """Limit and its unit for a place on a day: the newest row of the narrowest area, else the default. One query."""
    rows = DispatchTerm.objects.filter(kind=kind, scope_code__in=areas_over(scope_code), valid_from__lte=day)
    found = max(rows, key=lambda row: (len(row.scope_code), row.valid_from), default=None)
    return (found.amount, found.unit) if found else DEFAULTS[kind]
