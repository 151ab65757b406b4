"""Claims at the desk: the list, one claim with its papers and moves, starting one, benefits to be looked at again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actions import log_look
from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, status_of
from lianglin.benefits.actions import (
    claim_deciding,
    claim_filing,
    claim_notice,
    claim_papers,
    claims,
    mandates,
)
from lianglin.benefits.forms import claims as forms
from lianglin.benefits.models import Claim
from lianglin.benefits.queries import claim_lists
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.rules.claims_config import settings
from lianglin.benefits.views import claim_words as words
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.files import queries as files
from lianglin.kit import paging
from lianglin.kit.ids import clean_case_number, group_case_number, row_number
from lianglin.people.models import Household
from lianglin.people.queries.own import door
from lianglin.people.rules import mask_name

RECORDED = gettext_lazy("Recorded.")


@dataclass(frozen=True)
class Deed:
    """One thing that can be done: its form, its action."""

    form: type[Any]
    action: Callable[..., Any]
    danger: bool = False
    label: Any = ""


DEEDS: dict[str, Deed] = {
    "file": Deed(forms.FileForm, claim_filing.file),
    "record_accept": Deed(forms.NoteForm, claims.accept),
    "complete": Deed(forms.NoteForm, claim_filing.complete),
    "recertify": Deed(forms.RecertifyForm, claim_filing.recertify),
    "publish": Deed(forms.PublishForm, claim_notice.publish),
    "grant": Deed(forms.GrantForm, claim_deciding.grant),
    "confirm": Deed(forms.NoteForm, claim_deciding.confirm),
    "pay": Deed(forms.NoteForm, claim_deciding.pay),
    "ask_more": Deed(forms.AskMoreForm, claim_deciding.ask_more),
    "stop_notice": Deed(forms.ReasonForm, claim_notice.stop),
    "not_confirm": Deed(forms.ReasonForm, claim_deciding.not_confirm),
    "refuse": Deed(forms.RefuseForm, claim_deciding.refuse, danger=True),
    "act_under": Deed(
        forms.ActUnderForm, mandates.act_under, label=gettext_lazy("who acts for the claimant")
    ),
    "record_decline": Deed(forms.NoteForm, claims.decline, danger=True),
    "record_withdraw": Deed(forms.ReasonForm, claims.withdraw, danger=True),
    "end": Deed(forms.ReasonForm, claim_deciding.end, danger=True),
}


@require_GET
@in_post(rules.READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The claims of the area, or given to the unit, newest first; those to be looked at again by their day."""
    actor, tab = acting(request), request.GET.get("tab", "open")
    again = tab == claim_lists.AGAIN
    cursor = request.GET.get("cursor", "")
    if again:
        page = paging.page(claim_lists.to_look_at(actor), "recertify_on", "pk", cursor=cursor, size=30)
        rows = [_row(one.case) | {"again": one.recertify_on} for one in page.rows]
    else:
        page = paging.page(claim_lists.listed(actor, tab), "-id", cursor=cursor, size=30)
        rows = [_row(case) for case in page.rows]
    here = reverse("benefits:claims")
    tabs = [(code, label) for code, label, _states in claim_lists.TABS]
    tabs.append((claim_lists.AGAIN, _("to be looked at again")))
    context = {
        "page": page,
        "rows": rows,
        "again": again,
        "tabs": [
            {"label": label, "url": f"{here}?tab={code}", "current": code == tab} for code, label in tabs
        ],
    }
    return render(request, "benefits/claims/list.html", context)


def _row(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "number": group_case_number(case.number),
        "tone": words.tone(case.state),
        "left": cases.time_left(case),
        "place": case.community.label,
    }


def find(actor: Actor, number: str) -> tuple[Case, Claim]:
    """A claim of the area, or given to the unit; a 404 that says nothing when it does not exist or lies elsewhere."""
    try:
        clean = clean_case_number(number)
    except ValueError as error:
        raise Http404 from error
    case = cases.visible(actor).filter(number=clean, kind=rules.KIND).first()
    claim = queries.claim(case.pk, actor) if case is not None else None
    if case is None or claim is None:
        raise Http404
    return case, claim


