"""The page of one problem class: where it stands, both measures apart, trend, map, causes, measures, effect, history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.appeals.models import ProblemClass, ProblemEffect
from lianglin.appeals.queries import problem_counts
from lianglin.appeals.queries import problems as queries
from lianglin.appeals.rules import effect
from lianglin.appeals.rules import problems as rules
from lianglin.appeals.rules.effect import Span
from lianglin.appeals.views import problem_words as words
from lianglin.appeals.views import words as case_words
from lianglin.appeals.views.problem_deeds import DEEDS, expected_of, form_of, offered, waits_for_another
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.ids import group_case_number
from lianglin.places.views import style_url

ON_MAP, IN_LIST = 300, 12


def find(request: HttpRequest, pk: int) -> ProblemClass:
    """The class, if the post may see it; 404 for any other."""
    found = queries.find(acting(request), pk)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One class; what is due next is offered open, the rest folded."""
    actor, problem = acting(request), find(request, pk)
    parts = queries.parts(problem, actor)
    may, what = offered(problem, parts, actor), request.POST.get("do", "")
    bound: forms.Form | None = None
    if request.method == "POST":
        if what not in DEEDS:
            raise Http404
        deed = DEEDS[what]
        bound = form_of(what, problem, parts, actor, request.POST)
        here = reverse("appeals:problem", args=[pk])
        answer = done(
            request, bound, lambda: deed.act(problem, actor, dict(bound.cleaned_data)), str(deed.done), here
        )
        if answer is not None:
            return answer
        problem = find(request, pk)
    due = expected_of(problem)
    deeds = [
        _deed(
            code,
            bound if code == what and bound is not None else form_of(code, problem, parts, actor, None),
            opened=code == (what or due),
        )
        for code in may
    ]
    if bound is not None and what not in may:
        deeds.insert(0, _deed(what, bound, opened=True))
    context = _context(problem, parts, actor) | {
        "deeds": deeds,
        "waits": waits_for_another(problem, parts, actor),
    }
    return render(request, "appeals/problems/one.html", context, status=status_of(bound) if bound else 200)


def _deed(code: str, form: forms.Form, *, opened: bool) -> dict[str, Any]:
    return {"code": code, "deed": DEEDS[code], "form": form, "open": opened}


def _context(problem: ProblemClass, parts: queries.Parts, actor: Actor) -> dict[str, Any]:
    often = queries.frequency(problem)
    listed = queries.located(problem, actor, limit=IN_LIST)
    total = queries.with_counts([problem], actor).get(problem.pk, 0)
    return {
        "problem": problem,
        "tone": words.TONES[problem.state],
        "area": words.area_label(problem.scope_code),
        "covers": words.covers(problem.codes),
        "often": often,
        "often_words": _often(often),
        "trend": _trend(problem, parts),
        "also": _also(problem),
        "cases": [
            {
                "case": case,
                "number": group_case_number(case.number),
                "place": case_words.full_place(case),
                "tone": case_words.tone(case.state),
            }
            for case in listed
        ],
        "total": total,
        "map": _map(problem, listed),
        "parts": parts,
        "measures": [{"one": one, "unit": one.unit.label} for one in parts.measures],
        "effects": [_effect(one) for one in parts.effects],
        "story": [_step(step) for step in parts.steps],
        "may_link": actor.role == "staff"
        and actor.may(rules.DRAW_UP)
        and problem.state not in rules.FINISHED,
    }


def _also(problem: ProblemClass) -> str:
    """Items of other codes that the trend counts along, since the catalogue changed within its two years."""
    today = clock.today()
    return queries.subject_of(problem).over(Span(today - timedelta(days=760), today)).also()


