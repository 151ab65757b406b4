"""What is left out of rates: requests of units, rulings, reviews."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done
from lianglin.appeals.actions import excluding
from lianglin.appeals.forms.excluding import AskForm, ReviewForm, RuleForm
from lianglin.appeals.models import Exclusion
from lianglin.appeals.queries import exclusions
from lianglin.appeals.views.handling import find
from lianglin.kit import paging
from lianglin.kit.errors import Forbidden
from lianglin.kit.ids import group_case_number

State = Exclusion.State
WAITING = (State.ASKED, State.REVIEW)
TONES = {
    State.ASKED: "waiting",
    State.REVIEW: "waiting",
    State.GRANTED: "good",
    State.REFUSED: "closed",
    State.UPHELD: "closed",
}


def _reader(request: HttpRequest) -> Actor:
    actor = acting(request)
    if not (actor.may(excluding.RULE) or actor.may(excluding.ASK)):
        raise Forbidden(_("Requests about rates are for the unit in charge and for who rules on them."))
    return actor


@require_GET
@in_post("appeals.read")
def listed(request: HttpRequest) -> HttpResponse:
    """The requests of the area or of the unit's matters, the newest first: those that wait, or those ruled on."""
    actor = _reader(request)
    ruled = request.GET.get("ruled") == "1"
    states = [state for state in State if (state not in WAITING) == ruled]
    found = paging.page(
        exclusions.seen_by(actor).filter(state__in=states),
        "-id",
        cursor=request.GET.get("cursor", ""),
        size=30,
    )
    here = reverse("appeals:exclusions")
    context = {
        "page": found,
        "rows": [_row(one) for one in found.rows],
        "tabs": [
            {"label": _("waiting for a ruling"), "url": here, "current": not ruled},
            {"label": _("ruled on"), "url": f"{here}?ruled=1", "current": ruled},
        ],
    }
    return render(request, "appeals/desk/exclusions.html", context)


def _row(one: Exclusion) -> dict[str, Any]:
    return {
        "one": one,
        "number": group_case_number(one.case.number),
        "tone": TONES[State(one.state)],
    }


@require_http_methods(["GET", "POST"])
@in_post(excluding.ASK)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """The unit in charge asks that a matter not count in a rate."""
    actor = acting(request)
    case = find(actor, number)
    form = AskForm(request.POST or None)
    if request.method == "POST":
        answer = done(
            request,
            form,
            lambda: excluding.ask_exclusion(case.pk, by=actor, **form.cleaned_data),
            _("Asked for. It counts until somebody has ruled."),
            lambda made: reverse("appeals:exclusion", args=[made.pk]),
        )
        if answer is not None:
            return answer
    context = {"form": form, "case": case, "number": group_case_number(case.number)}
    return render(request, "appeals/desk/exclude.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with its story; whoever's turn it is finds the form."""
    actor = _reader(request)
    one = exclusions.seen_by(actor).filter(pk=pk).first()
    if one is None:
        raise Http404
    form = _form(request, actor, one)
    if request.method == "POST" and form is not None:
        here = reverse("appeals:exclusion", args=[pk])
        answer = done(request, form, lambda: _do(actor, one, form), _("Recorded."), here)
        if answer is not None:
            return answer
    context = {**_row(one), "form": form, "deed": _deed(form), "story": _story(one)}
    return render(
        request, "appeals/desk/exclusion.html", context, status=422 if form and form.errors else 200
    )


def _form(request: HttpRequest, actor: Actor, one: Exclusion) -> RuleForm | ReviewForm | None:
    given = request.POST if request.method == "POST" else None
    if one.state in WAITING and actor.may(excluding.RULE):
        return RuleForm(given)
    disputed = one.ground == Exclusion.Ground.RESULT
    if (
        one.state == State.REFUSED
        and not disputed
        and actor.may(excluding.ASK)
        and one.unit_id == actor.organisation_id
    ):
        return ReviewForm(given)
    return None


def _do(actor: Actor, one: Exclusion, form: RuleForm | ReviewForm) -> Exclusion:
    chosen = form.cleaned_data
    if isinstance(form, ReviewForm):
        return excluding.ask_review(one.pk, by=actor, objection=chosen["objection"])
    grant = chosen["grant"] == "yes"
    return excluding.rule_on_exclusion(one.pk, by=actor, grant=grant, ruling=chosen["ruling"])


def _deed(form: RuleForm | ReviewForm | None) -> str:
    return _("Ask for a review") if isinstance(form, ReviewForm) else _("Rule on it")


def _story(one: Exclusion) -> list[dict[str, Any]]:
    """Who said what, oldest first."""
    told = [
        (_("asked for"), one.asked_at, one.unit.label, one.reason),
        (_("first ruling"), one.first_ruled_at, _who(one.first_ruled_by), one.first_ruling),
        (_("review asked for"), one.objected_at, one.unit.label, one.objection),
        (one.get_state_display(), one.ruled_at, _who(one.ruled_by), one.ruling),
    ]
    return [
        {"name": name, "state": "done", "at": at, "who": who, "quote": text}
        for name, at, who, text in told
        if at
    ]


def _who(post: Any) -> str:
    return post.label if post else ""


routes: list[URLPattern] = [
    path("exclusions/", listed, name="exclusions"),
    path("exclusions/ask/<str:number>/", ask, name="exclude"),
    path("exclusions/<int:pk>/", detail, name="exclusion"),
]
