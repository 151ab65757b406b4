"""The hourly look: which schedules are due, and one run of one. Idempotent; what a killed run wrote is not there."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import override
from procrastinate.contrib.django import app

from lianglin.access.actor import Actor, job
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.indicators.reports import actions
from lianglin.indicators.reports.actions import READ, still_may
from lianglin.indicators.reports.building import LANGUAGE
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.schedules import rules
from lianglin.indicators.reports.schedules.models import ReportSchedule, ScheduleRun
from lianglin.kit import clock, messages
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import HouseError
from lianglin.kit.period import Period

RUN_TASK = "run_report_schedule"
Result = ScheduleRun.Result
State = ReportSchedule.State


def look(*, by: Actor) -> int:
    """Defers a run for each schedule that is due; how many."""
    works, today, asked = calendar().is_working, clock.today(), 0
    rows = ReportSchedule.objects.visible_to(by, purpose=by.work_purpose).filter(state=State.RUNNING)
    for schedule in rows.order_by("id").iterator():
        if rules.last_due(schedule.period_kind, schedule.nth, today, works).start > schedule.handled_on:
            app.configure_task(RUN_TASK, queue="events").defer(key=str(schedule.key))
            asked += 1
    return asked


def run(*, key: str, by: Actor) -> ReportSchedule | None:
    """Asks for the drafts of the period that is due, as the schedule's post; those before it are noted as left out.

    After an outage one run catches up: the newest period. A post that ended stops the schedule, and somebody is told.
    """
    rows = ReportSchedule.objects.visible_to(by, purpose=by.work_purpose).filter(key=key, state=State.RUNNING)
    found = rows.select_for_update(of=("self",)).select_related("post__organisation").first()
    if found is None:
        return None
    due = rules.last_due(found.period_kind, found.nth, clock.today(), calendar().is_working)
    if due.start <= found.handled_on:
        return None
    with override(LANGUAGE):
        if not _may_ask(found.post):
            _stop(found, by)
            return found
        for period in rules.missed(Period.of(found.period_kind, found.handled_on), due):
            for place in found.places:
                _noted(found, period, place, Result.MISSED)
        for place in found.places:
            _one(found, due, place, by)
    found.handled_on = due.start
    found.save(update_fields=["handled_on"])
    return found


def _may_ask(post: Post) -> bool:
    in_force = Post.objects.in_force().filter(pk=post.pk).select_related("organisation").first()
    return in_force is not None and in_force.organisation.active and actor_in(in_force).may(READ)


def _one(schedule: ReportSchedule, period: Period, place: str, by: Actor) -> None:
    there = ScheduleRun.objects.visible_to(by, purpose=by.work_purpose).filter(
        schedule=schedule, starts_on=period.start, scope_code=place
    )
    if there.exists():
        return
    asker = still_may(schedule.post, place)
    if asker is None:
        _noted(schedule, period, place, Result.REFUSED, note="岗位的范围已不包括此地区")
        return
    same = Report.objects.visible_to(by, purpose=by.work_purpose).filter(
        definition=schedule.definition, scope_code=place, kind=schedule.kind, starts_on=period.start, public=schedule.public
    )  # fmt: skip
    if older := same.exclude(state=Report.State.REFUSED).order_by("-version").first():
        _noted(schedule, period, place, Result.THERE, report=older)
        return
    try:
        with acting(
            job(asker.low, asker.high)
        ):  # the worker may not become staff: held to the asker's range as a job
            made = actions.ask(
                by=asker,
                definition=schedule.definition,
                scope_code=place,
                period=period,
                public=schedule.public,
            )
    except HouseError as error:
        _noted(schedule, period, place, Result.REFUSED, note=str(error.message)[:200])
    else:
        _noted(schedule, period, place, Result.ASKED, report=made)


def _noted(
    schedule: ReportSchedule,
    period: Period,
    place: str,
    result: str,
    *,
    report: Report | None = None,
    note: str = "",
) -> None:
    made = ScheduleRun(
        schedule=schedule, starts_on=period.start, scope_code=place, result=result, report=report, note=note,
        at=clock.now(),
    )  # fmt: skip
    ScheduleRun._base_manager.bulk_create([made], ignore_conflicts=True)


def _stop(schedule: ReportSchedule, by: Actor) -> None:
    schedule.state, schedule.why = State.STOPPED, "原岗位已结束或不再有此职责"
    schedule.changed_at = clock.now()
    schedule.save(update_fields=["state", "why", "changed_at"])
    for post in _who_can_go_on(schedule):
        messages.send(messages.Message(
            "indicators.schedule_stopped", "in_app", schedule.scope_code,
            {"name": schedule.name, "link": reverse("indicators:schedule", args=[schedule.key])}, post_id=post.pk,
            once=f"schedule:{schedule.key}:{schedule.handled_on}:{post.pk}",
        ))  # fmt: skip


def _who_can_go_on(schedule: ReportSchedule) -> Iterable[Post]:
    """Posts of the office that could go on with it, then those that hear of its drafts."""
    posts = Post.objects.in_force().exclude(pk=schedule.post_id).select_related("organisation")
    own = list(posts.filter(organisation_id=schedule.organisation_id).order_by("pk")[:20])
    told = list(posts.filter(pk__in=schedule.tells).order_by("pk"))
    return {post.pk: post for post in [*own, *told] if actor_in(post).may(READ)}.values()


def tell_draft(report: Report | None, *, by: Actor) -> None:
    """Tells the posts of the schedule that asked for it that a draft is there."""
    if report is None or report.state != Report.State.DRAFT:
        return
    runs = ScheduleRun.objects.visible_to(by, purpose=by.work_purpose).filter(
        report=report, result=Result.ASKED
    )
    for one in runs.select_related("schedule"):
        for post in Post.objects.in_force().filter(pk__in=one.schedule.tells).select_related("organisation"):
            actor = actor_in(post)
            if actor.may(READ) and actor.covers(report.scope_code):
                messages.send(messages.Message(
                    "indicators.report_drafted", "in_app", report.scope_code,
                    {"title": report.figures["title"], "link": reverse("indicators:report", args=[report.key])},
                    post_id=post.pk, once=f"drafted:{report.key}:{post.pk}",
                ))  # fmt: skip