@require_http_methods(["GET", "POST"])
@in_post(rules.READ)
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One claim: how it stands, its papers, what can be done on it now, its way, notices and limits."""
    actor = acting(request)
    case, claim = find(actor, number)
    papers = queries.materials(case.pk, actor)
    deeds, status, answer = _deeds(request, case, claim, papers)
    if answer is not None:
        return answer
    if request.method == "GET" and claim.resident_id is not None:
        log_look(
            by=actor, purpose=actor.work_purpose, what=_("a claim to a benefit"), scope_code=case.scope_code,
            case_id=case.pk, resident_id=claim.resident_id,
        )  # fmt: skip
    context = _shown(case, claim, papers, actor) | {"deeds": deeds, "conflict": status == 409}
    return render(request, "benefits/claims/detail.html", context, status=status)


def _shown(case: Case, claim: Claim, papers: list[Any], actor: Actor) -> dict[str, Any]:
    steps = cases.steps(case, actor)
    said = queries.said_by(claim.version)
    gathering = case.state in claim_papers.GATHERED_IN and actor.may(rules.ACCOMPANY)
    return {
        "case": case,
        "claim": claim,
        "number": group_case_number(case.number),
        "tone": words.tone(case.state),
        "left": cases.time_left(case),
        "expected": words.yuan(claim.expected_fen),
        "bases": said.bases,
        "decided": words.decided(claim),
        "reasons": words.reasons(claim.reasons),
        "rights": words.rights(claim),
        "papers": words.papers(papers),
        "may_gather": gathering,
        "files": {one.pk: one for one in files.of_case(case.pk, actor)},
        "stages": words.stages(case, steps),
        "steps": words.steps(case, steps),
        "clocks": words.clocks(case, cases.clocks(case, actor)),
        "notices": queries.notices(case.pk, actor),
        "objections": queries.objections(case.pk, actor),
        "may_answer": actor.may(rules.DECIDE) and case.owner_id == actor.organisation_id,
        "accompany": actor.may(rules.ACCOMPANY),
    }


def _possible(case: Case, claim: Claim, actor: Actor) -> dict[str, Any]:
    """What this post can do now, with its label."""
    moves = {move.code: move.label for move in cases.possible_moves(case, actor)}
    if actor.may(rules.DECIDE) and case.owner_id != actor.organisation_id:
        return {}
    if settings().notice(claim.measure.code) is None:
        moves.pop("publish", None)
    elif case.state == "filed":
        moves.pop("grant", None)  # after the notice
    if claim.asked_more_at is not None:
        moves.pop("ask_more", None)
    if claim.proposed_by is not None and claim.proposed_by == actor.account_id:
        moves.pop("confirm", None)
        moves.pop("not_confirm", None)
    if actor.may(rules.ACCOMPANY) and claim.resident_id is not None and claim.running:
        moves["act_under"] = DEEDS["act_under"].label
    return {code: moves[code] for code in DEEDS if code in moves}


def _deeds(
    request: HttpRequest, case: Case, claim: Claim, papers: list[Any]
) -> tuple[list[dict[str, Any]], int, HttpResponse | None]:
    actor, sent, status = acting(request), request.POST.get("do", ""), 200
    deeds = []
    for code, label in _possible(case, claim, actor).items():
        deed = DEEDS[code]
        given = (request.POST,) if code == sent else ()
        form = deed.form(*given, case=case, actor=actor, papers=papers, prefix=code)
        if form.is_bound:
            here = reverse("benefits:claim", args=[case.number])
            act = _bind(deed.action, case.pk, actor, form)
            answer = done(request, form, act, str(RECORDED), here)
            if answer is not None:
                return [], 200, answer
            status = status_of(form)
        deeds.append({"code": code, "label": capfirst(str(label)), "form": form, "danger": deed.danger})
    if request.method == "POST" and status == 200:
        status = 409  # what was sent is not possible (any more): the page shows how it stands
    return deeds, status, None


def _bind(action: Callable[..., Any], case_id: int, actor: Actor, form: Any) -> Callable[[], Any]:
    return lambda: action(case_id, by=actor, **form.arguments())


PRESSED = {
    "confirm": (claim_papers.confirm, {}, gettext_lazy("Confirmed: it is not asked again.")),
    "correct": (claim_papers.correct, {}, gettext_lazy("The paper is asked for now.")),
    "show": (claim_papers.show, {}, gettext_lazy("Noted: shown at the desk today.")),
    "waive": (claim_papers.show, {"waive": True}, gettext_lazy("Noted: not needed here.")),
}


@require_POST
@in_post(rules.ACCOMPANY)
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """One press on one paper: confirmed, wrong, shown, not needed."""
    actor = acting(request)
    case, _claim = find(actor, number)
    deed, _sep, at = request.POST.get("paper", "").partition(":")
    position = row_number(at)
    if deed not in PRESSED or not position:
        raise Http404
    action, more, said = PRESSED[deed]
    here = reverse("benefits:claim", args=[case.number])
    return pressed(
        request, lambda: action(case.pk, by=actor, position=position, **more), str(said), f"{here}#papers"
    )


@require_http_methods(["GET", "POST"])
@in_post(rules.ACCOMPANY)
def upload(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Takes one paper in at the desk."""
    actor = acting(request)
    case, _claim = find(actor, number)
    wanted = next((one for one in queries.materials(case.pk, actor) if one.position == pk), None)
    if wanted is None:
        raise Http404
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.UploadForm(*sent)
    here = reverse("benefits:claim", args=[case.number])
    answer = form.is_bound and done(
        request, form, lambda: _take(case.pk, actor, pk, form), str(RECORDED), f"{here}#papers"
    )
    context = {
        "form": form,
        "case": case,
        "paper": wanted,
        "number": group_case_number(case.number),
        "back": here,
    }
    return answer or render(request, "benefits/claims/upload.html", context, status=status_of(form))


