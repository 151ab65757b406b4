"""One appeal on the desk: its page, the moves made on it, and who complains (after a purpose was chosen)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actions import log_look
from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.queries import who_looked
from lianglin.access.replies import see
from lianglin.appeals import actions, rules
from lianglin.appeals.actions.co_handling import WITH_A_LEAD
from lianglin.appeals.forms import calls as calls_forms
from lianglin.appeals.forms import desk as forms
from lianglin.appeals.forms import joining, replies
from lianglin.appeals.forms import orders as orders_forms
from lianglin.appeals.queries import orders, worklists
from lianglin.appeals.views import beside, inserting, next_step, receipts, unit_choice, words
from lianglin.appeals.views import orders as orders_views
from lianglin.appeals.views import supervision_words as supervision
from lianglin.appeals.views.answers import begun_from, fitting, from_template
from lianglin.appeals.views.deeds import box
from lianglin.cases import queries as cases
from lianglin.cases.models import Case, Step
from lianglin.files import queries as files
from lianglin.kit.addresses import address
from lianglin.kit.errors import Conflict, Refused
from lianglin.kit.ids import clean_case_number
from lianglin.places.views import style_url

APPELLANT_SHOWN = gettext_noop("name and phone of the person who reported")
"""What the log of looks says was shown; stored in English, shown in the reader's language."""
LOOK_PURPOSES = ("handle_case", "call_back")


@dataclass(frozen=True)
class Deed:
    """One thing that can be done on the page: its form, its action, what is said afterwards."""

    form: type[forms.MoveForm]
    action: Callable[..., Any]
    done: Any
    danger: bool = False
    onward: Callable[[HttpRequest, Any], str] | None = None
    """Where it goes on after the move, when not back to the page."""


DEEDS = {
    "accept": Deed(forms.AcceptForm, actions.accept, _("Accepted.")),
    "dispatch": Deed(forms.DispatchForm, actions.dispatch, _("Dispatched. The unit sees it now.")),
    "take_on": Deed(forms.TakeOnForm, actions.take_on, _("Taken on.")),
    "answer": Deed(
        orders_forms.LeadAnswerForm, actions.answer, _("Answered. The dispatcher checks the answer.")
    ),
    "settle": Deed(
        forms.SettleForm, actions.settle, _("Settled. The call-back is due within three working days.")
    ),
    "call_back": Deed(calls_forms.RecordCallForm, actions.call_back, _("The call is recorded.")),
    "resume": Deed(forms.ResumeForm, actions.resume, _("The clock runs again.")),
    "answer_now": Deed(forms.AnswerNowForm, actions.answer_now, _("Answered on the spot.")),
    "send_back": Deed(forms.SendBackForm, actions.send_back, _("Sent back to the unit.")),
    "object": Deed(orders_forms.ObjectForm, actions.object_to, _("Sent back to the dispatcher.")),
    "co_answer": Deed(
        orders_forms.CoAnswerForm, actions.answer_co_order, _("Answered. The unit in the lead reads it.")
    ),
    "co_order": Deed(
        orders_forms.CoOrderForm, actions.order_co_handling, _("Called in. The unit sees the case now.")
    ),
    "pause": Deed(forms.PauseForm, actions.pause, _("The clock stands.")),
    "merge": Deed(joining.MergeForm, actions.merge, _("Merged.")),
    "unmerge": Deed(joining.UnmergeForm, actions.unmerge, _("Handled by itself again.")),
    "redirect": Deed(forms.RedirectForm, actions.redirect, _("Passed on.")),
    "refuse": Deed(
        forms.RefuseForm, actions.refuse, _("Not accepted; the person is told where to turn."), danger=True
    ),
    "extend": Deed(forms.ExtendForm, actions.extend, _("The time is extended.")),
    "split": Deed(
        joining.SplitForm,
        actions.split,
        _("Split. Tell the person the number and the secret of the second matter."),
        onward=receipts.to_receipt,
    ),
    "remark": Deed(forms.RemarkForm, actions.add_material, _("The note is added.")),
}
"""In the order in which they are offered; the expected one comes first."""
NO_MOVES = {
    "extend": _("extend the time"),
    "split": _("split in two"),
    "remark": _("add a note"),
    "co_order": _("call another unit in"),
    "co_answer": _("answer as the unit called in"),
}
WRITERS = frozenset({"appeals.accept", "appeals.dispatch", "appeals.handle", "appeals.call_back"})


def find(actor: Actor, number: str) -> Case:
    """The appeal with this number; a 404 that says nothing when it does not exist or lies elsewhere."""
    try:
        case = worklists.find(actor, clean_case_number(number))
    except ValueError:
        case = None
    if case is None:
        raise Http404
    return case


