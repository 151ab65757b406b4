"""Links by which an appellant grades without a login: made when a matter is settled, used once, valid for some days."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe

from django.urls import reverse

from lianglin.access.actor import Actor
from lianglin.access.actor import resident as resident_actor
from lianglin.access.transaction import become
from lianglin.appeals import actions
from lianglin.appeals.models import CallLink
from lianglin.appeals.queries import rating
from lianglin.appeals.queries.provisions import for_case
from lianglin.cases.models import Case
from lianglin.kit import clock, throttle

WINDOW = timedelta(minutes=15)
TRIES = 40


def make_link(case: Case, *, by: Actor) -> str:
    """The address of a new link for a settled matter; for the background, which sends it to the appellant's phone."""
    token = token_urlsafe(16)
    CallLink(
        case=case,
        scope_code=case.scope_code,
        digest=rating.digest_of(token),
        made_at=clock.now(),
        expires_at=clock.now() + timedelta(days=for_case("call_back.link", case).amount),
    ).save(force_insert=True)
    return reverse("appeals:rate", args=[token])


def opened(token: str, address: str) -> Actor | None:
    """The holder of the matter that a valid link opens, for this transaction alone; None for any other link.

    Tries are counted per address, right or wrong. Looking does not use the link up.
    """
    if address:
        throttle.hit("rate-from", address, limit=TRIES, window=WINDOW)
    case_id = rating.case_of(token)
    if case_id is None:
        return None
    holder = resident_actor(case_id)
    become(holder)
    return holder


def rate(
    token: str,
    *,
    by: Actor,
    solved: str,
    grade: int | None,
    reasons: list[str],
    note: str,
    seen_version: int | None = None,
) -> bool:
    """Says by a link whether it is solved, with a grade; the link is used up. False when another was quicker.

    “Not solved” has the matter handled again, as on the page of the matter.
    """
    if by.case_id is None or not rating.use(token):
        return False
    given = {"grade": grade, "reasons": reasons, "note": note, "seen_version": seen_version}
    if solved == "no":
        actions.reopen(by.case_id, by=by, **given)
    else:
        actions.confirm(by.case_id, by=by, solved=solved, **given)
    return True
