"""Cover and handover: who stands in for whom, and giving away what one holds."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.models import Post
from lianglin.access.replies import done, pressed, see
from lianglin.cases.actions import standing_in as actions
from lianglin.cases.forms import ColleagueForm, CoverForm, DelegateForm
from lianglin.cases.models import Case, Handover
from lianglin.cases.queries import standing_in as read
from lianglin.cases.queries import visible
from lianglin.kit import paging
from lianglin.kit.errors import Refused
from lianglin.kit.ids import group_case_number

DUTY = "cases.own_work"


@require_GET
@in_post(DUTY)
def page(request: HttpRequest) -> HttpResponse:
    """What holds in the unit, and the three forms."""
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **bound: Any) -> HttpResponse:
    actor = acting(request)
    near = read.colleagues(actor)
    given = read.delegations(actor)
    known = read.numbers(given, actor)
    held = paging.page(read.held(actor.post_id or 0, actor), "-id", cursor=request.GET.get("cursor", ""))
    context = {
        "colleagues": near,
        "cover_form": CoverForm(colleagues=near, auto_id="cover_%s"),
        "delegate_form": DelegateForm(colleagues=near, auto_id="case_%s"),
        "all_form": ColleagueForm(colleagues=near, auto_id="all_%s"),
        "covers": read.covers(actor),
        "given": [(entry, _row(known[entry.case_id])) for entry in given if entry.case_id in known],
        "handovers": read.handovers(actor),
        "page": held,
        "held": [_row(case) for case in held.rows],
        "post_id": actor.post_id,
        **bound,
    }
    return render(request, "cases/standing_in.html", context, status=status)


def _row(case: Case) -> dict[str, Any]:
    url = case.lifecycle.url
    return {
        "case": case,
        "number": group_case_number(case.number),
        "url": reverse(url, args=[case.number]) if url else "",
    }


@require_POST
@in_post(DUTY)
def cover(request: HttpRequest) -> HttpResponse:
    """Names who stands in."""
    actor = acting(request)
    form = CoverForm(request.POST, colleagues=read.colleagues(actor), auto_id="cover_%s")

    def act() -> None:
        days = form.cleaned_data
        actions.arrange_cover(
            by=actor, by_post_id=days["post"], starts_on=days["starts_on"], ends_on=days["ends_on"]
        )

    said = _("Arranged. Steps and audit will name both of you.")
    answer = done(request, form, act, said, reverse("cases:standing_in"))
    return answer or _page(request, cover_form=form, status=422)


@require_POST
@in_post(DUTY)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a cover."""

    def act() -> None:
        actions.end_cover(by=acting(request), cover_id=pk)

    return pressed(request, act, _("The cover has ended."), reverse("cases:standing_in"))


@require_POST
@in_post(DUTY)
def give(request: HttpRequest) -> HttpResponse:
    """Gives one case to a colleague."""
    actor = acting(request)
    form = DelegateForm(request.POST, colleagues=read.colleagues(actor), auto_id="case_%s")

    def act() -> None:
        given = form.cleaned_data
        case = _case(request, given["number"])
        if case is None:
            raise Refused(_("There is no such case in the area of your current post."), field="number")
        actions.delegate(case.pk, by=actor, to_post_id=given["post"], note=given["note"])

    said = _("Given to your colleague; it stays your own and you can take it back.")
    answer = done(request, form, act, said, reverse("cases:standing_in"))
    return answer or _page(request, delegate_form=form, status=422)


def _case(request: HttpRequest, number: str) -> Case | None:
    return visible(acting(request)).filter(number=number).first()


@require_POST
@in_post(DUTY)
def back(request: HttpRequest) -> HttpResponse:
    """Takes one case back."""
    case = _case(request, request.POST.get("number", "")[:16])
    if case is None:
        raise Http404
    back_to, pk = reverse("cases:standing_in"), case.pk
    return pressed(request, lambda: actions.take_back(pk, by=acting(request)), _("Taken back."), back_to)


@require_POST
@in_post(DUTY)
def everything(request: HttpRequest) -> HttpResponse:
    """Hands over all open work to a successor."""
    actor = acting(request)
    form = ColleagueForm(request.POST, colleagues=read.colleagues(actor), auto_id="all_%s")
    if not form.is_valid():
        return _page(request, all_form=form, status=422)
    own, other = Post.objects.get(pk=actor.post_id), Post.objects.get(pk=form.cleaned_data["post"])
    made = actions.hand_over(from_post=own, to_post=other, by=actor)
    return see(reverse("cases:handover", args=[made.pk]))


@require_GET
@in_post(DUTY)
def handed(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a handover, for the two posts and their unit."""
    actor = acting(request)
    found = (
        Handover.objects.filter(pk=pk, organisation_id=actor.organisation_id)
        .select_related("from_post", "to_post")
        .first()
    )
    if found is None:
        raise Http404
    rows = visible(actor).filter(pk__in=[line["case"] for line in found.lines]).order_by("-id")
    shown = paging.page(rows, "-id", cursor=request.GET.get("cursor", ""))
    context = {"handover": found, "page": shown, "rows": [_row(case) for case in shown.rows]}
    return render(request, "cases/handover.html", context)
