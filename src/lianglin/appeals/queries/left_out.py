"""The figures of appeals as they are kept, and beside each rate what rulings took out of it in the same month.

A ruling takes a matter out of both counts; it is kept under a member of its own, so that the page of rates in parts
reads it with them. Rulings are few: nothing is asked where none was granted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from django.db.models import Count, Q

from lianglin.access.actor import job
from lianglin.appeals.models import CallBack, Exclusion
from lianglin.appeals.queries import figures
from lianglin.indicators.queries import LEFT_OUT
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period

_SETTLED = ("appeals.settled", "appeals.on_time")
"""Two rates of the same appeals: one ruling takes a matter out of both."""


def cells(codes: Collection[str], span: Period, scope_codes: Collection[str] | None) -> Iterable[Cell]:
    """All asked figures for the months of ``span``, in the given communities or in all; then what was left out of them."""
    yield from figures.cells(codes, span, scope_codes)
    rates = {*_SETTLED, *figures.CALLS}.intersection(codes)
    if rates and Exclusion._base_manager.filter(state=Exclusion.State.GRANTED).exists():
        yield from _settled(codes, span, scope_codes)
        yield from _called(codes, span, scope_codes)


def _settled(codes: Collection[str], span: Period, scope_codes: Collection[str] | None) -> Iterator[Cell]:
    wanted = [code for code in _SETTLED if code in codes]
    found: dict[tuple[str, date], int] = {}
    if not wanted:
        return
    for base, field in ((figures.kept_limit, "case__settled_at"), (figures.fell_late, "due_at")):
        rows = base(job(), span, left_out=True).filter(figures.scoped(scope_codes, "case__scope_code"))
        grouped = rows.values("scope_code", month=figures.month_of(field)).annotate(n=Count("pk"))
        for row in grouped.order_by():
            key = row["scope_code"], row["month"]
            found[key] = found.get(key, 0) + row["n"]
    for (scope_code, month), left_out in found.items():
        for code in wanted:
            yield Cell(code, month, scope_code, left_out, None, LEFT_OUT)


def _called(codes: Collection[str], span: Period, scope_codes: Collection[str] | None) -> Iterator[Cell]:
    for code, (_numerator, denominator, figure) in figures.CALLS.items():
        if code not in codes:
            continue
        rows = CallBack.objects.visible_to(job(), purpose="system").filter(
            denominator & Q(case__in=figures.granted(figure)), figures.within(span, "at"),
            figures.scoped(scope_codes, "case__scope_code"),
        )  # fmt: skip
        grouped = rows.values("scope_code", month=figures.month_of("at")).annotate(n=Count("pk"))
        for row in grouped.order_by():
            yield Cell(code, row["month"], row["scope_code"], row["n"], None, LEFT_OUT)
