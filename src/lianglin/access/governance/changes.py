"""Rights change by two people: the administrator proposes, the security officer decides, PostgreSQL carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job, role_kinds
from lianglin.access.governance import queries
from lianglin.access.governance.rules import Held, collision, one_time_password, place_fits
from lianglin.access.models import Account, Organisation, Post, RightsChange
from lianglin.access.outside import links, provider
from lianglin.access.transaction import acting, together
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.places.models import Community, Division

SUBJECT = "access.RightsChange"
Kind = RightsChange.Kind


@dataclass(frozen=True)
class Place:
    """The post that is asked for: kind, organisation, place, title."""

    role_code: str
    organisation: Organisation
    scope_code: str
    title: str
    title_en: str = ""


def propose_post(
    *, account: Account, place: Place, starts_on: date, ends_on: date | None, reason: str, by: Actor
) -> RightsChange:
    """Proposes a post from a day on, or for some days. Refused where the dates, the place or the other posts forbid it."""
    _may_propose(account, by)
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("The last day lies before the first. Correct one of them."), field="ends_on")
    if ends_on is not None and ends_on < clock.today():
        raise Refused(_("The last day is over. A post is given for days to come."), field="ends_on")
    if not account.is_active:
        raise Refused(_("This account is closed. Make a new one."), field="account")
    _must_have_place(place)
    must_be_apart(account, Held(place.role_code, starts_on, ends_on))
    return _propose(
        Kind.OPEN,
        account,
        reason,
        by,
        role_code=place.role_code,
        organisation=place.organisation,
        scope_code=place.scope_code,
        title=place.title,
        title_en=place.title_en,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def propose_end(
    *, post: Post, ends_on: date, successor: Account | None, reason: str, by: Actor
) -> RightsChange:
    """Proposes the last day of a post. While work is open with it, somebody must take over: nothing is left unowned."""
    _may_propose(post.account, by)
    today = clock.today()
    if ends_on < date.fromordinal(today.toordinal() - 1):
        raise Refused(_("The last day can be yesterday at the earliest."), field="ends_on")
    if post.ends_on is not None and post.ends_on <= ends_on:
        raise Refused(_("This post ends on that day already, or before it."), field="ends_on")
    if RightsChange.objects.filter(kind=Kind.END, post=post, state=RightsChange.State.WAITING).exists():
        raise Conflict(_("An end of this post waits for approval already."))
    _must_be_taken_over(post, successor)
    if successor is not None:
        if successor.pk == post.account_id or not successor.is_active:
            raise Refused(_("Name another person whose account is active."), field="successor")
        must_be_apart(successor, Held(post.role_code, _next_day(ends_on)), field="successor")
    return _propose(Kind.END, post.account, reason, by, post=post, ends_on=ends_on, successor=successor)


def propose_close(*, account: Account, reason: str, by: Actor) -> RightsChange:
    """Proposes to close an account: no login any more, all its posts end. Open work must be passed on before."""
    _may_propose(account, by)
    if not account.is_active:
        raise Refused(_("This account is closed already."))
    _must_hold_no_work(account)
    return _propose(Kind.CLOSE, account, reason, by)


def propose_password(*, account: Account, reason: str, by: Actor) -> RightsChange:
    """Proposes a new first password for somebody who forgot the own one; whoever approves hands it over."""
    _may_propose(account, by)
    if not account.is_active:
        raise Refused(_("This account is closed. Make a new one."))
    return _propose(Kind.PASSWORD, account, reason, by)


def propose_link(*, account: Account, subject: str, reason: str, by: Actor) -> RightsChange:
    """Proposes that a subject of the city's own identity provider opens this account from then on."""
    _may_propose(account, by)
    if not provider.is_open():
        raise Refused(_("This city has no login of its own here."))
    if not account.is_active:
        raise Refused(_("This account is closed. Make a new one."))
    declared = {"issuer": settings.OIDC_ISSUER, "claim": settings.OIDC_CLAIM, "subject": subject}
    _must_be_free(account.pk, declared)
    return _propose(Kind.LINK, account, reason, by, **declared)


def withdraw(*, change_id: int, by: Actor) -> None:
    """Takes back one's own proposal before it is decided."""
    by.require("access.manage")
    with together():
        if not queries.withdraw_change(change_id):
            raise Conflict(_("It is decided already, or somebody else proposed it."))
        audit.record("access.change_withdrawn", SUBJECT, change_id)


def decide(*, change_id: int, approve: bool, note: str, by: Actor) -> str:
    """Approves or refuses a proposal as the second person. Returns the new first password where there is one, else ""."""
    by.require("access.approve")
    with together():
        change = RightsChange.objects.select_related("account", "post").filter(pk=change_id).first()
        if change is None or change.state != RightsChange.State.WAITING:
            raise Conflict(_("Somebody decided it already, or it was withdrawn. Look at the list again."))
        if by.account_id in (change.proposed_by_id, change.account_id):
            raise Forbidden(_("Nobody decides what they proposed, or what concerns their own rights."))
        if approve:
            _must_still_fit(change)
        password = one_time_password() if approve and change.kind == Kind.PASSWORD else ""
        verdict = RightsChange.State.APPROVED if approve else RightsChange.State.REFUSED
        try:
            with together():
                queries.decide_change(change_id, verdict, note, make_password(password) if password else "")
        except IntegrityError as error:
            raise Refused(_apart_words()) from error
        audit.record(
            f"access.change_{verdict}",
            SUBJECT,
            change_id,
            values={"kind": change.kind, "account": change.account_id, "post": change.post_id, "note": note},
        )
        if approve and change.kind == Kind.END:
            hand_over_due()
    return password


