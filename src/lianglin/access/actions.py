"""Logging in and out, switching posts, granting, recording who looked, making accounts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import cast

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianglin.access import again, audit, login_list, second_factor
from lianglin.access.actor import Actor
from lianglin.access.models import FOREVER, AccessLog, Account, Grant, LoginSession, Organisation, Post
from lianglin.access.outside import links
from lianglin.access.outside.flow import Proved
from lianglin.access.passkeys import ceremony
from lianglin.access.queries import (
    HELD_CASE_KEY,
    POST_KEY,
    POSTS_KEY,
    PROVED_KEY,
    RESIDENT_KEY,
    posts_in_force,
)
from lianglin.access.second_factor import PENDING_KEY
from lianglin.access.transaction import acting
from lianglin.kit import clock, throttle
from lianglin.kit.errors import Forbidden, HouseError, Refused

LOGIN_TRIES, LOGIN_WINDOW = 5, timedelta(minutes=15)
NAME_TRIES = 50
"""Of one name from all addresses: one stranger does not lock the right person out from elsewhere."""
OFFICE_TRIES = 200
"""Failed logins from one address in a window: an office behind one address is not locked out by one person."""
LOGIN_ROLE = Actor(role="auth")
OUTSIDE_KEY = "from_outside"
"""Session key of a login that came from the city's own provider, which may still know the browser afterwards."""


def log_in(*, request: HttpRequest, username: str, password: str) -> Account | None:
    """Checks name and password and starts a session; None when a code of the account's second factor is still due.

    Five failures of one name from one address in 15 minutes lock it there for the window; fifty lock the name.
    The answer never tells whether the name exists.
    """
    username = username.strip()
    address = throttle.client_address(request)
    count_try(username, address)
    with acting(LOGIN_ROLE):
        account = cast(Account | None, authenticate(request, username=username, password=password))
        if account is None:
            raise Refused(
                _(
                    "Name or password is wrong. Check both; after five tries the name is locked for 15 minutes."
                )
            )
        if account.one_time_until is not None and account.one_time_until < clock.now():
            raise Refused(_("This first password has run out. Ask the administrator for a new one."))
        throttle.clear("login", f"{username}\0{address}")
        throttle.clear("login-name", username)
        request.session.pop(OUTSIDE_KEY, None)
        if _second_step(request, account):
            return None
    enter(request=request, account=account)
    return account


def log_in_with_code(*, request: HttpRequest, code: str) -> Account:
    """The second step of a login: a code of the authenticator app, or a recovery code; then the session starts."""
    account_id = pending_account(request)
    if account_id is None:
        raise Forbidden(_("This login took too long. Write your name and password again."))
    with acting(LOGIN_ROLE):
        account = Account.objects.filter(pk=account_id, is_active=True).first()
        if account is None:
            raise Forbidden(_("This login took too long. Write your name and password again."))
        second_factor.prove(account_id=account.pk, code=code)
    enter(request=request, account=account, how=LoginSession.How.CODE)
    request.session.pop(PENDING_KEY, None)
    request.session[PROVED_KEY] = second_factor.system_now().isoformat()
    return account


def _second_step(request: HttpRequest, account: Account) -> bool:
    """Whether the account has a second factor: then it is due next, within five minutes, and nothing is open yet."""
    if not (second_factor.factor_of(account.pk) or second_factor.has_passkey(account.pk)):
        return False
    request.session.cycle_key()
    until = second_factor.system_now() + second_factor.PENDING_FOR
    request.session[PENDING_KEY] = {"id": account.pk, "until": until.isoformat()}
    return True


def log_in_from_outside(*, request: HttpRequest, proved: Proved) -> Account | None:
    """Starts the session of the account declared for the provider's subject; None when a second factor is still due.

    It is not due when the provider says that it proved one and the settings trust what it says.
    """
    with acting(LOGIN_ROLE):
        account = links.account_of(proved)
        request.session[OUTSIDE_KEY] = True
        if not proved.second_factor and _second_step(request, account):
            return None
    enter(request=request, account=account, how=LoginSession.How.OUTSIDE)
    again.note_since(request=request, seconds=proved.at)  # it may know the browser since this morning
    if proved.second_factor:
        request.session[PROVED_KEY] = second_factor.system_now().isoformat()
    return account


def unlink_outside(*, request: HttpRequest) -> None:
    """Ends the link of one's own account to the provider."""
    with acting(LOGIN_ROLE):
        links.unlink(account_id=request.user.pk or 0)
    audit.record("access.outside_unlinked", "access.Account", request.user.pk or 0)


