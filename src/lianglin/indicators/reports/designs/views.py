"""Composing a kind of report: sections one after the other, a preview with real figures, the second person's approval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, see, seen, status_of
from lianglin.indicators.reports import layout
from lianglin.indicators.reports.actions import READ, purpose
from lianglin.indicators.reports.asking import ending
from lianglin.indicators.reports.designs import actions, rules
from lianglin.indicators.reports.designs.forms import BeginForm, SectionForm
from lianglin.indicators.reports.designs.models import ReportDesign
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.own.forms import DecideForm
from lianglin.kit import discovery, paging
from lianglin.kit.errors import Missing

TONES = {"draft": "active", "waiting": "waiting", "approved": "good", "replaced": "closed", "ended": "closed"}


def _seen_by(actor: Actor) -> Any:
    rows = ReportDesign.objects.visible_to(actor, purpose=purpose(actor))
    return rows.select_related("organisation", "post")


def _find(actor: Actor, key: UUID) -> ReportDesign:
    found = _seen_by(actor).filter(key=key).first()
    if found is None:
        raise Missing(_("There is no such kind of report in the area of your current post."))
    return found


@require_http_methods(["GET", "POST"])
@in_post(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The composed kinds of report of the area; a new one is begun here."""
    actor = acting(request)
    form = BeginForm(request.POST if request.method == "POST" else None)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.begin(by=actor, **form.cleaned_data),
        _("Begun. Add its sections."),
        lambda made: reverse("indicators:design", args=[made.key]),
    )
    rows = _seen_by(actor).defer("figures", "texts", "sections")
    found = paging.page(rows, "-id", cursor=request.GET.get("cursor", ""), size=20)
    context = {
        "form": form,
        "page": found,
        "rows": [{"design": one, "tone": TONES[one.state]} for one in found.rows],
    }
    return answer or render(request, "indicators/designs/list.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(READ)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One composition with its sections and its preview; the second person decides here."""
    actor = acting(request)
    found = _find(actor, key)
    form = DecideForm(request.POST if request.method == "POST" else None)
    approve = request.POST.get("do") == "approve"
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.decide(
            key, by=actor, approve=approve, note=form.cleaned_data["note"], seen=seen(request)
        ),
        _("Approved. Reports of this kind can be made.") if approve else _("Given back to its makers."),
        reverse("indicators:design", args=[key]),
    )
    own = found.organisation_id == actor.organisation_id
    waits, mine = found.state == ReportDesign.State.WAITING, actor.account_id in found.composers
    context = {
        "design": found,
        "tone": TONES[found.state],
        "sections": [_line(section) for section in found.sections],
        "composing": own and found.state == ReportDesign.State.DRAFT,
        "own": own,
        "fresh": found.previewed == found.edits,
        "counting": waits and found.previewed != found.edits,
        "blocks": _preview(found),
        "form": form,
        "may_decide": waits and not mine and actor.may(actions.APPROVE),
        "waits_for_other": waits and mine,
    }
    return answer or render(request, "indicators/designs/one.html", context, status=status_of(form))


def _line(section: dict[str, Any]) -> dict[str, Any]:
    known = discovery.indicators()
    return {
        **section,
        "labels": [known[code].label for code in section["figures"] if code in known],
        "by_label": rules.dimensions_offered().get(section["by"], ""),
    }


