"""已办结诉求公开: closed cases that a person let go out, as a list, a page each, and a feed. Anybody reads them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.appeals import rules
from lianglin.appeals.forms.publishing import ClosedForm
from lianglin.appeals.models import PublishedCase
from lianglin.appeals.queries.publication import published
from lianglin.appeals.queries.subjects import title_of
from lianglin.appeals.rules.subscribing import Subject
from lianglin.appeals.views.public.atom import FEED, Entry, answer
from lianglin.cases import queries as cases
from lianglin.kit import paging
from lianglin.kit.errors import Missing
from lianglin.kit.ids import group_case_number

PAGE = 20
NUMBER = re.compile(r"[A-Z]{1,2}\d{12}")
SHORT = 90
"""Characters of a text in the list."""


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Newest first, narrowed by area, class and words, 20 a page."""
    form = ClosedForm(request.GET)
    chosen = form.chosen()
    found = paging.page(published(**chosen), "-id", cursor=request.GET.get("cursor", ""), size=PAGE)
    context = {
        "form": form,
        "page": found,
        "rows": [_row(one) for one in found.rows],
        "narrowed": any(chosen.values()),
        "follow": _query(chosen),
    }
    return render(request, "appeals/closed/list.html", context)


def _query(chosen: dict[str, str]) -> str:
    """Area and class for the addresses of the feed and of subscribing."""
    given = {"area": chosen["area"], "category": chosen["item_class"]}
    return "&".join(f"{name}={value}" for name, value in given.items() if value)


def _row(one: PublishedCase) -> dict[str, Any]:
    return {
        "one": one,
        "number": group_case_number(one.number),
        "tone": "good" if one.outcome in ("solved", "partly") else "plain",
        "short": one.text if len(one.text) <= SHORT else one.text[: SHORT - 1] + "…",
        "outcome": one.get_outcome_display(),  # pyright: ignore[reportAttributeAccessIssue]
    }


@require_safe
def one_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: what was reported, what was answered, each step with its day and unit."""
    found = PublishedCase.objects.filter(number=number).first() if NUMBER.fullmatch(number) else None
    if found is None:
        raise Missing(_("There is no published case with this number."))
    english = get_language() == "en"
    steps = [
        {
            "name": capfirst(cases.step_label(rules.LIFECYCLE, step["move"])),
            "state": "done",
            "at": datetime.fromisoformat(step["at"]),
            "who": (step["unit_en"] if english else "") or step["unit"],
        }
        for step in found.steps
    ]
    context = {**_row(found), "steps": steps, "days": (found.closed_at - found.opened_at).days}
    return render(request, "appeals/closed/one.html", context)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest cases of an area and class as Atom; a reader that has them gets 304."""
    form = ClosedForm(request.GET)
    chosen = form.chosen()
    rows = list(published(area=chosen["area"], item_class=chosen["item_class"]).order_by("-id")[:FEED])
    entries = [
        Entry(
            reverse("appeals:closed_case", args=[one.number]), f"v{one.version}", one.published_at,
            f"{one.label} · {one.place_label}", "\n\n".join(part for part in (one.text, one.answer) if part),
        )
        for one in rows
    ]  # fmt: skip
    title = f"{_('Closed cases')} · {title_of(Subject(chosen['area'], chosen['item_class']))}"
    named = [chosen["area"], chosen["item_class"], *((one.pk, one.version) for one in rows)]
    return answer(request, title, reverse("appeals:closed"), entries, named=named)


routes: list[URLPattern] = [
    path("closed/", listed, name="closed"),
    path("closed/feed.atom", feed, name="closed_feed"),
    path("closed/<str:number>/", one_case, name="closed_case"),
]
