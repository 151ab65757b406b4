"""What the public may know of an item's cases: opening it takes two people, closing it one, and holds at once."""

from __future__ import annotations

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.appeals.actions import publishing
from lianglin.appeals.models import Publication, PublicationChange, PublicationRule, PublishedCase
from lianglin.appeals.queries.catalogue import item_of
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

DUTY = "appeals.publication_rules"
CLOSE_TASK = "appeals_close_item"
"""Name of the task (in tasks.py) that erases the versions of an item whose texts may not be published any more."""
CLOSED_ITEM = "item_closed"
State = PublicationChange.State


def change(*, by: Actor, item_code: str, listed: bool, texts: bool, reason: str) -> PublicationChange:
    """Changes a rule, or proposes it where it opens more than today. Conflict while another proposal waits."""
    by.require(DUTY)
    if item_of(item_code) is None:
        raise Refused(_("The catalogue has no item with this code."))
    if texts and not listed:
        raise Refused(_("Words can only be published of an item that is listed."), field="texts")
    if len(reason.strip()) < 2:
        raise Refused(_("Say why in a few words."), field="reason")
    with together():
        if PublicationChange.objects.filter(item_code=item_code, state=State.PROPOSED).exists():
            raise Conflict(_("A change of this item waits for a second person already."))
        made = PublicationChange.objects.create(
            item_code=item_code, listed=listed, texts=texts, reason=reason.strip()[:160],
            proposed_post_id=by.post_id or 0, proposed_at=clock.now(),
        )  # fmt: skip
        _note("propose", made)
        today = PublicationRule.objects.filter(item_code=item_code).first()
        opens = (listed and not (today and today.listed)) or (texts and not (today and today.texts))
        if not opens:
            _in_force(made, by)
    return made


def decide(pk: int, *, by: Actor, approve: bool) -> PublicationChange:
    """A second person lets the change in force, or refuses it."""
    by.require(DUTY)
    with together():
        found = PublicationChange.objects.select_for_update(of=("self",)).select_related("proposed_post")
        made = found.filter(pk=pk).first()
        if made is None or made.state != State.PROPOSED:
            raise Conflict(_("This has been decided already. Look at it again."))
        if made.proposed_post.account_id == by.account_id:
            raise Forbidden(_("You proposed it: somebody else decides."))
        if approve:
            _in_force(made, by)
        else:
            _decided(made, by, State.REFUSED)
    return made


def _in_force(made: PublicationChange, by: Actor) -> None:
    _decided(made, by, State.IN_FORCE)
    given = {"listed": made.listed, "texts": made.texts, "reason": made.reason}
    with acting(job()):
        PublicationRule.objects.update_or_create(item_code=made.item_code, defaults=given)
        if not made.texts:
            PublishedCase.objects.filter(item_code=made.item_code).delete()
            app.configure_task(CLOSE_TASK, queue="events").defer(item_code=made.item_code)


def _decided(made: PublicationChange, by: Actor, state: str) -> None:
    made.state, made.decided_post_id, made.decided_at = state, by.post_id, clock.now()
    made.save(update_fields=["state", "decided_post", "decided_at"])
    _note(state, made)


def _note(verb: str, made: PublicationChange) -> None:
    values = {"item": made.item_code, "listed": made.listed, "texts": made.texts}
    audit.record(f"appeals.publication_rule.{verb}", "appeals.PublicationChange", made.pk, values=values)


def close_item(item_code: str, *, by: Actor) -> int:
    """Withdraws whatever of the item is published or proposed; returns how many."""
    by.require("system")
    rule = PublicationRule.objects.filter(item_code=item_code).first()
    if rule is None or rule.texts:
        return 0
    seen = Publication.objects.visible_to(by, purpose=by.work_purpose)
    open_ones = seen.filter(
        case__appeal__item__code=item_code,
        state__in=[Publication.State.PROPOSED, Publication.State.PUBLISHED],
    )
    ids = list(open_ones.values_list("case_id", flat=True))
    for case_id in ids:
        publishing.withdraw_case(case_id, by=by, reason=CLOSED_ITEM)
    return len(ids)
