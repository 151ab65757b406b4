"""Service points as residents see them: what is near, when it is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from lianglin.kit import clock
from lianglin.kit.held import held
from lianglin.kit.models import CalendarDay
from lianglin.kit.signs import local_dt
from lianglin.places.models import OpeningException, OpeningRule, ServicePoint
from lianglin.places.rules.hours import DayKind, Hours, Span, Special, Status, Weekly, parse_days

SATURDAY = 5
NEAR = 40
"""Points that a page lists."""


@held
def day_kinds() -> dict[date, DayKind]:
    """The days of the working calendar that differ from their weekday."""
    found = CalendarDay.objects.filter(kind__in=("make_up", "holiday")).values_list("date", "kind")
    return dict(found)  # pyright: ignore[reportReturnType] - the two kinds asked for


def in_force(day: date) -> QuerySet[ServicePoint]:
    """The points that are there on a day."""
    there = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return ServicePoint.objects.filter(there).select_related("community").defer("community__geometry")


def of_place(prefix: str, *, kind: str = "", day: date | None = None) -> QuerySet[ServicePoint]:
    """The points of a place, by code and kind."""
    found = in_force(day or clock.today()).filter(scope_code__gte=prefix, scope_code__lt=prefix + "~")
    return (found.filter(kind=kind) if kind else found).order_by("scope_code", "kind", "id")


def hours_of(point: ServicePoint, kinds: dict[date, DayKind]) -> Hours:
    """The hours of a point whose rules and exceptions were prefetched."""
    rules: list[OpeningRule] = list(point.rules.all())  # pyright: ignore[reportAttributeAccessIssue]
    exceptions: list[OpeningException] = list(point.exceptions.all())  # pyright: ignore[reportAttributeAccessIssue]
    return Hours(
        tuple(
            Weekly(parse_days(r.days), r.opens, r.closes, r.on_holidays, r.valid_from, r.valid_to)
            for r in rules
        ),
        tuple(Special(e.day, e.opens, e.closes) for e in exceptions),
        kinds,
    )


@dataclass(frozen=True)
class Shown:
    """A point with its hours read out."""

    point: ServicePoint
    hours: Hours
    status: Status
    now: datetime

    @property
    def said(self) -> str:
        """Open or closed, until when, in words."""
        until = self.status.until
        if until is None:
            if self.status.open:
                return _("open day and night")
            return (
                _("opening hours not yet known") if not self.hours.rules else _("closed until further notice")
            )
        when = _clock_words(until, self.now)
        return (
            _("open until %(when)s") % {"when": when}
            if self.status.open
            else _("opens %(when)s") % {"when": when}
        )

    @property
    def tone(self) -> str:
        """Tone of the status tag."""
        return "good" if self.status.open else "closed"

    @property
    def week(self) -> list[tuple[str, str]]:
        """The seven days from today: (day in words, hours in words)."""
        today = clock.local(self.now).date()
        return [(_day_words(day), _span_words(spans)) for day, spans in self.hours.week(today)]

    @property
    def on_saturdays(self) -> bool:
        """Whether it opens on the next Saturday."""
        today = clock.local(self.now).date()
        return bool(self.hours.spans(today + timedelta(days=(SATURDAY - today.weekday()) % 7)))


WEEKDAYS = (
    lambda: _("Monday"), lambda: _("Tuesday"), lambda: _("Wednesday"), lambda: _("Thursday"),
    lambda: _("Friday"), lambda: _("Saturday"), lambda: _("Sunday"),
)  # fmt: skip


def _day_words(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]()} {day.month}/{day.day}"


def _span_words(spans: Sequence[Span]) -> str:
    if not spans:
        return _("not open")
    said = []
    for begin, end in spans:
        next_day = _(" (next day)") if end.date() > begin.date() and f"{end:%H:%M}" != "00:00" else ""
        said.append(
            f"{begin:%H:%M}–{end:%H:%M}{next_day}" if f"{end:%H:%M}" != "00:00" else f"{begin:%H:%M}–24:00"
        )
    return "  ".join(said)


def _clock_words(at: datetime, now: datetime) -> str:
    days = (clock.local(at).date() - clock.local(now).date()).days
    if days == 0:
        return str(local_dt(at, "time"))
    if days == 1:
        return _("tomorrow %(time)s") % {"time": local_dt(at, "time")}
    return f"{_day_words(clock.local(at).date())} {local_dt(at, 'time')}"


def shown(points: Iterable[ServicePoint], now: datetime) -> list[Shown]:
    """Points with their hours at an instant; two statements for all."""
    found = list(points)
    today = clock.local(now).date()
    recent = OpeningException.objects.filter(day__gte=today - timedelta(days=1))
    rules = OpeningRule.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today - timedelta(days=1)))
    prefetch_related_objects(found, Prefetch("rules", rules), Prefetch("exceptions", recent))
    kinds = day_kinds()
    made = []
    for point in found:
        hours = hours_of(point, kinds)
        made.append(Shown(point, hours, hours.status(now), now))
    return made
