"""What people do about messages: send again, tell in another way, print notices and hand them over."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.notices.actions import match_of
from lianglin.notices.delivery import noting
from lianglin.notices.delivery.words import kind_of
from lianglin.notices.models import Channel, Delivery, Letter, Message

SEE_TO, PRINT = "notices.outbox", "notices.letters"
SUBJECT = "notices.Delivery"
DELIVER_TASK = "notices_deliver"
BATCH = 100
State, Answer = Delivery.State, Delivery.Answer
BY_HAND = (Answer.CALLED, Answer.VISITED, Answer.NEEDLESS)


def _locked(delivery_id: int, by: Actor) -> Delivery:
    seen = Delivery.objects.visible_to(by, purpose=by.work_purpose).select_for_update(
        no_key=True, of=("self",)
    )
    found = seen.filter(pk=delivery_id).first()
    if found is None:
        raise Forbidden(_("This message is not of the area of your current post."))
    return found


def _still_open(delivery_id: int, by: Actor) -> Delivery:
    by.require(SEE_TO)
    found = _locked(delivery_id, by)
    if found.state not in (State.FAILED, State.REFUSED) or found.answer:
        raise Conflict(_("Somebody has seen to it meanwhile, or it has arrived after all."))
    return found


def send_again(*, by: Actor, delivery_id: int) -> Delivery:
    """Sends a message that was given up once more, from the first try on; Refused when its address is forgotten."""
    with together():
        found = _still_open(delivery_id, by)
        with acting(job()):
            kept = Message.objects.visible_to(job(), purpose="system").select_for_update(no_key=True)
            message = kept.filter(key=found.key, state=Message.State.FAILED, address__isnull=False).first()
            if message is None:
                raise Refused(
                    _(
                        "It cannot be sent again: the address is forgotten, or it can never arrive there. "
                        "Call the person, or print the notice."
                    )
                )
            message.state, message.tries, message.next_try_at = Message.State.QUEUED, 0, clock.now()
            message.address_match = match_of(str(message.address))  # forgotten after two days
            message.save(update_fields=["state", "tries", "next_try_at", "address_match"])
            app.configure_task(DELIVER_TASK, queue="notices").defer(key=str(message.key))
        found.state, found.next_try_at, found.ended_at = State.WAITING, message.next_try_at, None
        found.save(update_fields=["state", "next_try_at", "ended_at"])
        audit.record("notices.send_again", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def see_to(*, by: Actor, delivery_id: int, answer: str) -> Delivery:
    """Says how the person was told instead: by telephone, at the door, or that it is needless now."""
    if answer not in BY_HAND:
        raise Refused(_("Say how the person was told."), field="answer")
    with together():
        found = _still_open(delivery_id, by)
        _answered(found, by, answer)
    return found


def _answered(found: Delivery, by: Actor, answer: str) -> None:
    found.answer, found.answered_at, found.post_id = answer, clock.now(), by.post_id
    found.save(update_fields=["answer", "answered_at", "post"])
    audit.record(f"notices.{answer}", SUBJECT, found.pk, scope_code=found.scope_code)


def put_on_paper(*, by: Actor, delivery_id: int) -> Letter:
    """A message that did not arrive is laid out as a printed notice of the same words; it waits in the list to print."""
    by.require(PRINT)
    with together():
        found = _still_open(delivery_id, by)
        with acting(job()):
            message = Message.objects.visible_to(job(), purpose="system").filter(key=found.key).first()
            if message is None:
                raise Refused(_("The words of this message are forgotten. Call the person."))
            copy = Message(
                key=uuid.uuid5(found.key, "paper"), code=message.code, channel=Channel.PAPER, body=message.body,
                language=message.language, scope_code=message.scope_code, case_id=message.case_id,
                link=message.link, paper_link=message.paper_link, created_at=clock.now(),
            )  # fmt: skip
            letter = noting.lay_out(copy, kind_of(message.code))
        _answered(found, by, Answer.LETTER)
    return letter


def _letters(ids: Collection[int], by: Actor) -> list[Delivery]:
    by.require(PRINT)
    if not ids:
        raise Refused(_("Choose at least one notice."))
    if len(ids) > BATCH:
        raise Refused(_("At most %(n)s notices at once.") % {"n": BATCH})
    seen = Delivery.objects.visible_to(by, purpose=by.work_purpose).select_for_update(
        no_key=True, of=("self",)
    )
    found = list(seen.filter(pk__in=ids, channel=Channel.PAPER).order_by("pk"))
    if len(found) != len(set(ids)):
        raise Forbidden(_("Some of these notices are not of the area of your current post."))
    return found


def printed(*, by: Actor, ids: Sequence[int]) -> int:
    """Marks notices as printed (those handed over stay so); how many. The paper itself is made by slips.py."""
    now = clock.now()
    with together():
        found = _letters(ids, by)
        for one in found:
            if one.state == State.TO_PRINT:
                one.state, one.sent_at = State.PRINTED, now
                one.save(update_fields=["state", "sent_at"])
        for letter in Letter.objects.visible_to(by, purpose=by.work_purpose).filter(pk__in=ids):
            letter.prints, letter.printed_at = min(letter.prints + 1, 999), now
            letter.save(update_fields=["prints", "printed_at"])
        for one in found:
            audit.record("notices.print", SUBJECT, one.pk, scope_code=one.scope_code)
    return len(found)


def hand_over(*, by: Actor, ids: Sequence[int]) -> int:
    """Says that notices were handed over, by this post and now; those not printed yet are refused."""
    now = clock.now()
    with together():
        found = _letters(ids, by)
        if any(one.state == State.TO_PRINT for one in found):
            raise Refused(_("Print them first: a notice that is not printed cannot be handed over."))
        open_ones = [one for one in found if one.state == State.PRINTED]
        if not open_ones:
            raise Conflict(_("They were marked as handed over already."))
        for one in open_ones:
            one.state, one.ended_at, one.post_id = State.HANDED_OVER, now, by.post_id
            one.save(update_fields=["state", "ended_at", "post"])
            audit.record("notices.hand_over", SUBJECT, one.pk, scope_code=one.scope_code)
    return len(open_ones)
