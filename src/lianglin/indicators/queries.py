"""Reads of figures: the sum over a code prefix, its months, the places below, and what is published.

Figures that add up are summed from communities in one statement; those that do not (medians) are read from
their rows for the asked place. Row-level security keeps both in the reader's scope.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models import Value as Literal
from django.db.models.functions import Concat, Left
from django.utils.translation import get_language

from lianglin.access.actor import TOP
from lianglin.access.transaction import counting
from lianglin.indicators import rules
from lianglin.indicators.models import IndicatorValue, PublishedValue
from lianglin.indicators.rules import Counts
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator, Reading
from lianglin.kit.period import Period
from lianglin.places.models import Community, Division
from lianglin.places.queries import history
from lianglin.places.rules.crosswalk import Crosswalk

LEVELS = {0: "city", 4: "city", 6: "county", 9: "township", 12: "community"}
"""Length of a scope code -> level of the place."""
WIDTH_BELOW = {"city": 6, "county": 9, "township": 12, "community": 0}
TREND = 13
"""Months a trend shows: the asked one, the same a year before, and those between."""
LEFT_OUT = "left_out"
"""The member under which a cell keeps what rulings took out of a rate; it is in neither count and is never published."""


# --- places ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A place of any level; ``loaded`` says whether a community in it has its people loaded.

    ``made_of`` names the former communities whose figures it shows in a month before it was merged or split;
    ``estimated`` when they were shared out by households. ``became`` names what came of one that is gone.
    """

    code: str
    label: str
    level: str
    loaded: bool = True
    made_of: str = ""
    estimated: bool = False
    became: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """A place, the places it lies in (widest first) and those directly in it, by code."""

    place: Place
    above: list[Place] = field(default_factory=list)
    below: list[Place] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many digits the codes of the places below have; 0 in a community."""
        return WIDTH_BELOW[self.place.level]


def city_name() -> str:
    """The city's name in the reader's language."""
    return settings.CITY_NAME_EN if get_language() == "en" else settings.CITY_NAME


def place(prefix: str) -> Place | None:
    """The place with this scope code; None when there is none. At most one statement."""
    level = LEVELS.get(len(prefix))
    if level is None or not (prefix == "" or prefix.isdigit()):
        return None
    if level == "city":
        return Place(prefix, city_name(), level)
    model = Community if level == "community" else Division
    found = model.objects.filter(scope_code=prefix).only("name", "name_en").first()
    return Place(prefix, found.label, level) if found else None


def surroundings(prefix: str, month: Period) -> Surroundings | None:
    """The place with this scope code, what it lies in and what lies in it; None when there is none. 1-2 statements."""
    level = LEVELS.get(len(prefix))
    if level is None or not (prefix == "" or prefix.isdigit()):
        return None
    found = {"": Place("", city_name(), "city")}
    around = [prefix[:width] for width in (6, 9) if len(prefix) >= width]
    below: list[Place] = []
    for division in _divisions(prefix, level, around):
        place = Place(division.scope_code, division.label, division.level, division.has_loaded)
        if place.code in around:
            found[place.code] = place
        else:
            below.append(place)
    if level in ("township", "community"):
        for community in _communities(prefix, month):
            place = _community_place(community, month)
            if level == "community":
                found[place.code] = place
            else:
                below.append(place)
    own = "" if level == "city" else prefix
    if own not in found:
        return None
    here = replace(found[own], code=prefix, level=level)
    above = [found[code] for code in ("", *around) if code != own and code in found]
    return Surroundings(here, above, sorted(below, key=lambda place: place.code))


def _divisions(prefix: str, level: str, around: list[str]) -> Iterable[Division]:
    inside = {"city": Division.Level.COUNTY, "county": Division.Level.TOWNSHIP}.get(level)
    wanted = Q(scope_code__in=around)
    if inside:
        wanted |= Q(level=inside, scope_code__gte=prefix, scope_code__lt=prefix + TOP)
    loaded = Community.objects.filter(
        loaded=True,
        scope_code__gte=OuterRef("scope_code"),
        scope_code__lt=Concat(OuterRef("scope_code"), Literal(TOP)),
    )
    return Division.objects.filter(wanted).annotate(has_loaded=Exists(loaded)).defer("geometry")


def _communities(prefix: str, month: Period) -> Iterable[Community]:
    """The communities of today's map, and those gone without a successor; a single one is found whenever it was."""
    inside = Community.objects.filter(scope_code__gte=prefix, scope_code__lt=prefix + TOP)
    if LEVELS[len(prefix)] != "community":
        still_there = Q(valid_to__isnull=True) | Q(valid_to__gt=month.start)
        inside = inside.filter(still_there).exclude(scope_code__in=history.crosswalk().gone(month.start))
    return inside.only("scope_code", "name", "name_en", "loaded", "valid_to")


