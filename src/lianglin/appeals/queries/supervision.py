"""Orders of supervision as lists, and what the dated rows of the ladder propose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import SupervisionOrder, SupervisionStep
from lianglin.appeals.queries import owed
from lianglin.appeals.queries.provisions import provision
from lianglin.appeals.rules import supervising
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.calendar import calendar


def orders(actor: Actor) -> QuerySet[SupervisionOrder]:
    """The orders of the area, or those that the own unit was given. Page them by ("-id",)."""
    seen = SupervisionOrder.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.select_related("case", "unit", "issuer")


def narrowed(actor: Actor, *, waiting: bool) -> QuerySet[SupervisionOrder]:
    """Those that wait for somebody, or those that have ended."""
    found = orders(actor)
    return found.filter(state__in=supervising.OPEN) if waiting else found.exclude(state__in=supervising.OPEN)


def steps(order: SupervisionOrder, actor: Actor) -> list[SupervisionStep]:
    """What happened to an order, oldest first, as far as the post may know."""
    seen = SupervisionStep.objects.visible_to(actor, purpose=actor.work_purpose)
    return list(seen.filter(order_id=order.pk).select_related("organisation", "post").order_by("id"))


def of_case(case: Case, actor: Actor) -> list[SupervisionOrder]:
    """The orders about one matter, oldest first."""
    return list(orders(actor).filter(case_id=case.pk).order_by("id"))


@dataclass(frozen=True)
class Ladder:
    """The instants by which a limit ends for each kind to be proposed now, from the mildest to the hardest."""

    cuts: tuple[tuple[str, datetime], ...]

    def reached(self, due_at: datetime) -> str:
        """The hardest kind that a limit has reached; "" for none."""
        return next((kind for kind, cut in reversed(self.cuts) if due_at <= cut), "")


def ladder(area: str, kinds: Sequence[str]) -> Ladder:
    """The ladder of an area today, of these kinds alone; pressed at the limit, summoned some working days after it."""
    now, days, cuts = clock.now(), calendar(), []
    for kind, _label in supervising.KINDS:
        if kind not in kinds:
            continue
        amount = provision(f"ladder.{kind}", area, clock.today()).amount
        cut = (
            days.add_working_days(now, amount).at if kind == "remind" else days.working_days_ago(now, amount)
        )
        cuts.append((kind, cut))
    return Ladder(tuple(cuts))


def proposed(actor: Actor, steps_of: Ladder) -> QuerySet[Case]:
    """The matters in units' hands whose limit has reached a step of the ladder that was neither ordered nor waived.

    Page them by ("due_at", "id"). An extension makes it another limit: the ladder begins anew.
    """
    found = owed.matters(actor).filter(owed.WITH_A_UNIT, owner__isnull=False)
    wanted, later = Q(), None
    for kind, cut in reversed(steps_of.cuts):
        done = SupervisionOrder._base_manager.filter(
            case=OuterRef("pk"), for_due_at=OuterRef("due_at"), kind__in=supervising.harder_or_same(kind)
        ).exclude(state="withdrawn")
        here = Q(due_at__lte=cut) & ~Exists(done)
        wanted |= here if later is None else here & Q(due_at__gt=later)
        later = cut
    soonest = max((cut for _kind, cut in steps_of.cuts), default=None)
    return found.filter(wanted, due_at__lte=soonest) if soonest else found.none()


def may_give(actor: Actor) -> list[str]:
    """The kinds that a post may give."""
    return [kind for kind, _label in supervising.KINDS if actor.may(supervising.DUTY[kind])]
