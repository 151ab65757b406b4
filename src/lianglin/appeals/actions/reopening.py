"""Reopening as a policy of dated rows, per item: how long after the end, how often, and straight back to who answered."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals import rules
from lianglin.appeals.actions.asking import on_case, order_limit
from lianglin.appeals.models import Item
from lianglin.appeals.queries.provisions import for_case
from lianglin.cases import actions as cases
from lianglin.cases.models import Case, Step
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.errors import Refused


def item_of(case: Case) -> Item | None:
    """The item of an appeal."""
    return Item.objects.filter(appeals__case_id=case.pk).first()


def must_be_reopenable(case: Case, by: Actor) -> None:
    """Refused too long after the end, or once too often, with what the person can do instead."""
    item = item_of(case)
    within, times = (for_case(f"reopening.{name}", case, item).amount for name in ("within", "times"))
    if case.closed_at is not None and clock.now() > case.closed_at + timedelta(days=within):
        raise Refused(
            _(
                "This matter ended more than %(n)d days ago. Report it anew and name this number, or call 12345."
            )
            % {"n": within}
        )
    steps = Step.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk, move="reopen")
    if steps.count() >= times:
        raise Refused(
            _(
                "This matter was handled again %(n)d times already. Report it anew with what is new, or call 12345."
            )
            % {"n": times}
        )


@on_case
def give_back(case: Case, *, by: Actor) -> Case:
    """What is handled again goes straight back to the unit that answered, where the rows for its item say so.

    For the background alone; a matter without such a unit stays with the dispatcher. Idempotent.
    """
    unit = Organisation.objects.filter(pk=case.owner_id or 0, active=True).first()
    straight = for_case("reopening.straight", case, item_of(case)).amount
    if case.state not in rules.LIFECYCLE.move("give_back").sources or unit is None or not straight:
        return case
    cases.move(
        case,
        "give_back",
        by=by,
        data={"unit": unit.pk},
        limit=order_limit(case),
        changes={"assignee": None},
    )
    access.give(
        subject=SUBJECT, subject_id=case.pk, organisation=unit, scope_code=case.scope_code,
        reason="dispatch", by=by,
    )  # fmt: skip
    return case
