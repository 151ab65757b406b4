"""Reads over attachments: those of a case, one by its name, those that are parked, those that are still needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.access.prepared import Prepared
from lianglin.files.models import Attachment, ParkedFile
from lianglin.kit import clock
from lianglin.kit.crypto import match_key

PARKED_FOR = timedelta(days=7)


def visible(actor: Actor) -> QuerySet[Attachment]:
    """The attachments that this actor may open: staff by place, handlers by grant, a resident the public ones of its case."""
    found = Attachment.objects.visible_to(actor, purpose=actor.work_purpose)
    return found.filter(public=True) if actor.role == "resident" else found


@Prepared
def _of_case(actor: Actor, case_id: int) -> QuerySet[Attachment]:
    return visible(actor).filter(case_id=case_id).order_by("id")


def of_case(case_id: int, actor: Actor) -> list[Attachment]:
    """The attachments of one case in the order they came, as far as this actor may see them. One query."""
    return _of_case(actor, case_id)


def lock_case(case_id: int) -> None:
    """Lets nobody else attach to this case until the transaction ends, so that the count holds."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('files.Attachment', %s))", [case_id])


def count(case_id: int, actor: Actor, *, of_office: bool) -> int:
    """How many attachments a case has from those who work on it, or from who reported; shown or not."""
    seen = Attachment.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.filter(case_id=case_id, post__isnull=not of_office).count()


def parked(key: str) -> list[ParkedFile]:
    """The files parked under a draft's key, oldest first; those older than a week are gone."""
    columns = ", ".join(field.column for field in ParkedFile._meta.concrete_fields)
    return list(
        ParkedFile._base_manager.raw(
            f"select {columns} from files_parked(%s, %s)", [digest(key), clock.now() - PARKED_FOR]
        )
    )


def digest(key: str) -> str:
    """Under what a draft's key is kept: whoever reads the table cannot use it."""
    return match_key(key, "parked").hex()


def needed(names: Iterable[str]) -> set[str]:
    """Those of these stored names that a row still needs.

    In one statement, so that a file that moves from parked to attached meanwhile is seen in one of the two.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select name from files_attachment where name = any(%(names)s) "
            "union all select name from files_parkedfile where name = any(%(names)s)",
            {"names": list(names)},
        )
        return {name for (name,) in cursor.fetchall()}
