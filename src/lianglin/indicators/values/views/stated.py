"""What the city's own text states, beside what is counted or imported here, clearly apart; and the list of definitions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from lianglin.access.gate import acting, in_post
from lianglin.indicators import queries as figures
from lianglin.indicators.queries import surroundings
from lianglin.indicators.values import definitions, queries, stated, tiles
from lianglin.indicators.values.dossier import dossier
from lianglin.indicators.values.manifest import READ
from lianglin.indicators.values.views import imported
from lianglin.indicators.views import showing
from lianglin.indicators.views.showing import address
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.period import Period
from lianglin.kit.spreadsheet import as_csv


@require_GET
@in_post(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The stated figures, the checks, and beside each what is counted here of the same row in the last whole month."""
    actor = acting(request)
    month = Period.month_of(clock.today()).previous()
    own = _counted(actor.low, month)
    given = queries.newest([i.code for i in queries.imported_figures()])
    of_row: dict[str, list[dict[str, Any]]] = {}
    for code, row in given.items():
        for r_row in discovery.indicators()[code].r_rows:
            of_row.setdefault(r_row, []).append(imported.row_of(row))
    here = surroundings(actor.low, month)
    context = {
        "rows": [{"stated": one, "own": own.get(one.r_row, []), "imported": of_row.get(one.r_row, [])} for one in stated.figures()],
        "checks": stated.checks(),
        "month": month,
        "place": here.place if here else None,
        "as_of": stated.AS_OF,
    }  # fmt: skip
    return render(request, "indicators/values/stated.html", context)


def _counted(prefix: str, month: Period) -> dict[str, list[dict[str, Any]]]:
    """R-row -> the own figures of it in a month. One statement."""
    rows = {one.r_row for one in stated.figures()}
    wanted = [i for i in showing.main() if i.cells and rows.intersection(i.r_rows)]
    if not wanted:
        return {}
    found = figures.sums(prefix, [(wanted, [month.start])])
    made: dict[str, list[dict[str, Any]]] = {}
    for indicator in wanted:
        shown = showing.of_sums(indicator, found, month)
        url = address("figure", indicator.code, place=prefix, month=month.code)
        for row in rows.intersection(indicator.r_rows):
            made.setdefault(row, []).append({"shown": shown, "cell": tiles.cell(shown), "url": url})
    return made


def _found(word: str) -> list[Indicator]:
    """The figures whose code, name, definition or row holds a word, or all."""
    every = [*figures.figures_of(), *queries.imported_figures()]
    if not word:
        return every
    asked = word.casefold()
    return [
        i
        for i in every
        if any(
            asked in text.casefold()
            for text in (
                i.code, str(i.label), str(i.definition), str(i.numerator_label), str(i.denominator_label),
                str(i.steward), *i.r_rows,
            )
        )
    ]  # fmt: skip


@require_safe
def definitions_page(request: HttpRequest) -> HttpResponse:
    """Every figure with its whole record (dossier 6.2), searchable by a word."""
    word = request.GET.get("q", "").strip()[:40]
    found = _found(word)
    listed_by: dict[str, list[dict[str, Any]]] = {}
    may_read = getattr(request, "actor", None) is not None and acting(request).may(READ)
    for indicator in found:
        facts = [(label, value) for label, value in dossier(indicator, showing.unit(indicator)) if value]
        has_page = indicator.origin == "imported" or indicator.cells or indicator.at_level
        more = address("figure", indicator.code) if may_read and has_page and not indicator.members else ""
        listed_by.setdefault(showing.group_label(indicator), []).append(
            {"indicator": indicator, "facts": facts, "more": more}
        )
    context = {"groups": listed_by, "count": len(found), "q": word}
    return render(request, "indicators/definitions.html", context)


@require_safe
def definitions_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file, one line for each figure; with the wording in both languages."""
    head = [_("Figure"), _("Definition")]
    lines: list[list[Any]] = []
    labels: list[str] = []
    for indicator in _found(request.GET.get("q", "").strip()[:40]):
        facts = dossier(indicator, showing.unit(indicator))
        labels = [str(label) for label, _value in facts]
        english = definitions.worded(indicator)["en"]
        lines.append(
            [str(indicator.label), str(indicator.definition), *(str(v) for _l, v in facts), english["label"], english["definition"]]
        )  # fmt: skip
    top = [*head, *labels, _("Figure in English"), _("Definition in English")]
    response = HttpResponse(as_csv([top, *lines]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="definitions.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
