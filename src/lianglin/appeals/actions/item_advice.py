"""What was suggested as the item and what a person chose: the difference is what the next fit learns from."""

from __future__ import annotations

from lianglin.access.actor import Actor
from lianglin.appeals.models import Item, ItemAdvice
from lianglin.appeals.queries import catalogue
from lianglin.appeals.rules.advised import Advised
from lianglin.cases.models import Case
from lianglin.kit import clock


def note_item_advice(case: Case, advised: Advised | None, chosen: Item | None, *, by: Actor) -> None:
    """Keeps both with the case; the last decision stands. Nothing where nothing was shown, or codes are unknown.

    Nobody's name is kept with it: it judges the suggestions, not who decides.
    """
    if advised is None or not all(catalogue.item_of(code) for code in advised.codes):
        return
    by.require("appeals.intake" if not by.may("appeals.accept") else "appeals.accept")
    ItemAdvice.objects.update_or_create(
        case_id=case.pk,
        defaults={
            "scope_code": case.scope_code,
            "version": advised.version,
            "suggested": [[code, chance] for code, chance in advised.items],
            "chosen": chosen,
            "followed": chosen is not None and chosen.code in advised.codes,
            "at": clock.now(),
        },
    )
