"""The expressions that rules share: what counts, what is proposed, the second person's decision."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES
from lianglin.access.governance.views.second import look
from lianglin.access.replies import done, status_of
from lianglin.benefits.actions import definitions as actions
from lianglin.benefits.forms.definitions import DefinitionsForm
from lianglin.benefits.models import Definitions
from lianglin.benefits.queries import differing, packages
from lianglin.benefits.rules.life import APPROVE, DRAFT, READ


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
    found = Definitions.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    seen = look(
        request,
        found,
        partial(actions.decide, pk),
        duty=APPROVE,
        said=_("Approved. It counts from now on."),
        here=reverse("benefits:definitions_version", args=[pk]),
    )
    held = packages.definitions_text()
    difference = differing.lines(held, found.source) if found.waits else []
    context = {**seen.context, "found": found, "difference": difference}
    return seen.answer or render(request, "benefits/definitions/version.html", context, status=seen.status)
