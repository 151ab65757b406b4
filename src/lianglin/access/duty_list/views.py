"""The duty list of communities: the list of a day (printable), a change, the second person's decision."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.duty_list import actions, queries
from lianglin.access.duty_list.forms import DayForm, DutyForm, EndForm
from lianglin.access.duty_list.models import CommunityDuty, DutyChange
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES, State
from lianglin.access.governance.views.second import look
from lianglin.access.replies import done, pressed, status_of
from lianglin.kit import clock, paging
from lianglin.places.areas import area

Act = DutyChange.Act


def area_words(code: str) -> str:
    """The name of an area of the list."""
    known = area(code)
    return known.label if known else code or _("the whole city")


@require_GET
@in_post(actions.READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The list as it counts on a day (``?day=``, else today), what comes later, what waits for a decision."""
    actor = acting(request)
    form = DayForm(request.GET if "day" in request.GET else None, initial={"day": clock.today()})
    day = form.cleaned_data["day"] if form.is_bound and form.is_valid() else clock.today()
    context = {
        "form": form,
        "day": day,
        "groups": _groups(list(queries.listed(actor, day)), actor),
        "coming": [(one, area_words(one.scope_code)) for one in queries.coming(actor, day)[:50]],
        "waiting": _rows(list(queries.changes(actor).filter(state=State.WAITING).order_by("-id")[:50])),
        "may_propose": actor.may(actions.PROPOSE),
        "area": area_words(actor.low),
    }
    return render(request, "access/duties/list.html", context, status=422 if form.errors else 200)


def _groups(found: list[CommunityDuty], actor: Actor) -> list[dict[str, Any]]:
    """The duties by area, the wider area first."""
    groups: dict[str, list[CommunityDuty]] = {}
    for one in found:
        groups.setdefault(one.scope_code, []).append(one)
    return [
        {"area": area_words(code), "duties": duties, "own": code == actor.low and actor.may(actions.PROPOSE)}
        for code, duties in groups.items()
    ]


def _rows(found: list[DutyChange]) -> list[dict[str, Any]]:
    return [{"change": one, "area": area_words(one.scope_code), "tone": TONES[one.state]} for one in found]


@require_GET
@in_post(actions.READ)
def changed(request: HttpRequest) -> HttpResponse:
    """All changes, the newest first."""
    found = paging.page(
        queries.changes(acting(request)), "-id", cursor=request.GET.get("cursor", ""), size=30
    )
    return render(request, "access/duties/changes.html", {"page": found, "rows": _rows(found.rows)})


@require_http_methods(["GET", "POST"])
@in_post(actions.PROPOSE)
def propose(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A duty is to be put on the list of the own area, or one of it to be changed."""
    actor = acting(request)
    duty = _own(actor, pk) if pk is not None else None
    form = DutyForm(request.POST if request.method == "POST" else None, duty=duty)

    def act() -> DutyChange:
        given = dict(form.cleaned_data)
        day: date = given.pop("from_day")
        reason: str = given.pop("reason")
        written = actions.Written(**given)
        return actions.propose(by=actor, written=written, from_day=day, reason=reason, duty=duty)

    return _proposed(request, form, act, duty, _("Change a duty") if duty else _("Put a duty on the list"))


@require_http_methods(["GET", "POST"])
@in_post(actions.PROPOSE)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """A duty is to be taken off the list."""
    actor = acting(request)
    duty = _own(actor, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    return _proposed(
        request, form, lambda: actions.propose_end(by=actor, duty=duty, **form.cleaned_data), duty,
        _("Take a duty off the list"),
    )  # fmt: skip


def _own(actor: Actor, pk: int) -> CommunityDuty:
    found = CommunityDuty.objects.filter(pk=pk, scope_code=actor.low).first()
    if found is None:
        raise Http404
    return found


def _proposed(
    request: HttpRequest, form: EndForm, act: Any, duty: CommunityDuty | None, title: str
) -> HttpResponse:
    answer = form.is_bound and done(
        request,
        form,
        act,
        _("Proposed. A second person decides."),
        lambda made: reverse("access:duty_change", args=[made.pk]),
    )
    context = {"form": form, "duty": duty, "title": title, "area": area_words(acting(request).low)}
    return answer or render(request, "access/duties/propose.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(actions.READ)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what stands now, what is proposed; the second person decides here."""
    actor = acting(request)
    found = (
        queries.changes(actor).select_related("duty", "proposed_post", "decided_post").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    seen = look(
        request,
        found,
        partial(actions.decide, change_id=pk),
        duty=actions.APPROVE,
        said=_("Approved. It is on the list from its day on."),
        here=reverse("access:duty_change", args=[pk]),
    )
    context = {**_rows([found])[0], **seen.context, "now": found.duty if found.duty_id else None}
    return seen.answer or render(request, "access/duties/change.html", context, status=seen.status)


@require_POST
@in_post(actions.PROPOSE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever proposed it takes it back."""
    actor = acting(request)
    here = reverse("access:duty_change", args=[pk])
    return pressed(request, lambda: actions.withdraw(by=actor, change_id=pk), _("Taken back."), here)


routes: list[URLPattern] = [
    path("duties/", listed, name="duty_list"),
    path("duties/add/", propose, name="duty_add"),
    path("duties/<int:pk>/change/", propose, name="duty_edit"),
    path("duties/<int:pk>/end/", end, name="duty_end"),
    path("duties/changes/", changed, name="duty_changes"),
    path("duties/changes/<int:pk>/", change, name="duty_change"),
    path("duties/changes/<int:pk>/back/", withdraw, name="duty_back"),
]
