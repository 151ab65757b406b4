"""Saved filters: kept from a list, shown on it as chips, let go."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.cases.actions.filters import let_go, save_filter
from lianglin.cases.forms import FilterNameForm
from lianglin.cases.models import SavedFilter
from lianglin.cases.queries.filters import chips
from lianglin.cases.views.papers import DUTY, in_words, narrowed
from lianglin.kit import lists
from lianglin.kit.errors import Refused


@require_http_methods(["GET", "POST"])
@in_post(DUTY)
def keep(request: HttpRequest) -> HttpResponse:
    """``?list=`` and its filters: a name for them, and whether the unit may use it; below, those one has."""
    actor = acting(request)
    given = request.POST if request.method == "POST" else request.GET
    wanted = lists.all_lists().get(given.get("list", ""))
    if wanted is None:
        raise Http404
    actor.require(wanted.duty)
    query = narrowed(wanted, actor, given)
    back = f"{reverse(wanted.url)}?{urlencode(query)}"
    form = FilterNameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_filter(by=actor, list_code=wanted.code, query=query, **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.success(request, _("Kept. It stands above the list now."))
            return see(back)
    context = {
        "form": form,
        "wanted": wanted,
        "query": query.items(),
        "narrowed": in_words(wanted, actor, query),
        "back": back,
        "chips": [chip for chip in chips(actor, wanted, query) if chip.own],
    }
    return render(request, "cases/filters.html", context, status=422 if form.errors else 200)


@require_POST
@in_post(DUTY)
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets one of one's own filters go, and back to its list."""
    actor = acting(request)
    found = SavedFilter.objects.filter(pk=pk, post_id=actor.post_id).first()
    let_go(by=actor, filter_id=pk)
    wanted = lists.all_lists().get(found.list_code) if found else None
    messages.success(request, _("The filter is gone."))
    return see(reverse(wanted.url) if wanted else reverse("cases:papers"))
