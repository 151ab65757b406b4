"""The rates of appeals over any span of days, taken apart by channel, field, class, item, kind of appellant, unit, place.

Same conditions as :mod:`lianglin.appeals.queries.figures`: over whole months both say the same, so a quarter or a year
is the sum of its months. Over a week, “settled by then” means by the end of the week. Nothing is stored; what is asked
for is counted from the rows of its span. What a ruling took out of a rate is in neither count and comes beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.lookups import Exact

from lianglin.access.actor import job
from lianglin.access.models import Organisation
from lianglin.appeals.models import CallBack, Category
from lianglin.appeals.queries import catalogue, figures
from lianglin.appeals.queries.asked import UNSORTED, Asked
from lianglin.appeals.queries.figures import inside, within
from lianglin.appeals.queries.responded import responded
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.domain import Counted
from lianglin.kit.period import Period

LONG_AGO = date(2000, 1, 1)


def counts(
    codes: Collection[str], span: Period, prefix: str, dimension: str = "", width: int = 0
) -> Iterable[Counted]:
    """Both counts of the asked figures, and what rulings took out, in each part that has any.

    Without a dimension every asked figure comes once, zero or not.
    """
    asked = Asked(frozenset(codes), span, prefix, dimension, width)
    yield from _received(asked)
    yield from _settled(asked)
    yield from _called(asked)
    yield from _solved(asked)
    yield from _overdue(asked)
    if "appeals.responded" in asked.codes:
        yield from responded(asked)


def _grouped(
    base: QuerySet[Any], member: Any, measures: dict[str, Any]
) -> Iterator[tuple[str, dict[str, int]]]:
    """(part, measures) of each part; of everything once, when it is not taken apart. One statement."""
    if member is None:
        yield "", base.order_by().aggregate(**measures)
        return
    for row in base.values(member=member).annotate(**measures).order_by("member").iterator():
        yield row["member"], row


def _received(asked: Asked) -> Iterator[Counted]:
    wanted = {code: both for code, both in figures.by_receipt().items() if code in asked.codes}
    if not wanted:
        return
    base = Case.objects.visible_to(job(), purpose="system").filter(
        figures.opened_in(asked.span), inside(asked.prefix)
    )
    measures = {}
    for index, (numerator, _denominator) in enumerate(wanted.values()):
        measures[f"n{index}"] = Count("pk", filter=numerator) if numerator else Count("pk")
    for part, row in _grouped(base, asked.member(""), {**measures, "all": Count("pk")}):
        for index, (code, (_numerator, denominator)) in enumerate(wanted.items()):
            yield Counted(code, part, row[f"n{index}"], None if denominator is None else row["all"])


def whole_months(span: Period) -> bool:
    """Whether a span is made of calendar months."""
    months = span.months()
    return bool(months) and months[0].start == span.start and months[-1].end == span.end


def _settled(asked: Asked) -> Iterator[Counted]:
    wanted = [code for code in ("appeals.settled", "appeals.on_time") if code in asked.codes]
    if not wanted:
        return
    found: dict[str, list[int]] = {} if asked.dimension else {"": [0, 0, 0, 0]}
    same_month = Q(Exact(figures.month_of("case__settled_at"), figures.month_of("due_at")))
    then = same_month if whole_months(asked.span) else Q(case__settled_at__lt=asked.span.instants()[1])
    member = asked.member("case__")

    def rows(base: QuerySet[Any], **more: Any) -> Iterator[tuple[list[int], dict[str, int]]]:
        for part, row in _grouped(base.filter(inside(asked.prefix)), member, {"n": Count("pk"), **more}):
            yield found.setdefault(part, [0, 0, 0, 0]), row

    for part, row in rows(figures.kept_limit(job(), asked.span)):
        part[0] = row["n"]
    for part, row in rows(figures.fell_late(job(), asked.span), then=Count("pk", filter=then)):
        part[1:3] = row["n"], row["then"]
    for base in (figures.kept_limit, figures.fell_late):
        for part, row in rows(base(job(), asked.span, left_out=True)):
            part[3] += row["n"]
    for part, (in_time, late, late_then, left_out) in found.items():
        for code in wanted:
            settled = in_time + late_then if code == "appeals.settled" else in_time
            yield Counted(code, part, settled, in_time + late, left_out)


def _called(asked: Asked) -> Iterator[Counted]:
    wanted = {code: rate for code, rate in figures.CALLS.items() if code in asked.codes}
    if not wanted:
        return
    base = CallBack.objects.visible_to(job(), purpose="system").filter(
        within(asked.span, "at"), inside(asked.prefix)
    )
    measures = {}
    for index, (code, (_numerator, denominator, figure)) in enumerate(wanted.items()):
        numerator, of = figures.BY_CALL[code]
        measures[f"n{index}"], measures[f"d{index}"] = Count("pk", filter=numerator), Count("pk", filter=of)
        taken_out = denominator & Q(case__in=figures.granted(figure))
        measures[f"x{index}"] = Count("pk", filter=taken_out)
    for part, row in _grouped(base, asked.member("case__"), measures):
        for index, code in enumerate(wanted):
            if row[f"d{index}"] or row[f"x{index}"] or not asked.dimension:
                yield Counted(code, part, row[f"n{index}"], row[f"d{index}"], row[f"x{index}"])


def _solved(asked: Asked) -> Iterator[Counted]:
    if "appeals.solved" not in asked.codes:
        return
    until_then = Period(LONG_AGO, asked.span.end)
    base = CallBack.objects.visible_to(job(), purpose="system")
    base = base.filter(within(until_then, "at"), inside(asked.prefix), figures.BY_CALL["appeals.solved"][0])
    for part, row in _grouped(base, asked.member("case__"), {"n": Count("pk")}):
        yield Counted("appeals.solved", part, row["n"])


def _overdue(asked: Asked) -> Iterator[Counted]:
    if "appeals.overdue" not in asked.codes:
        return
    instant = min(asked.span.instants()[1], clock.now())
    found = figures.overdue_at(job(), instant).filter(inside(asked.prefix))
    for part, row in _grouped(found, asked.member("case__"), {"n": Count("case_id", distinct=True)}):
        yield Counted("appeals.overdue", part, row["n"])


# --- what the parts are called, in the order in which they are listed --------------------------------------------


def labelled(labels: dict[str, Any], codes: Collection[str]) -> dict[str, Any]:
    """All of a catalogue's parts, then what is in none of them if there is any."""
    return {code: label for code, label in labels.items() if code != UNSORTED or code in codes}