def pending_account(request: HttpRequest) -> int | None:
    """The account whose password was right in this browser less than five minutes ago; it opens nothing yet."""
    pending = request.session.get(PENDING_KEY) or {}
    return pending["id"] if pending.get("until", "") >= second_factor.system_now().isoformat() else None


def has_code(request: HttpRequest) -> bool:
    """Whether the account between password and second step has an authenticator app; else it has passkeys alone."""
    account_id = pending_account(request)
    return account_id is not None and second_factor.factor_of(account_id) is not None


def has_passkey(request: HttpRequest) -> bool:
    """Whether the account between password and second step has a passkey."""
    account_id = pending_account(request)
    return account_id is not None and second_factor.has_passkey(account_id)


def log_in_with_passkey(*, request: HttpRequest, response: str) -> Account:
    """A passkey, after a password or instead of one: it is held and unlocked, so it is two factors by itself."""
    with acting(LOGIN_ROLE):
        account = ceremony.verified(request=request, response=response, account_id=pending_account(request))
    enter(request=request, account=account, how=LoginSession.How.PASSKEY)
    request.session.pop(PENDING_KEY, None)
    request.session[PROVED_KEY] = second_factor.system_now().isoformat()
    return account


def enter(*, request: HttpRequest, account: Account, how: str = LoginSession.How.PASSWORD) -> None:
    """Starts the session of an account that proved itself, under a new session id, in its first post."""
    with acting(LOGIN_ROLE):
        login(request, account, backend="django.contrib.auth.backends.ModelBackend")
        posts = list(posts_in_force(account.pk))
        request.session[POST_KEY] = posts[0].pk if posts else None
        request.session[POSTS_KEY] = len(posts)
        request.session.pop(PROVED_KEY, None)
        request.session[again.AGAIN_KEY] = second_factor.system_now().isoformat()
        if account.language:
            request.session["_language"] = account.language
        login_list.begin(request=request, how=how, account=account, posts=posts)
    audit.record("access.login", "access.Account", account.pk)


def count_try(username: str, address: str) -> None:
    """Counts a login try; raises TooMany once the name here, the name anywhere or the address had too many."""
    throttle.hit("login", f"{username}\0{address}", limit=LOGIN_TRIES, window=LOGIN_WINDOW)
    throttle.hit("login-name", username, limit=NAME_TRIES, window=LOGIN_WINDOW)
    if address:
        throttle.hit("login-from", address, limit=OFFICE_TRIES, window=LOGIN_WINDOW)


def count_unnamed(address: str) -> None:
    """Counts a login that says no name (a passkey, the city's own login): what cannot be guessed, but makes work."""
    if address:
        throttle.hit("login-passkey", address, limit=OFFICE_TRIES, window=LOGIN_WINDOW)


def log_out(*, request: HttpRequest) -> None:
    """Ends the session."""
    with acting(LOGIN_ROLE):
        logout(request)


def switch_post(*, request: HttpRequest, post_id: int) -> Post:
    """Acts in another of one's own posts from the next request on; audited."""
    account_id = request.user.pk
    with acting(LOGIN_ROLE):
        post = posts_in_force(account_id or 0).filter(pk=post_id).first() if account_id else None
        if post is None:
            raise Forbidden(_("This post is not yours, or not in force today. Choose one from your list."))
        request.session[POST_KEY] = post.pk
    audit.record("access.switch_post", "access.Post", post.pk, scope_code=post.scope_code)
    return post


HOLDS_FOR = timedelta(minutes=30)


def hold_case(*, request: HttpRequest, case_id: int) -> None:
    """Lets this browser's session act on a case for half an hour, after number and secret were proved."""
    request.session[HELD_CASE_KEY] = {"id": case_id, "until": (clock.now() + HOLDS_FOR).isoformat()}


def act_for(*, request: HttpRequest, ward_id: int | None) -> None:
    """Lets a resident who logged in act for a ward from the next request on; None: for oneself again.

    Whether the guardianship holds is asked at every request (see access.queries).
    """
    held = dict(request.session.get(RESIDENT_KEY) or {})
    held.pop("ward", None)
    request.session[RESIDENT_KEY] = held if ward_id is None else {**held, "ward": ward_id}


def let_go(*, request: HttpRequest) -> None:
    """Ends that (a shared computer, an old phone handed on)."""
    request.session.pop(HELD_CASE_KEY, None)


