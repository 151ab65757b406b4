"""What a person reads of the matches that are stored about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.benefits.models import MatchAhead, MatchBase, MatchStep, Measure
from lianglin.benefits.queries import programs
from lianglin.benefits.queries.population import NO_PUSH
from lianglin.engines.eligibility.package import MAY, UNKNOWN
from lianglin.facts import queries as facts


def declined(actor: Actor) -> bool:
    """Whether the person who logged in declined pushed matches."""
    if actor.resident_id is None:
        return False
    held = facts.of_subject("person", actor.resident_id, actor=actor)
    return any(one.element.code == NO_PUSH and one.value == "1" for one in held)


def _names() -> dict[int, str]:
    return dict(Measure.objects.values_list("id", "code")) | {
        number: measure.name
        for measure in programs.package().measures
        for number in programs.measure_ids([measure.id]).values()
    }


def matches(rows: Sequence[MatchBase]) -> list[dict[str, Any]]:
    """Matches as the person reads them."""
    names = _names()
    said = {MAY: _("may qualify"), UNKNOWN: _("not known yet")}
    return [
        {
            "measure": names.get(row.measure_id, ""),
            "answer": said.get(row.answer, _("does not qualify")),
            "state": row.get_state_display(),  # pyright: ignore[reportAttributeAccessIssue] - Django's own
            "on": row.on,
        }
        for row in rows
    ]


def steps(rows: Sequence[MatchStep]) -> list[dict[str, Any]]:
    """What was said and done, as the person reads it."""
    names = _names()
    return [
        {
            "measure": names.get(row.measure_id, ""),
            "kind": row.get_kind_display(),  # pyright: ignore[reportAttributeAccessIssue] - Django's own
            "reason": row.get_reason_display(),  # pyright: ignore[reportAttributeAccessIssue] - Django's own
            "note": row.note,
            "at": row.at,
        }
        for row in rows
    ]


def ahead(rows: Sequence[MatchAhead]) -> list[dict[str, Any]]:
    """What the next month brings, as the person reads it."""
    names = _names()
    return [
        {
            "measure": names.get(row.measure_id, ""),
            "change": row.get_change_display(),  # pyright: ignore[reportAttributeAccessIssue] - Django's own
            "on": row.on,
        }
        for row in rows
    ]