def hand_over_due() -> int:
    """Passes on the open work of every post whose last day is over; how many matters. Runs as the background role."""
    count = 0
    with acting(job()) as background:
        for change in queries.due_handovers(clock.today()).select_for_update(skip_locked=True, no_key=True):
            if change.successor_post_id is not None and change.post_id is not None:
                for handover in discovery.each("handovers"):
                    pass_on = discovery.resolve(handover.pass_on)
                    change.handed_over += pass_on(change.post_id, change.successor_post_id, background)
            change.handed_over_at = clock.now()
            change.save(update_fields=["handed_over", "handed_over_at"])
            audit.record("access.handed_over", SUBJECT, change.pk, values={"count": change.handed_over})
            count += change.handed_over
    return count


def must_be_apart(account: Account, new: Held, *, field: str = "role_code") -> None:
    """Refused where the person may not hold a post of this kind on these days beside the others."""
    alone = frozenset(code for code, kind in role_kinds().items() if kind.alone)
    other = collision(new, queries.held_by(account.pk), alone)
    if other is not None:
        label = role_kinds()[other.role_code].label
        raise Refused(f"{_apart_words()} {_('Already held: %(post)s.') % {'post': label}}", field=field)


def _apart_words() -> str:
    return _(
        "Administrator, security officer and auditor are kept apart: none of them holds another kind of post on the same days."
    )


def _may_propose(account: Account, by: Actor) -> None:
    by.require("access.manage")
    if account.pk == by.account_id:
        raise Forbidden(_("Nobody proposes a change of the own rights. Ask another administrator."))


def _propose(kind: str, account: Account, reason: str, by: Actor, **given: Any) -> RightsChange:
    with together():
        try:
            with together():
                made = RightsChange.objects.create(
                    kind=kind,
                    account=account,
                    reason=reason,
                    proposed_by_id=by.account_id,
                    proposed_at=clock.now(),
                    **given,
                )
        except IntegrityError as error:
            raise Conflict(_("The same change of this account waits for approval already.")) from error
        audit.record(
            f"access.propose_{kind}", SUBJECT, made.pk, values={"account": account.pk, "reason": reason}
        )
    return made


def _must_have_place(place: Place) -> None:
    kind = role_kinds()[place.role_code]
    if not place_fits(kind.level, place.scope_code):
        raise Refused(
            _("A post of this kind has a place of %(digits)s. Correct the code of the place.")
            % {"digits": _DIGITS[kind.level]()},
            field="scope_code",
        )
    known = Community if kind.level == "community" else Division
    if place.scope_code and not known.objects.filter(scope_code=place.scope_code).exists():
        raise Refused(_("There is no place with this code. Look it up in the register."), field="scope_code")


_DIGITS = {
    "community": lambda: _("twelve digits (community)"),
    "township": lambda: _("nine digits (street)"),
    "county": lambda: _("six digits (district)"),
    "city": lambda: _("no digits (whole city)"),
    "unit": lambda: _("no digits (the unit's own matters)"),
}


def _must_be_taken_over(post: Post, successor: Account | None) -> None:
    work = queries.open_work([post.pk]).get(post.pk, [])
    if work and successor is None:
        raise Refused(
            _("Work is open with this post (%(count)s). Name who takes it over.")
            % {"count": sum(count for _label, count in work)},
            field="successor",
        )


def _must_hold_no_work(account: Account) -> None:
    if queries.open_work(Post.objects.filter(account=account).values_list("id", flat=True)):
        raise Refused(
            _("Work is open with a post of this account. End that post first and name who takes over.")
        )


def _must_still_fit(change: RightsChange) -> None:
    """Days may pass between proposal and approval: what was checked then is checked again."""
    if change.kind == Kind.OPEN and change.starts_on is not None:
        must_be_apart(change.account, Held(change.role_code, change.starts_on, change.ends_on), field="")
    elif change.kind == Kind.END and change.post is not None:
        _must_be_taken_over(change.post, change.successor)
    elif change.kind == Kind.CLOSE:
        _must_hold_no_work(change.account)
    elif change.kind == Kind.LINK:
        declared = {"issuer": change.issuer, "claim": change.claim, "subject": change.subject}
        _must_be_free(change.account_id, declared)


def _must_be_free(account_id: int, declared: dict[str, str]) -> None:
    if links.is_taken(**declared, but=account_id):
        raise Refused(_("This name at the city's login is declared for another account."), field="subject")


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
