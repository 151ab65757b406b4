"""The expressions that rules share: what counts, what is proposed, the second person's decision."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.benefits.actions import definitions as actions
from lianglin.benefits.forms.definitions import DefinitionsForm
from lianglin.benefits.forms.parameters import RemarkForm
from lianglin.benefits.models import Definitions
from lianglin.benefits.queries import differing, packages
from lianglin.benefits.rules.life import APPROVE, DRAFT, READ
from lianglin.benefits.views.parameters import TONES


@require_http_methods(["GET", "POST"])
@in_post(READ)
def definitions(request: HttpRequest) -> HttpResponse:
    """What counts and what waits; a new text is proposed here."""
    actor, held = acting(request), packages.definitions_text()
    form = DefinitionsForm(request.POST if request.method == "POST" else None, initial={"source": held})
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.propose(by=actor, source=form.cleaned_data["source"].replace("\r\n", "\n")),
        _("Proposed. A second person decides."),
        lambda made: reverse("benefits:definitions_version", args=[made.pk]),
    )
    context = {
        "form": form,
        "rows": [
            (one, TONES[one.state]) for one in Definitions.objects.defer("source").order_by("-number")[:50]
        ],
        "may_write": actor.may(DRAFT),
    }
    return answer or render(request, "benefits/definitions/list.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(READ)
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One text beside what counts; the second person decides here."""
    actor, found = acting(request), Definitions.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    form = RemarkForm(request.POST if request.method == "POST" else None)
    approve = request.POST.get("do") == "approve"
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.decide(pk, by=actor, approve=approve, note=form.cleaned_data["note"]),
        _("Approved. It counts from now on.") if approve else _("Refused."),
        reverse("benefits:definitions_version", args=[pk]),
    )
    waits, mine = found.state == "waiting", found.drafted_by_id == actor.account_id
    context = {
        "found": found,
        "tone": TONES[found.state],
        "difference": differing.lines(packages.definitions_text(), found.source) if waits else [],
        "form": form,
        "may_decide": waits and not mine and actor.may(APPROVE),
        "own": waits and mine,
    }
    return answer or render(request, "benefits/definitions/version.html", context, status=status_of(form))
