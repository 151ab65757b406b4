"""Orders of supervision on the desk: the list, what the ladder proposes, a new order, one order with its story."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.appeals.actions import supervising as actions
from lianglin.appeals.forms.supervision import DeedForm, OrderForm, WaiveForm
from lianglin.appeals.models import SupervisionOrder, SupervisionStep
from lianglin.appeals.queries import owed
from lianglin.appeals.queries import supervision as queries
from lianglin.appeals.rules import supervising
from lianglin.appeals.views import words
from lianglin.appeals.views.rows import what_of
from lianglin.appeals.views.rule_sets import units_near
from lianglin.appeals.views.supervision_words import row_of
from lianglin.cases.models import Case
from lianglin.kit import clock, paging
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Forbidden
from lianglin.kit.ids import clean_case_number

KIND_LABELS = dict(supervising.KINDS)


def _reader(request: HttpRequest) -> Actor:
    actor = acting(request)
    if not any(actor.may(duty) for duty in (supervising.ORDER, supervising.SUMMON, actions.ANSWER)):
        raise Forbidden(_("Orders of supervision are for who gives them and for the units that answer."))
    return actor


@require_GET
@in_post("appeals.read")
def listed(request: HttpRequest) -> HttpResponse:
    """The orders of the area, or to the own unit, newest first: those that wait, or those that have ended."""
    actor = _reader(request)
    ended = request.GET.get("ended") == "1"
    found = paging.page(
        queries.narrowed(actor, waiting=not ended), "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    context = {
        "page": found,
        "rows": [row_of(one) for one in found.rows],
        "tabs": _tabs(actor, "ended" if ended else "waiting"),
        "may_order": bool(queries.may_give(actor)),
    }
    return render(request, "appeals/supervision/orders.html", context)


def _tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    here = reverse("appeals:supervision")
    tabs = [("waiting", _("not ended yet"), here), ("ended", _("ended"), f"{here}?ended=1")]
    if queries.may_give(actor):
        tabs.insert(0, ("ladder", _("proposed by the ladder"), reverse("appeals:supervision_ladder")))
    return [{"label": label, "url": url, "current": code == current} for code, label, url in tabs]


@require_GET
@in_post("appeals.read")
def ladder(request: HttpRequest) -> HttpResponse:
    """What the dated rows propose: matters whose limit has reached a step, what is due first first."""
    actor = _reader(request)
    steps = queries.ladder(actor.low, queries.may_give(actor))
    found = paging.page(
        queries.proposed(actor, steps), "due_at", "id", cursor=request.GET.get("cursor", ""), size=30
    )
    context = {
        "page": found,
        "rows": [_proposal(case, steps) for case in found.rows],
        "tabs": _tabs(actor, "ladder"),
    }
    return render(request, "appeals/supervision/ladder.html", context)


def _proposal(case: Case, steps: queries.Ladder) -> dict[str, Any]:
    kind = steps.reached(case.due_at) if case.due_at else ""
    return {
        "case": case,
        "url": owed.address(case),
        "path": what_of(case),
        "number": words.grouped(case.number),
        "kind": kind,
        "label": KIND_LABELS.get(kind, ""),
        "left": calendar().time_left(clock.now(), case.due_at) if case.due_at else None,
    }


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def new(request: HttpRequest) -> HttpResponse:
    """A new order: ``?number=`` about a matter and to its unit, else to a unit; ``?kind=`` as the ladder proposes."""
    actor = acting(request)
    kinds = queries.may_give(actor)
    if not kinds:
        raise Forbidden(_("Your current post gives no orders of supervision."))
    case = _matter(actor, request.GET["number"]) if request.GET.get("number") else None
    kind = request.GET.get("kind", "")
    waiving = request.POST.get("do") == "waive"
    bound = request.POST if request.method == "POST" else None
    form = OrderForm(
        None if waiving else bound, kinds=kinds, units=None if case else units_near(actor),
        initial={"kind": kind or kinds[0], "ground": "overdue" if case else "other", "text": _begun(case, kind)},
    )  # fmt: skip
    waive = WaiveForm(bound if waiving else None, auto_id="id_waive_%s")
    answer = _answered(request, actor, case, kind, waive if waiving else form)
    if answer is not None:
        return answer
    context = {
        "form": form,
        "waive": waive if case is not None and kind in kinds else None,
        "case": case,
        "url": owed.address(case) if case else "",
        "number": words.grouped(case.number) if case else "",
        "before": [row_of(one) for one in queries.of_case(case, actor)] if case else [],
    }
    return render(
        request, "appeals/supervision/new.html", context, status=status_of(waive if waiving else form)
    )


def _matter(actor: Actor, number: str) -> Case:
    """An appeal, a petition or a remedy; a 404 that says nothing when it does not exist or lies elsewhere."""
    try:
        found = owed.find(actor, clean_case_number(number))
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _begun(case: Case | None, kind: str) -> str:
    """The words that an order begins with."""
    if case is None or case.due_at is None or kind not in KIND_LABELS:
        return ""
    said = {
        "remind": _("The limit of matter %(number)s ends soon. Answer in time, or ask for an extension with a reason."),
        "press": _("Matter %(number)s is past its limit. Answer it, and say why it is late and until when it is done."),
        "summon": _("Matter %(number)s is still not answered. Come to a talk with what was done and a day for the rest."),
        "report": _("Matter %(number)s is still not answered after a talk. It is named in a circular of the area."),
    }  # fmt: skip
    return said[kind] % {"number": words.grouped(case.number)}


def _answered(
    request: HttpRequest, actor: Actor, case: Case | None, kind: str, form: OrderForm | WaiveForm
) -> HttpResponse | None:
    if not form.is_bound:
        return None
    if isinstance(form, WaiveForm):
        if case is None:
            raise Http404
        return done(
            request, form, lambda: actions.waive(by=actor, kind=kind, case=case, **form.cleaned_data),
            _("Noted. It is proposed again when the limit reaches the next step."), reverse("appeals:supervision_ladder"),
        )  # fmt: skip

    def act() -> SupervisionOrder:
        given = dict(form.cleaned_data)
        unit = given.pop("unit", None) or (case.owner if case else None)
        if unit is None:
            raise Http404
        by_rule = f"ladder.{kind}" if case is not None and given["kind"] == kind else ""
        return actions.order(by=actor, said=actions.Ordered(**given, by_rule=by_rule), unit=unit, case=case)

    return done(request, form, act, _given, lambda made: reverse("appeals:supervision_order", args=[made.pk]))


def _given(made: SupervisionOrder) -> str:
    if made.state == "proposed":
        return _("Put before the second person. The unit hears of it once it is approved.")
    return _("Ordered. The unit is told.")


def _act(pk: int, code: str, form: DeedForm, actor: Actor) -> Any:
    return actions.act(pk, code, by=actor, **form.cleaned_data)


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One order with its story; whoever's turn it is finds what can be done."""
    actor = _reader(request)
    found = queries.orders(actor).select_related("made_post").filter(pk=pk).first()
    if found is None:
        raise Http404
    sent = request.POST.get("do", "")
    forms = [
        (deed, DeedForm(request.POST if deed.code == sent else None, deed=deed))
        for deed in _deeds(found, actor)
    ]
    status = 200
    for deed, form in forms:
        if form.is_bound:
            here = reverse("appeals:supervision_order", args=[pk])
            answer = done(request, form, partial(_act, pk, deed.code, form, actor), _("Recorded."), here)
            if answer is not None:
                return answer
            status = status_of(form)
    if request.method == "POST" and status == 200:  # not offered (any more): the action says why not
        actions.act(pk, sent, by=actor, note=request.POST.get("note", ""))
    context = {
        **row_of(found),
        "forms": forms,
        "story": [_told(step) for step in queries.steps(found, actor)],
    }
    return render(request, "appeals/supervision/one.html", context, status=status)


def _deeds(found: SupervisionOrder, actor: Actor) -> list[supervising.Deed]:
    """What this post may do with the order as it stands."""

    def may(deed: supervising.Deed) -> bool:
        if deed.by_unit:
            return actor.may(actions.ANSWER) and found.told_id == actor.organisation_id
        own = deed.code in ("approve", "refuse") and found.made_post.account_id == actor.account_id
        return actor.may(supervising.DUTY[found.kind]) and not own

    return [deed for deed in supervising.DEEDS if found.state in deed.sources and may(deed)]


def _told(step: SupervisionStep) -> dict[str, Any]:
    return {
        "name": capfirst(str(supervising.PAST[step.move])),
        "state": "bad" if step.move in ("return", "refuse") else "done",
        "at": step.at,
        "who": step.organisation.label,
        "quote": step.note,
    }


routes: list[URLPattern] = [
    path("supervision/", listed, name="supervision"),
    path("supervision/ladder/", ladder, name="supervision_ladder"),
    path("supervision/new/", new, name="supervision_new"),
    path("supervision/<int:pk>/", one, name="supervision_order"),
]
