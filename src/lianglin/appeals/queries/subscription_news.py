"""What is new for a subscription: one reader per kind of subject, and the shape in which a mail and a program get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.urls import reverse

from lianglin.appeals.models import PublicProblemEvent, PublishedCase
from lianglin.appeals.queries import problem_news
from lianglin.appeals.queries.publication import published
from lianglin.appeals.rules.subscribing import AT_ONCE, Subject


@dataclass(frozen=True)
class News:
    """What goes out at once: the notice of its mail with its lines, the kind and body of its call; ``last`` was sent."""

    last: int
    count: int
    notice: str
    lines: Sequence[str]
    kind: str
    body: dict[str, Any]


def latest(subject: Subject) -> int:
    """Where a new subscription begins: nothing that was told before it is sent."""
    model = PublishedCase if subject.problem is None else PublicProblemEvent
    return model.objects.aggregate(last=Max("pk"))["last"] or 0


def fresh(subject: Subject, after: int) -> News | None:
    """What came after that id, in the reader's language, twenty at most; None for nothing."""
    return _cases(subject, after) if subject.problem is None else _events(subject.problem, after)


def _cases(subject: Subject, after: int) -> News | None:
    found = published(area=subject.area, item_class=subject.item_class).filter(pk__gt=after)
    rows = list(found.order_by("pk")[:AT_ONCE])
    if not rows:
        return None
    lines = [f"· {row.label} · {row.place_label} {_address(row)}" for row in rows]
    body = {"cases": [_shown(row) for row in rows]}
    return News(rows[-1].pk, len(rows), "appeals.subscription_news", lines, "cases", body)


def _shown(row: PublishedCase) -> dict[str, Any]:
    """A case as a program is told of it: what stands on its page, and where that is."""
    return {
        "number": row.number, "url": _address(row), "item_code": row.item_code, "item": row.item_name,
        "community_code": row.scope_code, "place": row.place, "outcome": row.outcome, "text": row.text,
        "answer": row.answer, "opened_at": row.opened_at.isoformat(), "closed_at": row.closed_at.isoformat(),
        "sample": row.sample,
    }  # fmt: skip


def _address(row: PublishedCase) -> str:
    return f"{settings.PUBLIC_URL}{reverse('appeals:closed_case', args=[row.number])}"


def _events(problem_id: int, after: int) -> News | None:
    found = problem_news.events(problem_id=problem_id).filter(pk__gt=after)
    rows = list(found.order_by("pk")[:AT_ONCE])
    if not rows:
        return None
    one = rows[-1].problem
    url = f"{settings.PUBLIC_URL}{reverse('appeals:public_problem', args=[one.pk])}"
    body = {
        "problem": {
            "id": one.pk, "url": url, "title": one.title, "area_code": one.scope_code, "codes": one.codes,
            "state": one.state, "promised_on": one.promised_on.isoformat() if one.promised_on else None,
            "percent_done": one.percent_done, "cases": one.cases, "sample": one.sample,
        },
        "events": [
            {
                "kind": row.kind, "at": row.at.isoformat(), "text": problem_news.sentence(row),
                "values": {name: value for name, value in row.values.items() if name != "id"},
            }
            for row in rows
        ],
    }  # fmt: skip
    lines = [f"· {problem_news.sentence(row)}" for row in rows] + [url]
    return News(rows[-1].pk, len(rows), "appeals.problem_news", lines, "problem", body)
