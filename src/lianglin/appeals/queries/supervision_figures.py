"""The figures of supervision (R051): late matters whose unit was put under supervision, and orders by kind. Of units alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from lianglin.access.actor import Actor, job
from lianglin.appeals.models import SupervisionOrder
from lianglin.appeals.queries import figures
from lianglin.appeals.queries.figures import Scopes, inside, month_of, within
from lianglin.appeals.rules import supervising
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period

_SUPERVISED = Exists(SupervisionOrder._base_manager.filter(case=OuterRef("case"), issued_at__isnull=False))


def cells(codes: Collection[str], span: Period, scope_codes: Scopes) -> Iterable[Cell]:
    """Both figures for the months of ``span``, in the given communities or in all."""
    if "appeals.supervised" in codes:
        late = figures.fell_late(job(), span).filter(figures.scoped(scope_codes, "case__scope_code"))
        found = late.values("scope_code", month=month_of("due_at"))
        for row in found.annotate(n=Count("pk"), s=Count("pk", filter=_SUPERVISED)).order_by():
            yield Cell("appeals.supervised", row["month"], row["scope_code"], row["s"], row["n"])
    if "appeals.supervision_orders" in codes:
        given = SupervisionOrder.objects.visible_to(job(), purpose="system").filter(
            within(span, "issued_at"), figures.scoped(scope_codes), case__isnull=False
        )
        for row in (
            given.values("scope_code", "kind", month=month_of("issued_at")).annotate(n=Count("pk")).order_by()
        ):
            yield Cell(
                "appeals.supervision_orders", row["month"], row["scope_code"], row["n"], None, row["kind"]
            )


def rows(code: str, actor: Actor, prefix: str, span: Period, part: str, member: str = "") -> QuerySet[Case]:
    """The late matters behind one count of the rate."""
    late = figures.fell_late(actor, span).filter(inside(prefix))
    if part == "numerator":
        late = late.filter(_SUPERVISED)
    elif part == "rest":
        late = late.filter(~_SUPERVISED)
    return cases.visible(actor).filter(pk__in=late.values("case_id")).order_by("-opened_at", "-id")


def kinds() -> dict[str, Any]:
    """Kind of order -> label, from the mildest."""
    return dict(supervising.KINDS)
