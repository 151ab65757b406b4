"""Help in another area by ticket, and break-glass: asking, approving, opening, ending, judging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, IntegrityError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.governance import lent
from lianglin.access.governance.queries import post_ids_of
from lianglin.access.governance.widened import VITAL
from lianglin.access.models import BreakGlass, GlassPerson, HelpTicket
from lianglin.access.transaction import together
from lianglin.kit import clock, messages
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused

HELP_DAYS = 31
"""A ticket lasts at most so long; PostgreSQL refuses a longer one."""
OPENABLE = ("handle_case", "call_back", "serve_household")
"""The purposes that an emergency may open."""
REVIEWER = "protection_officer"


def ask_help(
    *,
    scope_code: str,
    purposes: Sequence[str],
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: Actor,
) -> HelpTicket:
    """Asks another area to let one's post help there for some days, for some of the purposes the post carries."""
    by.require("access.ask_help")
    _must_be_own_post(by)
    if by.covers(scope_code):
        raise Refused(
            _("This area is yours already: your post works there without a ticket."), field="scope_code"
        )
    if not lent.place_exists(scope_code):
        raise Refused(_("There is no place with this code. Look it up in the register."), field="scope_code")
    if not purposes or not set(purposes) <= by.purposes:
        raise Refused(_("Choose at least one purpose that your post carries."), field="purposes")
    if not starts_at < ends_at <= starts_at + timedelta(days=HELP_DAYS) or ends_at <= clock.now():
        raise Refused(_("A ticket lasts from one day to thirty-one. Correct the days."), field="ends_on")
    with together():
        made = HelpTicket.objects.create(
            post_id=by.post_id,
            scope_code=scope_code,
            purposes=",".join(sorted(purposes)),
            reason=reason,
            starts_at=starts_at,
            ends_at=ends_at,
            asked_at=clock.now(),
        )
        audit.record(
            "access.help_asked",
            "access.HelpTicket",
            made.pk,
            scope_code=scope_code,
            values={"reason": reason},
        )
    return made


def decide_help(*, ticket: HelpTicket, verdict: str, by: Actor) -> None:
    """The area's approval, refusal or taking back; who helps may give the ticket back, too."""
    own = ticket.post_id == by.post_id and verdict == HelpTicket.State.REVOKED
    if not own:
        by.require("access.approve_help")
        _must_be_own_post(by)
    with together():
        if not lent.decide_help(ticket.pk, verdict):
            raise Conflict(_("It is decided already, or the helped area is not in the place of your post."))
        audit.record(f"access.help_{verdict}", "access.HelpTicket", ticket.pk, scope_code=ticket.scope_code)


def break_glass(*, scope_code: str, purposes: Sequence[str], reason: str, by: Actor) -> BreakGlass:
    """Opens purposes in an area for the configured minutes. The protection officers are told in the same transaction:
    when the message cannot be queued, nothing opens.
    """
    by.require("access.break_glass")
    _must_be_own_post(by)
    if not lent.place_exists(scope_code):
        raise Refused(_("There is no place with this code. Look it up in the register."), field="scope_code")
    if not purposes or not set(purposes) <= set(OPENABLE):
        raise Refused(_("Choose at least one purpose that an emergency may open."), field="purposes")
    return _open(scope_code, purposes, reason, by)


def break_glass_for(*, resident_id: int, scope_code: str, reason: str, by: Actor) -> BreakGlass:
    """Opens one named person's rows, restricted ones too, for the configured minutes (PIPL art. 13 (4)).

    The officers are told that it is restricted data; the caller has found out who it is. For the own area alone.
    """
    by.require("access.break_glass")
    _must_be_own_post(by)
    if not by.covers(scope_code):
        raise Refused(_("This person does not live in the area of your post."))
    return _open(scope_code, (VITAL,), reason, by, resident_id)


def _open(
    scope_code: str, purposes: Sequence[str], reason: str, by: Actor, resident_id: int | None = None
) -> BreakGlass:
    officers = post_ids_of(REVIEWER)
    if not officers or not messages.connected():
        raise _not_told()
    now = clock.now()
    try:
        with together():
            made = BreakGlass.objects.create(
                post_id=by.post_id,
                scope_code=scope_code,
                purposes=",".join(sorted(purposes)),
                reason=reason,
                begun_at=now,
                ends_at=now + timedelta(minutes=settings.BREAK_GLASS_MINUTES),
                told=len(officers),
                review_due_at=calendar().add_working_days(now, settings.BREAK_GLASS_REVIEW_DAYS).at,
            )
            if resident_id is not None:
                GlassPerson.objects.create(opening=made, resident_id=resident_id, post_id=by.post_id)
            for officer in officers:
                messages.send(_message(made, officer, by))
            audit.record(
                "access.glass_broken" if resident_id is None else "access.glass_broken_for_one",
                "access.BreakGlass",
                made.pk,
                scope_code=scope_code,
                values={"reason": reason},
            )
    except IntegrityError as error:
        raise Forbidden(_("Your kind of post does not open anything in an emergency.")) from error
    except (DatabaseError, LookupError, ValueError, OSError) as error:
        raise _not_told() from error
    return made


def _not_told() -> HouseError:
    return Refused(
        _(
            "No data-protection officer can be told, so nothing opens. Call the officer, or the area's own staff on duty."
        )
    )


def _message(made: BreakGlass, officer: int, by: Actor) -> messages.Message:
    return messages.Message(
        code="access.break_glass" if made.purposes != VITAL else "access.break_glass_person",
        channel="in_app",
        scope_code=by.low,
        context={
            "unit": by.organisation_name,
            "place": made.scope_code,
            "until": clock.local(made.ends_at).strftime("%H:%M"),
            "link": reverse("access:glass", args=[made.pk]),
        },
        post_id=officer,
        once=f"glass:{made.pk}:{officer}",
    )


def end_glass(*, opening: BreakGlass, by: Actor) -> None:
    """Ends one's own opening before its time."""
    with together():
        if not lent.end_glass(opening.pk):
            raise Conflict(_("It has ended already."))
        audit.record("access.glass_ended", "access.BreakGlass", opening.pk, scope_code=opening.scope_code)


def review_glass(*, opening: BreakGlass, verdict: str, note: str, by: Actor) -> None:
    """The protection officer's judgement of an opening that is over; it is never changed."""
    by.require("access.review_glass")
    with together():
        if not lent.review_glass(opening.pk, verdict, note):
            raise Conflict(_("It is judged already, or it has not ended yet, or it was your own."))
        audit.record(
            "access.glass_reviewed",
            "access.BreakGlass",
            opening.pk,
            values={"verdict": verdict, "note": note},
        )


def act_under(*, request: HttpRequest, kind: str, number: int, by: Actor) -> None:
    """Acts under a ticket or an opening of one's own from the next request on, as long as it is in force."""
    if lent.find(kind, number, by.post_id or 0) is None:
        raise Forbidden(_("It is not yours, or not in force now."))
    request.session[lent.KEY] = [kind, number]
    audit.record(f"access.act_under_{kind}", "access.Post", by.post_id or 0)


def act_as_usual(*, request: HttpRequest) -> None:
    """Back to one's own post."""
    request.session.pop(lent.KEY, None)


def _must_be_own_post(by: Actor) -> None:
    if by.lent:
        raise Forbidden(_("You act in a lent area. Go back to your own post first."))
