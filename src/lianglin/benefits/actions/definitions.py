"""The expressions that rules share are changed as one text: proposed by one, approved by a second person."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.actions import edition
from lianglin.benefits.models import Definitions
from lianglin.benefits.queries import checking
from lianglin.benefits.rules.folder import DEFINITIONS
from lianglin.benefits.rules.life import APPROVE, DRAFT
from lianglin.benefits.rules.summary import digest
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

SUBJECT = "benefits.Definitions"
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
        try:
            with together():
                made.save(force_insert=True)
                audit.record("benefits.definitions.propose", SUBJECT, made.pk, scope_code=by.low)
        except IntegrityError as error:
            raise Conflict(
                _("A change of the definitions waits for approval already. Have it decided first.")
            ) from error
    return made


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
    by.require(APPROVE)
    with together():
        rows = Definitions.objects.select_for_update(no_key=True)
        found = rows.filter(pk=definitions_id).first()
        if found is None or found.state != State.WAITING:
            raise Conflict(_("It does not wait for a decision any more. Look at it again."))
        if found.drafted_by_id == by.account_id:
            raise Forbidden(_("You wrote it yourself: somebody else decides."))
        if not approve and not note.strip():
            raise Refused(_("Say why you refuse it."), field="note")
        if approve:
            _must_hold(found.source)
            Definitions.objects.filter(state=State.IN_FORCE).update(state=State.REPLACED)
        found.state = State.IN_FORCE if approve else State.REFUSED
        found.approved_by_id, found.approved_at, found.note = by.account_id, clock.now(), note.strip()
        found.save()
        if approve:
            edition.changed()
        verb = "approve" if approve else "refuse"
        audit.record(f"benefits.definitions.{verb}", SUBJECT, found.pk, scope_code=by.low)
    return found
