"""The dashboard of a post's area: figures, trend, the level below, parts, and the cases behind each count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.access.actor import Actor
from lianglin.indicators import queries
from lianglin.indicators.queries import Surroundings
from lianglin.indicators.values import queries as values
from lianglin.indicators.values import tiles
from lianglin.indicators.views import asking, showing
from lianglin.indicators.views.showing import address
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import Missing
from lianglin.kit.paging import page
from lianglin.kit.period import Period
from lianglin.kit.spreadsheet import as_csv

PAGE = 50
TOP_ITEMS = 20
PARTS = ("numerator", "denominator", "rest")


@dataclass(frozen=True)
class Sheet:
    """Everything the dashboard and its CSV show of one place and month. Four statements and those of the place."""

    around: Surroundings
    month: Period
    tiles: list[showing.Shown]
    lines: list[showing.Line]
    trend: list[showing.Shown]
    computed_at: Any


def sheet_of(request: HttpRequest, actor: Actor, selected: Indicator | None = None, group: str = "") -> Sheet:
    """What one page or file shows: all main figures, or those of one group."""
    shown = [i for i in showing.main() if not group or showing.group(i) == group]
    month = asking.month(request)
    around = queries.surroundings(asking.place_code(request, actor), month)
    if around is None:
        raise Missing(_("There is no such place."))
    prefix, months = around.place.code, [month]
    for _number in range(queries.TREND - 1 if selected else 0):
        months.insert(0, months[0].previous())
    before = showing.a_year_before(month.start)
    figures = [i for i in shown if not i.at_level]
    wanted: list[Any] = [(figures, [month.start, before])]
    if selected and not selected.at_level:
        wanted.append(([selected], [m.start for m in months]))
    found = queries.sums(prefix, wanted)
    read = {
        i.code: queries.readings(
            i, prefix, Period(months[0].start, month.end) if i is selected else month, around.width
        )
        for i in shown
        if i.at_level
    }
    below = queries.by_place(prefix, around.width, figures, month.start) if around.width else {}
    return Sheet(
        around,
        month,
        showing.tiles(shown, prefix, month, found, read),
        showing.lines(shown, around.below, month, below, read),
        showing.trend(selected, prefix, months, found, read) if selected else [],
        found.computed_at,
    )


def _crumbs(around: Surroundings, month: Period, actor: Actor) -> list[tuple[str, str]]:
    """The way down to a place, from the top of the post's area."""
    above = [place for place in around.above if actor.covers(place.code)]
    links = [(place.label, address("dashboard", place=place.code, month=month.code)) for place in above]
    return [*links, (around.place.label, "")]


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """The figures of a place in a month, one of them over thirteen months, and the places below by code."""
    actor = asking.reader(request)
    selected = asking.indicator(request.GET.get("indicator") or favourite())
    if selected.members:
        raise Missing(_("This figure is shown in parts."))
    if selected.origin == "imported":
        raise Missing(_("This figure is given by another office; it has a page of its own."))
    group = showing.group(selected)
    sheet = sheet_of(request, actor, selected, group)
    place, month = sheet.around.place, sheet.month.code
    goals = values.targets([shown.indicator.code for shown in sheet.tiles], place.code, sheet.month.start)
    goal = goals.get(selected.code)
    context = {
        "sheet": sheet,
        "tiles": tiles.tiles(sheet.tiles, goals, place.code, month),
        "crumbs": _crumbs(sheet.around, sheet.month, actor),
        "months": asking.months(),
        "selected": selected,
        "goal": goal.amount if goal else None,
        "chart_unit": "%" if selected.unit == "percent" else "",
        "groups": _groups(group, place.code, month),
        "keep": [("place", place.code), ("indicator", selected.code)],
        "below_title": below_words(sheet.around),
        "tables": _tables(sheet),
        "tabs": _tabs("dashboard", place.code, month),
        "files": [
            (label, address("sheet_file", kind, place=place.code, month=month, indicator=selected.code))
            for kind, label in (("docx", "Word"), ("xlsx", "Excel"), ("pdf", "PDF"))
        ],
        "csv_url": address("table_csv", place=place.code, month=month),
        "rows_url": address("rows", favourite(), place=place.code, month=month),
        "figure_url": address("figure", selected.code, place=place.code, month=month),
        "running": sheet.month == Period.month_of(clock.today()),
    }
    return render(request, "indicators/dashboard.html", context)