def give(
    *,
    subject: str,
    subject_id: int,
    organisation: Organisation,
    scope_code: str,
    reason: str,
    by: Actor,
    until: datetime = FOREVER,
) -> Grant:
    """Grants an organisation access to one subject from now on; one in force is kept, and lasts as long as either says."""
    now = clock.now()
    held = Grant.objects.filter(
        subject=subject, subject_id=subject_id, organisation=organisation, ends_at__gt=now
    ).first()
    if held is None:
        held = Grant.objects.create(
            subject=subject,
            subject_id=subject_id,
            organisation=organisation,
            scope_code=scope_code,
            starts_at=now,
            ends_at=until,
            reason=reason,
        )
        audit.record(
            "access.grant", subject, subject_id, scope_code=scope_code, values={"to": organisation.pk}
        )
    elif held.ends_at < until:
        held.ends_at = until
        held.save(update_fields=["ends_at"])
    return held


def take_back(
    *,
    subject: str,
    subject_id: int,
    scope_code: str,
    by: Actor,
    ends_at: datetime | None = None,
    organisation_id: int | None = None,
) -> int:
    """Ends all grants on a subject, or those of one organisation; returns how many were in force."""
    now = clock.now()
    held = Grant.objects.filter(subject=subject, subject_id=subject_id, ends_at__gt=now)
    if organisation_id is not None:
        held = held.filter(organisation_id=organisation_id)
    count = held.update(ends_at=ends_at or now)
    if count:
        audit.record("access.take_back", subject, subject_id, scope_code=scope_code)
    return count


def log_look(
    *,
    by: Actor,
    purpose: str,
    what: str,
    scope_code: str,
    case_id: int | None = None,
    resident_id: int | None = None,
) -> None:
    """Writes that a post looked at a person's data; without a purpose of the post it refuses."""
    log_looks([(scope_code, case_id, resident_id)], by=by, purpose=purpose, what=what)


def log_looks(
    seen: Collection[tuple[str, int | None, int | None]], *, by: Actor, purpose: str, what: str
) -> None:
    """As :func:`log_look` for everybody whom one page shows, by one statement: (place, case, person) of each."""
    if not seen or by.post_id is None or by.organisation_id is None:
        return
    if purpose not in by.purposes:
        raise Forbidden(_("Your current post may not open personal data for this purpose."), code=purpose)
    looks = [
        AccessLog(
            at=clock.now(),
            scope_code=scope_code,
            case_id=case_id,
            resident_id=resident_id,
            organisation_id=by.organisation_id,
            post_id=by.post_id,
            purpose=purpose,
            what=what,
            help_ticket_id=by.lent_id if by.lent == "help" else None,
            break_glass_id=by.lent_id if by.lent in ("glass", "person") else None,
        )
        for scope_code, case_id, resident_id in seen
    ]
    # Not save(): it reads the row back, and who may write that it looked may not always read who did.
    AccessLog._base_manager.bulk_create(looks, ignore_conflicts=True)


PAGE_SHOWN = gettext_noop("a page under break-glass")


def log_page(*, by: Actor) -> None:
    """Writes that a page was opened under break-glass, whatever it showed: every look counts there."""
    if by.lent == "glass":
        log_look(by=by, purpose=min(by.purposes), what=PAGE_SHOWN, scope_code=by.low)


def create_account(
    *, username: str, name: str, password: str, sample: bool = False, one_time_until: datetime | None = None
) -> Account:
    """Makes a login, as the owner (command line) or the administrator; HouseError says what is wrong with the input."""
    if Account.objects.filter(username=username).exists():
        raise HouseError(_("The login name “%(name)s” exists already. Choose another.") % {"name": username})
    try:
        validate_password(password)
    except ValidationError as error:
        raise HouseError(" ".join(error.messages)) from error
    return Account.objects.create_user(
        username, password, name=name, sample=sample, one_time_until=one_time_until, created_at=clock.now()
    )


FIRST = {
    "administrator": ("系统管理员", "Administrator"),
    "security_officer": ("安全保密管理员", "Security officer"),
    "auditor": ("安全审计员", "Auditor"),
}
"""The three offices of a new city, with the titles of their posts."""


def create_first_officer(
    *, username: str, name: str, password: str, role_code: str = "administrator"
) -> Account:
    """The first holder of one of the three offices of a new city; refused when there is one already.

    Runs as the owner. From then on rights change by two people: administrator and security officer.
    """
    if Post.objects.filter(role_code=role_code).exists():
        raise HouseError(
            _("There is an office holder of this kind already. Let the administrator propose the next one.")
        )
    account = create_account(username=username, name=name, password=password)
    office, _made = Organisation.objects.get_or_create(
        code="city-office",
        defaults={"name": "市级管理机构", "name_en": "City office", "kind": Organisation.Kind.CITY},
    )
    Post.objects.create(
        account=account,
        role_code=role_code,
        organisation=office,
        title=FIRST[role_code][0],
        title_en=FIRST[role_code][1],
        starts_on=clock.today(),
    )
    return account
