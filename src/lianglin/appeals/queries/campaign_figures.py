"""The figure of campaigns (R043): appeals on their topics in this season, of those on the same days of the last one.

A campaign counts in a month for the days of its season that lie in it and are over, as far as the season before has as
many; nothing is counted where there is no season before, or where the records do not reach back to it. A case on two
campaigns' topics counts once. Items are followed through changes of the catalogue (queries/kinship.py).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from lianglin.access.actor import TOP, Actor, job
from lianglin.appeals import rules
from lianglin.appeals.queries import problem_counts
from lianglin.appeals.queries.figures import inside, scoped, within
from lianglin.appeals.queries.problem_counts import Subject
from lianglin.appeals.rules.effect import Span
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period

CODE = "appeals.campaign_seasons"


@dataclass(frozen=True)
class Pair:
    """A season of a campaign and the one before: what is counted where, and how many days lie between the two."""

    subject: Subject
    this: Span
    last: Span

    def within(self, month: Period, until: date) -> tuple[Span, Span] | None:
        """The days of this season in a month that are over, and the same days of the last one; None for none."""
        days = min(self.this.days, self.last.days)
        first = max(self.this.first, month.start)
        last = min(self.this.first + timedelta(days=days - 1), month.end - timedelta(days=1), until)
        if first > last:
            return None
        back = self.this.first - self.last.first
        return Span(first, last), Span(first - back, last - back)


def pairs() -> list[Pair]:
    """All seasons that have one before them, of all areas: codes and days alone, no title. One statement, and one each."""
    with connection.cursor() as cursor:
        cursor.execute("select * from appeals_campaign_pairs()")
        rows = cursor.fetchall()
    found = []
    for area, codes, first, last, first_before, last_before in rows:
        this, before = Span(first, last), Span(first_before, last_before)
        subject = Subject(tuple(json.loads(codes)), area).over(before, this)
        if problem_counts.reaches(subject, before.first):
            found.append(Pair(subject, this, before))
    return found


def _asked(month: Period, part: str) -> Q | None:
    """The appeals of a month's part: of this season, or of the last; None where no season lies in it."""
    wanted: Q | None = None
    yesterday = clock.today() - timedelta(days=1)
    for pair in pairs():
        spans = pair.within(month, yesterday)
        if spans is None:
            continue
        span = spans[0] if part == "numerator" else spans[1]
        days = Period(span.first, span.last + timedelta(days=1))
        area = pair.subject.scope_code
        one = within(days, "opened_at") & within(days, "appeal__opened_at")
        one &= Q(appeal__item_id__in=pair.subject.items(), scope_code__gte=area, scope_code__lt=area + TOP)
        wanted = one if wanted is None else wanted | one
    return wanted


def _cases(who: Actor, month: Period, part: str) -> QuerySet[Case]:
    asked = _asked(month, part)
    found = cases.visible(who).filter(kind=rules.KIND).exclude(state__in=("merged", "withdrawn"))
    return found.none() if asked is None else found.filter(asked)


def cells(codes: Collection[str], span: Period, scope_codes: Collection[str] | None) -> Iterator[Cell]:
    """Both counts of each community and month."""
    if CODE not in codes:
        return
    for month in span.months():
        both: dict[str, list[int]] = {}
        for at, part in enumerate(("numerator", "denominator")):
            found = _cases(job(), month, part).filter(scoped(scope_codes)).select_related(None).order_by()
            for code, count in found.values_list("scope_code").annotate(n=Count("pk")):
                both.setdefault(code, [0, 0])[at] = count
        for code, (now, then) in both.items():
            yield Cell(CODE, month.start, code, now, then)


def rows(code: str, actor: Actor, prefix: str, span: Period, part: str, member: str) -> QuerySet[Any]:
    """The appeals of this season, or ("denominator") of the same days of the last."""
    asked = "denominator" if part == "denominator" else "numerator"
    found = [_asked(month, asked) for month in span.months()]
    wanted = [one for one in found if one is not None]
    seen = cases.visible(actor).filter(inside(prefix), kind=rules.KIND)
    seen = seen.exclude(state__in=("merged", "withdrawn")).order_by("-opened_at", "-id")
    if not wanted:
        return seen.none()
    together = wanted[0]
    for one in wanted[1:]:
        together |= one
    return seen.filter(together)
