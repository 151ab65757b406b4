"""The desk: requests as a list and one by one. Registers, retention, assessments and breaches beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit.domain import Datum
from lianglin.kit.errors import Conflict, Forbidden
from lianglin.kit.ids import clean_case_number, group_case_number
from lianglin.kit.paging import page
from lianglin.places.models import Community
from lianglin.privacy.actions import requests as actions
from lianglin.privacy.forms import desk as forms
from lianglin.privacy.queries import corrections
from lianglin.privacy.queries import requests as queries
from lianglin.privacy.queries.corrections import Wish
from lianglin.privacy.views import breaches, registers, restrictions, words

DUTIES = ("privacy.decide", "privacy.check")


@dataclass(frozen=True)
class Deed:
    """One move on the page: its form, its action, what is said afterwards."""

    code: str
    form: type[forms.Versioned]
    action: Callable[..., Case]
    done: Any
    danger: bool = False


DEEDS = {
    "check": Deed("check", forms.CheckForm, actions.check, _("Checked. Now look up what is held.")),
    "provide": Deed("provide", forms.NoteForm, actions.provide, _("Handed to the protection officer.")),
    "fulfil": Deed("fulfil", forms.FulfilForm, actions.fulfil, _("Done. The person can read the answer.")),
    "send_back": Deed("send_back", forms.BackForm, actions.send_back, _("Asked again.")),
    "extend": Deed("extend", forms.ExtendForm, actions.extend, _("The time is extended.")),
    "refuse": Deed(
        "refuse", forms.RefuseForm, actions.refuse, _("Refused. The person reads the reasons."), danger=True
    ),
}
"""In the order in which they are offered."""


def _need(actor: Actor) -> None:
    if not any(actor.may(duty) for duty in DUTIES):
        actor.require(DUTIES[0])


@require_GET
@in_post()
def inbox(request: HttpRequest) -> HttpResponse:
    """Requests, newest first: of the own area, or those given to the officer's unit."""
    actor = acting(request)
    _need(actor)
    with actions.at_desk(actor) as reader:
        found = page(queries.worklist(reader), "-id", cursor=request.GET.get("cursor", ""))
        rows = [{**words.line(case), "community": case.community.label} for case in found.rows]
    context = {"page": found, "rows": rows, "may_record": actor.may("privacy.check")}
    return render(request, "privacy/desk/inbox.html", context)


def _find(actor: Actor, number: str) -> Case:
    try:
        case = queries.find(actor, clean_case_number(number))
    except (ValueError, Forbidden):
        case = None
    if case is None:
        raise Http404
    return case


@require_GET
@in_post()
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One request: what is asked, how far it is, what can be done now."""
    return _page(request, number)


def _page(
    request: HttpRequest, number: str, wrong: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    actor = acting(request)
    _need(actor)
    with actions.at_desk(actor) as reader:
        case = _find(reader, number)
        asked = queries.request_of(case, reader)
        may = {move.code for move in cases.possible_moves(case, reader)}
        if actor.may("privacy.decide") and case.due_at:
            may.add("extend")
        context = {
            **words.line(case),
            "case": case,
            "asked": asked,
            "steps": words.steps(case, cases.steps(case, reader)),
            "community": case.community.label,
            "wish": corrections.wish_of(case, asked, reader) if asked and asked.kind == "correct" else None,
        }
        data = _open_data(case, context["wish"], actor) if "provide" in may else {}
        context["deeds"] = [
            _deed(deed, case, wrong, context["wish"], data) for deed in DEEDS.values() if deed.code in may
        ]
    return render(request, "privacy/desk/detail.html", context, status=status)


def _open_data(case: Case, wish: Wish | None, actor: Actor) -> dict[str, Datum]:
    """For a correction that was told at the desk: what may be named as wrong."""
    asked = case.rights_request
    if (
        asked.kind != "correct"
        or wish is not None
        or asked.subject_kind != "resident"
        or not asked.subject_id
    ):
        return {}
    return corrections.data_of(asked.subject_id, actor)


def _deed(
    deed: Deed, case: Case, wrong: tuple[str, Any] | None, wish: Wish | None, data: dict[str, Datum]
) -> dict[str, Any]:
    bound = wrong[1] if wrong and wrong[0] == deed.code else None
    known = {move.code: move.label for move in case.lifecycle.moves}
    form = bound or deed.form(initial={"version": case.version}, auto_id=f"id_{deed.code}_%s")
    if case.rights_request.kind != "delete":
        form.fields.pop("extent", None)
    if case.rights_request.kind != "correct" or wish is not None:
        form.fields.pop("by_hand", None)
    if case.rights_request.acting_for != "relative":
        for name in ("relation", "relation_proof", "death_proof"):
            form.fields.pop(name, None)
    if not data:
        form.fields.pop("datum", None)
        form.fields.pop("value", None)
    elif "datum" in form.fields:
        offered: Any = form.fields["datum"]
        offered.choices = [("", "—"), *((code, datum.label) for code, datum in data.items())]
    return {
        "code": deed.code,
        "label": known.get(deed.code, _("extend the time")),
        "form": form,
        "open": bound is not None,
        "danger": deed.danger,
    }


@require_http_methods(["GET", "POST"])
@in_post()
def move(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Makes one move; a refusal shows the page again with what was typed."""
    deed = DEEDS.get(code)
    if deed is None:
        raise Http404
    if request.method == "GET":
        return _page(request, number)
    actor = acting(request)
    _need(actor)
    form = deed.form(request.POST, auto_id=f"id_{code}_%s")
    with actions.at_desk(actor) as reader:
        case = _find(reader, number)
        if "datum" in form.fields:
            wish = corrections.wish_of(case, case.rights_request, reader)
            offered: Any = form.fields["datum"]
            offered.choices = [("", "—"), *((key, key) for key in _open_data(case, wish, actor))]
    onward = reverse("privacy:detail", args=[case.number])

    def act() -> None:
        deed.action(case.pk, by=actor, **form.given())

    try:
        answer = done(request, form, act, str(deed.done), onward)
    except Conflict as error:
        form.add_error(None, str(error.message))
        answer = None
    return answer or _page(request, number, (code, form), status=422)


@require_http_methods(["GET", "POST"])
@in_post("privacy.check")
def record(request: HttpRequest) -> HttpResponse:
    """A request told at the desk, by somebody without a phone or for somebody else."""
    actor, made = acting(request), []
    form = forms.RecordForm(request.POST or None)
    here = Community.objects.filter(
        scope_code__gte=actor.low, scope_code__lt=actor.high, valid_to__isnull=True
    ).first()

    def act() -> None:
        made.append(actions.ask(asked=actions.Asked(**form.cleaned_data), by=actor, community=here))

    if request.method == "POST" and done(request, form, act, __("The request is recorded."), ""):
        opened = made[0]
        context = {
            "number": group_case_number(opened.case.number),
            "secret": opened.secret,
            "track_url": reverse("privacy:mine"),
            "url": reverse("privacy:detail", args=[opened.case.number]),
        }
        return render(request, "privacy/desk/recorded.html", context)
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "title": __("Record a request")}
    return render(request, "privacy/desk/form.html", context, status=status)


routes: list[URLPattern] = [
    path("desk/", inbox, name="inbox"),
    path("desk/record/", record, name="record"),
    *registers.routes,
    *breaches.routes,
    *restrictions.routes,
    path("desk/requests/<str:number>/", detail, name="detail"),
    path("desk/requests/<str:number>/<slug:code>/", move, name="move"),
]
