"""A resident's own claims: on 我的, all of them, one of them with its steps, papers, decision and who acts for me."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianglin.access.actor import Actor
from lianglin.access.gate import acting
from lianglin.access.queries import who_looked
from lianglin.access.replies import done, pressed, see, status_of
from lianglin.access.transaction import become
from lianglin.benefits.actions import claim_filing, claim_papers, claims
from lianglin.benefits.forms.claims import UploadForm
from lianglin.benefits.models import Claim
from lianglin.benefits.queries import claim_functions
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.views import claim_words as words
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit.ids import clean_case_number, group_case_number, row_number

ON_MINE, A_PAGE = 5, 20


def _line(one: claim_functions.OwnClaim) -> dict[str, Any]:
    state = rules.LIFECYCLE.state(one.state)
    return {
        "claim": one,
        "grouped": group_case_number(one.number),
        "state": state.label,
        "tone": words.tone(one.state),
        "offered": one.state == "offered",
        "undoable": one.state in ("gathering", "declined"),
        "url": reverse("benefits:own_one", args=[one.number]),
    }


def panel(actor: Actor, _subject: Any) -> dict[str, Any] | None:
    """Offers and claims on the resident's own page; None for who did not log in."""
    if actor.resident_id is None:
        return None
    found = claim_functions.own_claims(actor=actor, limit=ON_MINE + 1)
    return {"lines": [_line(one) for one in found[:ON_MINE]], "more": len(found) > ON_MINE}


@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """All of one's claims, newest first, twenty a page; who acts for me."""
    actor = acting(request)
    if actor.resident_id is None:
        return see(reverse("benefits:self_check"))
    asked = request.GET.get("cursor", "")
    found = claim_functions.own_claims(actor=actor, behind=row_number(asked) or 2**62, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    context = {
        "lines": [_line(one) for one in shown],
        "older": str(shown[-1].id) if len(found) > A_PAGE else "",
        "later": bool(asked),
        "mandates": queries.mandates(actor.resident_id, actor),
    }
    return render(request, "benefits/claims/own.html", context)


def _held(request: HttpRequest, number: str) -> tuple[Case, Claim, Actor]:
    """The own claim with this number, and the resident as its holder for this request; 404 for anybody else."""
    actor = acting(request)
    try:
        wanted = clean_case_number(number)
    except ValueError as error:
        raise Http404 from error
    case_id = claim_functions.own_claim(wanted, actor=actor)
    if case_id is None:
        raise Http404
    holder = actor.holding(case_id)
    become(holder)
    seen = Case.objects.visible_to(holder, purpose=holder.work_purpose)
    case = seen.select_related("community", "owner").defer("community__geometry").get(pk=case_id)
    claim = queries.claim(case_id, holder)
    if claim is None:
        raise Http404
    return case, claim, holder


@never_cache
@require_safe
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One claim as its claimant reads it."""
    case, claim, holder = _held(request, number)
    steps = cases.steps(case, holder)
    may = {move.code for move in cases.possible_moves(case, holder)}
    papers = words.papers(queries.materials(case.pk, holder))
    said = queries.said_by(claim.version)
    context = {
        "case": case,
        "claim": claim,
        "number": group_case_number(case.number),
        "tone": words.tone(case.state),
        "running": not case.lifecycle.state(case.state).final,
        "may": may,
        "left": cases.time_left(case),
        "stages": words.stages(case, steps),
        "steps": words.steps(case, steps),
        "papers": papers,
        "gathering": case.state in claim_papers.GATHERED_IN,
        "missing": [paper["name"] for paper in papers if paper["missing"]],
        "bases": said.bases,
        "apply_at": said.apply_at,
        "expected": words.yuan(claim.expected_fen) if case.state in rules.UNDECIDED else "",
        "decided": words.decided(claim),
        "reasons": words.reasons(claim.reasons),
        "rights": words.rights(claim),
        "looks": who_looked(case.pk, actor=holder),
    }
    return render(request, "benefits/claims/own_one.html", context)


ANSWERS = {
    "accept": (
        claims.accept,
        gettext_lazy("You accepted. Now the papers are gathered; the community helps."),
    ),
    "decline": (claims.decline, gettext_lazy("You declined. Nothing more happens; you can undo it here.")),
    "undo": (claims.undo, gettext_lazy("Undone: the offer stands again.")),
    "withdraw": (claims.withdraw, gettext_lazy("You took the claim back.")),
    "hand_in": (claim_filing.complete, gettext_lazy("Handed in. It goes on at the authority.")),
}
"""What a resident says with one press."""


@never_cache
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """One press: accept, decline, undo, withdraw, hand in."""
    case, _claim, holder = _held(request, number)
    deed = request.POST.get("deed", "")
    if deed not in ANSWERS:
        raise Http404
    action, said = ANSWERS[deed]
    return pressed(
        request,
        lambda: action(case.pk, by=holder),
        str(said),
        reverse("benefits:own_one", args=[case.number]),
    )


@never_cache
@require_POST
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """What is known still holds, or does not."""
    case, _claim, holder = _held(request, number)
    deed, _sep, at = request.POST.get("paper", "").partition(":")
    position, actions = row_number(at), {"confirm": claim_papers.confirm, "correct": claim_papers.correct}
    if deed not in actions or not position:
        raise Http404
    said = _("Confirmed: it is not asked again.") if deed == "confirm" else _("The paper is asked for now.")
    here = reverse("benefits:own_one", args=[case.number])
    return pressed(
        request, lambda: actions[deed](case.pk, by=holder, position=position), said, f"{here}#papers"
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Hands one paper in."""
    case, _claim, holder = _held(request, number)
    wanted = next((found for found in queries.materials(case.pk, holder) if found.position == pk), None)
    if wanted is None:
        raise Http404
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*sent)
    here = reverse("benefits:own_one", args=[case.number])
    reply = form.is_bound and done(
        request,
        form,
        lambda: _take(case.pk, holder, pk, form),
        _("The paper was handed in."),
        f"{here}#papers",
    )
    context = {"form": form, "paper": wanted, "number": group_case_number(case.number), "back": here}
    return reply or render(request, "benefits/claims/own_upload.html", context, status=status_of(form))


def _take(case_id: int, holder: Actor, position: int, form: Any) -> None:
    for ready in form.cleaned_data["file"][:1]:
        claim_papers.upload(case_id, by=holder, position=position, file=ready)


@never_cache
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """The claim that a receipt opened; without one, the list."""
    actor = acting(request)
    if actor.role == "resident" and actor.case_id is not None and actor.resident_id is not None:
        seen = Case.objects.visible_to(actor, purpose=actor.work_purpose).filter(kind=rules.KIND)
        number = seen.filter(pk=actor.case_id).values_list("number", flat=True).first()
        if number:
            return see(reverse("benefits:own_one", args=[number]))
    return see(reverse("benefits:own"))


routes: list[URLPattern] = [
    path("mine/", own, name="own"),
    path("mine/held/", held, name="own_claim"),
    path("mine/<str:number>/", one, name="own_one"),
    path("mine/<str:number>/answer/", answer, name="own_answer"),
    path("mine/<str:number>/paper/", paper, name="own_paper"),
    path("mine/<str:number>/paper/<int:pk>/", upload, name="own_upload"),
]
