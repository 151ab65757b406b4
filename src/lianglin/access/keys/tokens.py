"""API tokens and app passwords: made, shown once, used, revoked. A key is a post narrowed, never more.

Both name themselves, so that scanners of leaked secrets find them: ``lnl_t_`` and 42 letters and digits (the last
six are a check of the first 36), ``lnlp-`` and four groups of five.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import string
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.governance.rules import ALPHABET
from lianglin.access.models import Account, ApiToken, Post
from lianglin.access.queries import actor_in
from lianglin.access.second_factor import LOGIN_ROLE, system_now
from lianglin.access.transaction import acting
from lianglin.kit import clock, discovery, throttle
from lianglin.kit.crypto import match_key
from lianglin.kit.domain import Duty
from lianglin.kit.errors import Forbidden, Refused

TOKEN_HEAD, APP_HEAD = "lnl_t_", "lnlp-"
LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
MOST = 20
"""Keys in force that one account may have."""
CALLS, CALLS_WINDOW = 600, timedelta(minutes=1)
WRONG_FROM, WRONG_WINDOW = 100, timedelta(minutes=15)
"""Wrong keys from one address; a right one is let in all the same, so that an office is not locked out."""
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Made:
    """A new key: its row, and the secret, which is shown once and known to nobody afterwards."""

    row: ApiToken
    secret: str


def new_secret(kind: str) -> str:
    """A new key of a kind ("token", "app")."""
    if kind == ApiToken.Kind.APP:
        groups = ("".join(secrets.choice(ALPHABET) for _one in range(5)) for _group in range(4))
        return APP_HEAD + "-".join(groups)  # 20 of 31 letters that do not look alike: 99 bits
    body = "".join(secrets.choice(LETTERS) for _one in range(36))
    return TOKEN_HEAD + body + check_of(body)


def check_of(body: str) -> str:
    """The six characters behind a token's body: CRC-32 in base 62. They tell a real key from a like text."""
    value, text = zlib.crc32(body.encode()), ""
    for _place in range(6):
        value, rest = divmod(value, 62)
        text = LETTERS[rest] + text
    return text


def _digest(secret: str) -> bytes:
    return match_key(secret, "api-token")


def offered(actor: Actor) -> list[Duty]:
    """The duties of a post that a key can use: those of packages that have an API. No page opens to a key."""
    reached = (manifest.duties for manifest in discovery.manifests() if manifest.api)
    return [duty for duties in reached for duty in duties if duty.code in actor.duties]


def make(
    *,
    by: Actor,
    kind: str,
    name: str,
    days: int,
    duties: Iterable[str] = (),
    purposes: Iterable[str] = (),
) -> Made:
    """A key for the post that ``by`` acts in; Refused for more than the post carries, or for longer than the setting."""
    if by.post_id is None or by.account_id is None or by.token_id is not None:
        raise Forbidden(_("Keys are made by a person who acts in a post."))
    wanted, aims = frozenset(duties), frozenset(purposes)
    if not wanted <= {duty.code for duty in offered(by)} or not aims <= by.purposes:
        raise Refused(_("A key carries only what your post carries."), field="duties")
    if not 1 <= days <= settings.TOKEN_DAYS:
        raise Refused(
            _("A key is good for %(days)s days at most.") % {"days": settings.TOKEN_DAYS}, field="days"
        )
    secret, now = new_secret(kind), system_now()
    with acting(LOGIN_ROLE):
        if in_force(by.account_id).count() >= MOST:
            raise Refused(_("You have %(n)s keys in force. Revoke those you do not need.") % {"n": MOST})
        row = ApiToken.objects.create(
            account_id=by.account_id, post_id=by.post_id, kind=kind, name=name.strip()[:60], digest=_digest(secret),
            tail=secret[-4:], duties=sorted(wanted), purposes=sorted(aims), created_at=now,
            expires_at=now + timedelta(days=days),
        )  # fmt: skip
    scope = {"duties": row.duties, "purposes": row.purposes, "expires": row.expires_at.isoformat()}
    audit.record("access.token_made", "access.ApiToken", row.pk, values=scope)
    return Made(row, secret)