def _preview(found: ReportDesign) -> list[dict[str, Any]]:
    if not found.figures:
        return []
    shown = Report(figures=found.figures, texts=found.texts, version=1)
    return [
        {"block": one, "rows": [[cell.split("\n") for cell in row] for row in one.rows], "svg": SafeString(one.svg)}
        for one in layout.blocks(shown)
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@in_post(READ)
def rename(request: HttpRequest, key: UUID) -> HttpResponse:
    """Another name and printed title for a draft."""
    actor = acting(request)
    found = _find(actor, key)
    here, posted = reverse("indicators:design", args=[key]), request.method == "POST"
    if not posted and found.state != ReportDesign.State.DRAFT:
        raise Http404
    form = BeginForm(
        request.POST if posted else None,
        initial=None if posted else {"name": found.name, "title": found.title},
    )
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.rename(key, by=actor, seen=seen(request), **form.cleaned_data),
        _("The name is kept."),
        here,
    )
    context = {
        "design": found,
        "here": here,
        "form": form,
        "edits": request.POST.get("seen", "") if posted else found.edits,
    }
    return answer or render(request, "indicators/designs/name.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
@in_post(READ)
def section(request: HttpRequest, key: UUID, at: int) -> HttpResponse:
    """One section: what it holds. A button beside the sentences puts a figure into them, without any script."""
    actor = acting(request)
    found = _find(actor, key)
    here = reverse("indicators:design", args=[key])
    posted = request.method == "POST"
    if not posted and (at > len(found.sections) or found.state != ReportDesign.State.DRAFT):
        raise Http404
    picked = request.POST.get("insert", "") if posted else ""
    if picked or request.POST.get("offer"):
        form, answer = SectionForm(initial=_typed(request.POST, picked)), None
    else:
        form = SectionForm(request.POST if posted else None, initial=_initial(found.section(at)))
        answer = form.is_bound and done(
            request,
            form,
            lambda: actions.put(key, at, by=actor, wanted=form.wanted(), seen=seen(request)),
            _("The section is kept."),
            here,
        )
    chosen = request.POST.getlist("figures") if posted else found.section(at).get("figures", [])
    context = {
        "design": found,
        "here": here,
        "form": form,
        "new": at == len(found.sections),
        "edits": request.POST.get("seen", "") if posted else found.edits,
        "placeholders": rules.placeholders(chosen),
    }
    return answer or render(request, "indicators/designs/section.html", context, status=status_of(form))


def _initial(kept: dict[str, Any]) -> dict[str, Any]:
    return {**kept, "text": "\n".join(kept.get("text", []))} if kept else {}


def _typed(posted: QueryDict, picked: str) -> dict[str, Any]:
    """What was typed so far, with a placeholder at the end of its sentences."""
    given: dict[str, Any] = {name: posted.get(name, "") for name in ("title", "level", "by", "chart", "text")}
    return {**given, "figures": posted.getlist("figures"), "text": given["text"] + picked[:80]}


def _press(request: HttpRequest, key: UUID, act: Callable[[Actor], Any], said: str) -> HttpResponse:
    actor = acting(request)
    return pressed(request, lambda: act(actor), said, reverse("indicators:design", args=[key]))


@require_POST
@in_post(READ)
def shift(request: HttpRequest, key: UUID, at: int) -> HttpResponse:
    """Moves a section up or down, or takes it out."""
    what = request.POST.get("what", "")
    if what not in ("up", "down", "remove"):
        raise Http404
    edit = seen(request)
    return _press(request, key, lambda by: actions.shift(key, at, what, by=by, seen=edit), _("Kept."))


@require_POST
@in_post(READ)
def preview(request: HttpRequest, key: UUID) -> HttpResponse:
    """Has the preview counted."""
    return _press(
        request,
        key,
        lambda by: actions.ask_preview(key, by=by),
        _("It is being counted. Look again in a moment."),
    )


@require_POST
@in_post(READ)
def hand_in(request: HttpRequest, key: UUID) -> HttpResponse:
    """Hands it to the second person."""
    edit = seen(request)
    return _press(
        request,
        key,
        lambda by: actions.hand_in(key, by=by, seen=edit),
        _("Handed in. Somebody else decides on it."),
    )


@require_POST
@in_post(READ)
def next_version(request: HttpRequest, key: UUID) -> HttpResponse:
    """Begins the next version."""
    return _press(
        request, key, lambda by: actions.next_version(key, by=by), _("The next version stands in the list.")
    )


@require_http_methods(["GET", "POST"])
@in_post(READ)
def end(request: HttpRequest, key: UUID) -> HttpResponse:
    """Asks first, then ends it for good."""
    if request.method == "POST":
        return _press(request, key, lambda by: actions.end(key, by=by), _("Ended."))
    actor = acting(request)
    found = _find(actor, key)
    if found.organisation_id != actor.organisation_id or found.state in actions.OVER:
        return see(reverse("indicators:design", args=[key]))
    return ending(
        request,
        found.name,
        _("End this kind of report?"),
        _(
            "No report of this kind can be made any more, and schedules make none. "
            "Reports that were made stay. To have it again it is composed and approved anew."
        ),
        reverse("indicators:design", args=[key]),
    )
