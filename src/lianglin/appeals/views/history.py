"""The whole story of one appeal on one page, for the file: every step, clock, order, objection, call and call-back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.models import Post
from lianglin.access.replies import done, status_of
from lianglin.appeals.actions import filing
from lianglin.appeals.forms.history import FileForm
from lianglin.appeals.queries import orders, whistles, worklists
from lianglin.appeals.views import words
from lianglin.appeals.views.handling import find
from lianglin.appeals.views.orders import first_receiver
from lianglin.cases import queries as cases
from lianglin.cases.actions.sheets import Watermark
from lianglin.cases.models import Case, Step
from lianglin.kit import clock, discovery
from lianglin.kit.signs import local_dt


@dataclass(frozen=True)
class Row:
    """One line of the story: when, what, by whom, and what was said."""

    when: str
    what: str
    who: str = ""
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """One chapter of the story."""

    title: str
    rows: list[Row]


@require_http_methods(["GET", "POST"])
@in_post("appeals.read")
def history(request: HttpRequest, number: str) -> HttpResponse:
    """The page (printable); the form makes the PDF, with what it is for."""
    actor = acting(request)
    case = find(actor, number)
    steps = cases.steps(case, actor)
    form = FileForm(request.POST if request.method == "POST" else None, purposes=_purposes(actor))
    answer = form.is_bound and done(
        request,
        form,
        lambda: filing.file_history(
            case, by=actor, told=lambda mark: _told(case, steps, actor, mark), **form.cleaned_data
        ),
        _("The history is ready as a PDF. It is kept for 48 hours."),
        reverse("cases:papers"),
    )
    context = {
        "case": case,
        "number": words.grouped(case.number),
        "facts": words.facts(case, first_receiver(steps)),
        "parts": parts(case, steps, actor),
        "form": form if actor.may(filing.DUTY) else None,
        "printed": clock.now(),
        "by": f"{actor.organisation_name} · {actor.title}",
    }
    return answer or render(request, "appeals/desk/history.html", context, status=status_of(form))


def _purposes(actor: Actor) -> list[tuple[str, Any]]:
    codes = sorted(actor.purposes, key=lambda code: (code != actor.work_purpose, code))
    return [(code, PURPOSES[code]) for code in codes if code in PURPOSES]


def _told(case: Case, steps: list[Step], actor: Actor, mark: Watermark) -> Mapping[str, Any]:
    """The same for the PDF, as plain texts."""
    facts = [(str(label), str(value)) for label, value in words.facts(case, first_receiver(steps)) if value]
    return {
        "lang": "en" if get_language() == "en" else "zh",
        "title": case.title,
        "number": words.grouped(case.number),
        "sub": f"{words.grouped(case.number)} · {case.state_label}",
        "mark": mark.line,
        "stamp": f"{mark.who} {local_dt(mark.at, 'short')}",
        "sample": _("sample data, all invented") if case.sample else "",
        "facts": facts,
        "text": case.appeal.text,
        "words": {"reported": _("What was reported")},
        "parts": [asdict(part) for part in parts(case, steps, actor)],
    }


def parts(case: Case, steps: list[Step], actor: Actor) -> list[Part]:
    """The chapters that have something, each in the order of time; those of other domains after the own ones."""
    found = [
        (_("Steps"), _steps(case, steps)),
        (_("Limits"), _clocks(case, actor)),
        (_("Objections and rulings"), _objections(case, actor)),
        (_("Units called in"), _co_orders(case, actor)),
        (_("Calls to departments"), _calls(case, actor)),
        (_("Call-backs"), _call_backs(case, actor)),
    ]
    for panel in sorted((p for p in discovery.each("panels") if p.slot == "history"), key=lambda p: p.order):
        given = discovery.resolve(panel.context)(actor, case)
        if given is not None:
            found.append((given["title"], [Row(**row) for row in given["rows"]]))
    return [Part(title, rows) for title, rows in ((title, list(rows)) for title, rows in found) if rows]


def _steps(case: Case, steps: list[Step]) -> Iterable[Row]:
    """Every step with the unit and the post that made it; residents are "the resident"."""
    posts = {
        post.pk: post.label
        for post in Post.objects.filter(pk__in={step.post_id for step in steps if step.post_id})
    }
    for step, shown in zip(steps, words.steps(case, steps), strict=True):
        who = " · ".join(filter(None, (shown["who"], posts.get(step.post_id or 0, ""))))
        yield Row(local_dt(step.at), shown["name"], who, [t for t in (shown["text"], shown["quote"]) if t])


def _clocks(case: Case, actor: Actor) -> Iterable[Row]:
    found = cases.clocks(case, actor)
    for one, shown in zip(found, words.clocks(case, found), strict=True):
        lines = [_("due %(at)s") % {"at": local_dt(one.due_at)}]
        if shown["extended"]:
            lines.append(_("extended by %(limit)s") % {"limit": shown["extended"]})
        if one.paused_at:
            lines.append(_("the clock stands since %(at)s") % {"at": local_dt(one.paused_at)})
        if one.paused_seconds:
            lines.append(
                _("stood still for %(n)s working hours") % {"n": round(one.paused_seconds / 3600, 1)}
            )
        if one.stopped_at:
            kept = _("kept too late") if shown["late"] else _("in time")
            lines.append(_("ended %(at)s, %(kept)s") % {"at": local_dt(one.stopped_at), "kept": kept})
        yield Row(local_dt(one.started_at), f"{capfirst(shown['stage'])}: {shown['limit']}", "", lines)


def _objections(case: Case, actor: Actor) -> Iterable[Row]:
    for one in orders.objections(actor).filter(case_id=case.pk).order_by("id"):
        lines = [one.note, _("waits for a ruling")]
        if one.ruling:
            ruled = f"{local_dt(one.ruled_at)} · {one.ruled_by.label if one.ruled_by else ''}"
            lines = [one.note, f"{one.get_ruling_display()} · {ruled}", one.reason]
        yield Row(local_dt(one.at), str(one.get_ground_display()), one.unit.label, [t for t in lines if t])


def _co_orders(case: Case, actor: Actor) -> Iterable[Row]:
    for one in orders.co_orders_of(case, actor):
        lines = [one.task, _("due %(at)s") % {"at": local_dt(one.due_at)}]
        if one.answered_at:
            lines += [_("answered %(at)s") % {"at": local_dt(one.answered_at)}, one.answer]
        yield Row(
            local_dt(one.ordered_at), str(one.get_state_display()), one.unit.label, [t for t in lines if t]
        )


def _calls(case: Case, actor: Actor) -> Iterable[Row]:
    for call in whistles.calls_about(case.pk, actor):
        lines = [call.text, _("to be there by %(at)s") % {"at": local_dt(call.arrive_by)}]
        for unit in whistles.units_of(call, actor):
            told = (
                _("there at %(at)s") % {"at": local_dt(unit.arrived_at)} if unit.arrived_at else "",
                unit.answer,
                str(unit.get_came_display()) if unit.came else "",
                str(unit.get_helped_display()) if unit.helped else "",
            )
            lines.append(" · ".join(filter(None, (unit.unit.label, *told))))
        yield Row(local_dt(call.called_at), call.place_text, call.street.label, [t for t in lines if t])


def _call_backs(case: Case, actor: Actor) -> Iterable[Row]:
    for one in worklists.call_backs(case, actor):
        what = (
            _("answered on the page") if one.online else _("reached") if one.reached else _("nobody answered")
        )
        lines = [str(one.get_solved_display()) if one.solved else "", str(one.get_grade_display()) if one.grade else "", one.note]  # fmt: skip
        who = one.organisation.label if one.organisation else ""
        yield Row(local_dt(one.at), str(capfirst(what)), who, [t for t in lines if t])
