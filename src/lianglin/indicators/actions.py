"""Computing figures: the cells that a move touched, a whole city's months, and what is published of them.

All idempotent: a cell is counted anew from its rows, never added to. Figures are derived, so nothing is audited.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from itertools import islice

from django.db import connection, transaction

from lianglin.access.actor import Actor
from lianglin.indicators import queries, rules
from lianglin.indicators.models import IndicatorValue, PublishedValue
from lianglin.indicators.rules import Counts
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Cell, Indicator
from lianglin.kit.period import Period
from lianglin.places.queries import history
from lianglin.places.rules.crosswalk import Crosswalk

MONTHS = 26
BATCH = 20_000
Report = Callable[[float], None]

_INSERT = """
insert into indicators_indicatorvalue
    (indicator, month, scope_code, member, numerator, denominator, definition_version, computed_at)
select *, %s::timestamptz from unnest(
    %s::text[], %s::date[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[])
"""


def refresh(
    *, by: Actor, codes: Collection[str], span: Period, scope_codes: Collection[str] | None = None
) -> int:
    """Counts the given figures anew for whole months, in some communities or in all; returns the cells written.

    Waits for whoever counts the same communities, so that the last to write is the last to have read.
    """
    by.require("system")
    asked = [i for i in queries.figures_of(*codes) if i.cells]
    walk = history.fresh_crosswalk()
    if scope_codes is not None:
        scope_codes = walk.family(scope_codes)
    with transaction.atomic():
        queries.hold(scope_codes)
        stale = IndicatorValue.objects.filter(
            indicator__in=[i.code for i in asked], month__gte=span.start, month__lt=span.end
        )
        if scope_codes is not None:
            stale = stale.filter(scope_code__in=list(scope_codes))
        at = clock.now()
        for month in span.months() if walk.passages else ():
            if kept := walk.kept(month.start):
                stale = stale.exclude(month=month.start, scope_code__in=kept)
        stale.delete()
        return sum(
            _write(_as_kept(cells, figures, span, scope_codes, walk), at)
            for cells, figures in _computed(asked, span, scope_codes)
        )


Group = tuple[str, date, str]
"""(indicator, month, member)"""


def _as_kept(
    cells: Iterable[Cell],
    asked: list[Indicator],
    span: Period,
    scope_codes: Collection[str] | None,
    walk: Crosswalk,
) -> Iterable[Cell]:
    """Cells as they are stored: months before a merge or split stay under the codes of their time.

    Rows carry today's codes, so what was counted anew is brought back (see ``places.rules.crosswalk``).
    """
    counted: dict[Group, dict[str, Counts]] = {}
    for cell in cells:
        if cell.scope_code in walk.touched(cell.month):
            group = counted.setdefault((cell.indicator, cell.month, cell.member), {})
            group[cell.scope_code] = Counts(cell.numerator, cell.denominator)
        else:
            yield cell
    kept = _stored(asked, span, scope_codes, walk)
    for group in {**counted, **kept}:
        indicator, month, member = group
        here, there = counted.get(group, {}), kept.get(group, {})
        divided = any(c.denominator is not None for c in (*here.values(), *there.values()))
        booked = walk.to_book(
            {code: rules.as_parts(c) for code, c in here.items()},
            {code: rules.as_parts(c) for code, c in there.items()},
            month,
        )
        for code, parts in booked.items():
            if any(parts):
                counts = rules.of_parts(parts, divided=divided)
                yield Cell(indicator, month, code, counts.numerator, counts.denominator, member)


def _stored(
    asked: list[Indicator], span: Period, scope_codes: Collection[str] | None, walk: Crosswalk
) -> dict[Group, dict[str, Counts]]:
    """The cells that stand as they are, of the asked figures and months. One statement, none without changes."""
    kept = {month.start: walk.kept(month.start) for month in span.months()} if walk.passages else {}
    codes = {code for month in kept.values() for code in month}
    found: dict[Group, dict[str, Counts]] = {}
    if not codes:
        return found
    rows = IndicatorValue.objects.filter(
        indicator__in=[i.code for i in asked], month__in=[m for m, there in kept.items() if there],
        scope_code__in=codes if scope_codes is None else codes & set(scope_codes),
    )  # fmt: skip
    for row in rows:
        if row.scope_code in kept[row.month]:
            group = found.setdefault((row.indicator, row.month, row.member), {})
            group[row.scope_code] = Counts(row.numerator, row.denominator)
    return found


def _computed(
    asked: list[Indicator], span: Period, scope_codes: Collection[str] | None
) -> Iterable[tuple[Iterable[Cell], list[Indicator]]]:
    """Each function that computes cells, asked once for all figures that name it; with those figures."""
    for reference in dict.fromkeys(indicator.cells for indicator in asked):
        figures = [indicator for indicator in asked if indicator.cells == reference]
        yield discovery.resolve(reference)([i.code for i in figures], span, scope_codes), figures


def _write(cells: Iterable[Cell], at: datetime) -> int:
    written, waiting = 0, iter(cells)
    versions = {code: indicator.definition_version for code, indicator in discovery.indicators().items()}
    with connection.cursor() as cursor:
        while batch := list(islice(waiting, BATCH)):
            columns = [
                [cell.indicator for cell in batch],
                [cell.month for cell in batch],
                [cell.scope_code for cell in batch],
                [cell.member for cell in batch],
                [cell.numerator for cell in batch],
                [cell.denominator for cell in batch],
                [versions[cell.indicator] for cell in batch],
            ]
            cursor.execute(_INSERT, [at, *columns])
            written += len(batch)
    return written


def rebuild(
    *, by: Actor, months: int = MONTHS, codes: Collection[str] = (), report: Report | None = None
) -> int:
    """Counts all figures (or the given) anew for the last ``months`` months and publishes the whole ones.

    Set-based: a handful of statements per half year, whatever the number of communities.
    """
    by.require("system")
    spans = last_months(months)
    parts = [
        Period(chunk[0].start, chunk[-1].end) for chunk in (spans[i : i + 6] for i in range(0, len(spans), 6))
    ]
    written = 0
    for done, part in enumerate(parts):
        written += refresh(by=by, codes=codes, span=part)
        if report:
            report((done + 1) / (len(parts) + 1))
    IndicatorValue.objects.exclude(indicator__in=[i.code for i in queries.figures_of()]).delete()
    publish(by=by, months=spans)
    if report:
        report(1.0)
    return written


def last_months(count: int) -> list[Period]:
    """The last ``count`` months, the running one included, oldest first."""
    months = [Period.month_of(clock.today())]
    while len(months) < count:
        months.insert(0, months[0].previous())
    return months


def publish(*, by: Actor, months: Collection[Period]) -> int:
    """Publishes the whole months among ``months``: figures of every place, small cells hidden (house rule 7).

    Breakdowns are published for the whole city only. Returns the cells written.
    """
    by.require("system")
    indicators = [i for i in queries.figures_of() if i.published and i.cells]
    written = 0
    for month in months:
        if month.end > clock.today():
            continue
        with transaction.atomic():
            queries.hold(None)
            rows = list(_published(indicators, month.start))
            PublishedValue.objects.filter(month=month.start).delete()
            PublishedValue.objects.bulk_create(rows, batch_size=5_000)
        written += len(rows)
    return written


def _published(indicators: list[Indicator], month: date) -> Iterable[PublishedValue]:
    at = clock.now()
    parts: dict[str, dict[str, Counts]] = {}
    known = {indicator.code: indicator for indicator in indicators}
    for (code, member), by_community in queries.community_counts(indicators, month).items():
        if member:
            parts.setdefault(code, {})[member] = _total(by_community.values())
            continue
        cells, parents = _rolled_up(by_community)
        hidden = rules.hide_tree(cells, parents, people=known[code].people)
        for place, counts in cells.items():
            yield _cell(code, month, place, "", counts, hidden.get(place, ""), at)
    for code, members in parts.items():
        total = _total(members.values())
        whole = {"": total, **members}
        hidden = rules.hide_tree(whole, dict.fromkeys(members, ""), people=known[code].people)
        for member, counts in whole.items():
            yield _cell(code, month, "", member, counts, hidden.get(member, ""), at)


def _total(counts: Iterable[Counts]) -> Counts:
    first, *more = counts
    return sum(more, first)


def _rolled_up(by_community: dict[str, Counts]) -> tuple[dict[str, Counts], dict[str, str]]:
    """Counts by code of every level, and each code's place above."""
    cells: dict[str, Counts] = {}
    parents: dict[str, str] = {}
    for scope_code, counts in by_community.items():
        above = None
        for width in (0, 6, 9, 12):
            if width > len(scope_code):  # a figure that the whole city alone has
                break
            place = scope_code[:width]
            cells[place] = cells[place] + counts if place in cells else counts
            if above is not None:
                parents[place] = above
            above = place
    return cells, parents


def _cell(
    code: str, month: date, place: str, member: str, counts: Counts, hidden: str, at: datetime
) -> PublishedValue:
    shown = Counts(0) if hidden else counts
    return PublishedValue(
        indicator=code,
        month=month,
        scope_code=place,
        member=member,
        numerator=None if hidden else shown.numerator,
        denominator=None if hidden else shown.denominator,
        hidden=hidden,
        published_at=at,
    )
