"""Files of one person in two districts: each district says its half, sees only its own file, and either takes it back.

Nobody reads both files. What the two halves say decides, and nothing is joined unless they fit (decision 0030).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.models import Post
from lianglin.access.transaction import acting, together
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.restricted import is_marked
from lianglin.people.actions import duplicates
from lianglin.people.models import DuplicateHalf, DuplicatePair, Merge
from lianglin.people.queries.guardians import purpose_of

State, Said = DuplicatePair.State, DuplicateHalf.Said


def say(half_id: int, *, said: str, ground: str, by: Actor) -> DuplicateHalf:
    """Says one district's half. The files are joined once the other half fits: one "lives here", one "moved away".

    Both alike: nothing is joined, both are asked again. "Two persons" from either side ends it.
    """
    by.require("people.merge")
    if said not in Said.values:
        raise Refused(_("Say whether the person lives here."), field="said")
    if ground not in DuplicatePair.Ground.values:
        raise Refused(_("Say on what the decision rests."), field="ground")
    with together():
        mine = _mine(half_id, by)
        if mine.state != State.OPEN or mine.said:
            raise Conflict(_("This was done already. Look at it again."))
        with acting(job()) as keeper:
            halves = _locked(mine.pair_id, keeper)
            mine = halves[half_id]
            if mine.said:
                raise Conflict(_("This was done already. Look at it again."))
            others = [one for pk, one in halves.items() if pk != half_id]
            _must_be_two_people(others, by)
            mine.said, mine.ground, mine.said_at, mine.post_id = said, ground, clock.now(), by.post_id
            mine.clash = False
            _settle(mine, others[0] if others else None, by, keeper)
        audit.record(
            "people.say_half",
            "people.DuplicateHalf",
            half_id,
            scope_code=mine.scope_code,
            values={"said": said, "ground": ground},
        )
    return mine


def undo(half_id: int, *, by: Actor) -> None:
    """Takes the two files apart again, from either district; both are asked anew."""
    by.require("people.merge")
    with together():
        mine = _mine(half_id, by)
        with acting(job()) as keeper:
            halves = _locked(mine.pair_id, keeper)
            rows = Merge.objects.visible_to(keeper, purpose="system").select_for_update()
            made = rows.filter(pair_id=mine.pair_id, undone_at__isnull=True).first()
            if made is None:
                raise Conflict(_("This was done already. Look at it again."))
            duplicates.untold(made, duplicates.take_apart(made, hands=keeper))
            _write(list(halves.values()), state=State.OPEN, clash=False)
            _pair(mine.pair_id, keeper, State.OPEN, "", None)
        audit.record("people.undo_half", "people.DuplicateHalf", half_id, scope_code=mine.scope_code)


def _mine(half_id: int, by: Actor) -> DuplicateHalf:
    rows = DuplicateHalf.objects.visible_to(by, purpose=purpose_of(by))
    found = rows.filter(pk=half_id).first()
    if found is None:
        raise Forbidden(_("There is no such pair in the area of your post."))
    return found


def _locked(pair_id: int, keeper: Actor) -> dict[int, DuplicateHalf]:
    """Both halves by number, locked in the order of their numbers."""
    rows = DuplicateHalf.objects.visible_to(keeper, purpose="system").select_for_update()
    return {one.pk: one for one in rows.filter(pair_id=pair_id).order_by("pk")}


def _must_be_two_people(others: list[DuplicateHalf], by: Actor) -> None:
    """Who holds posts in both districts says one half alone."""
    posts = [one.post_id for one in others if one.said]
    if Post.objects.filter(pk__in=posts, account_id=by.account_id).exists():
        raise Forbidden(_("You said the other half yourself. Somebody else of this place says this one."))


def _settle(mine: DuplicateHalf, other: DuplicateHalf | None, by: Actor, keeper: Actor) -> None:
    """What follows from what both have said by now. Without a pair any more (a file was erased) nothing is joined."""
    both = [mine, other] if other else [mine]
    if other is None or mine.said == Said.DIFFERENT:
        _write(both, state=State.DIFFERENT)
        _pair(mine.pair_id, keeper, State.DIFFERENT, mine.ground, by.post_id)
    elif other.said == mine.said:
        _write(both, state=State.OPEN, clash=True)
    elif other.said:
        _join(mine, other, by, keeper)
    else:
        mine.save(update_fields=["said", "ground", "said_at", "post_id", "clash"])


def _join(mine: DuplicateHalf, other: DuplicateHalf, by: Actor, keeper: Actor) -> None:
    stays, goes = (mine, other) if mine.said == Said.HERE else (other, mine)
    kept, gone = duplicates.both(stays.resident_id, goes.resident_id, keeper)
    if is_marked(kept.scope_code) or is_marked(gone.scope_code):
        raise Conflict(_("The files cannot be joined now. Try again later."))
    pairs = DuplicatePair.objects.visible_to(keeper, purpose="system").select_for_update()
    found = pairs.get(pk=mine.pair_id)
    made = duplicates.join(found, kept, gone, by=by, hands=keeper, moved_away=True)
    _pair(found.pk, keeper, State.MERGED, mine.ground, by.post_id)
    for half in (mine, other):
        half.state = State.MERGED
        half.save(update_fields=["state", "said", "ground", "said_at", "post_id", "clash"])
    duplicates.told(made, by=by, ground=mine.ground)


def _write(halves: list[DuplicateHalf], *, state: str, clash: bool = False) -> None:
    """Sets both halves; one that is open again has said nothing."""
    for half in halves:
        half.state, half.clash = state, clash
        if state == State.OPEN:
            half.said, half.ground, half.said_at, half.post_id = "", "", None, None
        half.save(update_fields=["state", "clash", "said", "ground", "said_at", "post_id"])


def _pair(pair_id: int, keeper: Actor, state: str, ground: str, post_id: int | None) -> None:
    pairs = DuplicatePair.objects.visible_to(keeper, purpose="system").filter(pk=pair_id)
    at = None if state == State.OPEN else clock.now()
    pairs.update(state=state, ground=ground, decided_at=at, post_id=post_id)
