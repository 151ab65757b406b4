"""The suggested next step in words, with its rule and its button."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.appeals.queries.worklists import RETURNED
from lianglin.appeals.rules import LIFECYCLE
from lianglin.appeals.rules.next_step import NextStep, Situation, next_step
from lianglin.cases import queries as cases
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit import clock
from lianglin.kit.addresses import address
from lianglin.kit.signs import local_dt


def shown(
    case: Case,
    actor: Actor,
    steps: list[Step],
    clocks: list[Clock],
    orders: dict[str, Any],
    possible: dict[str, Any],
) -> dict[str, Any] | None:
    """What the page says of the next step; no query of its own."""
    if actor.role not in ("staff", "handler"):
        return None
    leads = actor.role == "staff" or actor.organisation_id == case.owner_id
    running = next((one for one in clocks if one.stopped_at is None), None)
    step = next_step(
        Situation(
            state=case.state,
            duties=actor.duties,
            leads=leads,
            due_at=case.due_at,
            now=clock.now(),
            objection=any(not row["objection"].ruling for row in orders["objections"]),
            helpers=sum(row["order"].state == "ordered" for row in orders["co_orders"]),
            returned=any(one.move in RETURNED for one in steps),
            extended=bool(running and running.extended),
        )
    )
    if step is None:
        return None
    here = address("appeals:detail", case.number)
    usable = step.mine and step.move in possible
    return {
        "title": _title(step),
        "mine": usable,
        "label": capfirst(str(LIFECYCLE.move(step.move).label)) if step.move else "",
        "url": f"{here}?move={step.move}#do-{step.move}",
        "due": case.due_at,
        "why": [_why(reason, case, step, running) for reason in step.why],
        "beside": [
            {"label": capfirst(str(possible[code])), "url": f"{here}?move={code}#do-{code}"}
            for code in step.beside
            if code in possible
        ],
    }


def _title(step: NextStep) -> str:
    if not step.move:
        return _("It follows another appeal: nothing is to be done here.")
    label = capfirst(str(LIFECYCLE.move(step.move).label))
    if step.mine:
        return _("Next: %(step)s") % {"step": label}
    return _("Next: %(step)s. Somebody else does it.") % {"step": label}


def _why(reason: str, case: Case, step: NextStep, running: Clock | None) -> str:
    if reason == "expects":
        told = _("An appeal that is “%(state)s” is next to be: %(step)s.") % {
            "state": case.state_label,
            "step": LIFECYCLE.move(step.move).label,
        }
        if running is None:
            return told
        limit = cases.limit_words(running.amount, running.unit)
        rule = _("The rule: %(stage)s, %(limit)s since %(since)s.") % {
            "stage": LIFECYCLE.limit(running.stage).label,
            "limit": limit,
            "since": local_dt(running.started_at, "short"),
        }
        return f"{told} {rule}"
    words = {
        "objection": _("A unit objected: the next order is the ruling on it and binds."),
        "returned": _("It came back: read the last step before you order it again."),
        "helpers": _("A unit called in has not answered yet: wait for it, or say why you answer without."),
        "paused": _("The clock stands lawfully; go on as soon as the reason is gone."),
        "joined": _("It is settled with the answer to the appeal it follows."),
        "overdue": _("The limit has passed. Do it now; the delay stays on record."),
        "soon": _("The limit ends within a day. More time can be approved only before it ends."),
    }
    return words[reason]
