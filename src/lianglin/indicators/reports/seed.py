"""Sample of an office's reports: a Word template approved by two people, a composed kind of report, a monthly schedule."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils.translation import override

from lianglin.access.models import Organisation, Post
from lianglin.indicators.reports import building, layout
from lianglin.indicators.reports.building import LANGUAGE
from lianglin.indicators.reports.designs import rules as compose
from lianglin.indicators.reports.designs.models import ReportDesign
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.own import actions as layouts
from lianglin.indicators.reports.own import example, names, reading, specimen
from lianglin.indicators.reports.own.kitchen import Unfilled
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.indicators.reports.schedules import rules
from lianglin.indicators.reports.schedules.models import ReportSchedule
from lianglin.kit import discovery, typesetting
from lianglin.kit.calendar import calendar
from lianglin.kit.seeding import SeedContext

KIND = "appeals.report"
MAKER, SECOND = "street", "street-b"


def seed(context: SeedContext) -> None:
    """Makes the sample for the first street, where there are two people and a report on appeals."""
    posts = {
        post.account.username: post
        for post in Post.objects.filter(account__username__in=(MAKER, SECOND)).select_related(
            "account", "organisation"
        )
    }
    if len(posts) < 2 or KIND not in building.definitions():
        return
    maker, second = posts[MAKER], posts[SECOND]
    with override(LANGUAGE):
        with suppress(
            typesetting.NoFont, Unfilled
        ):  # a machine without a Chinese font has no preview to approve
            _layout(context, maker, second)
        _design(context, maker, second)
        _schedule(context, maker)


def _layout(context: SeedContext, maker: Post, second: Post) -> None:
    report: Report = example.report(building.definitions()[KIND])
    paper = layout.paper(report, mark=layouts.MARK)
    served = names.served(report, paper)
    content = specimen.template(served)
    made = layouts.fill(content, served, paper)
    day = context.until - timedelta(days=40)
    ReportLayout.objects.create(
        key=uuid4(), organisation=maker.organisation, scope_code=maker.scope_code, definition=KIND, version=1,
        from_on=day.date(), file_name="街道月报模板（示例）.docx", content=content, size=len(content),
        digest=hashlib.sha256(content).hexdigest(), note="示例模板", state=ReportLayout.State.APPROVED, preview=made,
        shown=reading.blocks(made), preview_of=f"{report.figures['title']}（示例数字）", uploaded_by=maker.account, post=maker,
        uploaded_at=day, decided_by=second.account, decided_post=second, decided_at=day + timedelta(hours=3), sample=True,
    )  # fmt: skip


def _design(context: SeedContext, maker: Post, second: Post) -> None:
    known = discovery.indicators()
    sections: list[dict[str, Any]] = []
    for title, figures, text, by, chart in (
        ("诉求办理", ("appeals.received", "appeals.settled", "appeals.solved_rate"),
         "{period}，{place}受理诉求{appeals.received}，{appeals.received:change}；办结率{appeals.settled}。", "", ""),
        ("惠民政策", ("benefits.take_up", "benefits.claims_from_match"), "匹配后享受率{benefits.take_up}。", "", ""),
        ("分地区情况", ("appeals.received", "appeals.settled"), "各地区按代码排列，不排名次。", "place", "bar"),
    ):  # fmt: skip
        there = [code for code in figures if code in known]
        if len(there) == len(figures):
            wanted = compose.Wanted(title, 1, there, [text], by, chart)
            sections.append(compose.check(wanted).kept())
    key, day = uuid4(), context.until - timedelta(days=30)
    ReportDesign.objects.create(
        key=key, code=f"{compose.PREFIX}{key.hex[:12]}", organisation=maker.organisation, scope_code=maker.scope_code,
        name="街道工作月报（示例）", title="{place}{period}工作情况月报", sections=sections, state=ReportDesign.State.APPROVED,
        made_by=maker.account, composers=[maker.account_id], post=maker, made_at=day, decided_by=second.account,
        decided_at=day + timedelta(days=1),
    )  # fmt: skip


def _schedule(context: SeedContext, maker: Post) -> None:
    due = rules.last_due("month", 3, context.until.date(), calendar().is_working)
    district = Organisation.objects.filter(
        kind=Organisation.Kind.DISTRICT, scope_code=maker.scope_code[:6], active=True
    ).first()
    receivers = [{"organisation": district.pk, "address": ""}] if district else []
    day = context.until - timedelta(days=30)
    ReportSchedule.objects.create(
        key=uuid4(), name="街道诉求月报（示例）", definition=KIND, kind="month", nth=3, places=[maker.scope_code],
        tells=[maker.pk], receivers=receivers, post=maker, organisation=maker.organisation, scope_code=maker.scope_code,
        handled_on=due.start, made_at=day, changed_at=day,
    )  # fmt: skip
