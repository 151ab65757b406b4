"""What facts offer to a person's file."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import Actor
from lianglin.people.queries import file


def person(actor: Actor, resident: Any) -> dict[str, Any] | None:
    """The way to what is known of the person's household; None without the duty or without a household."""
    home = file.current(resident.pk, actor=actor) if actor.may("facts.read") else None
    return {"household_id": home.household_id} if home else None