def _groups(current: str, place: str, month: str) -> list[dict[str, Any]]:
    """The groups of figures as tabs; each opens with its first figure, the first group with the favourite."""
    first: dict[str, Indicator] = {}
    for indicator in showing.main():
        first.setdefault(showing.group(indicator), indicator)
    best = favourite()
    made = []
    for group, indicator in first.items():
        code = best if showing.group(asking.indicator(best)) == group else indicator.code
        made.append(
            {"label": showing.group_label(indicator), "current": group == current,
             "url": address("dashboard", place=place, month=month, indicator=code)}
        )  # fmt: skip
    return made


def _tables(sheet: Sheet) -> list[dict[str, Any]]:
    """The places below with their cells as markup, so many figures a table as a desk's screen holds side by side."""
    made: list[dict[str, Any]] = []
    for start in range(0, len(sheet.tiles) if sheet.lines else 0, showing.COLUMNS):
        shown = sheet.tiles[start : start + showing.COLUMNS]
        lines = [
            (
                line,
                [
                    (one.indicator.label, tiles.cell(one))
                    for one in line.cells[start : start + showing.COLUMNS]
                ],
            )
            for line in sheet.lines
        ]
        made.append({"id": f"below-{len(made)}", "shown": shown, "lines": lines})
    return made


def below_words(around: Surroundings) -> str:
    words = {"city": _("By district"), "county": _("By street and town"), "township": _("By community")}
    return words.get(around.place.level, "")


def favourite() -> str:
    """The figure a dashboard opens with: the first that has a goal."""
    figures = showing.main()
    return next((i.code for i in figures if i.target is not None), figures[0].code) if figures else ""


def _tabs(current: str, place: str, month: str) -> list[dict[str, Any]]:
    names = (("dashboard", _("Figures")), ("parts", _("What came in")))
    return [
        {"label": label, "url": address(name, place=place, month=month), "current": name == current}
        for name, label in names
    ]


@require_safe
def table_csv(request: HttpRequest) -> HttpResponse:
    """The table of the next level as a file: per figure the value and both counts."""
    sheet = sheet_of(request, asking.reader(request))
    head = [_("code"), _("place"), _("month")]
    for shown in sheet.tiles:
        head += [f"{shown.indicator.label} ({shown.unit})", *_count_labels(shown.indicator)]
    lines = [[line.place.code, line.place.label, sheet.month.code, *_cells(line.cells)]
             for line in sheet.lines if line.place.loaded]  # fmt: skip
    place = sheet.around.place
    around = [place.code, place.label, sheet.month.code, *_cells(sheet.tiles)]
    response = HttpResponse(as_csv([head, *lines, around]), content_type="text/csv; charset=utf-8")
    name = f"figures-{place.code or 'city'}-{sheet.month.code}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _count_labels(indicator: Indicator) -> list[str]:
    if not indicator.denominator_label:
        return []
    return [str(indicator.numerator_label), str(indicator.denominator_label)]


def _cells(shown: list[showing.Shown]) -> list[Any]:
    cells: list[Any] = []
    for one in shown:
        cells.append("" if one.amount is None else one.amount)
        if one.indicator.denominator_label:
            cells += [one.counts.numerator, one.counts.denominator]
    return cells


@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """What came in, in parts: by channel, field, kind of appellant, item; and what ended otherwise."""
    actor = asking.reader(request)
    month, place = asking.month(request), queries.place(asking.place_code(request, actor))
    if place is None:
        raise Missing(_("There is no such place."))
    breakdowns = showing.breakdowns()
    months = [month.start, showing.a_year_before(month.start)]
    found = queries.sums(place.code, [(breakdowns, months)], members=True)
    tables = [(i, showing.parts(i, place.code, month, found, TOP_ITEMS)) for i in breakdowns]
    context = {
        "place": place,
        "month": month,
        "months": asking.months(),
        "tables": tables,
        "computed_at": found.computed_at,
        "keep": [("place", place.code)],
        "tabs": _tabs("parts", place.code, month.code),
    }
    return render(request, "indicators/parts.html", context)


