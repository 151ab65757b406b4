"""How figures of the whole city and of papers are counted; the list of imported figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from lianglin.access.actor import Actor, job
from lianglin.benefits.models import CityFigure, ClaimMaterial, MeasureVersion
from lianglin.benefits.rules.life import STOOD
from lianglin.kit import clock
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period

MEASURES, MEDICAL_AID, REUSED = (
    "benefits.measures_in_force",
    "benefits.medical_aid",
    "benefits.not_asked_again",
)
KEYS = ("-month", "-id")
_CONFIRMED = Q(state=ClaimMaterial.State.CONFIRMED)


def figures() -> QuerySet[CityFigure]:
    """Every imported figure, whatever became of it. Page it by KEYS."""
    return CityFigure.objects.select_related("entered_by")


def cells(codes: Collection[str], span: Period, scope_codes: Collection[str] | None) -> Iterator[Cell]:
    """The figures of whole months. Those of the city have the code "" and are none of a single community's."""
    if MEASURES in codes and scope_codes is None:
        yield from _measures(span)
    if MEDICAL_AID in codes and scope_codes is None:
        found = CityFigure.objects.filter(
            figure=CityFigure.Figure.MEDICAL_AID,
            state=CityFigure.State.IN_FORCE,
            month__gte=span.start,
            month__lt=span.end,
        )
        for month, value in found.values_list("month", "value"):
            yield Cell(MEDICAL_AID, month, "", value)
    if REUSED in codes:
        yield from _reused(span, scope_codes)


def _measures(span: Period) -> Iterator[Cell]:
    today = clock.today()
    rows = MeasureVersion.objects.filter(state__in=STOOD, valid_from__lt=span.end).order_by("number")
    versions = list(rows.values_list("measure_id", "valid_from", "valid_to"))
    for month in span.months():
        if month.start > today:
            break
        day = min(month.end - timedelta(days=1), today)
        yield Cell(MEASURES, month.start, "", len(in_force(versions, day)))


def in_force(versions: list[tuple[int, date, date | None]], day: date) -> list[int]:
    """Measures in force on a day: the newest version that had begun says until when."""
    until = {measure: to for measure, begins, to in versions if begins <= day}
    return [measure for measure, to in until.items() if to is None or to >= day]


def _reused(span: Period, scope_codes: Collection[str] | None) -> Iterator[Cell]:
    papers = _papers(job(), span)
    if scope_codes is not None:
        papers = papers.filter(scope_code__in=list(scope_codes))
    of = TruncMonth("case__claim__filed_at", tzinfo=clock.CITY_ZONE)
    counted = papers.annotate(of=of).values("of", "scope_code")
    counted = counted.annotate(n=Count("pk", filter=_CONFIRMED), d=Count("pk")).order_by()
    for at, scope, known, every in counted.values_list("of", "scope_code", "n", "d"):
        yield Cell(REUSED, clock.local(at).date(), scope, known, every)


def _papers(who: Actor, span: Period) -> QuerySet[ClaimMaterial]:
    """The papers of claims that were filed in a span."""
    begin, end = (datetime.combine(day, time.min, clock.CITY_ZONE) for day in (span.start, span.end))
    seen = ClaimMaterial.objects.visible_to(who, purpose=who.work_purpose)
    return seen.filter(case__claim__filed_at__gte=begin, case__claim__filed_at__lt=end)


def rows(code: str, actor: Actor, prefix: str, span: Period, part: str, member: str) -> QuerySet[Any]:
    """The papers behind the rate, each by its claim."""
    found = _papers(actor, span).select_related("case")
    if part != "denominator":
        found = found.filter(_CONFIRMED) if part == "numerator" else found.exclude(_CONFIRMED)
    return found.filter(scope_code__gte=prefix, scope_code__lt=f"{prefix}~").order_by("-id")
