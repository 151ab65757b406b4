"""The second factor of a login: setting it up, proving it, turning it off, the day the phone is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lianglin.access import audit, totp
from lianglin.access.actor import Actor
from lianglin.access.models import (
    Account,
    ApiToken,
    LoginSession,
    OutsideIdentity,
    Passkey,
    RecoveryCode,
    SecondFactor,
)
from lianglin.access.queries import PROVED_KEY
from lianglin.access.transaction import acting
from lianglin.kit import clock, throttle
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden, Refused

PENDING_KEY = "login_pending"
"""Session key between password and code: {"id": account, "until": ISO instant}. It opens nothing."""
PENDING_FOR = timedelta(minutes=5)
CODE_TRIES, CODE_WINDOW = 5, timedelta(minutes=15)
LOGIN_ROLE = Actor(role="auth")


def system_now() -> datetime:
    """The time that phones show, also where the demo's clock was advanced."""
    return clock.now() - clock.offset()


def factor_of(account_id: int) -> SecondFactor | None:
    """The confirmed second factor of an account."""
    with acting(LOGIN_ROLE):
        return SecondFactor.objects.filter(account_id=account_id, confirmed_at__isnull=False).first()


def has_passkey(account_id: int) -> bool:
    """Whether the account has a passkey, which is a second factor, too."""
    with acting(LOGIN_ROLE):
        return Passkey.objects.filter(account_id=account_id).exists()


def codes_left(account_id: int) -> int:
    """How many recovery codes are unused."""
    with acting(LOGIN_ROLE):
        return RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True).count()


def prepared(account_id: int) -> SecondFactor | None:
    """A second factor that was begun and not confirmed yet."""
    with acting(LOGIN_ROLE):
        return SecondFactor.objects.filter(account_id=account_id, confirmed_at__isnull=True).first()


def begin(*, request: HttpRequest) -> None:
    """Makes a new secret for the account that is logged in; it counts for nothing until :func:`confirm`."""
    account_id = _own(request)
    if factor_of(account_id):
        raise Refused(_("You have an authenticator app already. Turn it off first."))
    with acting(LOGIN_ROLE):
        SecondFactor.objects.update_or_create(
            account_id=account_id, defaults={"secret": totp.new_secret(), "last_step": 0}
        )


def confirm(*, request: HttpRequest, code: str) -> list[str]:
    """Takes the app into use after its first right code; all other sessions end. Returns ten recovery codes."""
    account_id = _own(request)
    factor = prepared(account_id)
    if factor is None:
        raise Refused(_("Begin with a new secret: open the page “Login and security”."))
    _count(account_id)
    if not _use_app_code(factor, code):
        raise _wrong()
    throttle.clear("second-factor", str(account_id))
    with acting(LOGIN_ROLE):
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=clock.now())
    codes = _new_codes(account_id)
    audit.record("access.second_factor_on", "access.Account", account_id)
    end_other_sessions(request=request)
    request.session[PROVED_KEY] = system_now().isoformat()
    return codes


def prove(*, account_id: int, code: str) -> None:
    """Uses up a code of the app or a recovery code; Refused when it is wrong or was used, TooMany after five tries."""
    _count(account_id)
    factor = factor_of(account_id)
    if factor is None or not (_use_app_code(factor, code) or _use_recovery_code(account_id, code)):
        raise _wrong()
    throttle.clear("second-factor", str(account_id))


def renew_codes(*, request: HttpRequest, code: str) -> list[str]:
    """Ten new recovery codes; the old ones are void."""
    account_id = _own(request)
    prove(account_id=account_id, code=code)
    audit.record("access.recovery_codes", "access.Account", account_id)
    return _new_codes(account_id)


