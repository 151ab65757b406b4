"""Worklists over matches: in the actor's area and for its purpose, by place and number, never by an amount."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.benefits.models import HealthErrand, HealthMatch, Match, MatchAhead, MatchStep, RuleFeedback
from lianglin.benefits.models.matches import MAY_BE_TOLD, ONE_AWAY
from lianglin.benefits.rules.matching import PURPOSE
from lianglin.people.models import Household

KEYS = ("scope_code", "id")
"""The order of every list of matches: place, then number. Page by it."""
OPEN, NEAR, BEGINS, ENDS = "open", "near", "begins", "ends"


def purpose_of(actor: Actor) -> str:
    """The purpose for which this kind of actor reads matches."""
    return {"job": "system", "resident": "own_data", "health": "health"}.get(actor.role, PURPOSE)


def of_area(actor: Actor) -> QuerySet[Match]:
    """Every match that the actor may read."""
    return Match.objects.visible_to(actor, purpose=purpose_of(actor)).select_related("measure")


def not_claimed(actor: Actor, *, measure_id: int | None = None, prefix: str = "") -> QuerySet[Match]:
    """May qualify and has not claimed, nor declined pushed matches. Page it by KEYS."""
    return _narrowed(of_area(actor).filter(MAY_BE_TOLD), measure_id, prefix)


def one_away(actor: Actor, *, measure_id: int | None = None, prefix: str = "") -> QuerySet[Match]:
    """One unknown fact or one document away. Page it by KEYS."""
    return _narrowed(of_area(actor).filter(ONE_AWAY), measure_id, prefix)


def ahead(
    actor: Actor, change: str, *, measure_id: int | None = None, prefix: str = ""
) -> QuerySet[MatchAhead]:
    """What begins, or ends, by the end of next month. Page it by KEYS."""
    rows = MatchAhead.objects.visible_to(actor, purpose=purpose_of(actor)).filter(change=change, quiet=False)
    return _narrowed(rows.select_related("measure"), measure_id, prefix)


def _narrowed(rows: QuerySet[Any], measure_id: int | None, prefix: str) -> QuerySet[Any]:
    if measure_id is not None:
        rows = rows.filter(measure_id=measure_id)
    if len(prefix) == 12:
        return rows.filter(scope_code=prefix)
    return rows.filter(scope_code__gte=prefix, scope_code__lt=f"{prefix}~") if prefix else rows


def of_household(household_id: int, actor: Actor) -> list[Match]:
    """The stored matches of one household, in the order of measures."""
    return list(of_area(actor).filter(household_id=household_id).order_by("measure__code", "resident_id"))


def steps(match_ids: Iterable[int], actor: Actor) -> list[MatchStep]:
    """What was said and done about some matches, the newest first."""
    rows = MatchStep.objects.visible_to(actor, purpose=purpose_of(actor))
    return list(rows.filter(match_id__in=list(match_ids)).order_by("-id"))


def feedback(*, measure_id: int | None = None) -> QuerySet[RuleFeedback]:
    """Where somebody was not eligible after all: for whoever keeps the rule. Page it by ("-id")."""
    rows = RuleFeedback.objects.select_related("measure")
    return rows.filter(measure_id=measure_id) if measure_id is not None else rows


def errands(actor: Actor) -> QuerySet[HealthErrand]:
    """Households of the area that the health centre is still to be asked to look at. Page it by KEYS."""
    return HealthErrand.objects.visible_to(actor, purpose=purpose_of(actor)).filter(done_at__isnull=True)


def of_health(actor: Actor) -> QuerySet[HealthMatch]:
    """Health-related matches of the own place, for the health role alone. Page it by KEYS."""
    rows = HealthMatch.objects.visible_to(actor, purpose="health").filter(
        state__in=("suggested", "told"), answer=2
    )
    return rows.select_related("measure")


def doors(household_ids: Iterable[int], actor: Actor) -> dict[int, Household]:
    """Households by number with their doors, as far as the actor may see them."""
    wanted = sorted(set(household_ids))
    if not wanted or "handle_case" not in actor.purposes:
        return {}
    rows = Household.objects.visible_to(actor, purpose="handle_case").filter(pk__in=wanted)
    return {home.pk: home for home in rows.select_related("dwelling__unit__building")}
