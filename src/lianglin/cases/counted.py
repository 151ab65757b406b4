"""Counts the figures that figures.py declares, from their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Count, F, Q

from lianglin.access import tally
from lianglin.access.actor import job
from lianglin.cases.figures import CLOSED, OPEN, OPENED
from lianglin.cases.models import Case
from lianglin.kit import discovery
from lianglin.kit.domain import Counted
from lianglin.kit.period import Period


def kinds(codes: Collection[str]) -> dict[str, object]:
    """The kinds of case, by the services that declare them."""
    return {kind: lifecycle.label for kind, lifecycle in discovery.lifecycles().items()}


def counts(
    codes: Collection[str], span: Period, prefix: str, dimension: str = "", width: int = 0
) -> Iterable[Counted]:
    """All three figures; a case that was never closed is open."""
    end = span.instants()[1]
    still = Q(opened_at__lt=end) & (Q(closed_at__isnull=True) | Q(closed_at__gte=end))
    asked = {
        OPENED: tally.within(span, "opened_at"),
        CLOSED: tally.within(span, "closed_at"),
        OPEN: still,
    }
    for code, condition in asked.items():
        if code in codes:
            base = Case.objects.visible_to(job(), purpose="system").filter(tally.inside(prefix), condition)
            for part, row in tally.parts(base, {"n": Count("pk")}, dimension, width, {"kind": F("kind")}):
                yield Counted(code, part, row["n"])
