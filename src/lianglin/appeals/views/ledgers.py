"""The three ledgers as pages and as lists that can be taken out; counted by unit in the order of codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.appeals.queries import ledgers as queries
from lianglin.appeals.rules.provisions import BY_CODE
from lianglin.appeals.views import listing, words
from lianglin.appeals.views import rows as table
from lianglin.appeals.views.provisions import amount_words
from lianglin.cases.models import Case
from lianglin.kit import paging
from lianglin.kit.lists import Column

CODES = dict(queries.LEDGERS)


def _chosen(query: Mapping[str, Any]) -> tuple[str, int | None]:
    code, unit = str(query.get("ledger", "")), str(query.get("unit", ""))
    return (code if code in CODES else "long"), (int(unit) if unit.isdecimal() and len(unit) < 16 else None)


@require_GET
@in_post("appeals.read")
def ledger(request: HttpRequest) -> HttpResponse:
    """One ledger: what puts a matter on it, how many of each unit, and the matters themselves, newest first."""
    actor = acting(request)
    code, unit = _chosen(request.GET)
    found = paging.page(
        queries.ledger(actor, code, unit), "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    here = reverse("appeals:ledgers")
    area = actor.low if actor.role == "staff" else ""
    context = {
        "code": code,
        "label": CODES[code],
        "unit": unit,
        "tabs": [
            {"label": label, "url": f"{here}?ledger={one}", "current": one == code}
            for one, label in queries.LEDGERS
        ],
        "thresholds": [
            (BY_CODE[one].label, amount_words(found.amount, found.unit))
            for one, found in queries.thresholds(code, area)
        ],
        "units": queries.by_unit(actor, code),
        "page": found,
        "rows": table.table_rows(found.rows),
        "may_export": actor.may("cases.own_work"),
    }
    return render(request, "appeals/supervision/ledger.html", context)


# --- as a file: the names that cases' export asks for ---------------------------------------------------------


def rows(actor: Actor, query: Mapping[str, Any]) -> QuerySet[Case]:
    """The matters on the ledger that the query names."""
    code, unit = _chosen(query)
    return queries.ledger(actor, code, unit)


def columns(actor: Actor) -> list[Column]:
    """As the desk's list, with the unit's code and what put the matter on the ledger."""
    return [
        *listing.columns(actor),
        Column(_("Code of the unit"), lambda case: case.owner.code if case.owner else "", 14),
        Column(_("Times"), lambda case: case.times, 8),
        Column(_("Answers not accepted"), lambda case: getattr(case, "times_more", ""), 10),
        Column(_("Number as read aloud"), lambda case: words.grouped(case.number), 20),
    ]


def fields(actor: Actor) -> dict[str, dict[str, str] | None]:
    """Which ledger, and of which unit."""
    return {"ledger": {code: str(label) for code, label in queries.LEDGERS}, "unit": None}


routes: list[URLPattern] = [path("ledgers/", ledger, name="ledgers")]
