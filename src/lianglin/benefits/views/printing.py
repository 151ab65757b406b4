"""The package of a group on paper: a plain page, and a PDF with a code for each measure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.benefits.actions import handout
from lianglin.benefits.models import MeasureVersion
from lianglin.benefits.queries import measures as queries
from lianglin.benefits.queries import packages
from lianglin.benefits.rules.groups import BY_CODE, Group
from lianglin.benefits.views import catalogue_words as words
from lianglin.engines.eligibility.package import Measure
from lianglin.kit import clock, qr, throttle
from lianglin.kit.signs import local_dt

MOST = 300
TRIES, WINDOW = 30, timedelta(minutes=10)
"""PDFs that are set anew for one address in ten minutes; one that was made within the hour is simply given."""


def _group(code: str) -> Group:
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def _measures(group: Group) -> list[tuple[MeasureVersion, Measure]]:
    known = packages.package().by_id()
    rows = queries.catalogue(group=group.sign).order_by("name", "id")[:MOST]
    return [(row, known[row.measure.code]) for row in rows if row.measure.code in known]


def facts_of(said: Measure) -> list[tuple[str, str]]:
    """What stands about a measure on paper: (label, words), nothing empty."""
    colon = _("%(label)s:")
    found = [
        (_("Who gets it"), _list([words.condition_name(condition) for condition in said.conditions])),
        (_("What one gets"), words.benefit_words(said)),
        (_("Where to apply"), said.apply_at),
        (_("Bring"), _list(said.materials)),
        (_("Authority"), said.authority),
    ]
    return [(colon % {"label": label}, text) for label, text in found if text]


def _list(texts: Any) -> str:
    return _(", ").join(texts)


@require_safe
def package(request: HttpRequest, code: str) -> HttpResponse:
    """The measures of a group on one plain page, to be printed from the browser."""
    group = _group(code)
    found = _measures(group)
    address = request.build_absolute_uri(f"{reverse('benefits:catalogue')}?group={group.code}")
    context = {
        "group": group,
        "rows": [{"version": row, "facts": facts_of(said)} for row, said in found],
        "sample": any(row.measure.sample for row, _said in found),
        "code": qr.svg(address),
        "address": address,
        "today": clock.today(),
    }
    return render(request, "benefits/catalogue/package.html", context)


@require_safe
def package_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a PDF, with a code beside each measure that leads to its page."""
    group, language = _group(code), get_language() or ""
    key = (packages.package().digest, group.code, language, request.get_host(), clock.today().isoformat())
    if not handout.is_kept(key):
        throttle.hit("benefits-pdf", throttle.client_address(request), limit=TRIES, window=WINDOW)
    answer = HttpResponse(handout.pdf(key, _data(request, group, language)), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="benefits-{group.code}.pdf"'
    return answer


def _data(request: HttpRequest, group: Group, language: str) -> dict[str, Any]:
    found = _measures(group)
    day = local_dt(clock.today(), "date")
    return {
        "title": _("Benefits: %(group)s") % {"group": group.label},
        "made": _("As of %(day)s, %(n)d measures") % {"day": day, "n": len(found)},
        "foot": request.build_absolute_uri(reverse("benefits:catalogue")),
        "lang": "en" if language == "en" else "zh",
        "sample": any(row.measure.sample for row, _said in found),
        "words": {
            "intro": _(
                "Whether you qualify is decided by the authority. Scan a code for the conditions and the basis."
            ),
            "sample": _("Measures marked as sample are made up for the demonstration and hold nowhere."),
            "mark": _("sample data"),
        },
        "measures": [
            {
                "id": row.measure.code,
                "name": row.label,
                "sample": row.measure.sample,
                "facts": facts_of(said),
                "code": handout.code(
                    request.build_absolute_uri(reverse("benefits:measure", args=[row.measure.code]))
                ),
            }
            for row, said in found
        ],
    }
