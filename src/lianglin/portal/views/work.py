"""我的待办: one inbox for everything that waits for the post, whatever its kind. By date; nobody is ranked."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock, discovery, errands, paging
from lianglin.kit.calendar import calendar
from lianglin.kit.domain import Errand
from lianglin.kit.ids import group_case_number

BUCKETS = ("overdue", "today", "later")
ERRAND = "errand"
"""Stands for the kind of a case where what waits is none."""


@require_GET
@in_post()
def work(request: HttpRequest) -> HttpResponse:
    """What waits for this post: overdue, due today, later. ``?only=`` and ``?task=`` narrow it."""
    actor = acting(request)
    only, task = request.GET.get("only", ""), request.GET.get("task", "")
    if actor.work_purpose not in actor.purposes or not cases.waiting_states(actor):
        return _nothing(request, actor)
    waiting, cursor = cases.inbox(actor), request.GET.get("cursor", "")
    counts = _counts(waiting)
    asked = _errands(actor, counts)
    found = paging.page(_narrowed(waiting, only, task, actor), "due_at", "id", cursor=cursor)
    beside = [] if cursor else [row for row in asked if _shown(row, only, task)]
    context = {
        "chips": _chips(counts, only, task),
        "groups": _groups(found.rows, beside, actor),
        "page": found,
        "total": counts["all"],
        "narrowed": bool(only or task),
        "panels": _panels(actor),
    }
    return render(request, "portal/work.html", context)


def _nothing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page of a post that no case waits for (a manager, the protection officer)."""
    empty = paging.Page(rows=[], newer="", older="")
    return render(request, "portal/work.html", {"page": empty, "panels": _panels(actor)})


def _today_ends() -> datetime:
    """Midnight that ends the city's day."""
    return datetime.combine(clock.today() + timedelta(days=1), time(0), clock.CITY_ZONE)


def _buckets(now: datetime) -> dict[str, Q]:
    return {
        "overdue": Q(due_at__lt=now),
        "today": Q(due_at__gte=now, due_at__lt=_today_ends()),
        "urgent": Q(urgent=True),
    }


def _counts(waiting: QuerySet[Case]) -> dict[str, Any]:
    """How many wait: all, overdue, due today, urgent, and per task (kind and state). One query."""
    counts: dict[str, Any] = {"all": 0, "overdue": 0, "today": 0, "urgent": 0, "tasks": {}}
    sums = {name: Count("pk", filter=condition) for name, condition in _buckets(clock.now()).items()}
    rows = waiting.order_by().values("kind", "state").annotate(all=Count("pk"), **sums)
    for row in rows:
        for name in ("all", *sums):
            counts[name] += row[name]
        counts["tasks"][f"{row['kind']}.{row['state']}"] = row["all"]
    return counts


def _narrowed(waiting: QuerySet[Case], only: str, task: str, actor: Actor) -> QuerySet[Case]:
    if condition := _buckets(clock.now()).get(only):
        waiting = waiting.filter(condition)
    kind, _dot, state = task.partition(".")
    if kind == ERRAND:
        return waiting.none()
    if state in cases.waiting_states(actor).get(kind, []):
        waiting = waiting.filter(kind=kind, state=state)
    return waiting


def _chips(counts: dict[str, Any], only: str, task: str) -> list[dict[str, Any]]:
    """All, what presses, then one chip per thing to do."""
    chips = [
        _chip(_("All"), counts["all"], not only and not task),
        _chip(_("Overdue"), counts["overdue"], only == "overdue", only="overdue", tone="bad"),
        _chip(_("Due today"), counts["today"], only == "today", only="today"),
        _chip(_("Urgent"), counts["urgent"], only == "urgent", only="urgent", tone="bad"),
    ]
    for key, count in counts["tasks"].items():
        kind, _dot, state = key.partition(".")
        label = counts["errands"][state] if kind == ERRAND else _task(kind, state)
        chips.append(_chip(label, count, task == key, task=key))
    return [chip for chip in chips if chip["count"] or chip["current"] or chip["label"] == _("All")]


def _chip(label: str, count: int, current: bool, tone: str = "", **query: str) -> dict[str, Any]:
    url = reverse("portal:work") + (f"?{urlencode(query)}" if query else "")
    return {"label": label, "count": count, "current": current, "url": url, "tone": tone if count else ""}


