"""Standard texts: the list, one with its versions and a look at it with an actual case, writing, the second look."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.duty_list.views import area_words
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES, State
from lianglin.access.governance.views.second import look
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import texts as actions
from lianglin.appeals.forms.texts import PreviewForm, TextForm
from lianglin.appeals.models import StandardText
from lianglin.appeals.queries import catalogue, texts, worklists
from lianglin.appeals.rules import texts as rules
from lianglin.kit import paging
from lianglin.kit.ids import clean_case_number


@require_GET
@in_post("appeals.read")
def listed(request: HttpRequest) -> HttpResponse:
    """Every version that concerns the post, the newest first."""
    actor = acting(request)
    found = paging.page(texts.near(actor), "-id", cursor=request.GET.get("cursor", ""), size=30)
    context = {
        "page": found,
        "rows": [_row(one) for one in found.rows],
        "may_write": actor.may(actions.WRITE),
    }
    return render(request, "appeals/texts/list.html", context)


def _row(one: StandardText) -> dict[str, Any]:
    item = catalogue.item_of(one.item_code) if one.item_code else None
    return {
        "text": one,
        "area": area_words(one.scope_code),
        "tone": "closed" if one.retired_at else TONES[one.state],
        "item": item.label if item else one.item_code,
    }


def _find(actor: Actor, pk: int) -> StandardText:
    found = texts.near(actor).select_related("proposed_post", "decided_post").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its words, its earlier versions, how it reads with a case (``?number=``); the second look."""
    actor = acting(request)
    found = _find(actor, pk)
    seen = look(
        request,
        found,
        partial(actions.decide, text_id=pk),
        duty=actions.APPROVE,
        said=_("Approved. It is offered from now on."),
        here=reverse("appeals:text", args=[pk]),
    )
    versions = texts.near(actor).filter(series=found.series).order_by("-version")[:20]
    own = found.scope_code == actor.low and actor.may(actions.WRITE)
    context = {
        **seen.context,
        **_row(found),
        "versions": [_row(other) for other in versions],
        **_preview(request, actor, found),
        "may_write": own and not found.retired_at,
        "may_retire": own and found.state == State.APPROVED and not found.retired_at,
    }
    return seen.answer or render(request, "appeals/texts/one.html", context, status=seen.status)


def _preview(request: HttpRequest, actor: Actor, found: StandardText) -> dict[str, Any]:
    form = PreviewForm(request.GET if "number" in request.GET else None)
    if not (form.is_bound and form.is_valid() and form.cleaned_data["number"]):
        return {"preview_form": form, "preview": ""}
    try:
        case = worklists.find(actor, clean_case_number(form.cleaned_data["number"]))
    except ValueError:
        case = None
    if case is None:
        form.add_error("number", _("There is no such appeal in the area of your current post."))
        return {"preview_form": form, "preview": ""}
    return {"preview_form": form, "preview": rules.filled(found.body, texts.values(case))}


@require_http_methods(["GET", "POST"])
@in_post(actions.WRITE)
def write(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new text of the own area, or the next version of one."""
    actor = acting(request)
    before = _find(actor, pk) if pk is not None else None
    copying = before is not None and before.scope_code != actor.low
    waits = rules.needs_second_look(actor.low)
    form = TextForm(request.POST if request.method == "POST" else None, framing=waits, before=before)

    def act() -> StandardText:
        given = dict(form.cleaned_data)
        reason: str = given.pop("reason")
        kept = None if copying else before
        return actions.write(by=actor, written=actions.Written(**given), reason=reason, before=kept)

    answer = form.is_bound and done(
        request,
        form,
        act,
        _("Written. A second person looks at it.") if waits else _("Written. It is offered from now on."),
        lambda made: reverse("appeals:text", args=[made.pk]),
    )
    chinese = get_language() != "en"
    context = {
        "form": form,
        "before": before,
        "copying": copying,
        "area": area_words(actor.low),
        "waits": waits,
        "placeholders": [(f"{{{zh if chinese else code}}}", label) for code, zh, label in rules.PLACEHOLDERS],
    }
    return answer or render(request, "appeals/texts/write.html", context, status=status_of(form))


@require_POST
@in_post(actions.WRITE)
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """A text of the own area goes out of use."""
    actor = acting(request)
    here = reverse("appeals:text", args=[pk])
    return pressed(request, lambda: actions.retire(by=actor, text_id=pk), _("It is no longer offered."), here)


routes: list[URLPattern] = [
    path("texts/", listed, name="texts"),
    path("texts/new/", write, name="text_new"),
    path("texts/<int:pk>/", one, name="text"),
    path("texts/<int:pk>/change/", write, name="text_change"),
    path("texts/<int:pk>/retire/", retire, name="text_retire"),
]
