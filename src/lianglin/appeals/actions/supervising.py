"""Orders of supervision: drawn up, approved where it takes two, answered by the unit, accepted, sent back, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals.actions.asking import known
from lianglin.appeals.actions.excluding import COUNT_AGAIN
from lianglin.appeals.models import SupervisionOrder, SupervisionStep
from lianglin.appeals.queries import recipients
from lianglin.appeals.queries.provisions import provision
from lianglin.appeals.rules import supervising
from lianglin.appeals.rules.supervising import BY_CODE, Deed
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit import clock, messages
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.signs import local_dt_lazy

SUBJECT = "appeals.SupervisionOrder"
ANSWER = "appeals.handle"
TELL_ANSWERED = "appeals_tell_answered"
"""Name of the task (in tasks.py) that tells who drew an order up of its answer."""
SHORTEST = 6


@dataclass(frozen=True)
class Ordered:
    """What an order says: its kind, why, in words; for a talk, when and where."""

    kind: str
    ground: str
    text: str
    meeting_at: datetime | None = None
    meeting_place: str = ""
    by_rule: str = ""


def order(
    *, by: Actor, said: Ordered, unit: Organisation, case: Case | None = None, sample: bool = False
) -> SupervisionOrder:
    """Draws an order up. The unit hears of it at once, or, for a circular, once a second person has approved it.

    ``case`` (one that the post sees, in the hands of the unit) or, without one, about the unit's work as a whole.
    """
    known(said.kind, supervising.KINDS, "kind")
    known(said.ground, supervising.GROUNDS, "ground")
    by.require(supervising.DUTY[said.kind])
    _must_be_about(unit, case, by)
    _said(said.text, "text")
    if said.kind == "summon" and (said.meeting_at is None or not said.meeting_place.strip()):
        raise Refused(_("Say when and where the talk is."), field="meeting_at")
    if said.meeting_at is not None and said.meeting_at <= clock.now():
        raise Refused(_("The talk lies ahead: choose a later time."), field="meeting_at")
    with together():
        made = _row(by, said, unit, case, "proposed" if said.kind in supervising.TWO_PEOPLE else "issued")
        made.sample = sample
        if made.state == "issued":
            _give(made)
        made.save(force_insert=True)
        _step(made, "issue" if made.state == "issued" else "propose", by, "")
        if made.state == "issued":
            _note_on_case(made, by)
            _tell_unit(made, "appeals.supervised")
        _count(made)
    return made


def waive(*, by: Actor, kind: str, case: Case, reason: str) -> SupervisionOrder:
    """Does not order what the ladder proposes for a matter now, with a reason that stays; the unit is not told."""
    known(kind, supervising.KINDS, "kind")
    by.require(supervising.DUTY[kind])
    if case.owner is None:
        raise Refused(_("No unit is in charge of this matter now."))
    _said(reason, "reason")
    with together():
        made = _row(by, Ordered(kind, "overdue", reason), case.owner, case, "waived")
        made.ended_at = made.made_at
        made.save(force_insert=True)
        _step(made, "waive", by, reason)
    return made


def _row(by: Actor, said: Ordered, unit: Organisation, case: Case | None, state: str) -> SupervisionOrder:
    return SupervisionOrder(
        scope_code=case.scope_code if case else by.low, case=case, unit=unit, kind=said.kind, ground=said.ground,
        state=state, by_rule=said.by_rule, for_due_at=case.due_at if case else None, text=said.text.strip(),
        meeting_at=said.meeting_at, meeting_place=said.meeting_place.strip(), made_at=clock.now(),
        made_post_id=by.post_id, issuer_id=by.organisation_id,
    )  # fmt: skip


def _must_be_about(unit: Organisation, case: Case | None, by: Actor) -> None:
    if unit.pk == by.organisation_id:
        raise Refused(_("A unit does not supervise itself. Choose another."), field="unit")
    if not unit.active:
        raise Refused(_("This unit no longer works. Choose another."), field="unit")
    if case is not None and case.owner_id != unit.pk:
        raise Refused(_("This unit is not in charge of the matter. Look at it again."), field="unit")


def _give(found: SupervisionOrder) -> None:
    limit = provision("ladder.answer", found.scope_code, clock.today()).limit
    due = calendar().add(clock.now(), *limit)
    found.told_id, found.issued_at = found.unit_id, clock.now()
    found.due_at, found.provisional = due.at, due.provisional


def act(pk: int, code: str, *, by: Actor, note: str = "") -> SupervisionOrder:
    """Makes one move of :data:`~lianglin.appeals.rules.supervising.DEEDS` on an order.

    Forbidden to whoever has not the duty, to another unit, and to the author as the second person; Conflict when the
    order stands otherwise.
    """
    deed = BY_CODE.get(code)
    if deed is None:
        raise Refused(_("The page was incomplete. Open it again."))
    with together():
        found = _locked(pk, by)
        _must_be_theirs(found, deed, by)
        if found.state not in deed.sources:
            raise Conflict(
                _("This is not possible any more: the order was moved meanwhile. Look at it again.")
            )
        if deed.note:
            _said(note, "note")
        found.state = deed.target
        if code in ("approve", "return"):
            _give(found)
        if code == "answer":
            found.answered_at = clock.now()
        if found.state not in supervising.OPEN:
            found.ended_at = clock.now()
        found.save(
            update_fields=["state", "told", "issued_at", "due_at", "provisional", "answered_at", "ended_at"]
        )
        _step(found, code, by, note)
        if code == "approve":
            _note_on_case(found, by)
        _tell(found, code)
        _count(found)
    return found


def _must_be_theirs(found: SupervisionOrder, deed: Deed, by: Actor) -> None:
    if deed.by_unit:
        by.require(ANSWER)
        if found.told_id != by.organisation_id:
            raise Forbidden(_("This order was given to another unit."))
        return
    by.require(supervising.DUTY[found.kind])
    if deed.code in ("approve", "refuse") and found.made_post.account_id == by.account_id:
        raise Forbidden(_("You drew it up yourself: somebody else approves it."))


def _locked(pk: int, by: Actor) -> SupervisionOrder:
    seen = SupervisionOrder.objects.visible_to(by, purpose=by.work_purpose).filter(pk=pk)
    found = seen.select_for_update(of=("self",), no_key=True).select_related("made_post").first()
    if found is None:
        raise Forbidden(_("There is no such order in the area of your current post."))
    return found


def _said(text: str, field: str) -> None:
    if len(text.strip()) < SHORTEST:
        raise Refused(_("Write it in at least six characters: the other side reads it."), field=field)


def _step(found: SupervisionOrder, code: str, by: Actor, note: str) -> None:
    SupervisionStep(
        order=found, scope_code=found.scope_code, told_id=found.told_id, move=code, at=clock.now(),
        post_id=by.post_id, organisation_id=by.organisation_id, note=note.strip(),
    ).save(force_insert=True)  # fmt: skip
    audit.record(
        f"appeals.supervision.{code}", SUBJECT, found.pk, scope_code=found.scope_code,
        values={"kind": found.kind, "state": found.state, "note": note or found.text},
    )  # fmt: skip


def _note_on_case(found: SupervisionOrder, by: Actor) -> None:
    """The matter's own story says that an order was given, for those who work on it."""
    if found.case_id is not None:
        held = cases.lock(found.case_id, by=by)
        particulars = {"supervision": found.kind, "order": found.pk}
        cases.remark(held, by=by, note="", public=False, data=particulars, code="supervised")


