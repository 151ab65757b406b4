"""数据公开: the catalogue, a page that explains each figure, and its files. Anybody may read and keep them.

A file is built inside the request's transaction and bounded by its months; its digest is its ETag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.access.middleware import problem
from lianglin.indicators.opened import files, queries
from lianglin.indicators.opened.files import Asked
from lianglin.indicators.views import showing
from lianglin.kit import throttle
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import HouseError, Missing
from lianglin.kit.period import Period

READS, READS_WINDOW = 240, timedelta(minutes=1)
"""Files that one address may ask for."""
AN_HOUR = "public, max-age=3600"
Known = tuple[date, date, datetime, int]


def figure(code: str) -> Indicator:
    """The published figure with this code; 404 when there is none."""
    found = next((i for i in files.opened() if i.code == code), None)
    if found is None:
        raise Missing(_("There is no such figure."))
    return found


def addresses(request: HttpRequest, indicator: Indicator) -> dict[str, str]:
    """Where the figure is explained (""), and its CSV at each level."""
    page = request.build_absolute_uri(reverse("indicators:open_figure", args=[indicator.code]))
    csv = request.build_absolute_uri(reverse("indicators:open_csv", args=[indicator.code]))
    return {"": page, **{level: f"{csv}?level={level}" for level in files.levels_of(indicator)}}


def for_programs(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A file that is refused is refused in the form that programs read (RFC 9457); a person's browser gets the page."""

    @wraps(view)
    def answered(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *given, **named)
        except HouseError as error:
            if "text/html" in request.headers.get("Accept", ""):
                raise
            return problem(request, error)

    return answered


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every published figure: what it counts, since when, and its files."""
    opened = files.opened()
    known = queries.months_of([i.code for i in opened])
    entries = [
        {"indicator": i, "unit": showing.unit(i), "known": known.get(i.code), "origin": files.origin(i)}
        for i in opened
    ]
    context = {
        "entries": entries,
        "licence": settings.OPEN_LICENCE,
        "licence_url": settings.OPEN_LICENCE_URL,
        "contact": settings.OPEN_CONTACT,
    }
    return render(request, "indicators/opened/catalogue.html", context)


@require_safe
@for_programs
def catalogue_json(request: HttpRequest) -> HttpResponse:
    """The same for machines: a DCAT catalogue."""
    counted(request)
    opened = files.opened()
    known = queries.months_of([i.code for i in opened])
    home = request.build_absolute_uri(reverse("indicators:open"))
    whole = files.catalogue([(i, known.get(i.code), addresses(request, i)) for i in opened], home)
    return _sent(
        request, files.dumped(whole), "application/ld+json", max((k[2] for k in known.values()), default=None)
    )


@require_safe
def explained(request: HttpRequest, code: str) -> HttpResponse:
    """What a figure counts, what its columns mean, and its files by level and year."""
    indicator = figure(code)
    known = queries.months_of([code]).get(code)
    english = get_language() == "en"
    context = {
        "indicator": indicator,
        "unit": showing.unit(indicator),
        "origin": files.origin(indicator),
        "known": known,
        "downloads": _downloads(indicator, known) if known else [],
        "columns": [(column.name, column.en if english else column.zh) for column in files.COLUMNS],
        "licence": settings.OPEN_LICENCE,
        "licence_url": settings.OPEN_LICENCE_URL,
        "contact": settings.OPEN_CONTACT,
        "crumbs": [(_("Figures as open data"), reverse("indicators:open")), (indicator.label, "")],
    }
    return render(request, "indicators/opened/figure.html", context)


def level_words() -> dict[str, str]:
    """The levels in words."""
    return {
        "city": _("whole city"), "county": _("districts and counties"), "township": _("streets and towns"),
        "community": _("communities"), "parts": _("parts, whole city"),
    }  # fmt: skip


def _downloads(indicator: Indicator, known: Known) -> list[dict[str, Any]]:
    """By level the files of each year, the newest first."""
    words = level_words()
    made: list[dict[str, Any]] = []
    for level in files.levels_of(indicator):
        years: list[dict[str, Any]] = []
        for year in range(known[1].year, known[0].year - 1, -1):
            asked = f"?level={level}&from={year}-01&to={year}-12"
            links = [
                (form, reverse(f"indicators:open_{form}", args=[indicator.code]) + asked)
                for form in ("csv", "json")
            ]
            years.append({"year": year, "links": links})
        made.append({"level": words[level], "years": years})
    return made


@require_safe
@for_programs
def package(request: HttpRequest, code: str) -> HttpResponse:
    """The Data Package of a figure."""
    counted(request)
    indicator = figure(code)
    known = queries.months_of([code]).get(code)
    whole = files.package(indicator, known, addresses(request, indicator))
    return _sent(request, files.dumped(whole), "application/json", known[2] if known else None)


@require_safe
@for_programs
def csv(request: HttpRequest, code: str) -> HttpResponse:
    """The rows of a figure as CSV."""
    return _file(request, code, "csv")


@require_safe
@for_programs
def json(request: HttpRequest, code: str) -> HttpResponse:
    """The rows of a figure as JSON with what describes them."""
    return _file(request, code, "json")


def _file(request: HttpRequest, code: str, form: str) -> HttpResponse:
    counted(request)
    indicator = figure(code)
    known = queries.months_of([code]).get(code)
    if known is None:
        raise Missing(_("Nothing of this figure is published yet."))
    asked = asked_of(request.GET, indicator, known)
    rows = files.rows_of(asked)
    if form == "csv":
        content, kind = files.csv(rows), "text/csv; charset=utf-8"
    else:
        described = request.build_absolute_uri(reverse("indicators:open_package", args=[code]))
        content, kind = files.as_json(asked, rows, described), "application/json"
    response = _sent(request, content, kind, known[2])
    name = f"{code}-{asked.level}-{asked.first:%Y%m}-{asked.last:%Y%m}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    if further := _further(request, asked, known):
        response["Link"] = further
    return response


def asked_of(given: Mapping[str, str], indicator: Indicator, known: Known) -> Asked:
    """What an address asks for; without months the newest ones. A wrong one is refused with what to write."""
    levels = files.levels_of(indicator)
    level = given.get("level") or levels[0]
    if level not in levels:
        raise HouseError(
            _("This figure is published for: %(levels)s.") % {"levels": ", ".join(levels)}, field="level"
        )
    most = files.MOST_MONTHS[level]
    last = _month(given.get("to"), "to") or known[1]
    first = _month(given.get("from"), "from")
    if first is None:
        first = max(known[0], _moved(last, 1 - most))
    elif given.get("to") is None:
        last = min(known[1], _moved(first, most - 1))
    if first > last:
        raise HouseError(_("“from” lies after “to”. Write the earlier month first."), field="from")
    return Asked(indicator, level, first, min(last, _moved(first, most - 1)))


def _month(text: str | None, field: str) -> date | None:
    if not text:
        return None
    try:
        asked = Period.parse(text)
    except ValueError as error:
        raise HouseError(_("Write the month as year and month, like 2026-11."), field=field) from error
    if asked != Period.month_of(asked.start):
        raise HouseError(_("Write the month as year and month, like 2026-11."), field=field)
    return asked.start


def _moved(month: date, by: int) -> date:
    year, at = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(min(max(year, 1), date.max.year), at + 1, 1)


def _further(request: HttpRequest, asked: Asked, known: Known) -> str:
    """The address of the next months, where a file ends before what is published (RFC 8288)."""
    if asked.last >= known[1]:
        return ""
    query = f"?level={asked.level}&from={_moved(asked.last, 1):%Y-%m}"
    return f'<{request.build_absolute_uri(request.path)}{query}>; rel="next"'


def counted(request: HttpRequest) -> None:
    """Counts a file that an address asked for."""
    throttle.hit("figures-read", throttle.client_address(request), limit=READS, window=READS_WINDOW)


def _sent(request: HttpRequest, content: bytes, kind: str, at: datetime | None) -> HttpResponse:
    """The file, or that it has not changed."""
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    modified = int(at.astimezone(UTC).timestamp()) if at else None
    response = HttpResponse(content, content_type=kind)
    response["ETag"], response["Cache-Control"] = tag, AN_HOUR
    if modified:
        response["Last-Modified"] = http_date(modified)
    # The digest alone decides: names of places may change on a day on which no number does.
    same = get_conditional_response(request, etag=tag, response=response)
    return same if isinstance(same, HttpResponse) else response
