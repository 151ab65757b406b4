"""A street's office with two people, and what they and the background do with reports."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from lianglin.access import queries
from lianglin.access.actor import job
from lianglin.access.models import Account, Post
from lianglin.access.transaction import acting
from lianglin.indicators.reports import actions, building, filing, layout
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.own import actions as layouts
from lianglin.indicators.reports.own import example, names, specimen
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.indicators.reports.schedules import actions as schedules
from lianglin.indicators.reports.schedules import running
from lianglin.indicators.reports.schedules.models import ReportSchedule
from lianglin.indicators.reports.sending import actions as sending
from lianglin.kit import clock
from lianglin.kit.period import Period

from . import figures_city
from .figures_city import STREET, City, at, on

KIND = "all.privacy"
"""A small one, quick to count; the layout is that of every kind."""
DAY = "2026-11-27 16:00"


def build() -> City:
    """A street with two people, and one appeal of October."""
    made = figures_city.build()
    second(made)
    made.report("2026-10-08 09:00")
    return made


def second(city: City) -> None:
    """A second person in the street's office."""
    first = city.posts["street"]
    account = Account.objects.create_user("street2", None, name="street2", created_at=clock.now())
    post = Post.objects.create(
        account=account, role_code="street_coordinator", organisation=first.organisation, scope_code=STREET,
        title="street2", starts_on=first.starts_on,
    )  # fmt: skip
    city.posts["second"], city.actors["second"] = post, queries.actor_in(post)


def sample() -> bytes:
    """The template that the house gives to begin with."""
    report = example.report(building.definitions()[KIND])
    return specimen.template(names.served(report, layout.paper(report, mark="")))


def do(city: City, who: str, act: Any, *given: Any, **more: Any) -> Any:
    with transaction.atomic(), acting(city.actors[who]) as actor:
        return act(*given, by=actor, **more)


def background(act: Any, **given: Any) -> Any:
    with acting(job()) as actor:
        return act(by=actor, **given)


def approved(city: City, content: bytes) -> ReportLayout:
    made = do(
        city, "street", layouts.upload, definition=KIND, name="月报.docx", content=content, from_on=clock.today(), note=""
    )  # fmt: skip
    background(layouts.check, key=str(made.key))
    do(city, "second", layouts.decide, made.key, approve=True, note="", seen=made.digest)
    made.refresh_from_db()
    return made


def drafted(city: City, period: Period | None = None, name: str = "street") -> Report:
    wanted = {
        "definition": KIND,
        "scope_code": STREET,
        "period": period or Period.month(2026, 10),
        "public": False,
    }
    made = do(city, name, actions.ask, **wanted)
    background(actions.make, key=str(made.key))
    made.refresh_from_db()
    return made


def taken_out(city: City, report: Report, form: str, *, own: bool = False) -> bytes:
    one = do(city, "street", lambda report, by: filing.ask_file(
        report, by=by, file_format=form, reason="月报", own=own), report)  # fmt: skip
    background(filing.make_file, key=str(one.key))
    return do(city, "street", filing.fetch, one.key)[1]


def monthly(city: City, name: str = "street", **more: Any) -> ReportSchedule:
    given = {"name": "街道月报", "definition": KIND, "kind": "month", "nth": 3, "places": [STREET], "public": False,
             "tells": [city.posts["second"].pk], "receivers": [], "at_once": False}  # fmt: skip
    return do(city, name, schedules.make, wanted=schedules.Wanted(**(given | more)))


def ran(when: str, schedule: ReportSchedule) -> int:
    """The hourly look at an instant, and what it defers; how many schedules were due."""
    with at(on(when)):
        due = background(running.look)
        background(running.run, key=str(schedule.key))
        for report in Report._base_manager.filter(state="making"):
            running_draft(report)
    schedule.refresh_from_db()
    return due


def running_draft(report: Report) -> None:
    with acting(job()) as by:
        running.tell_draft(actions.make(key=str(report.key), by=by), by=by)


def issued(city: City, report: Report) -> Report:
    do(city, "street", sending.issue, report.key, seen=report.edits, document_number="示办发〔2026〕12号")
    report.refresh_from_db()
    return report