def turn_off(*, request: HttpRequest, code: str) -> None:
    """Forgets the app and its recovery codes, after one more code; a passkey, where there is one, goes on."""
    account_id = _own(request)
    prove(account_id=account_id, code=code)
    _forget(account_id)
    audit.record("access.second_factor_off", "access.Account", account_id)
    end_other_sessions(request=request)
    request.session.pop(PROVED_KEY, None)


def reset(*, username: str, reason: str, by: Actor) -> Account:
    """A lost phone and no recovery code: forgets the account's second factor and ends all its sessions; audited."""
    by.require("access.secure")
    with acting(LOGIN_ROLE):
        account = Account.objects.filter(username=username.strip()).first()
        if account is None:
            raise Refused(
                _("There is no account with this login name. Check the spelling."), field="username"
            )
        if account.pk == by.account_id:
            raise Refused(_("Your own is reset by another security officer."), field="username")
        Account.objects.filter(pk=account.pk).update(session_epoch=F("session_epoch") + 1)
        _forget_sessions(account.pk)
        Passkey.objects.filter(account=account).delete()
        OutsideIdentity.objects.filter(account=account).delete()
        ApiToken.objects.filter(account=account, revoked_at__isnull=True).update(revoked_at=clock.now())
    _forget(account.pk)
    audit.record("access.second_factor_reset", "access.Account", account.pk, values={"reason": reason})
    return account


def end_other_sessions(*, request: HttpRequest) -> None:
    """Ends every session of the account but this one, which goes on under a new id."""
    account_id = _own(request)
    with acting(LOGIN_ROLE):
        Account.objects.filter(pk=account_id).update(session_epoch=F("session_epoch") + 1)
        account = Account.objects.get(pk=account_id)
        request.session.cycle_key()
        _forget_sessions(account_id, but=request.session.session_key)
        request.session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    audit.record("access.end_sessions", "access.Account", account_id)


def _forget_sessions(account_id: int, but: str | None = None) -> None:
    keys = list(
        LoginSession.objects.filter(account_id=account_id)
        .exclude(session_key=but)
        .values_list("session_key", flat=True)
    )
    Session.objects.filter(session_key__in=keys).delete()
    LoginSession.objects.filter(session_key__in=keys).delete()


def _own(request: HttpRequest) -> int:
    if request.user.pk is None:
        raise Forbidden(_("Log in first."))
    return request.user.pk


def _count(account_id: int) -> None:
    throttle.hit("second-factor", str(account_id), limit=CODE_TRIES, window=CODE_WINDOW)


def _wrong() -> Refused:
    return Refused(
        _(
            "This code is wrong or was used already. Wait for the next one; after five tries there is a pause."
        ),
        field="code",
    )


def _use_app_code(factor: SecondFactor, code: str) -> bool:
    """Whether the code is the app's; a code counts once, also for two requests at the same time."""
    step = totp.step_of(
        str(factor.secret), totp.plain(code), seconds=system_now().timestamp(), after=factor.last_step
    )
    with acting(LOGIN_ROLE):
        return step is not None and bool(
            SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step)
        )


def _use_recovery_code(account_id: int, code: str) -> bool:
    with acting(LOGIN_ROLE):
        return bool(
            RecoveryCode.objects.filter(
                account_id=account_id, digest=_digest(account_id, code), used_at__isnull=True
            ).update(used_at=clock.now())
        )


def _digest(account_id: int, code: str) -> bytes:
    return match_key(f"{account_id}\0{totp.plain(code)}", "recovery-code")


def _new_codes(account_id: int) -> list[str]:
    codes = [totp.recovery_code() for _number in range(totp.RECOVERY_CODES)]
    with acting(LOGIN_ROLE):
        RecoveryCode.objects.filter(account_id=account_id).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account_id=account_id, digest=_digest(account_id, code)) for code in codes
        )
    return codes


def _forget(account_id: int) -> None:
    with acting(LOGIN_ROLE):
        SecondFactor.objects.filter(account_id=account_id).delete()
        RecoveryCode.objects.filter(account_id=account_id).delete()
