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
from lianglin.kit import clock, discovery, paging
from lianglin.kit.ids import group_case_number

BUCKETS = ("overdue", "today", "later")


@require_GET
@in_post()
def work(request: HttpRequest) -> HttpResponse:
    """What waits for this post: overdue, due today, later. ``?only=`` and ``?task=`` narrow it."""
    actor = acting(request)
    only, task = request.GET.get("only", ""), request.GET.get("task", "")
    if actor.work_purpose not in actor.purposes or not cases.waiting_states(actor):
        return _nothing(request, actor)
    waiting = cases.inbox(actor)
    counts = _counts(waiting)
    found = paging.page(
        _narrowed(waiting, only, task, actor), "due_at", "id", cursor=request.GET.get("cursor", "")
    )
    context = {
        "chips": _chips(counts, only, task),
        "groups": _groups(found.rows, actor),
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
        chips.append(_chip(_task(kind, state), count, task == key, task=key))
    return [chip for chip in chips if chip["count"] or chip["current"] or chip["label"] == _("All")]


def _chip(label: str, count: int, current: bool, tone: str = "", **query: str) -> dict[str, Any]:
    url = reverse("portal:work") + (f"?{urlencode(query)}" if query else "")
    return {"label": label, "count": count, "current": current, "url": url, "tone": tone if count else ""}


def _task(kind: str, state: str) -> str:
    """What is to be done with a case in this state: the label of the move it expects."""
    lifecycle = discovery.lifecycles()[kind]
    return str(capfirst(lifecycle.move(lifecycle.state(state).expects).label))


def _groups(found: list[Case], actor: Actor) -> list[dict[str, Any]]:
    """The page's cases under overdue, due today, later, each with where it came from and on what rule."""
    now, midnight = clock.now(), _today_ends()
    last, clocks = cases.last_steps(found, actor), cases.running_clocks(found, actor)
    titles = {"overdue": _("Overdue"), "today": _("Due today"), "later": _("Later")}
    rows: dict[str, list[dict[str, Any]]] = {bucket: [] for bucket in BUCKETS}
    for case in found:
        due = case.due_at or midnight
        bucket = "overdue" if due < now else "today" if due < midnight else "later"
        rows[bucket].append(_row(case, last.get(case.pk), clocks.get(case.pk)))
    return [
        {"code": bucket, "title": titles[bucket], "rows": rows[bucket]} for bucket in BUCKETS if rows[bucket]
    ]


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