def labels(case: Case, actor: Actor) -> dict[str, Any]:
    """What this actor may do now, in the order of the page: code -> label."""
    possible = {move.code: move.label for move in cases.possible_moves(case, actor)}
    if actor.role == "handler" and actor.organisation_id != case.owner_id:
        possible = {}
        if any(one.unit_id == actor.organisation_id for one in orders.open_co_orders(case, actor)):
            possible["co_answer"] = NO_MOVES["co_answer"]
    if actor.may("appeals.dispatch") and case.state in WITH_A_LEAD:
        possible["co_order"] = NO_MOVES["co_order"]
    if actor.may("appeals.dispatch") and case.due_at is not None:
        possible["extend"] = NO_MOVES["extend"]
    if actor.may("appeals.accept") and case.state in rules.LEADABLE - {"answered"}:
        possible["split"] = NO_MOVES["split"]
    if actor.duties & WRITERS and not case.lifecycle.state(case.state).final:
        possible["remark"] = NO_MOVES["remark"]
    expected = case.lifecycle.state(case.state).expects
    order = sorted(DEEDS, key=lambda code: code != expected)
    return {code: possible[code] for code in order if code in possible}


@require_GET
@in_post("appeals.read")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one appeal. ``?move=`` opens a form, ``&outcome=`` or ``&ground=`` begins its text."""
    return page(request, find(acting(request), number))


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def move(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Makes one move, then back to the page (or to ``next``). What is wrong is said on the page itself.

    Asked for without a form (another language chosen on a page with errors), it is the page with the form open.
    """
    actor = acting(request)
    case = find(actor, number)
    if code not in DEEDS:
        raise Http404
    if request.method == "GET":
        return see(f"{address('appeals:detail', case.number)}?move={code}#do-{code}")
    deed = DEEDS[code]
    context = forms.MoveContext(case, actor)
    if inserting.asked(request):
        return page(request, case, bound=(code, inserting.filled(request, code, deed.form, context)))
    form = deed.form(request.POST, request.FILES, code=code, context=context)
    if not form.is_valid():
        return page(request, case, bound=(code, form), status=422)
    try:
        made = deed.action(case.pk, by=actor, **form.arguments())
    except Conflict as conflict:
        return _conflict(request, find(actor, number), code, str(conflict.message))
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return page(request, case, bound=(code, form), status=422)
    messages.success(request, str(deed.done))
    if deed.onward:
        return see(deed.onward(request, made))
    return see(_onward(request) or address("appeals:detail", case.number))