def _often(often: queries.Frequency) -> dict[str, Any]:
    """高频 in words: what the exact test says, with its counts."""
    said = {
        effect.FREQUENT: (_("frequent: more than in the same season a year before, beyond chance"), "warn"),
        effect.USUAL: (_("not beyond what the same season brings by chance"), "plain"),
        effect.NOT_RECORDED: (_("cannot tell: the records do not reach back to that season"), "plain"),
        effect.NOT_ENOUGH: (_("cannot tell: fewer than %(n)d cases") % {"n": effect.OFTEN}, "plain"),
    }
    text, tone = said[often.told]
    change = often.change
    return {
        "text": text,
        "tone": tone,
        "now": round(often.now.cases * 30 / often.now.days, 1),
        "before": round(often.before.cases * 30 / often.before.days, 1),
        "ratio": words.ratio(change.value, change.low, change.high),
    }


def _trend(problem: ProblemClass, parts: queries.Parts) -> dict[str, Any]:
    """Months of this year beside the same months of the year before: the season shows itself."""
    months = problem_counts.months(queries.subject_of(problem), clock.today(), 25)
    rows = [
        [date_format(this.first, "YEAR_MONTH_FORMAT"), this.cases, before.cases]
        for before, this in zip(months[:13], months[12:], strict=True)
    ]
    begun = [one.effective_on for one in parts.measures if one.effective_on]
    return {
        "columns": [_("Month"), _("appeals"), _("the same month a year before")],
        "rows": rows,
        "begun": min(begun, default=None),
    }


def _effect(one: ProblemEffect) -> dict[str, Any]:
    """One measured effect with its counts, its intervals, and the chart's rows."""
    return {
        "one": one,
        "tone": words.VERDICT_TONES[one.verdict],
        "change": words.change(one.ratio),
        "ratio": words.ratio(one.ratio, one.low, one.high),
        "beside": words.ratio(one.beside, one.beside_low, one.beside_high),
        "columns": [_("Season"), _("here (per 100 before)"), _("rest of the city (per 100 before)")],
        "rows": [
            [
                pgettext("season", "before"),
                *(100 if before else None for before in (one.before, one.rest_before)),
            ],
            [_("after"), _per_hundred(one.before, one.after), _per_hundred(one.rest_before, one.rest_after)],
        ],
    }


def _per_hundred(before: int, after: int) -> float | None:
    return round(after * 100 / before, 1) if before else None


def _step(step: Any) -> dict[str, Any]:
    who = step.post.label if step.post else _("the platform")
    name = str(rules.past(step.move))
    return {
        "name": name[:1].upper() + name[1:],
        "state": "done",
        "at": step.at,
        "who": who,
        "quote": step.note,
    }


def _map(problem: ProblemClass, listed: list[Case]) -> dict[str, Any] | None:
    point = next((point for point in map(_point, listed) if point), None)
    if point is None:
        return None
    url = reverse("appeals:problem_spots", args=[problem.pk])
    return {"style_url": style_url(), "lon": point[0], "lat": point[1], "zoom": 13, "geojson": url}


def _point(case: Case) -> tuple[float, float] | None:
    for place in (case, case.building, case.compound):
        if place is not None and place.lon is not None and place.lat is not None:
            return place.lon, place.lat
    return None


@require_GET
@in_post("appeals.read")
def spots(request: HttpRequest, pk: int) -> JsonResponse:
    """The places of the cases that the post may read, as GeoJSON for the map; the newest three hundred."""
    actor, problem = acting(request), find(request, pk)
    features = []
    for case in queries.located(problem, actor, limit=ON_MAP):
        point = _point(case)
        if point:
            url = reverse("appeals:detail", args=[case.number])
            properties = {
                "title": group_case_number(case.number),
                "text": case.state_label,
                "url": url,
                "tone": case_words.tone(case.state),
            }
            geometry = {"type": "Point", "coordinates": point}
            features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return JsonResponse({"type": "FeatureCollection", "features": features})


routes: list[URLPattern] = [
    path("problems/<int:pk>/", one, name="problem"),
    path("problems/<int:pk>/spots.json", spots, name="problem_spots"),
]