def _task(kind: str, state: str) -> str:
    """What is to be done with a case in this state: the label of the move it expects."""
    lifecycle = discovery.lifecycles()[kind]
    return str(capfirst(lifecycle.move(lifecycle.state(state).expects).label))


def _errands(actor: Actor, counts: dict[str, Any]) -> list[dict[str, Any]]:
    """What waits beside the cases, as rows; counted with them."""
    counts["errands"], rows = {}, []
    for errand, waiting in errands.of(actor):
        found = [_errand_row(errand, one) for one in waiting]
        rows += found
        if found:
            counts["errands"][errand.code] = capfirst(str(errand.task))
            counts["tasks"][f"{ERRAND}.{errand.code}"] = len(found)
        counts["all"] += len(found)
        counts["overdue"] += sum(row["bucket"] == "overdue" for row in found)
        counts["today"] += sum(row["bucket"] == "today" for row in found)
        counts["urgent"] += sum(row["case"]["urgent"] for row in found)
    return rows


def _errand_row(errand: Errand, one: errands.Waiting) -> dict[str, Any]:
    now = clock.now()
    return {
        "case": {
            "title": one.title,
            "urgent": one.urgent,
            "due_at": one.due_at,
            "due_provisional": one.provisional,
        },
        "bucket": _bucket(one.due_at, now, _today_ends()),
        "errand": errand.code,
        "url": one.url,
        "number": group_case_number(one.number) if one.number else "",
        "kind": "",
        "task": capfirst(str(errand.task)),
        "place": one.place,
        "community": one.community,
        "left": calendar().time_left(now, one.due_at, around_the_clock=one.urgent),
        "from_unit": one.from_unit,
        "from_step": one.from_step,
        "from_at": one.from_at,
        "rule": one.rule,
        "limit": "",
    }


def _shown(row: dict[str, Any], only: str, task: str) -> bool:
    """Whether an errand fits what the list is narrowed to."""
    if task and task != f"{ERRAND}.{row['errand']}":
        return False
    return row["case"]["urgent"] if only == "urgent" else only in ("", row["bucket"])


def _bucket(due: datetime, now: datetime, midnight: datetime) -> str:
    return "overdue" if due < now else "today" if due < midnight else "later"


def _groups(found: list[Case], beside: list[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """The page's cases and what stands beside them under overdue, due today, later, each with where it came from and on what rule."""
    now, midnight = clock.now(), _today_ends()
    last, clocks = cases.last_steps(found, actor), cases.running_clocks(found, actor)
    titles = {"overdue": _("Overdue"), "today": _("Due today"), "later": _("Later")}
    rows: dict[str, list[dict[str, Any]]] = {bucket: [] for bucket in BUCKETS}
    for case in found:
        bucket = _bucket(case.due_at or midnight, now, midnight)
        rows[bucket].append(_row(case, last.get(case.pk), clocks.get(case.pk)))
    for row in beside:
        rows[row["bucket"]].append(row)
    if beside:
        for group in rows.values():
            group.sort(key=_due)
    return [
        {"code": bucket, "title": titles[bucket], "rows": rows[bucket]} for bucket in BUCKETS if rows[bucket]
    ]


def _due(row: dict[str, Any]) -> datetime:
    case = row["case"]
    return case["due_at"] if isinstance(case, dict) else case.due_at


def _row(case: Case, last: Any, running: Any) -> dict[str, Any]:
    lifecycle = case.lifecycle
    return {
        "case": case,
        "url": reverse(lifecycle.url, args=[case.number]),
        "number": group_case_number(case.number),
        "kind": lifecycle.label,
        "task": _task(case.kind, case.state),
        "place": case.place_text or (case.building.address if case.building else ""),
        "community": case.community.label,
        "left": cases.time_left(case),
        "from_unit": last.organisation.label if last and last.organisation else _("a resident"),
        "from_step": cases.step_label(lifecycle, last.move) if last else "",
        "from_at": last.at if last else case.opened_at,
        "rule": lifecycle.limit(running.stage).label if running else "",
        "limit": cases.limit_words(running.amount, running.unit) if running else "",
    }


def _panels(actor: Actor) -> list[dict[str, Any]]:
    """What the domains add beside the inbox."""
    panels = sorted((p for p in discovery.each("panels") if p.slot == "my_work"), key=lambda p: p.order)
    offered = [(panel.template, discovery.resolve(panel.context)(actor, None)) for panel in panels]
    return [{"template": template, "context": given} for template, given in offered if given is not None]


routes: list[URLPattern] = [path("work/", work, name="work")]
