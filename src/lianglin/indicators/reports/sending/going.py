"""Where a report goes by itself once issued, looked at anew on the day: who may not receive any more is left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.indicators.reports.actions import purpose, still_may
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.schedules.models import ReportSchedule, ScheduleRun
from lianglin.indicators.reports.sending.models import ReportCopy
from lianglin.indicators.reports.sending.offices import Receiver, offices, with_readers

_GOES = (ReportSchedule.State.RUNNING, ReportSchedule.State.PAUSED)


@dataclass(frozen=True)
class Going:
    """The offices that get it, and those that were meant but may not receive it now: name and reason."""

    to: list[Receiver] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    left_out: dict[int, tuple[str, str]] = field(default_factory=dict)
    on_paper: list[str] = field(default_factory=list)
    """Offices that hold what it replaces on paper, and how many sheets: nobody but a person can bring them the new one."""


def going(report: Report, by: Actor) -> Going:
    """Where a report goes when this post issues it: offices of its schedules, and those that hold what it replaces.

    An office gets it that is still there, that the issuing post or the schedule's own post (while that is in force)
    can still send to, and in which a post still may read reports received.
    """
    wanted, allowed = _of_schedules(report, by)
    for copy in _of_the_version_before(report, by):
        wanted[copy.organisation_id] = wanted.get(copy.organisation_id) or copy.address
    found = checked(wanted, allowed | {one.pk for one in offices(by)}) if wanted else Going()
    return replace(found, on_paper=_on_paper(report, by))


def _on_paper(report: Report, by: Actor) -> list[str]:
    """Those who hold the version before on paper and were not noted to have this one, too."""
    if not report.corrects_id:
        return []
    sheets = ReportCopy.objects.visible_to(by, purpose=purpose(by)).filter(channel=ReportCopy.Channel.PAPER)
    brought = sheets.filter(report=report).values("organisation")
    before = sheets.filter(report=report.corrects_id).exclude(organisation__in=brought)
    return [
        _("%(office)s: %(n)s printed") % {"office": one.organisation.label, "n": one.number}
        for one in before.select_related("organisation").order_by("organisation__code")
    ]


def _of_schedules(report: Report, by: Actor) -> tuple[dict[int, str], set[int]]:
    """The offices with their addresses, and where the schedules' own posts can send to."""
    runs = ScheduleRun.objects.visible_to(by, purpose=purpose(by)).filter(report=report)
    schedules = ReportSchedule.objects.visible_to(by, purpose=purpose(by)).filter(
        pk__in=runs.values("schedule"), state__in=_GOES
    )
    wanted: dict[int, str] = {}
    allowed: set[int] = set()
    for schedule in schedules.select_related("post"):
        wanted |= {int(one["organisation"]): str(one["address"]) for one in schedule.receivers}
        if schedule.receivers and (own := still_may(schedule.post, report.scope_code)):
            allowed |= {one.pk for one in offices(own)}
    return wanted, allowed


def _of_the_version_before(report: Report, by: Actor) -> Any:
    if not report.corrects_id:
        return ()
    rows = ReportCopy.objects.visible_to(by, purpose=purpose(by)).filter(report=report.corrects_id)
    return rows.exclude(channel=ReportCopy.Channel.PAPER).order_by("id")


def checked(wanted: dict[int, str], allowed: Collection[int]) -> Going:
    """Which of these offices may receive now; of the others, why not."""
    there = {one.pk: one for one in Organisation.objects.filter(pk__in=wanted)}
    read = with_readers(wanted)
    found = Going()
    for pk, address in wanted.items():
        office = there.get(pk)
        if why := _why_not(office, pk in allowed, pk in read):
            found.left_out[pk] = (office.label if office else "—", why)
        elif office:
            found.to.append(Receiver(pk, address))
            found.named.append(f"{office.label} ({address})" if address else office.label)
    return found


def _why_not(office: Organisation | None, allowed: bool, read: bool) -> str:
    if office is None or not office.active:
        return _("the office is closed")
    if not allowed:
        return _("nobody here can send to this office any more")
    return "" if read else _("no post there may read reports received any more")
