"""What may be published, what waits for a person, and what stands on the public page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import (
    Appeal,
    Item,
    Publication,
    PublicationObjection,
    PublicationRule,
    PublishedCase,
    RedactedText,
)
from lianglin.appeals.queries.own import ANSWERS
from lianglin.appeals.rules.redacting import grams
from lianglin.cases.models import Step

NAMES = """
create or replace function appeals_names_of(wanted bigint) returns setof text
language sql stable security definer set search_path = public, pg_temp as $$
    select name from appeals_appellant where case_id = wanted and name <> ''
    union
    select a.name from cases_step s join access_post p on p.id in (s.post_id, s.for_post_id)
    join access_account a on a.id = p.account_id where s.case_id = wanted and a.name <> ''
$$"""
"""The names that the record of a case knows: who reported, and who worked on it. For the background alone."""


def install(cursor: Any) -> None:
    """Creates or replaces the function; nobody but the background may call it."""
    cursor.execute(NAMES)
    cursor.execute("revoke all on function appeals_names_of(bigint) from public")
    cursor.execute("grant execute on function appeals_names_of(bigint) to lianglin_job")


def names_of(case_id: int) -> list[str]:
    """The names that the record knows; run it as the background."""
    with connection.cursor() as cursor:
        cursor.execute("select * from appeals_names_of(%s)", [case_id])
        return [name for (name,) in cursor.fetchall()]


def rule_of(item: Item | None) -> PublicationRule | None:
    """What the public may know of an item's cases; None: nothing."""
    return PublicationRule.objects.filter(item_code=item.code).first() if item else None


def is_objected(case_id: int, actor: Actor) -> bool:
    """Whether whoever reported does not want the case published."""
    seen = PublicationObjection.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.filter(case_id=case_id).exists()


def originals(case_id: int, actor: Actor) -> dict[str, str]:
    """Report and last answer in their own words: what is redacted."""
    seen = Appeal.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id=case_id)
    steps = Step.objects.visible_to(actor, purpose=actor.work_purpose)
    said = steps.filter(case_id=case_id, move__in=ANSWERS, public=True).order_by("-seq").first()
    return {
        "text": seen.values_list("text", flat=True).first() or "",
        "answer": said.note if said else "",
    }


def waiting(actor: Actor) -> QuerySet[Publication]:
    """Publications of the post's area with what their list shows."""
    seen = Publication.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.select_related("case__appeal__item", "case__community", "case__compound").defer(
        "case__community__geometry", "case__compound__geometry"
    )


def version(one: Publication, seq: int, actor: Actor) -> RedactedText | None:
    """One version of a publication."""
    seen = RedactedText.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.filter(publication_id=one.pk, seq=seq).first()


# --- the public page ---------------------------------------------------------------------------------------


WHOLE_ITEM = 6
"""Digits of an item's code; fewer name its class or field."""


def published(*, area: str = "", item_class: str = "", words: str = "") -> QuerySet[PublishedCase]:
    """What anybody reads, narrowed by the beginning of a place's code, of an item's code, and by words.

    Every pair of letters of the words must occur; the words themselves are then looked for.
    """
    found = PublishedCase.objects.all()
    if len(area) == 12:
        found = found.filter(scope_code=area)
    elif area:
        found = found.filter(scope_code__gte=area, scope_code__lt=area + "~")
    if len(item_class) == WHOLE_ITEM:
        found = found.filter(item_code=item_class)
    elif item_class:
        found = found.filter(item_code__gte=item_class, item_code__lt=item_class + "~")
    if words.strip():
        found = found.filter(grams__contains=grams(words) or ["\u0001"])
    return found


def search_keys(parts: Iterable[str]) -> list[str]:
    """The search keys of a published case."""
    return grams(" ".join(parts))
