"""The three ledgers 久拖不决 / 推诿扯皮 / 办理不力: open matters past thresholds that are dated data. Of units, never of people."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals.models import Objection
from lianglin.appeals.queries import owed
from lianglin.appeals.queries.figures import AGAIN
from lianglin.appeals.queries.provisions import Set, provision
from lianglin.cases.models import Case, Step
from lianglin.kit import clock
from lianglin.kit.calendar import calendar

LEDGERS = (
    ("long", _("long unsolved")),
    ("passed", _("passed back and forth")),
    ("weak", _("poorly handled")),
)
REVISED = ("changed", "again")
"""Opinions on review that do not uphold the answer to a petition."""
THRESHOLDS = {
    "long": ("ledger.long", "ledger.extended"),
    "passed": ("ledger.objections",),
    "weak": ("ledger.unsolved", "ledger.returned"),
}


def thresholds(code: str, area: str) -> list[tuple[str, Set]]:
    """What puts a matter on a ledger in an area today."""
    return [(one, provision(one, area, clock.today())) for one in THRESHOLDS[code]]


def ledger(actor: Actor, code: str, unit: int | None = None) -> QuerySet[Case]:
    """The open matters of every path on one ledger, with ``times`` and ``times_more`` that put them there.

    A petition stands among the poorly handled once its answer was not upheld on review; a remedy with each time that it
    was still not good; units send appeals alone back. Page it by ("-id",).
    """
    area = actor.low if actor.role == "staff" else ""
    first, *others = (found.amount for _code, found in thresholds(code, area))
    rows = owed.matters(actor).filter(owed.IS_OPEN, owner__isnull=False)
    if unit is not None:
        rows = rows.filter(owner_id=unit)
    if code == "long":
        over = owed.WITH_A_UNIT & Q(due_at__lt=calendar().working_days_ago(clock.now(), first))
        rows = rows.annotate(times=_steps("extend"))
        return rows.filter(over | Q(times__gte=others[0]))
    if code == "passed":
        rows = rows.annotate(times=_counted(Objection._base_manager.all()))
        return rows.filter(times__gte=first)
    revised = Step._base_manager.filter(move="give_review", data__opinion__in=REVISED)
    rows = rows.annotate(
        times=_steps(*AGAIN, "insist"), times_more=_steps("send_back"), revised=_counted(revised)
    )
    return rows.filter(Q(times__gte=first) | Q(times_more__gte=others[0]) | Q(revised__gte=1))


def _steps(*moves: str) -> Any:
    return _counted(Step._base_manager.filter(move__in=moves))


def _counted(found: QuerySet[Any]) -> Any:
    """How many of these rows a case has; PostgreSQL's policies hold inside, too."""
    per_case = found.filter(case=OuterRef("pk")).order_by().values("case").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(per_case, output_field=IntegerField()), 0)


def by_unit(actor: Actor, code: str) -> list[tuple[Organisation, int]]:
    """How many matters of each unit are on a ledger, by the unit's code: no rank."""
    counted = ledger(actor, code).order_by().values_list("owner_id").annotate(n=Count("pk"))
    numbers = dict(counted)
    units = Organisation.objects.filter(pk__in=numbers).order_by("code")
    return [(unit, numbers[unit.pk]) for unit in units]
