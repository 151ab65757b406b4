"""我也遇到: open matters near by that may be the same one. A request of its own; nothing is joined without a click."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access import replies
from lianglin.access.gate import acting
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import STEPS, Draft
from lianglin.appeals.forms.public import LONGEST_TEXT, SHORTEST_TEXT
from lianglin.appeals.queries import me_too
from lianglin.appeals.queries.me_too import OpenMatter
from lianglin.appeals.views.own import accepted, posted
from lianglin.appeals.views.public import later
from lianglin.appeals.views.public.steps import URLS, too_early
from lianglin.cases.actions import CLAIM_WINDOW
from lianglin.kit import throttle
from lianglin.kit.csrf import keeps_typing
from lianglin.kit.errors import TooMany

LOOKS_FROM_ONE_ADDRESS = 300
"""Comparisons from one address in 15 minutes: an office is one address, and typing asks now and then."""


class AlikeForm(forms.Form):
    """Which of the matters shown it is; 0 for none of them."""

    joins = forms.IntegerField(min_value=0, max_value=me_too.MOST)


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def alike(request: HttpRequest) -> HttpResponse:
    """The matters near by, each with "me too"; straight on where there is none."""
    draft = drafts.load(request.session)
    if early := too_early(draft, "photo"):
        return early
    if request.method == "POST" and not getattr(request, "expired", False) and later.wanted(request):
        return later.put_aside(request, draft)
    form = AlikeForm(*posted(request))
    if request.method == "POST" and accepted(request, form):
        chosen = form.cleaned_data["joins"]
        draft.joins = draft.offered[chosen - 1] if 0 < chosen <= len(draft.offered) else 0
        return _onward(request, draft)
    found = _found(request, draft, draft.text)
    if not found:
        draft.offered, draft.joins = [], 0
        drafts.keep(request.session, draft)
        return HttpResponseRedirect(_next(request, draft))
    draft.offered = [one.case_id for one in found]
    if draft.joins not in draft.offered:
        draft.joins = 0
    drafts.keep(request.session, draft)
    return _page(request, draft, form, found)


def _page(request: HttpRequest, draft: Draft, form: AlikeForm, found: list[OpenMatter]) -> HttpResponse:
    context = {
        "form": form,
        "draft": draft,
        "found": found,
        "item": draft.found_item(),
        "step": STEPS.index("tell") + 1,
        "steps": len(STEPS),
        "back": reverse(URLS["tell"]),
        "signed_in": acting(request).account_id is not None,
        "kept_until": later.kept_until(draft),
        "may_stop": True,
    }
    status = 403 if getattr(request, "expired", False) else 422 if form.errors else 200
    return render(request, "appeals/public/alike.html", context, status=status)


def _onward(request: HttpRequest, draft: Draft) -> HttpResponse:
    later.keep(request, draft)
    return later.remember(request, replies.step(_next(request, draft)))


def _next(request: HttpRequest, draft: Draft) -> str:
    changing = request.GET.get("change") == "1" and draft.open_step() == "check"
    return reverse(URLS["check" if changing else "photo"])


def _found(request: HttpRequest, draft: Draft, text: str) -> list[OpenMatter]:
    """What is open near by; nothing for an address that asks too often, since the report itself must not wait."""
    spot = draft.spot()
    if spot is None or len(text.strip()) < SHORTEST_TEXT:
        return []
    try:
        throttle.hit(
            "alike-from", throttle.client_address(request), limit=LOOKS_FROM_ONE_ADDRESS, window=CLAIM_WINDOW
        )
    except TooMany:
        return []
    item = draft.found_item()
    question = me_too.asked(text[:LONGEST_TEXT], item, spot, lon=draft.lon, lat=draft.lat)
    return me_too.open_matters(question, item)


@never_cache
@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """The same list while somebody types, below the field; nothing is kept of what was typed."""
    draft = drafts.load(request.session)
    found = _found(request, draft, request.POST.get("text", "")) if draft.item else []
    response = render(request, "appeals/public/_near.html", {"found": found})
    response.repeats = True  # pyright: ignore[reportAttributeAccessIssue] - asked again with every pause (access.twice)
    return response
