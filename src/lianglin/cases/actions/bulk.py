"""One move on many cases: each in a savepoint of its own, audited and stepped by itself, refused by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.cases.models import BulkMove
from lianglin.kit import clock
from lianglin.kit.errors import HouseError, Refused

AT_ONCE = 200
"""Cases that one bulk move may hold: what a person can still look through before."""


@dataclass(frozen=True)
class Chosen:
    """One case of a bulk move, as it stood on the page where it was chosen."""

    case_id: int
    number: str
    seen_version: int


def move_many(
    chosen: Iterable[Chosen],
    deed: Callable[[Chosen], object],
    *,
    by: Actor,
    kind: str,
    move: str,
    key: UUID,
) -> BulkMove:
    """Runs ``deed`` for each chosen case and says what became of each.

    ``deed`` makes the move as the domain's action does, with the version that was seen: whoever was first
    wins, and the other is told so for that case alone. The same ``key`` a second time does nothing and
    gives back what the first did. Refused: nothing chosen, or more than :data:`AT_ONCE`.
    """
    wanted = sorted({entry.case_id: entry for entry in chosen}.values(), key=lambda entry: entry.case_id)
    if not wanted:
        raise Refused(_("No case is chosen. Go back to the list and tick at least one."))
    if len(wanted) > AT_ONCE:
        raise Refused(_("At most %(n)d cases can be moved at once. Choose fewer.") % {"n": AT_ONCE})
    with together():
        run = _begun(by=by, kind=kind, move=move, key=key)
        if (
            not run.finished
        ):  # in order of their ids, so that two of these never wait for each other in a ring
            run.lines = [_line(entry, deed) for entry in wanted]
            run.finished = True
            run.save(update_fields=["lines", "finished"])
    return run


def _begun(*, by: Actor, kind: str, move: str, key: UUID) -> BulkMove:
    """The run with this key; a second sender waits here until the first has ended."""
    made = BulkMove(key=key, post_id=by.post_id, kind=kind, move=move, at=clock.now())
    BulkMove.objects.bulk_create([made], ignore_conflicts=True)
    found = BulkMove.objects.filter(key=key, post_id=by.post_id).first()
    if found is None:
        raise Refused(_("This form belongs to another post. Choose the cases again."))
    return found


def _line(entry: Chosen, deed: Callable[[Chosen], object]) -> dict[str, object]:
    try:
        with together():
            deed(entry)
    except HouseError as refused:
        return {"case": entry.case_id, "number": entry.number, "done": False, "why": str(refused.message)}
    return {"case": entry.case_id, "number": entry.number, "done": True, "why": ""}