def in_force(account_id: int) -> QuerySet[ApiToken]:
    """The keys of an account that open something; run it as the login role."""
    return ApiToken.objects.filter(
        account_id=account_id, revoked_at__isnull=True, expires_at__gt=system_now()
    )


def keys_of(account_id: int) -> list[ApiToken]:
    """The keys of an account with their posts, the newest first; revoked and expired ones too, fifty at most."""
    with acting(LOGIN_ROLE):
        found = ApiToken.objects.filter(account_id=account_id).select_related("post__organisation")
        return list(found.order_by("-id")[:50])


def key_of(account_id: int, pk: int) -> ApiToken | None:
    """One key in force of an account; None for anybody else's, a revoked and an expired one."""
    with acting(LOGIN_ROLE):
        return in_force(account_id).filter(pk=pk).first()


def revoke(*, token_id: int, by: Actor) -> None:
    """Ends a key of one's own; Forbidden for anybody else's."""
    with acting(LOGIN_ROLE):
        mine = ApiToken.objects.filter(pk=token_id, account_id=by.account_id or 0, revoked_at__isnull=True)
        if not mine.update(revoked_at=system_now()):
            raise Forbidden(_("There is no such key of yours. It may have been revoked already."))
    audit.record("access.token_revoked", "access.ApiToken", token_id)


# --- use ---------------------------------------------------------------------------------------------------


def named_in(header: str) -> tuple[str, str] | None:
    """(login name, secret) of an Authorization header; the name is "" for a bearer token. None for what is neither."""
    scheme, _space, value = header.strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer" and value.startswith(TOKEN_HEAD):
        body = value.removeprefix(TOKEN_HEAD)
        return ("", value) if check_of(body[:36]) == body[36:] else None
    if scheme.lower() != "basic":
        return None
    try:
        name, _colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, secret) if name and secret.startswith(APP_HEAD) else None


def actor_of(header: str, *, address: str) -> Actor | None:
    """The narrowed post behind an Authorization header; None for a key that opens nothing (any more).

    TooMany for an address that tried a hundred wrong ones, or a key that is used 600 times in a minute.
    """
    named = named_in(header)
    found = _found(*named) if named else None
    if found is None:
        throttle.hit("token-wrong", address, limit=WRONG_FROM, window=WRONG_WINDOW)
        return None
    throttle.hit("token-use", str(found.pk), limit=CALLS, window=CALLS_WINDOW)
    _note_use(found)
    return actor_in(found.post).narrowed(
        duties=frozenset(found.duties), purposes=frozenset(found.purposes), token_id=found.pk
    )


def _found(name: str, secret: str) -> ApiToken | None:
    """The key in force with this secret, its account active and its post in force today."""
    kind = ApiToken.Kind.APP if name else ApiToken.Kind.TOKEN
    with acting(LOGIN_ROLE):
        row = (
            ApiToken.objects.filter(
                digest=_digest(secret), kind=kind, revoked_at__isnull=True, expires_at__gt=system_now()
            )
            .select_related("post__organisation", "post__account")
            .first()
        )
    if row is None or not _serves(row.post, row.post.account) or (name and name != row.post.account.username):
        return None
    return row


def _serves(post: Post, account: Account) -> bool:
    """A login that waits for its own first password acts in no post, and its keys neither."""
    held = account.is_active and account.one_time_until is None
    return held and post.starts_on <= clock.today() <= (post.ends_on or date.max)


def _note_use(row: ApiToken) -> None:
    """Writes down that a key is used, once a minute."""
    now = system_now()
    if row.used_at is not None and now - row.used_at < NOTED_EVERY:
        return
    with acting(LOGIN_ROLE):
        stale = Q(used_at__isnull=True) | Q(used_at__lt=now - NOTED_EVERY)
        ApiToken.objects.filter(stale, pk=row.pk).update(used_at=now)
