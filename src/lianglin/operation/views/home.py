"""The operator's start page, the jobs that were given up, and the handbook."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import pressed
from lianglin.operation import actions, rules
from lianglin.operation.queries import errors, handbook, jobs, labels, standing

TONES = {"good": "good", "warn": "warn", "bad": "bad", "unknown": "warn", "plain": "plain"}


def words() -> dict[str, str]:
    """State of a part -> its word."""
    return {
        "good": _("in order"),
        "warn": _("look at it"),
        "bad": _("act now"),
        "unknown": _("cannot be read"),
        "plain": _("not watched"),
    }


@require_GET
@in_post("operation.watch")
def home(request: HttpRequest) -> HttpResponse:
    """Every part with its state, what is worst first."""
    said = words()
    parts = [{"part": part, "word": said[part.state], "tone": TONES[part.state]} for part in standing.parts()]
    parts.sort(key=lambda one: -rules.WORST.index(one["part"].state))
    wanting = sum(one["part"].state in ("bad", "warn", "unknown") for one in parts)
    context = {"parts": parts, "wanting": wanting, "now": errors.now(), "alarm": errors.alarming()}
    return render(request, "operation/home.html", context)


@require_GET
@in_post("operation.watch")
def failed_jobs(request: HttpRequest) -> HttpResponse:
    """Jobs that were given up, newest first."""
    cursor = request.GET.get("cursor", "")
    behind = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else jobs.LAST
    rows = jobs.failed(behind, jobs.SHOWN + 1)
    more = len(rows) > jobs.SHOWN
    rows = rows[: jobs.SHOWN]
    reasons = errors.of_tasks([row.task for row in rows])
    context = {
        "rows": [
            {
                "job": row,
                "label": labels.task(row.task),
                "queue": labels.queue(row.queue),
                "reasons": [(kind.pk, labels.error(kind.error)) for kind in reasons.get(row.task, [])],
            }
            for row in rows
        ],
        "older": str(rows[-1].id) if more else "",
        "first": not cursor,
        "may_act": acting(request).may("operation.act"),
    }
    return render(request, "operation/jobs.html", context)


@require_POST
@in_post("operation.act")
def job_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts one back into its queue."""
    by = acting(request)
    return pressed(
        request,
        lambda: actions.run_again(job_id=pk, by=by),
        _("Job %(job)s is in its queue again.") % {"job": pk},
        reverse("operation:jobs"),
    )


@require_GET
@in_post("operation.watch")
def handbook_page(request: HttpRequest) -> HttpResponse:
    """What each part means and what to do, also for the links of the alerts."""
    sections = handbook.sections("en" if get_language() == "en" else "zh")
    return render(request, "operation/handbook.html", {"sections": sections})


def panel(actor: Actor, _subject: Any) -> dict[str, Any] | None:
    """On my work: that errors are many, for administrators."""
    if not actor.may("operation.watch"):
        return None
    return {"alarm": errors.alarming(), "open": errors.waiting(actor)}
