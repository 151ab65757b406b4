"""How the figures of matching are computed, and the rows behind each; declared in rules/matching_part.py."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, time
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from lianglin.access.actor import Actor, job
from lianglin.benefits.models import Match, MatchStep, PackageDelivery, TakeUpCount
from lianglin.benefits.queries.matches import purpose_of
from lianglin.kit import clock
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period

PACKAGES, STARTED, TAKE_UP = "benefits.packages_given", "benefits.claims_from_match", "benefits.take_up"
_CLAIMED = Q(state="claimed")
_MATCHED = _CLAIMED | Q(answer=2, excluded_by__isnull=True, state__in=("suggested", "told", "declined"))


def cells(codes: Collection[str], span: Period, scope_codes: Collection[str] | None) -> Iterator[Cell]:
    """Both counts of each figure by community and month."""
    for code in codes:
        rows = _counted(code, span)
        if scope_codes is not None:
            rows = rows.filter(scope_code__in=list(scope_codes))
        for month, scope, numerator, denominator in rows.values_list("of", "scope_code", "n", "d"):
            yield Cell(code, month, scope, numerator, denominator if code == TAKE_UP else None)


def _counted(code: str, span: Period) -> Any:
    if code == TAKE_UP:
        rows = TakeUpCount.objects.filter(month__gte=span.start, month__lt=span.end)
        return (
            rows.annotate(of=F("month"))
            .values("of", "scope_code")
            .annotate(n=Sum("claimed"), d=Sum("matched"))
        )
    base, field = _of(code, job(), span)
    month = TruncMonth(field) if field.endswith("_on") else TruncMonth(field, tzinfo=clock.CITY_ZONE)
    rows = base.annotate(of=month).values("of", "scope_code").annotate(n=Count("pk"))
    return rows.annotate(d=F("n"))


def _of(code: str, who: Actor, span: Period) -> tuple[QuerySet[Any], str]:
    """The rows of a span, and the column of their month."""
    if code == PACKAGES:
        given = PackageDelivery.objects.visible_to(who, purpose=purpose_of(who))
        return given.filter(given_on__gte=span.start, given_on__lt=span.end), "given_on"
    begun = MatchStep.objects.visible_to(who, purpose=purpose_of(who)).filter(
        kind="started", at__gte=_begin(span.start), at__lt=_begin(span.end)
    )
    return begun.select_related("measure"), "at"


def _begin(day: Any) -> datetime:
    return datetime.combine(day, time.min, clock.CITY_ZONE)


def rows(code: str, actor: Actor, prefix: str, span: Period, part: str, member: str) -> QuerySet[Any]:
    """The rows behind a count, ordered; those of the take-up as they stand today."""
    if code == TAKE_UP:
        found: QuerySet[Any] = Match.objects.visible_to(actor, purpose=purpose_of(actor)).filter(_MATCHED)
        if part == "numerator":
            found = found.filter(_CLAIMED)
        elif part == "rest":
            found = found.exclude(_CLAIMED)
        found = found.select_related("measure")
    else:
        found, _field = _of(code, actor, span)
    return found.filter(scope_code__gte=prefix, scope_code__lt=f"{prefix}~").order_by("-id")
