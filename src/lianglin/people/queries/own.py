"""Rows about a person in words, as the person reads them in what is held and in a copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from lianglin.people.models import Consent, Guardianship, Household, Membership
from lianglin.people.rules import relation_words


def memberships(rows: Sequence[Membership]) -> list[dict[str, Any]]:
    """In which home, as what, from when until when."""
    return [
        {
            "household": _door(row),
            "relation": str(relation_words(row.relation)),
            "from_on": row.from_on,
            "to_on": row.to_on,
        }
        for row in rows
    ]


def _door(row: Membership) -> str:
    home = _other(row, "household")
    return door(home) if home is not None else f"#{row.household_id}"


def door(home: Household) -> str:
    """The address of a household's door."""
    unit = home.dwelling.unit
    return f"{unit.building.address} {unit.number}-{home.dwelling.room}"


def consents(rows: Sequence[Consent]) -> list[dict[str, Any]]:
    """What was decided about which words, when, and how."""
    return [
        {
            "text": _("%(title)s, version %(version)s")
            % {"title": row.text.label, "version": row.text.version},
            "decision": row.get_decision_display(),
            "decided_at": row.decided_at,
            "channel": row.get_channel_display(),
        }
        for row in rows
    ]


def guardianships(rows: Sequence[Guardianship]) -> list[dict[str, Any]]:
    """Who acts for whom; the other person by name where the reader may see the file, else by its number."""
    return [
        {
            "ward": _name(row, "ward"),
            "guardian": row.guardian_name or _name(row, "guardian"),
            "guardian_phone": row.guardian_phone,
            "kind": row.get_kind_display(),
            "papers": row.get_papers_display(),
            "from_on": row.from_on,
            "to_on": row.to_on,
        }
        for row in rows
    ]


def _name(row: Guardianship, column: str) -> str:
    other = _other(row, column)
    return other.name if other is not None else f"#{getattr(row, f'{column}_id')}"


def _other(row: Any, column: str) -> Any:
    """What a key leads to; None where this reader may not see it."""
    try:
        return getattr(row, column)
    except ObjectDoesNotExist:
        return None