def _community_place(community: Community, month: Period) -> Place:
    code = community.scope_code
    origin = None if community.valid_to else history.origin(code, month.start)
    return Place(
        code, community.label, "community", community.loaded,
        history.origin_names(origin) if origin else "", bool(origin and origin.estimated),
        tuple(history.successors(code)) if community.valid_to else (),
    )  # fmt: skip


# --- figures -----------------------------------------------------------------------------------------------

Cells = QuerySet[IndicatorValue]
Key = tuple[str, str, date]
"""(indicator, member, first day of the month)"""


@dataclass(frozen=True)
class Sums:
    """Both counts by (indicator, member, month), and when the newest of them was computed."""

    counts: dict[Key, Counts]
    computed_at: datetime | None

    def of(self, indicator: Indicator, month: date, member: str = "") -> Counts:
        """The counts of a figure in a month; cumulative ones from the first month on. Nothing counted is zero."""
        zero = Counts(0, 0 if indicator.unit == "percent" else None)
        if indicator.kind != "cumulative":
            return self.counts.get((indicator.code, member, month), zero)
        before = (
            c for (i, m, at), c in self.counts.items() if i == indicator.code and m == member and at <= month
        )
        return sum(before, zero)


def inside(prefix: str) -> Q:
    """Cells of the communities of a place."""
    return Q(scope_code__gte=prefix, scope_code__lt=prefix + TOP)


def figures_of(*codes: str) -> list[Indicator]:
    """The declared own indicators with these codes, or all, in the order of their manifests; imported ones stand apart."""
    own = (i for i in discovery.indicators().values() if i.origin == "own")
    return [i for i in own if not codes or i.code in codes]


def cells_of(indicators: Collection[Indicator], months: Collection[date], *, members: bool = True) -> Q:
    """What must be read for these figures in these months; for cumulative ones everything before, too."""
    plain = [i.code for i in indicators if i.kind != "cumulative"]
    grown = [i.code for i in indicators if i.kind == "cumulative"]
    wanted = Q(indicator__in=plain, month__in=list(months))
    if grown:
        wanted |= Q(indicator__in=grown, month__lte=max(months))
    return wanted if members else wanted & Q(member="")


def sums(
    prefix: str, wanted: Collection[tuple[Collection[Indicator], Collection[date]]], *, members: bool = False
) -> Sums:
    """The counts of figures in months, summed over all communities of ``prefix``. One statement.

    ``wanted`` pairs indicators with months, so that a page may ask for many figures of one month and for one
    figure of many months at once.
    """
    asked = Q()
    for indicators, months in wanted:
        asked |= cells_of(indicators, months, members=members)
    walk = history.crosswalk()
    former = prefix and LEVELS[len(prefix)] == "community" and walk.is_target(prefix)
    if former:
        return _sums_on_todays_map(asked, prefix, walk)
    rows = IndicatorValue.objects.filter(asked, inside(prefix)).values("indicator", "member", "month")
    found, newest = {}, None
    for row in rows.annotate(n=Sum("numerator"), d=Sum("denominator"), at=Max("computed_at")).order_by():
        found[row["indicator"], row["member"], row["month"]] = Counts(
            int(row["n"]), None if row["d"] is None else int(row["d"])
        )
        newest = max(newest, row["at"]) if newest else row["at"]
    return Sums(found, newest)


def _sums_on_todays_map(asked: Q, code: str, walk: Crosswalk) -> Sums:
    """The counts of a community whose past lies in others: of months before it was merged or split, from theirs."""
    found: dict[Key, dict[str, Counts]] = {}
    newest = None
    rows = IndicatorValue.objects.filter(asked, scope_code__in=walk.family([code]))
    for row in rows.values_list(
        "indicator", "member", "month", "scope_code", "numerator", "denominator", "computed_at"
    ):
        indicator, member, month, place, n, d, at = row
        found.setdefault((indicator, member, month), {})[place] = Counts(n, d)
        newest = max(newest, at) if newest else at
    shown = {key: on_todays_map(counts, key[2], walk).get(code) for key, counts in found.items()}
    return Sums({key: counts for key, counts in shown.items() if counts is not None}, newest)


def on_todays_map(counts: dict[str, Counts], month: date, walk: Crosswalk) -> dict[str, Counts]:
    """Counts kept by community in a month, under today's codes; see ``places.queries.history``."""
    if not walk.since(month):
        return counts
    divided = any(c.denominator is not None for c in counts.values())
    shown = walk.on_todays_map({code: rules.as_parts(c) for code, c in counts.items()}, month)
    return {code: rules.of_parts(parts, divided=divided) for code, parts in shown.items()}


def by_place(
    prefix: str, width: int, indicators: Collection[Indicator], month: date
) -> dict[tuple[str, str], Counts]:
    """The counts by (place, indicator) of the places below ``prefix`` whose codes have ``width`` digits. One statement."""
    walk = history.crosswalk()
    rows = IndicatorValue.objects.filter(cells_of(indicators, [month], members=False), inside(prefix))
    if width == 12 and walk.passages:
        return {
            (place, code): counts
            for (code, _member), places in by_community(rows, walk).items()
            for place, counts in places.items()
        }
    grouped = rows.values("indicator", place=Left("scope_code", width)).annotate(
        n=Sum("numerator"), d=Sum("denominator")
    )
    return {
        (row["place"], row["indicator"]): Counts(int(row["n"]), None if row["d"] is None else int(row["d"]))
        for row in grouped.order_by()
    }