def channels(codes: Collection[str]) -> dict[str, Any]:
    """The channels."""
    return labelled(figures.channels(), codes)


def fields(codes: Collection[str]) -> dict[str, Any]:
    """The five fields."""
    return labelled(figures.fields(), codes)


def classes(codes: Collection[str]) -> dict[str, Any]:
    """The 26 classes, of the newest catalogue that has each."""
    found: dict[str, Any] = {one.code: one.label for one in Category.objects.order_by("code", "pk")}
    return labelled(found | {UNSORTED: figures.fields()[UNSORTED]}, codes)


def items(codes: Collection[str]) -> dict[str, Any]:
    """The 96 items; of those that are no more the ones that still have counts (split, or retired for good)."""
    known = catalogue.choices().by_code
    found = {code: label for code, label in sorted(figures.items().items()) if code in known or code in codes}
    return labelled(found, codes)


def appellants(codes: Collection[str]) -> dict[str, Any]:
    """The kinds of appellant."""
    return figures.appellants()


def units(codes: Collection[str]) -> dict[str, Any]:
    """The responsible units among these, by their code: never by a figure."""
    numbers = [int(code) for code in codes if code != UNSORTED]
    found = Organisation.objects.filter(pk__in=numbers).order_by("code")
    labels: dict[str, Any] = {str(unit.pk): unit.label for unit in found}
    return labelled(labels | {UNSORTED: figures.not_dispatched()}, codes)
