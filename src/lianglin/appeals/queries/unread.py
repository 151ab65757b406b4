"""What the night has to do for similar appeals: rows that are missing, and rows that the model in force has not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from lianglin.access.actor import Actor
from lianglin.appeals.models import SimilarityRow
from lianglin.appeals.queries.alike import WITHIN
from lianglin.kit import clock

KEPT = timedelta(days=730)
"""Rows are kept two years after the case is closed; older appeals get none."""


FITTED = timedelta(days=425)
"""The encoder reads what a fit learns from."""


@dataclass(frozen=True)
class Bare:
    """An appeal without its similarity row."""

    case_id: int
    scope_code: str
    item_id: int | None
    class_code: str
    lon: float | None
    lat: float | None
    building_id: int | None
    opened_at: datetime
    text: str


def without_row(most: int, actor: Actor) -> list[Bare]:
    """The newest appeals without a row whose keeping time has not run out; for the background alone."""
    actor.require("system")
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.case_id, a.scope_code, a.item_id, coalesce(k.code, ''), coalesce(c.lon, b.lon, p.lon), "
            "coalesce(c.lat, b.lat, p.lat), c.building_id, a.opened_at, a.text "
            "from appeals_appeal a join cases_case c on c.id = a.case_id "
            "left join appeals_item i on i.id = a.item_id left join appeals_category k on k.id = i.category_id "
            "left join places_building b on b.id = c.building_id left join places_compound p on p.id = c.compound_id "
            "where a.text <> '' and (c.closed_at is null or c.closed_at > %s) "
            "and not exists (select from appeals_similarityrow s where s.case_id = a.case_id) "
            "order by a.case_id desc limit %s",
            [clock.now() - KEPT, most],
        )
        return [Bare(*row) for row in cursor.fetchall()]


def unread(version: str, actor: Actor) -> QuerySet[SimilarityRow]:
    """Rows that may still be compared and that this model has not read, newest first."""
    rows = SimilarityRow.objects.visible_to(actor, purpose=actor.work_purpose)
    return rows.filter(opened_at__gt=clock.now() - WITHIN).exclude(read_by=version).order_by("-opened_at")


def without_meaning(mark: bytes, actor: Actor, most: int) -> list[SimilarityRow]:
    """The newest rows of the last fourteen months that the encoder with this mark has not read."""
    rows = SimilarityRow.objects.visible_to(actor, purpose=actor.work_purpose)
    by_it = RawSQL("coalesce(substring(meaning from 1 for %s) = %s, false)", [len(mark), mark])
    fresh = rows.filter(opened_at__gt=clock.now() - FITTED).annotate(by_it=by_it).filter(by_it=False)
    return list(fresh.order_by("-opened_at")[:most])
