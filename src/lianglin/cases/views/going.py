"""From the id of a case to its page: for lists that know no kind of case (messages, letters)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from lianglin.access.gate import acting, in_post
from lianglin.cases import queries


@require_GET
@in_post()
def go(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to the page of a case that this post may read; a 404 that says nothing otherwise."""
    actor = acting(request)
    if actor.work_purpose not in actor.purposes:
        raise Http404
    case = queries.visible(actor).filter(pk=pk).first()
    if case is None:
        raise Http404
    return HttpResponseRedirect(reverse(case.lifecycle.url, args=[case.number]))