def _onward(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    return (
        url
        if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
        else ""
    )


def _conflict(request: HttpRequest, case: Case, code: str, message: str) -> HttpResponse:
    """Somebody was first: how it stands now, and what was typed, in the form where it still fits."""
    conflict = {"message": message, "kept": [], "move": code}
    if code in labels(case, acting(request)):
        data = request.POST.copy()
        data["seen_version"] = str(case.version)
        form = DEEDS[code].form(data, code=code, context=forms.MoveContext(case, acting(request)))
        return page(request, case, bound=(code, form), conflict=conflict, status=409)
    conflict["kept"] = [
        value for name in ("note", "to", "other") if (value := request.POST.get(name, "").strip())
    ]
    return page(request, case, conflict=conflict, status=409)


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def appellant(request: HttpRequest, number: str) -> HttpResponse:
    """Shows who reported, once, for the chosen purpose; the look is written down before anything is read."""
    actor = acting(request)
    case = find(actor, number)
    if request.method == "GET":
        return see(address("appeals:detail", case.number))
    purpose = request.POST.get("purpose", "")
    if actor.role != "staff" or purpose not in LOOK_PURPOSES:
        raise Http404
    log_look(by=actor, purpose=purpose, what=APPELLANT_SHOWN, scope_code=case.scope_code, case_id=case.pk)
    return page(request, case, person=beside.person(case, actor, PURPOSES[purpose]))


def page(
    request: HttpRequest,
    case: Case,
    *,
    bound: tuple[str, forms.MoveForm] | None = None,
    conflict: dict[str, Any] | None = None,
    person: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one appeal, with a form as it was sent, a conflict, or the appellant once shown."""
    actor = acting(request)
    steps = cases.steps(case, actor)
    context = forms.MoveContext(case, actor, unit_text=request.GET.get("unit", "").strip()[:40])
    possible = labels(case, actor)
    deeds = _deeds(request, context, bound, possible)
    clocks, shown_orders = cases.clocks(case, actor), orders_views.shown(case, steps, actor)
    shown = {
        "case": case,
        "appeal": case.appeal,
        "number": words.grouped(case.number),
        "tone": words.tone(case.state),
        "photos": files.of_case(case.pk, actor),
        "map": _map(case),
        "left": cases.time_left(case),
        "facts": words.facts(case, orders_views.first_receiver(steps)),
        "orders": shown_orders,
        "supervision": supervision.shown(case, steps, actor),
        "next_step": next_step.shown(case, actor, steps, clocks, shown_orders, possible),
        "stages": words.stages(case, steps),
        "steps": words.steps(case, steps),
        "clocks": words.clocks(case, clocks),
        "deeds": deeds,
        **beside.shown(case, steps, actor),
        "kin": words.kin(cases.kin(case, actor)),
        "units": unit_choice.shown(context)
        if any(deed["form"] and deed["code"] == "dispatch" for deed in deeds)
        else None,
        "similar": context.similar,
        "calls": worklists.call_backs(case, actor) if _was_settled(case, steps) else [],
        "live": f"{address('appeals:case_news', case.number)}?since={steps[-1].seq if steps else 0}",
        "conflict": conflict,
        "person": person,
        "call_first": actor.role == "staff" and case.state == "settled" and actor.may("appeals.call_back"),
        "purposes": _purposes(case, actor),
        "looks": words.looks(who_looked(case.pk, actor=actor)) if actor.role == "staff" else [],
    }
    return render(request, "appeals/desk/detail.html", shown, status=status)


def _point(case: Case) -> tuple[float, float] | None:
    """Longitude and latitude: as reported, else of the building, else of the compound."""
    for place in (case, case.building, case.compound):
        if place is not None and place.lon is not None and place.lat is not None:
            return place.lon, place.lat
    return None


def _was_settled(case: Case, steps: list[Step]) -> bool:
    """Whether it ever stood where appellants are called back."""
    return case.settled_at is not None or any(step.to_state == "settled" for step in steps)


def _map(case: Case) -> dict[str, Any] | None:
    """Where the map stands, if the place is known as a point."""
    point = _point(case)
    if point is None:
        return None
    return {
        "style_url": style_url(),
        "lon": point[0],
        "lat": point[1],
        "geojson": address("appeals:spot", case.number),
        "words": words.full_place(case),
    }


@require_GET
@in_post("appeals.read")
def spot(request: HttpRequest, number: str) -> HttpResponse:
    """The place of one appeal as GeoJSON, for its map."""
    case = find(acting(request), number)
    point = _point(case)
    properties = {"title": case.title, "text": words.full_place(case), "tone": words.tone(case.state)}
    place = {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": properties}
    return JsonResponse({"type": "FeatureCollection", "features": [place] if point else []})


def _purposes(case: Case, actor: Actor) -> list[dict[str, Any]]:
    """The purposes to choose from; the call-back is chosen beforehand where one is due."""
    usual = "call_back" if case.state == "settled" else ""
    return [
        {"code": code, "label": PURPOSES[code], "checked": code == usual}
        for code in LOOK_PURPOSES
        if code in actor.purposes
    ]


def _deeds(
    request: HttpRequest,
    context: forms.MoveContext,
    bound: tuple[str, forms.MoveForm] | None,
    possible: dict[str, Any],
) -> list[dict[str, Any]]:
    """What can be done, in order; open, with its form, is the one that was sent, asked for, or expected next.

    The form of another is fetched when it is opened (with JavaScript into its place, without it as this page
    with that one open): most pages are read, and a closed form costs as much as the rest of the page.
    """
    expected = context.case.lifecycle.state(context.case.state).expects
    asked = bound[0] if bound else request.GET.get("move", "")
    opened = asked if asked in possible else expected
    here = address("appeals:detail", context.case.number)
    return [
        {
            "code": code,
            "form": _shown_form(request, code, context, bound) if code == opened else None,
            "box": box(code, str(label), here=here, expected=code == expected, opened=code == opened),
            "expected": code == expected,
            "danger": DEEDS[code].danger,
            "begun": _begun(code) if code == opened else [],
            "advised": request.GET.get("advised", "")[:80] if code == "accept" else "",
            "texts": context.texts(code) if code == opened else [],
            "entries": fitting(context.case) if code == opened == "answer_now" else [],
        }
        for code, label in possible.items()
    ]


def _shown_form(
    request: HttpRequest, code: str, context: forms.MoveContext, bound: tuple[str, forms.MoveForm] | None
) -> forms.MoveForm:
    return bound[1] if bound and bound[0] == code else _form(request, code, context)


def _form(request: HttpRequest, code: str, context: forms.MoveContext) -> forms.MoveForm:
    """A fresh form, begun as the address asks for (a link beside the form): with a text, or with an item."""
    initial: dict[str, Any] = {}
    if code in ("answer", "answer_now"):
        initial = from_template(context.item)
    if request.GET.get("move") == code:
        for name, texts in (("outcome", replies.RESPONSES), ("ground", replies.ADVICE)):
            chosen = request.GET.get(name, "")
            if chosen in texts:
                initial = {name: chosen, "note": str(texts[chosen])}
        if code == "accept" and (item := request.GET.get("item", "")):
            initial = {"item": item[:6]}
        if code == "answer_now":
            initial |= begun_from(request.GET.get("entry", ""))
    return DEEDS[code].form(code=code, context=context, initial=initial)


def _begun(code: str) -> list[dict[str, str]]:
    """Links that begin the text of an answer or a refusal."""
    if code in ("answer", "answer_now"):
        return [{"query": f"move={code}&outcome={key}", "label": str(label)} for key, label in rules.OUTCOMES]
    if code == "refuse":
        return [
            {"query": f"move={code}&ground={key}", "label": str(label)}
            for key, label in rules.REFUSAL_GROUNDS
        ]
    return []
