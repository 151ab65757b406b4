"""What benefits offer to pages they do not know: the household's card, a resident's own page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lianglin.access.actor import Actor
from lianglin.access.gate import acting
from lianglin.benefits.queries import explained, own_matches
from lianglin.benefits.rules.matching import MATCH, PURPOSE
from lianglin.people.models import Household


def household(actor: Actor, subject: Household) -> dict[str, Any] | None:
    """What the household may qualify for, on the spot; None without the duty."""
    if not actor.may(MATCH) or PURPOSE not in actor.purposes:
        return None
    found = explained.of_household(subject.pk, actor=actor)
    return {"answers": found, "household_id": subject.pk, "first": found.may[:5]} if found else None


def me(actor: Actor, subject: HttpRequest) -> dict[str, Any] | None:
    """Whether the person declined pushed matches, and how that is changed; None for who did not log in as a person."""
    who = acting(subject)
    if who.resident_id is None:
        return None
    return {"declined": own_matches.declined(who)}
