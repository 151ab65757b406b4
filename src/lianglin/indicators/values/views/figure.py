"""The page of one figure: what it says, how it is counted, what it said before and why it changed, down to its rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.access.actor import Actor
from lianglin.indicators import queries, rules
from lianglin.indicators.models import FigureRevision, PublishedValue
from lianglin.indicators.queries import Surroundings
from lianglin.indicators.rules import Counts
from lianglin.indicators.values import definitions, history, tiles
from lianglin.indicators.values import queries as values
from lianglin.indicators.values.dossier import dossier
from lianglin.indicators.values.forms import DayForm
from lianglin.indicators.values.views import imported
from lianglin.indicators.views import asking, showing
from lianglin.indicators.views.showing import Shown, address
from lianglin.kit import clock
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import Missing
from lianglin.kit.period import Period

CAUSES: dict[str, Any] = dict(FigureRevision.Cause.choices)


@require_safe
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One figure in one place and month; of another office's figures the values that it gave."""
    actor, indicator = asking.reader(request), asking.indicator(code)
    if indicator.origin == "imported":
        return imported.figure(request, indicator, actor)
    if indicator.members or not (indicator.cells or indicator.at_level):
        raise Missing(_("This figure is shown in parts."))
    month = asking.month(request)
    around = queries.surroundings(asking.place_code(request, actor), month)
    if around is None:
        raise Missing(_("There is no such place."))
    form = DayForm(request.GET if request.GET.get("day") else None, initial={"day": clock.today()})
    day = form.cleaned_data["day"] if form.is_bound and form.is_valid() else None
    shown, months, computed_at = _months(indicator, around, month)
    place = around.place.code
    context = {
        "indicator": indicator,
        "shown": shown,
        "value": tiles.told(shown),
        "interval": tiles.interval(shown),
        "few": tiles.is_few(shown),
        "year": tiles.before_words(shown),
        "goal": values.target(code, place, month.start),
        "month": month,
        "months": asking.months(),
        "keep": [("place", place), ("day", request.GET.get("day", ""))],
        "running": month == Period.month_of(clock.today()),
        "place": around.place,
        "crumbs": _crumbs(around, month, actor, indicator),
        "computed_at": computed_at,
        "rows_url": address("rows", code, place=place, month=month.code),
        "may_open": bool(indicator.rows) and actor.may(indicator.duty),
        "form": form,
        "dossier": dossier(indicator, shown.unit),
        "chart_unit": "%" if indicator.unit == "percent" else "",
        "below": _below(indicator, around, month),
        "eyebrow": f"{around.place.label} · {date_format(month.start, 'YEAR_MONTH_FORMAT')}",
        **_definition(code, day),
    }
    context |= _past(indicator, place, month, months, day, context["kept_since"])
    if context["goal"]:
        context["goal_line"] = tiles.goal_line(shown, context["goal"])
    return render(
        request,
        "indicators/values/figure.html",
        context,
        status=422 if form.is_bound and form.errors else 200,
    )


def _crumbs(around: Surroundings, month: Period, actor: Actor, indicator: Indicator) -> list[tuple[str, str]]:
    """The way from the top of the post's area down to the place, each with this same figure."""
    above = [place for place in around.above if actor.covers(place.code)]
    back = (_("Dashboard"), address("dashboard", place=around.place.code, month=month.code))
    links = [
        (place.label, address("figure", indicator.code, place=place.code, month=month.code))
        for place in above
    ]
    return [back, *links, (indicator.label, "")]


def _months(
    indicator: Indicator, around: Surroundings, month: Period
) -> tuple[Shown, list[tuple[Period, Shown]], Any]:
    """The figure of the month, and of the thirteen months that end with it."""
    spans = [month]
    while len(spans) < queries.TREND:
        spans.insert(0, spans[0].previous())
    prefix = around.place.code
    if indicator.at_level:
        read = queries.readings(indicator, prefix, Period(spans[0].start, month.end))
        made = [(m, showing.of_reading(indicator, read.get((prefix, m.start)))) for m in spans]
        return made[-1][1], made, clock.now()
    found = queries.sums(prefix, [([indicator], [m.start for m in spans])])
    made = [(m, showing.of_sums(indicator, found, m)) for m in spans]
    return made[-1][1], made, found.computed_at


