"""Who reported, beyond the one appellant: who speaks for a group, and what else a number has open."""

from __future__ import annotations

from lianglin.access.actor import Actor
from lianglin.appeals.models import Appellant, Representative
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit.crypto import match_key


def representatives(case: Case, actor: Actor) -> list[Representative]:
    """Who speaks for a group. Call it only after the look was logged; no query where nobody does."""
    if case.appeal.headcount is None:
        return []
    seen = Representative.objects.visible_to(actor, purpose=actor.work_purpose)
    return list(seen.filter(case_id=case.pk).order_by("position"))


def open_of_phone(actor: Actor, phone: str, *, limit: int = 5) -> list[Case]:
    """The open appeals of a telephone number in the actor's area, the newest first. Log the look at each."""
    seen = Appellant.objects.visible_to(actor, purpose=actor.work_purpose)
    ids = seen.filter(phone_match=match_key(phone, "phone")).values_list("pk", flat=True)[:200]
    rows = cases.visible(actor).filter(pk__in=list(ids), closed_at__isnull=True, settled_at__isnull=True)
    return list(rows.order_by("-id")[:limit])
