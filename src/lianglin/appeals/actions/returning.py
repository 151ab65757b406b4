"""What came from another hotline goes back to it: answer and outcome, by file or interface, until it is acknowledged.

A return waits from the moment the answer stands; it is *returned* when somebody took it (as often as they like) and
*acknowledged* when the hotline said so. The table is the outbox: nothing is lost between the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.models import HotlineOrder, HotlineReturn, HotlineSource
from lianglin.appeals.queries import hotline as queries
from lianglin.cases.models import Case, Step
from lianglin.kit import clock
from lianglin.kit.errors import Refused

RETURN = "appeals.import"
MOST = 2_000
"""Returns of one file or one answer of the interface."""
ANSWERED = frozenset({"settle", "answer_now", "refuse", "redirect", "withdraw", "follow", "merge"})
"""Moves after which the hotline is owed what became of its order."""
SUBJECT = "appeals.HotlineReturn"
State = HotlineReturn.State


@dataclass(frozen=True)
class Acknowledged:
    """What came of an acknowledgement: how many were new, how many known, which numbers nothing is known of."""

    new: int
    known: int
    unknown: tuple[str, ...]


def prepare(case_id: int, move: str, *, by: Actor) -> HotlineReturn | None:
    """Puts what became of an order into the outbox, once per step; None when the case is no hotline's, or the move no answer."""
    by.require("system")
    if move not in ANSWERED:
        return None
    order = HotlineOrder.objects.visible_to(by, purpose="system").filter(case_id=case_id).first()
    if order is None:
        return None
    steps = Step.objects.visible_to(by, purpose="system").filter(case_id=case_id).order_by("-seq")
    step = steps.filter(move=move).first()
    if step is None:
        return None
    case = Case.objects.visible_to(by, purpose="system").get(pk=case_id)
    spoken = steps.filter(move="answer").first() if move == "settle" else step
    made, new = HotlineReturn.objects.visible_to(by, purpose="system").get_or_create(
        order=order,
        step=step.seq,
        defaults={
            "source_id": order.source_id,
            "case": case,
            "scope_code": order.scope_code,
            "result": move,
            "outcome": case.outcome,
            "answer": (spoken or step).note,
            "answered_at": step.at,
        },
    )
    if new:
        audit.record("appeals.hotline.owe", SUBJECT, made.pk, scope_code=order.scope_code)
    return made


def hand_over(*, source: HotlineSource, by: Actor, way: str, again: bool = True) -> list[HotlineReturn]:
    """What is to go back now, the oldest first: all that waits and, with ``again``, what was not acknowledged.

    What waited counts as returned from now on; handing it over twice changes nothing but the hotline's patience.
    """
    by.require(RETURN)
    states = [State.WAITING, State.RETURNED] if again else [State.WAITING]
    with together():
        found = list(
            queries.returns(source, by).filter(state__in=states).select_for_update(of=("self",)).order_by("id")[:MOST]
        )  # fmt: skip
        now = clock.now()
        fresh = [one for one in found if one.state == State.WAITING]
        for one in fresh:
            one.state, one.returned_at, one.way = State.RETURNED, now, way
        HotlineReturn.objects.visible_to(by, purpose=by.work_purpose).filter(
            pk__in=[one.pk for one in fresh]
        ).update(state=State.RETURNED, returned_at=now, way=way)
        if fresh:
            audit.record(
                "appeals.hotline.return", SUBJECT, source.pk, scope_code=by.low,
                values={"ids": [one.pk for one in fresh], "way": way},
            )  # fmt: skip
    return found


def acknowledge(
    *, source: HotlineSource, by: Actor, numbers: Sequence[str] = (), ids: Iterable[int] = ()
) -> Acknowledged:
    """The hotline has them: by its own order numbers, or by the ids that went with them. Again changes nothing.

    A number acknowledges what was returned of the order; an answer that waits still is not acknowledged by it.
    """
    by.require(RETURN)
    asked = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    wanted = set(ids)
    if not asked and not wanted:
        raise Refused(_("Name at least one order number."), field="numbers")
    if len(asked) + len(wanted) > MOST:
        raise Refused(_("At most %(n)d at once.") % {"n": MOST}, field="numbers")
    with together():
        seen = queries.returns(source, by).exclude(state=State.WAITING).select_for_update(of=("self",))
        rows = seen.filter(order__number__in=asked) if asked else seen.filter(pk__in=wanted)
        found = list(rows.order_by("id"))
        new = [one.pk for one in found if one.state == State.RETURNED]
        HotlineReturn.objects.visible_to(by, purpose=by.work_purpose).filter(pk__in=new).update(
            state=State.ACKNOWLEDGED, acknowledged_at=clock.now()
        )
        if new:
            audit.record(
                "appeals.hotline.acknowledge", SUBJECT, source.pk, scope_code=by.low, values={"ids": new}
            )
    have = {one.order.number for one in found} | {str(one.pk) for one in found}
    missing = [number for number in [*asked, *map(str, sorted(wanted))] if number not in have]
    return Acknowledged(len(new), len(found) - len(new), tuple(missing))
