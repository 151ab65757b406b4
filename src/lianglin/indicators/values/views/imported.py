"""Figures of other offices: what they say, the files they came in, each line's way back to its file and two people."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from lianglin.access.actor import Actor
from lianglin.access.duty_list.views import area_words
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import State
from lianglin.access.replies import done, pressed, status_of
from lianglin.indicators.models import FigureImport, ImportedValue
from lianglin.indicators.queries import place as place_of_code
from lianglin.indicators.values import definitions, importing, queries, templates
from lianglin.indicators.values.dossier import dossier
from lianglin.indicators.values.forms import DayForm, ImportForm
from lianglin.indicators.values.manifest import APPROVE_IMPORT, IMPORT, READ
from lianglin.indicators.values.views import second
from lianglin.indicators.views import showing
from lianglin.kit import clock, discovery, paging
from lianglin.kit.context import belongs_to
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import Missing
from lianglin.kit.period import Period

PAGE, SHOWN = 30, 200


def amount(value: Decimal) -> str:
    """A number without useless zeros, its thousands apart."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"


def told(row: ImportedValue, indicator: Indicator | None) -> str:
    """A value with its unit; a change against last year with its sign."""
    if indicator is None:
        return amount(row.amount)
    if indicator.unit == "percent":
        sign = "+" if indicator.kind == "yoy" and row.amount > 0 else ""
        return f"{sign}{amount(row.amount)}%"
    return f"{amount(row.amount)} {showing.unit(indicator)}"


def period(starts_on: date, ends_before: date | None, as_of: date) -> str:
    """A period in words; of an open one the day up to which the file counts."""
    if ends_before is None:
        since = f"{starts_on:%Y}" if starts_on.month == 1 else f"{starts_on:%Y-%m}"
        return _("since %(begin)s, until %(day)s") % {"begin": since, "day": f"{as_of:%Y-%m-%d}"}
    return Period(starts_on, ends_before).code


def row_of(row: ImportedValue) -> dict[str, Any]:
    """A value as pages show it; with its place, period and office."""
    indicator = discovery.indicators().get(row.indicator)
    return {
        "row": row,
        "indicator": indicator,
        "label": indicator.label if indicator else row.indicator,
        "told": told(row, indicator),
        "period": period(row.starts_on, row.ends_before, row.file.as_of),
        "place": area_words(row.scope_code),
    }


