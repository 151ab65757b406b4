"""What a version would change, in figures and worked examples: asked for, counted in the background, shown when it is there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import pressed
from lianglin.benefits.actions import reviewing as actions
from lianglin.benefits.models import MeasureVersion, VersionCount
from lianglin.benefits.queries import measures as queries
from lianglin.benefits.queries import reviewing
from lianglin.benefits.rules.life import OPEN, READ
from lianglin.engines.eligibility.package import BadRules
from lianglin.kit import clock


def context_of(version: MeasureVersion) -> dict[str, Any]:
    """The count as it is known, and the examples of which both versions say different things."""
    found = VersionCount.objects.filter(version=version).first()
    waits = found is not None and found.state == "asked"
    return {
        "version": version,
        "counts": found,
        "counts_wait": waits,
        "counts_old": found is not None and found.digest != version.digest,
        "figures": _figures(found) if found is not None and found.state == "done" else [],
        "may_count": version.state in OPEN,
    }


def _figures(found: VersionCount) -> list[tuple[str, str]]:
    few = _("fewer than 10")
    rows = (
        (_("may qualify by the version in force"), found.may_before),
        (_("may qualify by this version"), found.may_after),
        (_("would be new"), found.new),
        (_("would go"), found.gone),
        (_("unknown by the version in force"), found.unknown_before),
        (_("unknown by this version"), found.unknown_after),
    )
    said = [(label, reviewing.said(number)) for label, number in rows]
    return [(label, few if number is None else str(number)) for label, number in said]


def cases_of(version: MeasureVersion) -> list[dict[str, Any]]:
    """Worked examples that come out differently, in words."""
    answers = {
        "may": _("may qualify"),
        "unknown": pgettext("answer", "unknown"),
        "not": _("does not qualify"),
    }
    try:
        found = reviewing.cases(version, max(version.valid_from, clock.today()))
    except BadRules:
        return []
    return [
        {"name": one.example.name, "before": answers[one.before], "after": answers[one.after]}
        for one in found
    ]


@require_safe
@in_post(READ)
def counts(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures alone, for the page that waits for them."""
    version = queries.version(pk)
    if version is None:
        raise Http404
    return render(request, "benefits/measures/_counts.html", context_of(version))


@require_POST
@in_post(READ)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Has it counted."""
    actor = acting(request)
    return pressed(
        request,
        lambda: actions.ask(pk, by=actor),
        _("It is being counted. The figures appear here."),
        reverse("benefits:measure_version", args=[pk]) + "#counts",
    )