def by_community(rows: Cells, walk: Crosswalk) -> dict[tuple[str, str], dict[str, Counts]]:
    """(indicator, member) -> today's community -> counts, month by month brought onto today's map. One statement."""
    grouped = rows.values("indicator", "member", "month", "scope_code").annotate(
        n=Sum("numerator"), d=Sum("denominator")
    )
    monthly: dict[Key, dict[str, Counts]] = {}
    for row in grouped.order_by().iterator():
        counts = Counts(int(row["n"]), None if row["d"] is None else int(row["d"]))
        monthly.setdefault((row["indicator"], row["member"], row["month"]), {})[row["scope_code"]] = counts
    found: dict[tuple[str, str], dict[str, Counts]] = {}
    for (code, member, month), places in monthly.items():
        total = found.setdefault((code, member), {})
        for place, counts in on_todays_map(places, month, walk).items():
            total[place] = total[place] + counts if place in total else counts
    return found


def readings(
    indicator: Indicator, prefix: str, span: Period, width: int = 0
) -> dict[tuple[str, date], Reading]:
    """Readings by (place, month) of a figure that cannot be added up.

    Counted as the background role within ``prefix``: a post for statistics gets the figure, never the rows.
    """
    with counting(prefix, prefix + TOP):
        read = list(discovery.resolve(indicator.at_level)(prefix, span, width))
    return {(reading.scope_code, reading.month): reading for reading in read}


# --- the figure others ask for -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A figure with what stands behind it: ``amount`` in the indicator's unit, None where there is no base."""

    indicator: Indicator
    counts: Counts
    amount: float | int | None
    computed_at: datetime | None


def value(code: str, prefix: str, period: Period) -> Figure:
    """One figure of a place in a period of whole months; KeyError for an unknown code. One statement.

    A stock is that of the period's last month, a cumulative figure counts from its first month on. Figures that
    do not add up are read for single months; a longer period raises ValueError.
    """
    indicator = discovery.indicators()[code]
    if indicator.origin != "own":
        raise ValueError(f"“{code}” is given by another office; ask values.queries for it.")
    months = [month.start for month in period.months()]
    if indicator.at_level:
        if len(months) > 1:
            raise ValueError(f"“{code}” does not add up over months. Ask for one month, like 2026-11.")
        reading = readings(indicator, prefix, period).get((prefix, months[0]))
        counts = Counts(reading.numerator, reading.denominator) if reading else Counts(0, 0)
        amount = None if reading is None or reading.value is None else rules.tenth(reading.value)
        return Figure(indicator, counts, amount, clock.now())
    asked = months[-1:] if indicator.kind in ("stock", "cumulative") else months
    found = sums(prefix, [([indicator], asked)])
    parts = [found.of(indicator, month) for month in asked]
    counts = sum(parts[1:], parts[0])
    return Figure(indicator, counts, rules.value(counts), found.computed_at)


# --- what is published -------------------------------------------------------------------------------------


def published_months() -> list[date]:
    """The months that are published, newest first. One statement."""
    rows = PublishedValue.objects.filter(scope_code="", member="").order_by("-month")
    return list(rows.values_list("month", flat=True).distinct())


def published(
    places: Collection[str], months: Collection[date], *, members: bool = False
) -> dict[tuple[str, str, str, date], PublishedValue]:
    """Published cells by (place, indicator, member, month). One statement."""
    rows = PublishedValue.objects.filter(scope_code__in=list(places), month__in=list(months))
    rows = rows if members else rows.filter(member="")
    return {(row.scope_code, row.indicator, row.member, row.month): row for row in rows}


def community_counts(
    indicators: Collection[Indicator], month: date
) -> dict[tuple[str, str], dict[str, Counts]]:
    """(indicator, member) -> community of today -> counts of a month, for publishing. One statement."""
    rows = IndicatorValue.objects.filter(cells_of(indicators, [month], members=True)).exclude(member=LEFT_OUT)
    return by_community(rows, history.crosswalk())


# --- locks -------------------------------------------------------------------------------------------------

_LOCK = 0x11A_F16


def hold(scope_codes: Collection[str] | None) -> None:
    """Holds the cells of these communities (or all) until the transaction ends, so that the later reader writes last."""
    with connection.cursor() as cursor:
        if scope_codes is None:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
            return
        cursor.execute(
            "select pg_advisory_xact_lock_shared(%s), count(pg_advisory_xact_lock(%s, hashtext(code))) "
            "from (select unnest(%s::text[]) as code order by 1) c",
            [_LOCK, _LOCK, sorted(scope_codes)],
        )
