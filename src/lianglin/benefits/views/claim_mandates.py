"""Authorisations of a claimant at the desk: who acts, on which papers, from when until when; recorded and ended."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, status_of
from lianglin.benefits.actions import mandates as actions
from lianglin.benefits.forms.claims import MandateForm
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.views.claims import find
from lianglin.kit.ids import group_case_number, row_number


@require_http_methods(["GET", "POST"])
@in_post(rules.ACCOMPANY)
def listed(request: HttpRequest, number: str) -> HttpResponse:
    """Who may act for the claimant today; a form for one more; a button that ends one."""
    actor = acting(request)
    case, claim = find(actor, number)
    if claim.resident_id is None:
        raise Http404
    here = reverse("benefits:mandates", args=[case.number])
    ended = row_number(request.POST.get("end", ""))
    if request.method == "POST" and ended:
        return pressed(
            request, lambda: actions.end(ended, by=actor), _("Ended. Nobody acts under it any more."), here
        )
    resident_id = claim.resident_id
    form = MandateForm(request.POST if request.method == "POST" else None)
    reply = form.is_bound and done(
        request,
        form,
        lambda: actions.record(by=actor, resident_id=resident_id, **form.cleaned_data),
        _("Recorded. Choose it on the page of the claim."),
        here,
    )
    context = {
        "case": case,
        "claim": claim,
        "number": group_case_number(case.number),
        "mandates": queries.mandates(resident_id, actor),
        "form": form,
    }
    return reply or render(request, "benefits/claims/mandates.html", context, status=status_of(form))


routes: list[URLPattern] = [path("claims/<str:number>/authorisations/", listed, name="mandates")]
