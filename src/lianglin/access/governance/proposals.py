"""The verbs of a table that two people decide: propose, decide, take back. Each checks, locks, writes and audits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.governance import deciding
from lianglin.access.governance.two_people import Seconded
from lianglin.access.transaction import together
from lianglin.kit.errors import Conflict, Forbidden

M = TypeVar("M", bound=Seconded)


@dataclass(frozen=True)
class Proposals(Generic[M]):
    """One table's verbs. ``event``: how its audit lines are called, with ``{verb}`` in it.

    ``also``: columns that an approval may change beside the decision. ``begun`` and ``approved``: the verbs of a
    proposal and of an approval.
    """

    model: type[M]
    subject: str
    event: str
    may_propose: str
    may_approve: str
    also: tuple[str, ...] = ()
    approved: str = "approve"
    begun: str = "propose"

    def put(self, made: M, *, by: Actor, taken: str = "", **values: Any) -> M:
        """Keeps a new proposal. Conflict with the words ``taken`` where another one stands in its way."""
        with together():
            try:
                with together():
                    made.save(force_insert=True)
            except IntegrityError as error:
                if not taken:
                    raise
                raise Conflict(taken) from error
            self.audited(self.begun, made, by, **values)
        return made

    def decide(
        self,
        by: Actor,
        *,
        approve: bool,
        note: str = "",
        carry_out: Callable[[M], Any] | None = None,
        rows: QuerySet[M] | None = None,
        **where: Any,
    ) -> M:
        """The second person approves, which is carried out, or refuses and says why. ``rows``: as they are read."""
        by.require(self.may_approve)
        with together():
            found = self.locked(rows, **where)
            deciding.decide(found, by=by, approve=approve, note=note)
            if approve and carry_out is not None:
                carry_out(found)
            found.save(update_fields=[*found.decision(), *self.also])
            self.audited(self.approved if approve else "refuse", found, by)
        return found

    def withdraw(self, by: Actor, *, rows: QuerySet[M] | None = None, **where: Any) -> M:
        """Whoever proposed it takes it back while nobody has decided."""
        by.require(self.may_propose)
        with together():
            found = self.locked(rows, **where)
            deciding.withdraw(found, by=by)
            found.save(update_fields=["state", found.TWO.note])
            self.audited("withdraw", found, by)
        return found

    def locked(self, rows: QuerySet[M] | None = None, **where: Any) -> M:
        """The row, held until the end of the transaction; Forbidden where the reader's area has none."""
        rows = self.model._base_manager.all() if rows is None else rows
        found = rows.select_for_update(no_key=True, of=("self",)).filter(**where).first()
        if found is None:
            raise Forbidden(_("This is not of the area of your current post."))
        return found

    def audited(self, verb: str, row: M, by: Actor, **values: Any) -> None:
        """One line of the audit, in the row's area."""
        area: str = getattr(row, "scope_code", by.low)
        audit.record(
            self.event.format(verb=verb), self.subject, row.pk, scope_code=area, values=values or None
        )
