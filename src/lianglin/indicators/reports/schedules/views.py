"""Schedules of the area: made, paused, ended; when each runs next and what became of its runs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, see, status_of
from lianglin.indicators import queries
from lianglin.indicators.reports.actions import READ, purpose, still_may
from lianglin.indicators.reports.asking import ending
from lianglin.indicators.reports.finding import choices, labels
from lianglin.indicators.reports.schedules import actions
from lianglin.indicators.reports.schedules.forms import ScheduleForm
from lianglin.indicators.reports.schedules.models import ReportSchedule, ScheduleRun
from lianglin.indicators.reports.sending import choosing
from lianglin.indicators.reports.sending.going import checked
from lianglin.indicators.reports.sending.offices import offices
from lianglin.kit import clock, paging
from lianglin.kit.errors import Missing
from lianglin.kit.period import Period

TONES = {"running": "good", "paused": "waiting", "ended": "closed", "stopped": "bad"}
RESULTS = {"asked": "good", "there": "plain", "refused": "bad", "missed": "warn"}


def _seen_by(actor: Actor) -> Any:
    rows = ReportSchedule.objects.visible_to(actor, purpose=purpose(actor))
    return rows.select_related("organisation", "post")


def _find(actor: Actor, key: UUID) -> ReportSchedule:
    found = _seen_by(actor).filter(key=key).first()
    if found is None:
        raise Missing(_("There is no such schedule in the area of your current post."))
    return found


def _line(schedule: ReportSchedule, named: dict[str, str]) -> dict[str, Any]:
    period, day = actions.next_run(schedule)
    runs = schedule.state == ReportSchedule.State.RUNNING
    return {
        "schedule": schedule,
        "label": named[schedule.definition],
        "tone": TONES[schedule.state],
        "next": max(day, clock.today()) if runs else None,
        "next_period": period.code,
    }


@require_GET
@in_post(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The schedules of the area, the newest first."""
    found = paging.page(_seen_by(acting(request)), "-id", cursor=request.GET.get("cursor", ""), size=20)
    named = labels({one.definition for one in found.rows})
    context = {"page": found, "rows": [_line(one, named) for one in found.rows]}
    return render(request, "indicators/schedules/list.html", context)


@require_http_methods(["GET", "POST"])
@in_post(READ)
def new(request: HttpRequest) -> HttpResponse:
    """A new schedule."""
    actor = acting(request)
    form = _form(request, actor)
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.make(by=actor, wanted=form.wanted()),
        _("Kept. It drafts the report by itself; you issue it."),
        lambda made: reverse("indicators:schedule", args=[made.key]),
    )
    return answer or render(request, "indicators/schedules/new.html", {"form": form}, status=status_of(form))


def _form(request: HttpRequest, actor: Actor) -> ScheduleForm:
    around = queries.surroundings(actor.low, Period.month_of(clock.today()))
    places = [(one.code, one.label) for one in ([around.place, *around.below] if around else [])]
    searched = choosing.searched(request)
    return ScheduleForm(
        request.POST if request.method == "POST" and not searched else None,
        initial=choosing.typed(request.POST, ScheduleForm) if searched else None,
        find=request.POST.get(choosing.FIND, ""), definitions=choices(actor), places=places,
        posts=[one for one in actions.colleagues(actor) if one.pk != actor.post_id], whole=actor.low,
        offices=offices(actor),
    )  # fmt: skip


@require_GET
@in_post(READ)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One schedule: when it runs next, what it did, where it sends."""
    actor = acting(request)
    found = _find(actor, key)
    page = paging.page(runs_of(actor, found), "-id", cursor=request.GET.get("cursor", ""), size=30)
    named = {place.code: place.label for place in _named(found, page.rows)}
    context = {
        **_line(found, labels({found.definition})),
        "places": [named.get(code, code or queries.city_name()) for code in found.places],
        "page": page,
        "runs": [
            {
                "run": run,
                "tone": RESULTS[run.result],
                "place": named.get(run.scope_code, run.scope_code or queries.city_name()),
                "period": Period.of(found.period_kind, run.starts_on).code,
            }
            for run in page.rows
        ],
        "receivers": _receivers(found, actor),
        "own": found.organisation_id == actor.organisation_id,
        "moves": [what for what, (before, _after) in actions.MOVES.items() if found.state in before],
    }
    return render(request, "indicators/schedules/one.html", context)


def runs_of(actor: Actor, schedule: ReportSchedule) -> Any:
    """What became of a schedule's runs. Page it by ("-id",)."""
    runs = ScheduleRun.objects.visible_to(actor, purpose=purpose(actor)).filter(schedule=schedule)
    return runs.select_related("report").defer("report__figures", "report__texts")


def _named(schedule: ReportSchedule, runs: Any) -> list[queries.Place]:
    around = queries.surroundings(schedule.scope_code, Period.month_of(clock.today()))
    known = [around.place, *around.below] if around else []
    codes = {*schedule.places, *(run.scope_code for run in runs)} - {place.code for place in known}
    return [*known, *filter(None, (queries.place(code) for code in sorted(codes)[:20]))]


def _receivers(schedule: ReportSchedule, actor: Actor) -> list[tuple[str, str]]:
    """Each office with its address, and why it would not receive the report today ("" when it would)."""
    wanted = {int(one["organisation"]): str(one["address"]) for one in schedule.receivers}
    own = still_may(schedule.post, schedule.scope_code) if wanted else None
    found = checked(wanted, {one.pk for who in (own, actor) if who and wanted for one in offices(who)})
    return [*((name, "") for name in found.named), *found.left_out.values()]


@require_http_methods(["GET", "POST"])
@in_post(READ)
def move(request: HttpRequest, key: UUID, what: str) -> HttpResponse:
    """Pauses, goes on with or ends a schedule; before it is ended, it asks."""
    actor, here = acting(request), reverse("indicators:schedule", args=[key])
    if what not in actions.MOVES or (request.method == "GET" and what != "end"):
        raise Http404
    if request.method == "GET":
        found = _find(actor, key)
        if found.organisation_id != actor.organisation_id or found.state not in actions.MOVES["end"][0]:
            return see(here)
        return ending(
            request,
            found.name,
            _("End this schedule?"),
            _(
                "It drafts and sends nothing any more, and cannot be begun again. Reports that were drafted stay. To stop it for a while, pause it."
            ),
            here,
        )
    return pressed(request, lambda: actions.move(key, what, by=actor), _("Done."), here)