def _take(case_id: int, actor: Actor, position: int, form: Any) -> None:
    for ready in form.cleaned_data["file"][:1]:
        claim_papers.upload(case_id, by=actor, position=position, file=ready)


@require_http_methods(["GET", "POST"])
@in_post(rules.ACCOMPANY)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins a claim for a household; what it has already stands beside the form."""
    actor = acting(request)
    home = _home(pk, actor)
    people = [(one.resident_id, mask_name(one.resident.name)) for one in queries.members(home.pk, actor)]
    form = forms.StartForm(request.POST if request.method == "POST" else None, people=people)
    answer = form.is_bound and done(
        request, form, lambda: _begin(home.pk, actor, form), _("Offered. The resident accepts or declines."),
        lambda made: reverse("benefits:claim", args=[made.case.number]),
    )  # fmt: skip
    context = {
        "form": form,
        "door": door(home),
        "held": [_row(one.case) for one in claim_lists.of_household(home.pk, actor)],
    }
    return answer or render(request, "benefits/claims/new.html", context, status=status_of(form))


def _home(household: int, actor: Actor) -> Household:
    home = queries.household(household, actor)
    if home is None:
        raise Http404
    return home


def _begin(household_id: int, actor: Actor, form: Any) -> Any:
    given = form.cleaned_data
    return claims.start(
        by=actor,
        household_id=household_id,
        resident_id=given["resident"],
        measure=given["measure"],
        channel=given["channel"],
    )


@require_POST
@in_post(rules.DECIDE)
def objection(request: HttpRequest, number: str) -> HttpResponse:
    """The authority answers an objection to a notice."""
    actor = acting(request)
    case, _claim = find(actor, number)
    pk = row_number(request.POST.get("objection", ""))
    if not pk:
        raise Http404
    words_given = request.POST.get("answer", "")[:2000]
    here = reverse("benefits:claim", args=[case.number])
    return pressed(
        request,
        lambda: claim_notice.answer_objection(case.pk, by=actor, objection_id=pk, answer=words_given),
        str(RECORDED),
        here,
    )


routes: list[URLPattern] = [
    path("claims/", listed, name="claims"),
    path("claims/new/<int:pk>/", new, name="claim_new"),
    path("claims/<str:number>/", detail, name="claim"),
    path("claims/<str:number>/paper/", paper, name="claim_paper"),
    path("claims/<str:number>/paper/<int:pk>/", upload, name="claim_upload"),
    path("claims/<str:number>/objection/", objection, name="claim_objection"),
]
