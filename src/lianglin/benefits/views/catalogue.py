"""The public catalogue of benefit measures: groups, search, one measure with its conditions, basis and history."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from lianglin.benefits.models import MeasureVersion
from lianglin.benefits.queries import checking, packages
from lianglin.benefits.queries import measures as queries
from lianglin.benefits.rules import life
from lianglin.benefits.rules.groups import BY_CODE, GROUPS
from lianglin.benefits.views import catalogue_words as words
from lianglin.benefits.views import measure_words
from lianglin.kit import paging, qr

SIZE = 25


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The groups and the search; below them the measures that fit."""
    asked, group = request.GET.get("q", "").strip()[:60], BY_CODE.get(request.GET.get("group", ""))
    sizes, here = queries.group_sizes(), reverse("benefits:catalogue")
    shown = bool(asked or group or "all" in request.GET or "cursor" in request.GET)
    context: dict[str, Any] = {
        "asked": asked,
        "group": group,
        "groups": [
            {
                "group": one,
                "url": f"{here}?group={one.code}",
                "note": ngettext("%(n)d measure", "%(n)d measures", sizes[one.sign]) % {"n": sizes[one.sign]},
            }
            for one in GROUPS
            if sizes.get(one.sign)
        ],
        "shown": shown,
        "tabs": [
            {"label": _("all"), "url": f"{here}?all=1", "current": shown and not group and not asked},
            *(
                {
                    "label": one.label,
                    "url": f"{here}?group={one.code}",
                    "current": one == group,
                    "count": sizes[one.sign],
                }
                for one in GROUPS
                if sizes.get(one.sign)
            ),
        ],
    }
    if shown:
        rows = queries.catalogue(asked, group.sign if group else "")
        found = paging.page(rows, "name", "id", cursor=request.GET.get("cursor", ""), size=SIZE)
        context |= {"page": found, "rows": _rows(found.rows)}
    return render(request, "benefits/catalogue/list.html", context)


def _rows(found: list[MeasureVersion]) -> list[dict[str, Any]]:
    known = packages.package().by_id()
    return [
        {
            "version": version,
            "benefit": words.benefit_words(known[version.measure.code])
            if version.measure.code in known
            else "",
            "sample": version.measure.sample,
        }
        for version in found
    ]


@require_safe
def measure(request: HttpRequest, code: str) -> HttpResponse:
    """A measure as it holds today; one that ended is still found, and says so."""
    rows = MeasureVersion.objects.select_related("measure").filter(measure__code=code, state__in=life.STOOD)
    version = rows.filter(state="in_force").first() or rows.order_by("-number").first()
    if version is None:
        raise Http404
    return _page(request, version)


@require_safe
def version(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One version of a measure that is or was in force."""
    rows = MeasureVersion.objects.select_related("measure").filter(measure__code=code, state__in=life.STOOD)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return _page(request, found)


def _page(request: HttpRequest, found: MeasureVersion) -> HttpResponse:
    package = packages.package()
    said = package.by_id().get(found.measure.code) if found.state == "in_force" else None
    if said is None:
        said = checking.check(found.measure.code, found.source).measure
    address = request.build_absolute_uri(reverse("benefits:measure", args=[found.measure.code]))
    history = queries.history(found.measure, public=True)
    context: dict[str, Any] = {
        "version": found,
        "said": said,
        "sample": found.measure.sample,
        "groups": words.groups_of(found.groups),
        "tone": measure_words.TONES[found.state],
        "warnings": measure_words.warning_words(found) if found.state == "in_force" else [],
        "history": history if len(history) > 1 else [],
        "address": address,
        "code": qr.svg(address),
    }
    if said is not None:
        context |= {
            "benefit": words.benefit_words(said),
            "every": words.every_words(said.amount.every),
            "conditions": words.condition_words(said),
            "figures": words.figures(package, said),
            "not_with": _not_with(said, package.by_id()),
        }
    return render(request, "benefits/catalogue/measure.html", context)


def _not_with(said: Any, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Measures that one does not get beside this one, with how that is settled."""
    how = {
        "yield": _("who qualifies for it does not get this one"),
        "highest": _("of both the higher one is given"),
    }
    return [
        {"code": code, "name": _name(known[code]), "how": how[exclusion.kind]}
        for exclusion in said.exclusions
        for code in exclusion.others
        if code in known
    ]


def _name(one: Any) -> str:
    return one.name_en if measure_words.in_english() and one.name_en else one.name
