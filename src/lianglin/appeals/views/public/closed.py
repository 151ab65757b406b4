"""已办结诉求公开: closed cases that a person let go out, as a list, a page each, and a feed. Anybody reads them."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.appeals import rules
from lianglin.appeals.forms.publishing import ClosedForm
from lianglin.appeals.models import PublishedCase
from lianglin.appeals.queries.publication import published
from lianglin.appeals.queries.subjects import title_of
from lianglin.cases import queries as cases
from lianglin.kit import paging
from lianglin.kit.ids import group_case_number

PAGE, FEED = 20, 30
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
        raise Http404(_("There is no published case with this number."))
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
    language = get_language() or "zh-hans"
    named = f"{language} {chosen['area']} {chosen['item_class']} {[(r.pk, r.version) for r in rows]}"
    tag = f'"{hashlib.sha256(named.encode()).hexdigest()[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(
            _atom(request, chosen, rows, language), content_type="application/atom+xml; charset=utf-8"
        )
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=600"
    return response


def _atom(request: HttpRequest, chosen: dict[str, str], rows: list[PublishedCase], language: str) -> str:
    site = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    made = Atom1Feed(
        title=f"{_('Closed cases')} · {title_of(chosen['area'], chosen['item_class'])}",
        link=f"{site}{reverse('appeals:closed')}",
        description="",
        language=language,
        feed_url=f"{site}{request.get_full_path()}",
    )
    for one in rows:
        link = f"{site}{reverse('appeals:closed_case', args=[one.number])}"
        made.add_item(
            title=f"{one.label} · {one.place_label}",
            link=link,
            unique_id=f"{link}#v{one.version}",
            description=linebreaks(
                _clean("\n\n".join(part for part in (one.text, one.answer) if part)), autoescape=True
            ),
            pubdate=one.published_at,
            updateddate=one.published_at,
        )
    return made.writeString("utf-8")


def _clean(text: str) -> str:
    """Without the control characters that XML has no place for."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")


routes: list[URLPattern] = [
    path("closed/", listed, name="closed"),
    path("closed/feed.atom", feed, name="closed_feed"),
    path("closed/<str:number>/", one_case, name="closed_case"),
]
