"""Standard texts: those in force for a place and a step, those that concern a post, and what fills them for a case."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import StandardText
from lianglin.appeals.queries.dispatching import areas_over
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt

State = StandardText.State


def in_force(scope_code: str, move: str, item_code: str = "") -> list[StandardText]:
    """The texts that count at a place for a step: for the item before those for any, the narrowest area first. One query."""
    newest = _newest(StandardText.objects.filter(scope_code__in=areas_over(scope_code), move=move))
    found = [one for one in newest if one.retired_at is None and one.item_code in ("", item_code)]
    return sorted(found, key=lambda one: (not one.item_code, -len(one.scope_code), one.title))


def frames(scope_code: str, move: str) -> list[str]:
    """What the areas above a place ask of its texts for a step."""
    above = [code for code in areas_over(scope_code) if code != scope_code]
    newest = _newest(StandardText.objects.filter(scope_code__in=above, move=move))
    return [one.frame for one in newest if one.retired_at is None and one.frame]


def _newest(rows: QuerySet[StandardText]) -> QuerySet[StandardText]:
    return rows.filter(state=State.APPROVED).order_by("series", "-version").distinct("series")


def near(actor: Actor) -> QuerySet[StandardText]:
    """Every version that concerns a post. Page it by ("-id",)."""
    within = Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    return StandardText.objects.filter(Q(scope_code__in=areas_over(actor.low)) | within)


def values(case: Case) -> dict[str, str]:
    """What fills the placeholders for an appeal: nothing of who reported it."""
    item = case.appeal.item
    place = case.place_text or (case.building.address if case.building else case.community.label)
    return {
        "number": group_case_number(case.number),
        "item": item.label if item else "",
        "place": place,
        "unit": case.owner.label if case.owner else "",
        "reported": local_dt(case.opened_at, "date"),
        "due": local_dt(case.due_at, "short") if case.due_at else "",
        "today": local_dt(clock.now(), "date"),
    }
