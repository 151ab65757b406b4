"""What the questions of a report share: their addresses, the way on and the page."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lianglin.access import replies
from lianglin.access.gate import acting
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import STEPS, Draft
from lianglin.appeals.views.public import later
from lianglin.appeals.views.public.typing import LONG, LONGEST, answered
from lianglin.files import uploads

URLS = {
    "what": "appeals:report",
    "where": "appeals:report_where",
    "tell": "appeals:report_tell",
    "photo": "appeals:report_photo",
    "reach": "appeals:report_reach",
    "check": "appeals:report_check",
}


def onward(request: HttpRequest, draft: Draft, step: str) -> HttpResponse:
    """Keeps the answer and goes on: to the next question, back to the check page one came from, or away for today."""
    draft.typed.pop(step, None)
    answered(draft, step)
    if later.wanted(request):
        return later.put_aside(request, draft)
    later.keep(request, draft)
    ahead = STEPS[STEPS.index(step) + 1]
    changing = request.GET.get("change") == "1" and draft.open_step() == "check"
    if step == "tell" or (changing and step in ("what", "where")):
        return later.remember(
            request, replies.step(reverse("appeals:report_alike") + ("?change=1" if changing else ""))
        )
    if changing:
        ahead = "check"
    return later.remember(request, replies.step(reverse(URLS[ahead])))


def half_done(request: Any, draft: Draft, step: str, form: Form) -> HttpResponse | None:
    """Puts the report aside with what this question does not take yet; None when the person wants to go on now."""
    if request.method != "POST" or request.expired or not later.wanted(request):
        return None
    given = {name: request.POST.get(name, "")[:LONGEST] for name in form.fields if name not in request.FILES}
    answered(draft, step)
    draft.typed[step] = given
    return later.put_aside(request, draft)


@never_cache
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """To the question at which this report goes on."""
    return HttpResponseRedirect(reverse(URLS[drafts.load(request.session).next_step()]))


def too_early(draft: Draft, step: str) -> HttpResponse | None:
    """To the first question without an answer, when it comes before this one."""
    first = draft.open_step()
    return HttpResponseRedirect(reverse(URLS[first])) if STEPS.index(first) < STEPS.index(step) else None


def show(request: Any, step: str, draft: Draft, form: Form | None, **more: Any) -> HttpResponse:
    """A question's page with what is filled in so far; 403, or what the form's errors ask for, when it was not taken."""
    number = STEPS.index(step)
    context = {
        "form": form,
        "draft": draft,
        "item": draft.found_item(),
        "step": number + 1,
        "steps": len(STEPS),
        "back": reverse(URLS[STEPS[number - 1]]) if number else "",
        "signed_in": acting(request).account_id is not None,
        "kept_until": later.kept_until(draft),
        "may_stop": number > 0,
        "typing": step if step in LONG else "",
        **more,
    }
    failed = form is not None and form.is_bound and bool(form.errors)
    status = 403 if request.expired else uploads.status(request) if failed else 200
    return render(request, f"appeals/public/{step}.html", context, status=status)