@require_GET
@in_post(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """What other offices' figures say now, and the files that were brought, the newest first."""
    actor = acting(request)
    known = queries.imported_figures()
    newest = queries.newest([i.code for i in known])
    found = paging.page(queries.files(actor), "-id", cursor=request.GET.get("cursor", ""), size=PAGE)
    context = {
        "figures": [(i, row_of(newest[i.code]) if i.code in newest else None) for i in known],
        "page": found,
        "files": [{"file": one, **second.told(one)} for one in found.rows],
        "may_bring": actor.may(IMPORT),
    }
    return render(request, "indicators/values/imported.html", context)


def figure(request: HttpRequest, indicator: Indicator, actor: Actor) -> HttpResponse:
    """One figure of another office: every value in force, by period; what it said on a day."""
    belongs_to(request, "indicators:imported")
    place = request.GET.get("place", "").strip()
    if place_of_code(place) is None:
        raise Missing(_("There is no such place."))
    form = DayForm(request.GET if request.GET.get("day") else None, initial={"day": clock.today()})
    day = form.cleaned_data["day"] if form.is_bound and form.is_valid() else None
    rows = queries.in_force([indicator.code], place)
    if day:
        rows = queries.on_day(indicator.code, place, day)
    context = {
        "indicator": indicator,
        "dossier": dossier(indicator, showing.unit(indicator)),
        "rows": [row_of(row) for row in rows[:SHOWN]],
        "goal": queries.target(indicator.code, place or actor.low, clock.today().replace(day=1)),
        "form": form,
        "day": day,
        "place": place,
        "versions": [(row, definitions.words(row)) for row in definitions.versions(indicator.code)],
        "crumbs": [(_("Figures of other offices"), reverse("indicators:imported")), (indicator.label, "")],
    }
    return render(
        request, "indicators/values/imported_figure.html", context,
        status=422 if form.is_bound and form.errors else 200,
    )  # fmt: skip


@require_safe
@in_post(READ)
def value(request: HttpRequest, pk: int) -> HttpResponse:
    """One imported value: its line, its file with the digest, the two posts, and what stood there before and after."""
    found = ImportedValue.objects.select_related(
        "file", "file__proposed_post", "file__decided_post"
    ).defer("file__content").filter(pk=pk).first()  # fmt: skip
    if found is None:
        raise Http404
    context = {
        **row_of(found),
        "file": found.file,
        "history": [row_of(row) for row in queries.versions_of(found)[:SHOWN]],
        "tone": second.told(found.file)["tone"],
        "crumbs": [(_("Figures of other offices"), reverse("indicators:imported")), (_("line"), "")],
    }
    return render(request, "indicators/values/imported_value.html", context)


@require_http_methods(["GET", "POST"])
@in_post(IMPORT)
def bring(request: HttpRequest) -> HttpResponse:
    """A file is brought: checked line by line; with a mistake nothing is kept and every one is named."""
    actor = acting(request)
    posted = request.method == "POST"
    form = ImportForm(request.POST if posted else None, request.FILES if posted else None)
    answer = form.is_bound and done(
        request,
        form,
        lambda: importing.bring(by=actor, brought=form.brought()),
        _("Kept. Look at the differences; a second person decides."),
        lambda made: reverse("indicators:import", args=[made.key]),
    )
    refused = getattr(form, "refused", None)
    context = {
        "form": form,
        "wrong": refused.wrong[:SHOWN] if isinstance(refused, importing.Faulty) else [],
        "area": area_words(actor.low),
        "figures": queries.imported_figures(),
        "crumbs": [(_("Figures of other offices"), reverse("indicators:imported")), (_("Bring a file"), "")],
    }
    return answer or render(request, "indicators/values/bring.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(READ)
def one(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One file with its lines beside what stands now; the second person decides here."""
    actor = acting(request)
    found = queries.files(actor).select_related("proposed_post", "decided_post").filter(key=key).first()
    if found is None:
        raise Http404
    answer, form = second.decided(
        request,
        lambda approve, note: importing.decide(by=actor, key=key, approve=approve, note=note),
        approved=_("Approved. Its values are in force."),
        here=reverse("indicators:import", args=[key]),
    )
    rows = list(ImportedValue.objects.filter(file=found).order_by("line")[:SHOWN])
    more = {
        "file": found,
        "lines": _compared(found, rows),
        "more": max(0, found.lines - len(rows)),
        "may_fetch": actor.may(IMPORT) or actor.may(APPROVE_IMPORT),
        "crumbs": [(_("Figures of other offices"), reverse("indicators:imported")), (found.file_name, "")],
    }
    return answer or second.shown(
        request, "indicators/values/import.html", actor, found, form, APPROVE_IMPORT, more
    )


def _compared(file: FigureImport, rows: list[ImportedValue]) -> list[dict[str, Any]]:
    """Each line beside what stands in its place now: new, the same, or changed by how much."""
    stand = queries.standing(rows) if file.state == State.WAITING and rows else {}
    made = []
    for row in rows:
        row.file = file
        shown, before = row_of(row), stand.get(queries.place_of(row))
        if before is None:
            shown |= {"said": _("new"), "tone": "new", "before": ""}
        elif before.amount == row.amount:
            shown |= {"said": _("the same"), "tone": "plain", "before": told(before, shown["indicator"])}
        else:
            by = f"{'+' if row.amount > before.amount else ''}{amount(row.amount - before.amount)}"
            shown |= {
                "said": _("changes by %(by)s") % {"by": by},
                "tone": "warn",
                "before": told(before, shown["indicator"]),
            }
        made.append(shown)
    return made


@require_POST
@in_post(IMPORT)
def withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Whoever brought a file takes it back."""
    actor = acting(request)
    here = reverse("indicators:import", args=[key])
    return pressed(request, lambda: importing.withdraw(by=actor, key=key), _("Taken back."), here)


@require_safe
@in_post(READ)
def original(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The file as it was brought, for whoever brings or approves files."""
    actor = acting(request)
    if not actor.may(APPROVE_IMPORT):
        actor.require(IMPORT)
    found = FigureImport.objects.filter(queries.near(actor), key=key).first()
    if found is None:
        raise Http404
    importing.FILES.audited("fetch", found, actor)
    kind = "xlsx" if found.file_name.lower().endswith(".xlsx") else "csv"
    return _attached(bytes(found.content), f"imported-{found.sha256[:12]}", kind)


@require_safe
@in_post(IMPORT)
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty file to fill in, with a second sheet (or lines) of the codes that can be brought."""
    if kind not in templates.KINDS:
        raise Http404
    content = templates.KINDS[kind](queries.imported_figures())
    return _attached(content, "imported-figures", kind)


_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _attached(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