def _below(indicator: Indicator, around: Surroundings, month: Period) -> list[dict[str, Any]]:
    """The places of the next level with this figure, in the order of their codes."""
    if not around.width or indicator.city_only:
        return []
    prefix, zero = around.place.code, Counts(0, 0 if indicator.unit == "percent" else None)
    read = queries.readings(indicator, prefix, month, around.width) if indicator.at_level else {}
    counts = {} if indicator.at_level else queries.by_place(prefix, around.width, [indicator], month.start)
    made = []
    for place in around.below:
        if indicator.at_level:
            shown = showing.of_reading(indicator, read.get((place.code, month.start)))
        else:
            both = counts.get((place.code, indicator.code), zero)
            shown = Shown(indicator, both, rules.value(both))
        url = address("figure", indicator.code, place=place.code, month=month.code)
        made.append({"place": place, "cell": tiles.cell(shown), "url": url})
    return made


def _definition(code: str, day: date | None) -> dict[str, Any]:
    """The wordings of a figure; of a day asked for, the one that counted then."""
    rows = definitions.versions(code)
    then = definitions.on_day(code, day) if day else None
    return {
        "versions": [(row, definitions.words(row)) for row in rows],
        "then": (then, definitions.words(then)) if then and then.valid_until else None,
        "kept_since": rows[-1].valid_from if rows else None,
    }


def _past(
    indicator: Indicator, place: str, month: Period, months: list[tuple[Period, Shown]], day: date | None,
    kept_since: date | None,
) -> dict[str, Any]:  # fmt: skip
    """What the figure said before: at the end of a day, and each change of the month's value."""
    lines = [{"month": m, "shown": shown, "told": tiles.told(shown)} for m, shown in months]
    if indicator.at_level:
        return {"lines": lines, "kept": False, "day": None}
    answered = day is not None and kept_since is not None and day >= kept_since
    if day and answered:
        said = history.as_of(indicator, place, [m.start for m, _shown in months], day)
        for line in lines:
            counts = said[line["month"].start]
            line["then"] = None if counts is None else Shown(indicator, counts, rules.value(counts))
            line["then_told"] = "–" if line["then"] is None else tiles.told(line["then"])
            line["differs"] = counts is not None and counts != line["shown"].counts
    steps = history.steps(indicator, place, month.start)
    return {
        "lines": lines,
        "kept": True,
        "day": day,
        "answered": answered,
        "asked_line": lines[-1] if answered else None,
        "steps": [_step(indicator, step, first=n == 0) for n, step in enumerate(steps)],
        "published": _published(indicator, place, month.start),
    }


def _step(indicator: Indicator, step: history.Step, *, first: bool) -> dict[str, Any]:
    shown = Shown(indicator, step.counts, rules.value(step.counts))
    causes = [str(CAUSES[cause]) for cause in step.causes]
    why = _("first told") if first else "; ".join(causes) or _("entries came in")
    return {"day": step.day, "shown": shown, "told": tiles.told(shown), "why": why}


def _published(indicator: Indicator, place: str, month: date) -> list[dict[str, Any]]:
    """Each version of the published value, the present one first."""
    hidden: dict[str, Any] = dict(PublishedValue.Hidden.choices)
    made = []
    for row in history.published_versions(indicator, place, month):
        told = str(hidden[row.hidden]) if row.hidden else "–"
        if row.numerator is not None:
            counts = Counts(row.numerator, row.denominator)
            told = tiles.cell(Shown(indicator, counts, rules.value(counts)))
        until = getattr(row, "replaced_at", None)
        made.append({"told": told, "since": row.published_at, "until": until})
    return made


@require_safe
def definition(request: HttpRequest, code: str) -> HttpResponse:
    """How a figure was worded on a day (``?day=``) or in a version (``?version=``), with every wording since."""
    asking.reader(request)
    indicator = asking.indicator(code)
    rows = definitions.versions(code)
    form = DayForm(request.GET if request.GET.get("day") else None, initial={"day": clock.today()})
    found = next(
        (row for row in rows if row.version == request.GET.get("version")), rows[0] if rows else None
    )
    if form.is_bound and form.is_valid():
        found = definitions.on_day(code, form.cleaned_data["day"])
    context = {
        "indicator": indicator,
        "form": form,
        "row": found,
        "words": definitions.words(found) if found else None,
        "versions": [(row, definitions.words(row)) for row in rows],
        "crumbs": [
            (_("How the figures are counted"), reverse("indicators:definitions")),
            (indicator.label, ""),
        ],
    }
    return render(
        request,
        "indicators/values/definition.html",
        context,
        status=422 if form.is_bound and form.errors else 200,
    )