@require_safe
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """The counts of one figure, and for posts that may see them the cases behind the chosen count."""
    actor, indicator = asking.reader(request), asking.indicator(code)
    if indicator.origin == "imported":
        raise Missing(_("This figure is given by another office; it has a page of its own."))
    month, place = asking.month(request), queries.place(asking.place_code(request, actor))
    if place is None:
        raise Missing(_("There is no such place."))
    member, part = request.GET.get("member", ""), request.GET.get("part", "numerator")
    labels = discovery.resolve(indicator.members)() if indicator.members else {}
    members = showing.parts_of(indicator, member)
    if part not in PARTS or (member and not labels.keys() >= set(members)):
        raise Missing(_("There is no such part of this figure."))
    shown, computed_at = _one(indicator, place.code, month, member)
    back = address("dashboard", place=place.code, month=month.code)
    opened = bool(indicator.rows) and actor.may(indicator.duty)
    context = {
        "indicator": indicator,
        "shown": shown,
        "member": " + ".join(str(labels[one]) for one in members) if member else "",
        "place": place,
        "month": month,
        "computed_at": computed_at,
        "opened": opened,
        "tabs": _count_tabs(indicator, shown, place.code, month.code, part, member),
        "dashboard_url": back,
        "figure_url": ""
        if indicator.members
        else address("figure", code, place=place.code, month=month.code),
        "crumbs": [(place.label, back), (indicator.label, "")],
        "eyebrow": f"{place.label} · {date_format(month.start, 'YEAR_MONTH_FORMAT')}",
    }
    if opened:
        found = discovery.resolve(indicator.rows)(code, actor, place.code, month, part, member)
        context["page"] = page(found, *found.query.order_by, cursor=request.GET.get("cursor", ""), size=PAGE)
        found = context["page"].rows
        if found and hasattr(found[0], "as_row"):
            context["matters"] = [_matter(row.as_row()) for row in found]
        else:
            context["cases"] = [_case(row) for row in found]
            context["dated"] = any(row["at"] for row in context["cases"])
    return render(request, "indicators/rows.html", context)


def _one(indicator: Indicator, prefix: str, month: Period, member: str) -> tuple[showing.Shown, Any]:
    if indicator.at_level:
        reading = queries.readings(indicator, prefix, month).get((prefix, month.start))
        return showing.of_reading(indicator, reading), clock.now()
    found = queries.sums(prefix, [([indicator], [month.start])], members=bool(indicator.members))
    if indicator.members and not member:
        counts = [found.counts[key] for key in found.counts]
        total = sum(counts, queries.Counts(0))
        return showing.Shown(indicator, total, total.numerator), found.computed_at
    each = [found.of(indicator, month.start, one) for one in showing.parts_of(indicator, member)]
    counts = sum(each[1:], each[0])
    return showing.Shown(indicator, counts, queries.rules.value(counts)), found.computed_at


def _count_tabs(
    indicator: Indicator, shown: showing.Shown, place: str, month: str, part: str, member: str
) -> list[dict[str, Any]]:
    """The counts of a figure, each a way to its rows."""
    counts = {
        "numerator": shown.counts.numerator,
        "denominator": shown.counts.denominator,
        "rest": shown.counts.rest,
    }
    labels = (indicator.numerator_label, indicator.denominator_label, indicator.rest_label)
    return [
        {
            "label": label or _("counted"),
            "count": counts[name],
            "url": address("rows", indicator.code, place=place, month=month, member=member, part=name),
            "current": name == part,
        }
        for name, label in zip(PARTS, labels, strict=True)
        if counts[name] is not None and (label or name == "numerator")
    ]


def _matter(shown: dict[str, Any]) -> dict[str, Any]:
    """A row that is no case, as it shows itself; its place by name."""
    place = queries.place(shown["area"])
    return {**shown, "place": place.label if place else shown["area"]}


def _case(row: Any) -> dict[str, Any]:
    """A row of the list: the case, its page, and the instant that put it there."""
    case = getattr(row, "case", row)
    url = reverse(discovery.lifecycles()[case.kind].url, kwargs={"number": case.number})
    return {"case": case, "url": url, "at": getattr(row, "at", None)}