def _tell(found: SupervisionOrder, code: str) -> None:
    if code in ("approve", "return"):
        _tell_unit(found, "appeals.supervised" if code == "approve" else "appeals.supervision_returned")
    elif code == "withdraw":
        _tell_unit(found, "appeals.supervision_withdrawn")
    elif code == "answer":
        # a unit may write messages about its cases alone: this one is sent in the background
        app.configure_task(TELL_ANSWERED, queue="events").defer(order_id=found.pk)


def tell_answered(order_id: int, *, by: Actor) -> None:
    """Tells the post that drew an order up of the unit's answer; for the background, idempotent."""
    found = SupervisionOrder.objects.visible_to(by, purpose=by.work_purpose).filter(pk=order_id).first()
    if found is not None:
        _send(found, "appeals.supervision_answered", [found.made_post_id])


def _tell_unit(found: SupervisionOrder, code: str) -> None:
    _send(found, code, recipients.posts_of(found.unit_id))


def _send(found: SupervisionOrder, code: str, posts: list[int]) -> None:
    for post_id in posts:
        messages.send(
            messages.Message(
                code=code,
                channel="in_app",
                scope_code=found.scope_code,
                case_id=found.case_id,
                post_id=post_id,
                context={
                    "kind": dict(supervising.KINDS)[found.kind],
                    "until": local_dt_lazy(found.due_at, "short") if found.due_at else "",
                    "link": reverse("appeals:supervision_order", args=[found.pk]),
                },
                once=f"{code}:{found.pk}:{found.issued_at}:{found.answered_at}:{post_id}",
            )
        )


def _count(found: SupervisionOrder) -> None:
    """The figures of supervision follow in the background."""
    if found.case_id is not None:
        app.configure_task(COUNT_AGAIN, queue="events").defer(
            case_id=found.case_id, scope_code=found.scope_code
        )
