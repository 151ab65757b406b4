"""Cases beside the appeals (remedies, petitions): one page for all of them, with what can be done on it."""

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
from django.views.decorators.http import require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.appeals.actions import petitioning, remedying
from lianglin.appeals.forms import calls as forms
from lianglin.appeals.forms import petitions as petition_forms
from lianglin.appeals.models import Remedy
from lianglin.appeals.queries import owed, petitions
from lianglin.appeals.rules import grading, petition, remedy, supervising
from lianglin.appeals.views import supervision_words as supervision
from lianglin.appeals.views import words
from lianglin.appeals.views.petitions import TONES as PETITION_TONES
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit.ids import clean_case_number


@dataclass(frozen=True)
class SideDeed:
    """One thing that can be done: its move, its form, its action."""

    form: type[Any]
    action: Callable[..., Any]
    danger: bool = False
    label: Any = ""


@dataclass(frozen=True)
class SideKind:
    """What one kind of case shows on the page: its deeds, and what stands above its steps."""

    deeds: dict[str, SideDeed]
    about: Callable[[Case, Actor], dict[str, Any]]
    may: Callable[[Case, str, Actor], bool]


def _about_remedy(case: Case, actor: Actor) -> dict[str, Any]:
    seen = Remedy.objects.visible_to(actor, purpose=actor.work_purpose)
    found = seen.select_related("unit").filter(pk=case.pk).first()
    if found is None:
        return {"facts": []}
    of = cases.visible(actor).filter(pk=found.of_id).first()
    return {
        "of": of,
        "of_url": reverse("appeals:detail", args=[of.number]) if of else "",
        "of_number": words.grouped(of.number) if of else "",
        "facts": [
            (_("Grade"), found.get_grade_display()),
            (_("Reasons given"), " · ".join(grading.labels(found.reasons))),
            (_("Graded at"), found.graded_at),
        ],
    }


def _about_petition(case: Case, actor: Actor) -> dict[str, Any]:
    found = petitions.particulars(case, actor)
    if found is None:
        return {"facts": []}
    of = cases.visible(actor).filter(pk=found.appeal_id).first() if found.appeal_id else None
    return {
        "of": of,
        "of_url": reverse("appeals:detail", args=[of.number]) if of else "",
        "of_number": words.grouped(of.number) if of else "",
        "text": found.text,
        "facts": [
            (_("Persons"), found.persons if found.persons > 1 else ""),
            (_("Representatives"), found.representatives if found.persons > 1 else ""),
        ],
    }


def _may_petition(case: Case, code: str, actor: Actor) -> bool:
    if code == "findings":
        return (
            actor.may("appeals.handle")
            and case.owner_id == actor.organisation_id
            and case.state == "accepted"
        )
    if code == "extend":
        return actor.may(petition.APPROVE) and case.state == "accepted"
    return True


def _may_remedy(case: Case, code: str, actor: Actor) -> bool:
    return code != "make_good" or remedying.is_theirs(case, actor)


KINDS: dict[str, SideKind] = {
    remedy.KIND: SideKind(
        {
            "make_good": SideDeed(forms.MakeGoodForm, remedying.make_good),
            "call_again": SideDeed(forms.CallAgainForm, remedying.call_again),
            "drop": SideDeed(forms.DropForm, remedying.drop, danger=True),
        },
        _about_remedy,
        _may_remedy,
    ),
    petition.KIND: SideKind(
        {
            "accept": SideDeed(petition_forms.AcceptForm, petitioning.accept),
            "answer": SideDeed(petition_forms.OpinionForm, petitioning.answer),
            "findings": SideDeed(
                petition_forms.FindingsForm,
                petitioning.report_findings,
                label=gettext_lazy("report what was found"),
            ),
            "record_review": SideDeed(petition_forms.AskOnForm, petitioning.ask_on),
            "give_review": SideDeed(petition_forms.GiveOpinionForm, petitioning.give_opinion),
            "record_recheck": SideDeed(petition_forms.AskOnForm, petitioning.ask_on),
            "give_recheck": SideDeed(petition_forms.GiveOpinionForm, petitioning.give_opinion),
            "extend": SideDeed(
                petition_forms.ExtendAnswerForm,
                petitioning.extend_answer,
                label=gettext_lazy("extend the answer, once"),
            ),
            "refuse": SideDeed(petition_forms.RefuseForm, petitioning.refuse, danger=True),
        },
        _about_petition,
        _may_petition,
    ),
}
TONES = {"ordered": "warn", "made_good": "active", "closed": "closed", "dropped": "closed", **PETITION_TONES}


class Context:
    """What a form of a move needs of a case that is no appeal."""

    def __init__(self, case: Case, actor: Actor) -> None:
        self.case, self.actor, self.version = case, actor, case.version


def find(actor: Actor, number: str) -> Case:
    """A case of one of these kinds; a 404 that says nothing when it does not exist or lies elsewhere."""
    try:
        clean = clean_case_number(number)
    except ValueError as error:
        raise Http404 from error
    case = cases.visible(actor).filter(number=clean, kind__in=KINDS).first()
    if case is None:
        raise Http404
    return case


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one remedy or petition; whoever's turn it is finds the form of the move."""
    actor = acting(request)
    case = find(actor, number)
    kind, sent, status = KINDS[case.kind], request.POST.get("do", ""), 200
    deeds = []
    for code, label in _possible(case, kind, actor).items():
        deed = kind.deeds[code]
        given = (request.POST, request.FILES) if code == sent else ()
        form = deed.form(*given, code=code, context=Context(case, actor))
        if form.is_bound:
            answer = _made(request, case, deed, form)
            if answer is not None:
                return answer
            status = status_of(form)
        deeds.append({"code": code, "label": capfirst(str(label)), "form": form, "danger": deed.danger})
    if request.method == "POST" and status == 200:
        status = 409  # what was sent is not possible (any more): the page shows how it stands
    steps = cases.steps(case, actor)
    told = words.steps(case, steps)
    if case.kind == remedy.KIND and told:
        told[0]["who"] = _("the platform")  # it follows from the grade
    context = {
        **kind.about(case, actor),
        "case": case,
        "conflict": status == 409,
        "number": words.grouped(case.number),
        "kind_label": case.lifecycle.label,
        "tone": TONES.get(case.state, words.tone(case.state)),
        "left": cases.time_left(case),
        "place": words.place(case),
        "stages": words.stages(case, steps),
        "steps": told,
        "clocks": words.clocks(case, cases.clocks(case, actor)),
        "deeds": deeds,
        "supervision": supervision.shown(case, steps, actor),
        "may_supervise": bool(
            case.owner_id and case.state in owed.BY_UNIT[case.kind] and actor.may(supervising.ORDER)
        ),
    }
    return render(request, "appeals/side/detail.html", context, status=status)


def _possible(case: Case, kind: SideKind, actor: Actor) -> dict[str, Any]:
    moves = {move.code: move.label for move in cases.possible_moves(case, actor)}
    moves |= {code: deed.label for code, deed in kind.deeds.items() if deed.label}
    return {code: moves[code] for code in kind.deeds if code in moves and kind.may(case, code, actor)}


def _made(request: HttpRequest, case: Case, deed: SideDeed, form: Any) -> HttpResponse | None:
    actor = acting(request)
    here = reverse("appeals:side", args=[case.number])
    return done(
        request, form, lambda: deed.action(case.pk, by=actor, **form.arguments()), str(RECORDED), here
    )


RECORDED = gettext_lazy("Recorded.")
routes: list[URLPattern] = [path("beside/<str:number>/", detail, name="side")]
