"""Which domains need an impact assessment, and which have one in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Domain
from lianglin.privacy.models import Assessment
from lianglin.privacy.rules import WHY_ASSESSED

ASSESSED = """
create or replace function privacy_assessed(today date, samples boolean) returns setof varchar
language sql stable security definer set search_path = public, pg_temp as $$
    select distinct domain from privacy_assessment
    where result = 'passed' and approved_at is not null and withdrawn_at is null
        and valid_until >= today and (samples or not sample)
$$"""
"""Codes alone: whoever asks for a page need not read the assessments to learn that there is one."""


def install(cursor: Any) -> None:
    """Creates or replaces the function; every role may call it."""
    cursor.execute(ASSESSED)


def assessed() -> frozenset[str]:
    """Codes of the domains with an assessment in force today. A sample one counts in the demo city alone."""
    with connection.cursor() as cursor:
        cursor.execute("select privacy_assessed(%s::date, %s)", [clock.today().isoformat(), settings.DEMO])
        return frozenset(code for (code,) in cursor.fetchall())


@dataclass(frozen=True)
class Needed:
    """One domain that needs an assessment: why, and whether it is live."""

    domain: Domain
    reasons: tuple[str, ...]
    live: bool


def needed() -> list[Needed]:
    """Every domain that says that it needs one, in the order of the house."""
    live = assessed()
    return [
        Needed(found, tuple(str(WHY_ASSESSED[why]) for why in found.assess), found.code in live)
        for found in discovery.manifests()
        if found.assess
    ]


def assessments(actor: Actor) -> QuerySet[Assessment]:
    """All assessments, the newest first by id. Page it by ("-id")."""
    actor.require("privacy.read")
    return Assessment.objects.all()
