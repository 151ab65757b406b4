"""The expressions that rules share are changed as one text: proposed by one, approved by a second person."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.access.transaction import together
from lianglin.benefits.actions import edition
from lianglin.benefits.models import Definitions
from lianglin.benefits.queries import checking
from lianglin.benefits.rules.folder import DEFINITIONS
from lianglin.benefits.rules.life import APPROVE, DRAFT
from lianglin.benefits.rules.summary import digest
from lianglin.kit import clock
from lianglin.kit.errors import Refused

TEXTS = Proposals(Definitions, "benefits.Definitions", "benefits.definitions.{verb}", DRAFT, APPROVE)
State = Definitions.State


def propose(*, by: Actor, source: str) -> Definitions:
    """Puts a whole text before the second person. Refused where it cannot be read, or a measure would break by it."""
    by.require(DRAFT)
    with together():
        _must_hold(source)
        newest = Definitions.objects.order_by("-number").first()
        made = Definitions(
            number=newest.number + 1 if newest else 1, source=source, digest=digest(source),
            drafted_by_id=by.account_id, drafted_at=clock.now(),
        )  # fmt: skip
        taken = _("A change of the definitions waits for approval already. Have it decided first.")
        return TEXTS.put(made, by=by, taken=taken)


def _must_hold(source: str) -> None:
    broken = checking.broken_by_file(DEFINITIONS, source)
    if broken:
        raise Refused(
            _("Other measures would break by it: %(codes)s. Change them first, or together.")
            % {"codes": ", ".join(broken[:20])},
            field="source",
        )


def decide(definitions_id: int, *, by: Actor, approve: bool, note: str = "") -> Definitions:
    """The second person approves a text, which counts at once, or refuses it and says why."""
    with together():
        found = TEXTS.decide(by, approve=approve, note=note, carry_out=_replace, pk=definitions_id)
        if approve:
            edition.changed()
    return found


def _replace(found: Definitions) -> None:
    _must_hold(found.source)
    Definitions.objects.filter(state=State.IN_FORCE).update(state=State.REPLACED)
