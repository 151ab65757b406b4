"""What a person agreed to, on which words, and whether it may be asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from lianglin.access.actor import Actor
from lianglin.kit import clock, discovery
from lianglin.kit.domain import ConsentPurpose
from lianglin.people import rules
from lianglin.people.models import Consent, ConsentText
from lianglin.people.queries.guardians import purpose_of


def purposes() -> dict[str, ConsentPurpose]:
    """Every purpose of the house that rests on consent, by its code."""
    return {found.code: found for found in discovery.each("consents")}


def versions(purpose: str = "") -> list[ConsentText]:
    """Every version of the texts, the newest first."""
    rows = ConsentText.objects.order_by("purpose", "-version")
    return list(rows.filter(purpose=purpose) if purpose else rows)


def texts_in_force(at: datetime | None = None) -> dict[str, ConsentText]:
    """Purpose -> the version that is shown at an instant (now)."""
    rows = ConsentText.objects.filter(in_force_from__lte=at or clock.now()).order_by("version")
    return {row.purpose: row for row in rows}


def _renewals(purpose: str) -> list[datetime]:
    rows = ConsentText.objects.filter(purpose=purpose, renews=True)
    return list(rows.values_list("in_force_from", flat=True))


def _as_rule(row: Consent) -> rules.Decided:
    return rules.Decided(row.decision, row.decided_at, row.text.in_force_from)


def decisions(resident_id: int, *, actor: Actor, purpose: str = "") -> list[Consent]:
    """What a person decided, oldest first, with the words that were shown."""
    rows = Consent.objects.visible_to(actor, purpose=purpose_of(actor)).filter(resident_id=resident_id)
    rows = rows.filter(purpose=purpose) if purpose else rows
    return list(rows.select_related("text").order_by("id"))


def consented(resident_id: int, purpose: str, at: datetime | None = None, *, actor: Actor) -> bool:
    """Whether the person's consent for a purpose holds at an instant (now), by what the actor may read.

    False for what was never asked, was refused or withdrawn, or was given on words that a later version renewed.
    """
    found = decisions(resident_id, actor=actor, purpose=purpose)
    return rules.holds(map(_as_rule, found), _renewals(purpose), at or clock.now())


def in_force(resident_ids: Iterable[int], purpose: str, *, actor: Actor) -> Consent | None:
    """The newest consent for a purpose that holds now, of any of these persons; None where nobody's does."""
    rows = Consent.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        resident_id__in=list(resident_ids), purpose=purpose
    )
    by_person: dict[int, list[Consent]] = {}
    for row in rows.select_related("text").order_by("id"):
        by_person.setdefault(row.resident_id, []).append(row)
    renewals, now = _renewals(purpose) if by_person else [], clock.now()
    holding = [found[-1] for found in by_person.values() if rules.holds(map(_as_rule, found), renewals, now)]
    return max(holding, key=lambda row: row.pk, default=None)


def ask_again_after() -> timedelta:
    """How long nobody asks again after a refusal (条例 22); set by LIANGLIN_CONSENT_ASK_AGAIN_DAYS."""
    return settings.CONSENT_ASK_AGAIN


@dataclass(frozen=True)
class Standing:
    """Where one purpose stands for one person: the words in force, the last decision, whether it holds."""

    purpose: ConsentPurpose
    text: ConsentText
    last: Consent | None
    given: bool
    may_ask: bool

    @property
    def not_before(self) -> datetime | None:
        """Until when nobody asks again; None where it may be asked."""
        return (
            None
            if self.may_ask or self.last is None or self.given
            else self.last.decided_at + ask_again_after()
        )


def standings(resident_id: int, *, actor: Actor) -> list[Standing]:
    """Every purpose that has a text in force, in the order of the house."""
    now, shown = clock.now(), texts_in_force()
    by_purpose: dict[str, list[Consent]] = {}
    for row in decisions(resident_id, actor=actor):
        by_purpose.setdefault(row.purpose, []).append(row)
    renewed: dict[str, list[Any]] = {}
    for row in ConsentText.objects.filter(renews=True):
        renewed.setdefault(row.purpose, []).append(row.in_force_from)
    found = []
    for code, purpose in purposes().items():
        if code not in shown:
            continue
        rows = by_purpose.get(code, [])
        decided, renewals = [_as_rule(row) for row in rows], renewed.get(code, [])
        last = decided[-1] if decided else None
        found.append(
            Standing(
                purpose,
                shown[code],
                rows[-1] if rows else None,
                rules.holds(decided, renewals, now),
                rules.may_ask(last, renewals, now, ask_again_after()),
            )
        )
    return found
