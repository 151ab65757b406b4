"""A petitioner follows one petition with number and secret: stages, the right that is open and its last day, the opinion."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.gate import acting
from lianglin.access.replies import done
from lianglin.appeals.actions import petitioning as actions
from lianglin.appeals.forms.petitions import MyNoteForm
from lianglin.appeals.queries import own, petitions
from lianglin.appeals.views import words
from lianglin.appeals.views.own import accepted, holding, shown
from lianglin.appeals.views.petitions import TONES
from lianglin.cases import queries as cases
from lianglin.cases.models import Case, Step

OPINIONS = ("answer", "give_review", "give_recheck", "refuse")


@holding
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The petition as its petitioner sees it; the form asks for the review or the re-check, or takes it back."""
    actor = acting(request)
    case = petitions.own(actor)
    if case is None:
        return HttpResponseRedirect(reverse("appeals:mine"))
    may = {move.code for move in cases.possible_moves(case, actor)}
    asks = next((code for code in ("ask_review", "ask_recheck") if code in may), "")
    form = MyNoteForm(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if form.is_bound and accepted(request, form):
        answer = done(
            request, form, lambda: _act(request, case, form), _("Recorded. You are told in writing."), reverse("appeals:my_petition")
        )  # fmt: skip
        if answer is not None:
            return answer
    steps = cases.steps(case, actor)
    found = petitions.particulars(case, actor)
    context = {
        "case": case,
        "number": words.grouped(case.number),
        "tone": TONES[case.state],
        "text": found.text if found else "",
        "place": words.place(case),
        "stages": words.stages(case, steps),
        "steps": words.steps(case, steps, to_appellant=True),
        "promise": own.promise(case, steps),
        "left": cases.time_left(case),
        "opinion": _last(steps),
        "asks": asks,
        "withdraws": "withdraw" in may,
        "form": form,
    }
    return shown(request, "appeals/public/petition.html", context, status=refusal_of(form))


def refusal_of(form: MyNoteForm) -> int:
    """The status of a refusal by the action; 0 where the form alone says what is wrong."""
    refused = getattr(form, "refused", None)
    return refused.status if refused is not None else 0


def _act(request: HttpRequest, case: Case, form: MyNoteForm) -> Any:
    given = {"note": form.cleaned_data["note"], "seen_version": form.cleaned_data["version"]}
    act = actions.withdraw if request.POST.get("do") == "withdraw" else actions.ask_on
    return act(case.pk, by=acting(request), **given)


def _last(steps: list[Step]) -> Step | None:
    return next((step for step in reversed(steps) if step.move in OPINIONS), None)


routes: list[URLPattern] = [path("mine/petition/", mine, name="my_petition")]
