"""Logins that go on: begun, listed, ended. By whoever they belong to, or by who may end those of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lianglin.access import audit, devices
from lianglin.access.actor import Actor, role_kinds
from lianglin.access.models import Account, LoginSession, Post
from lianglin.access.second_factor import LOGIN_ROLE, system_now
from lianglin.access.transaction import acting
from lianglin.kit import throttle
from lianglin.kit.errors import Forbidden, Refused

RESIDENT = "resident"
MOST = 100
"""Logins that a list shows; the newest."""


@dataclass(frozen=True)
class Shown:
    """One login as a list shows it."""

    id: int
    device: str
    network: str
    how: str
    started_at: datetime
    used_at: datetime
    current: bool


def limits(levels: set[str]) -> tuple[int, int]:
    """(minutes without use, minutes in all) after which a login ends: the strictest of its levels."""
    known: dict[str, tuple[int, int]] = settings.SESSION_LIMITS
    chosen = [known[level] for level in levels if level in known] or list(known.values())
    return min(idle for idle, _all in chosen), min(whole for _idle, whole in chosen)


def begin(
    *, request: HttpRequest, how: str, account: Account | None = None, posts: list[Post] | None = None,
    resident_id: int | None = None,
) -> LoginSession:  # fmt: skip
    """Notes the login of this session, which has got its new key already; acts as the login role."""
    kinds = role_kinds()
    levels = {kinds[post.role_code].level for post in posts or ()} if account else {RESIDENT}
    idle, whole = limits(set(levels))
    now = system_now()
    if request.session.session_key is None:
        request.session.create()
    made, _new = LoginSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "account": account,
            "resident_id": resident_id,
            "how": how,
            "device": devices.device(request.headers.get("User-Agent", "")),
            "network": devices.network(throttle.client_address(request)),
            "started_at": now,
            "used_at": now,
            "idle_minutes": idle,
            "ends_at": now + timedelta(minutes=whole),
        },
    )
    return made


def in_force(*, account_id: int | None = None, resident_id: int | None = None) -> QuerySet[LoginSession]:
    """The logins of one account or of one resident that still open something; run it as the login role."""
    owner: dict[str, Any] = (
        {"account_id": account_id} if account_id is not None else {"resident_id": resident_id}
    )
    if account_id is None and resident_id is None:
        return LoginSession.objects.none()
    now = system_now()
    return LoginSession.objects.filter(
        **owner, ends_at__gt=now, used_at__gt=now - F("idle_minutes") * timedelta(minutes=1)
    ).order_by("-id")


def shown(
    *, account_id: int | None = None, resident_id: int | None = None, current: str | None = None
) -> list[Shown]:
    """The same in plain words, the newest first; ``current`` is the key of the session that looks."""
    with acting(LOGIN_ROLE):
        found = list(in_force(account_id=account_id, resident_id=resident_id)[:MOST])
    return [
        Shown(
            one.pk, devices.device_label(one.device), devices.network_label(one.network), one.get_how_display(),
            one.started_at, one.used_at, one.session_key == current,
        )
        for one in found
    ]  # fmt: skip


def end(*, login_id: int, by: Actor) -> None:
    """Ends one of one's own logins; Forbidden for anybody else's."""
    with acting(LOGIN_ROLE):
        mine = in_force(account_id=by.account_id, resident_id=by.resident_id).filter(pk=login_id)
        if not _delete(mine):
            raise Forbidden(_("There is no such login of yours. It may have ended already."))
    audit.record("access.end_session", "access.LoginSession", login_id)


def end_others(*, request: HttpRequest, by: Actor) -> int:
    """Ends every login of a resident but this one; how many. (Accounts: ``second_factor.end_other_sessions``.)"""
    with acting(LOGIN_ROLE):
        others = in_force(resident_id=by.resident_id).exclude(session_key=request.session.session_key)
        count = _delete(others)
    audit.record("access.end_sessions", "people.Resident", by.resident_id or 0)
    return count


def end_of_resident(*, resident_id: int, by: Actor) -> int:
    """Ends every login of a file that is joined into another one; how many."""
    by.require("system")
    with acting(LOGIN_ROLE):
        return _delete(LoginSession.objects.filter(resident_id=resident_id))


def end_of_account(*, username: str, reason: str, by: Actor, login_id: int | None = None) -> int:
    """Ends one login, or all, of somebody else's account; how many there were. Audited with the reason's digest."""
    by.require("access.end_sessions")
    with acting(LOGIN_ROLE):
        account = account_called(username)
        found = in_force(account_id=account.pk)
        if login_id is not None:
            count = _delete(found.filter(pk=login_id))
        else:
            count = _delete(found)
            Account.objects.filter(pk=account.pk).update(session_epoch=F("session_epoch") + 1)
    audit.record("access.end_sessions_of", "access.Account", account.pk, values={"reason": reason})
    return count


def account_called(username: str) -> Account:
    """The account with this login name; Refused when there is none."""
    account = Account.objects.filter(username=username.strip()).first()
    if account is None:
        raise Refused(_("There is no account with this login name. Check the spelling."), field="username")
    return account


def _delete(logins: QuerySet[LoginSession]) -> int:
    keys = list(logins.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return LoginSession.objects.filter(session_key__in=keys).delete()[0]
