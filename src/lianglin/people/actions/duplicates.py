"""Two files of one person are joined by a person, and taken apart again exactly as they were. Never by a machine."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit, login_list
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.people.actions.names import write_keys
from lianglin.people.database import following
from lianglin.people.models import DuplicatePair, Membership, Merge, Resident
from lianglin.people.queries import duplicates as queries
from lianglin.people.queries.guardians import purpose_of

GAPS = ("id_number", "id_match", "phone", "phone_match", "born_on", "died_on", "left_on", "sex")
"""What the file that stays takes over where it has nothing."""
NOTHING = (None, Resident.Sex.UNKNOWN)
KEYS = "people.NameKey.resident_id"


def different(pair_id: int, *, ground: str, by: Actor) -> DuplicatePair:
    """They are two persons; the pair is remembered and not shown again."""
    by.require("people.merge")
    with together():
        found = _open(pair_id, by)
        _decide(found, DuplicatePair.State.DIFFERENT, ground, by)
        audit.record(
            "people.different",
            "people.DuplicatePair",
            pair_id,
            scope_code=found.scope_code,
            values={"ground": ground},
        )
    return found


def merge(pair_id: int, *, keep_id: int, ground: str, by: Actor) -> Merge:
    """Joins the two files of a pair; ``keep_id`` is the one that stays. What moves is written down for undoing it.

    ``ground`` says on what the decision rests (DuplicatePair.Ground). Logins of the file that is joined end.
    """
    by.require("people.merge")
    with together():
        found = _open(pair_id, by)
        if keep_id not in (found.first_id, found.second_id):
            raise Refused(_("Choose which of the two files stays."), field="keep")
        kept, gone = both(keep_id, found.first_id + found.second_id - keep_id, by)
        made = join(found, kept, gone, by=by, hands=by)
        _decide(found, DuplicatePair.State.MERGED, ground, by)
        told(made, by=by, ground=ground)
    return made


def join(
    found: DuplicatePair, kept: Resident, gone: Resident, *, by: Actor, hands: Actor, moved_away: bool = False
) -> Merge:
    """Moves what hangs on one file to the other, as the running role ``hands``; writes down what was moved.

    ``moved_away``: where the file that is joined says that somebody lives, nobody does any more.
    """
    if kept.merged_into or gone.merged_into:
        raise Conflict(_("One of the files was joined meanwhile. Look at the list again."))
    left = _end_homes(gone, hands) if moved_away else []
    with acting(job()) as keeper:
        rows = {label: queries.follow(label, gone.pk, kept.pk) for label in following()}
        login_list.end_of_resident(resident_id=gone.pk, by=keeper)
    moved = {
        "rows": {label: pks for label, pks in rows.items() if pks},
        "ended": [*left, *_end_homes(gone, hands)],
        "filled": _fill(kept, gone),
    }
    gone.merged_into = kept.pk
    gone.save(update_fields=["merged_into"])
    made = Merge(
        scope_code=found.scope_code,
        pair_id=found.pk,
        kept_id=kept.pk,
        gone_id=gone.pk,
        moved=moved,
        merged_at=clock.now(),
        post_id=by.post_id,
    )
    made.save(force_insert=True)
    return made


def told(made: Merge, *, by: Actor, ground: str) -> None:
    """The audit line of a joining."""
    audit.record(
        "people.merge",
        "people.Merge",
        made.pk,
        scope_code=made.scope_code,
        values={"kept": made.kept_id, "gone": made.gone_id, "moved": made.moved, "ground": ground},
    )


def _open(pair_id: int, by: Actor) -> DuplicatePair:
    rows = DuplicatePair.objects.visible_to(by, purpose=purpose_of(by)).select_for_update()
    found = rows.filter(pk=pair_id).first()
    if found is None:
        raise Forbidden(_("There is no such pair in the area of your post."))
    if found.state != DuplicatePair.State.OPEN:
        raise Conflict(_("This was done already. Look at it again."))
    return found


def _decide(found: DuplicatePair, state: str, ground: str, by: Actor) -> None:
    if ground not in DuplicatePair.Ground.values:
        raise Refused(_("Say on what the decision rests."), field="ground")
    found.state, found.ground, found.decided_at, found.post_id = state, ground, clock.now(), by.post_id
    found.save(update_fields=["state", "ground", "decided_at", "post_id"])


def both(kept_id: int, gone_id: int, by: Actor) -> tuple[Resident, Resident]:
    """The two files, locked in the order of their numbers."""
    rows = Resident.objects.visible_to(by, purpose=purpose_of(by)).select_for_update()
    files = {person.pk: person for person in rows.filter(pk__in=[kept_id, gone_id]).order_by("pk")}
    if len(files) < 2:
        raise Forbidden(_("There is no such pair in the area of your post."))
    return files[kept_id], files[gone_id]


def _end_homes(gone: Resident, by: Actor) -> list[list[Any]]:
    """[membership, its last day] of the file that is joined; what is left after the rows followed is a household in
    which both files live: the person would live there twice.
    """
    homes = Membership.objects.visible_to(by, purpose=purpose_of(by)).filter(
        resident_id=gone.pk, to_on__isnull=True
    )
    ended = [[pk, clock.today().isoformat()] for pk in homes.values_list("pk", flat=True)]
    homes.update(to_on=clock.today())
    return ended


def _fill(kept: Resident, gone: Resident) -> dict[str, str | None]:
    """Column -> what stood there before ("filled" from the file that is joined)."""
    before = {
        name: getattr(kept, name)
        for name in GAPS
        if getattr(kept, name) in NOTHING and getattr(gone, name) not in NOTHING
    }
    for name in before:
        setattr(kept, name, getattr(gone, name))
    if before:
        kept.save(update_fields=list(before))
    return before


def undo(merge_id: int, *, by: Actor) -> Merge:
    """Takes two files apart again: every row goes back where it was.

    What came to the file that stays since then stays there. Conflict where a later joining stands on this one, or
    a value that was taken over was changed since.
    """
    by.require("people.merge")
    with together():
        rows = Merge.objects.visible_to(by, purpose=purpose_of(by)).select_for_update()
        made = rows.filter(pk=merge_id, undone_at__isnull=True).first()
        if made is None:
            raise Forbidden(_("There is no such joining in the area of your post."))
        back = take_apart(made, hands=by)
        pairs = DuplicatePair.objects.visible_to(by, purpose=purpose_of(by)).filter(pk=made.pair_id)
        pairs.update(state=DuplicatePair.State.OPEN, ground="", decided_at=None, post_id=None)
        untold(made, back)
    return made


def take_apart(made: Merge, *, hands: Actor) -> dict[str, int]:
    """Every row back where it was, as the running role ``hands``; how many rows of which column."""
    kept, gone = both(made.kept_id, made.gone_id, hands)
    if kept.merged_into or gone.merged_into != made.kept_id:
        raise Conflict(_("A later joining stands on this one. Undo that one first."))
    with acting(job()):
        back = {
            label: queries.follow_back(label, pks, gone.pk, kept.pk)
            for label, pks in made.moved["rows"].items()
        }
    for pk, day in made.moved["ended"]:
        homes = Membership.objects.visible_to(hands, purpose=purpose_of(hands))
        homes.filter(pk=pk, resident_id=gone.pk, to_on=day).update(to_on=None)
    _empty(kept, gone, made.moved["filled"])
    gone.merged_into = None
    gone.save(update_fields=["merged_into"])
    if back.get(KEYS, 0) < len(made.moved["rows"].get(KEYS, ())):
        _new_keys(gone)
    made.undone_at = clock.now()
    made.save(update_fields=["undone_at"])
    return back


def untold(made: Merge, back: dict[str, int]) -> None:
    """The audit line of the undoing."""
    audit.record(
        "people.undo_merge", "people.Merge", made.pk, scope_code=made.scope_code, values={"back": back}
    )


def _empty(kept: Resident, gone: Resident, filled: dict[str, str | None]) -> None:
    """Takes back what was taken over; Conflict where it is something else by now."""
    for name, before in filled.items():
        if getattr(kept, name) != getattr(gone, name):
            raise Conflict(
                _(
                    "Something that was taken over has been changed since. Correct the two files by hand; nothing was undone."
                )
            )
        setattr(kept, name, before)
    if filled:
        kept.save(update_fields=list(filled))


def _new_keys(person: Resident) -> None:
    """Where the keys of the name that were moved are gone since (the name was corrected), they are made anew."""
    with acting(job(person.scope_code, person.scope_code + "~")) as keeper:
        write_keys([person], by=keeper)
