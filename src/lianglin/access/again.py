"""Sensitive actions ask once more who it is, when the last proof is older than a setting says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lianglin.access import audit, second_factor
from lianglin.access.gate import acting
from lianglin.access.models import Account
from lianglin.access.outside import links
from lianglin.access.outside.flow import Proved
from lianglin.access.passkeys import ceremony
from lianglin.access.queries import PROVED_KEY
from lianglin.access.second_factor import LOGIN_ROLE, system_now
from lianglin.access.transaction import acting as acting_as
from lianglin.kit import throttle
from lianglin.kit.errors import Forbidden, Refused

AGAIN_KEY = "proved_again"
"""Session key: the ISO instant (system's clock) at which whoever is logged in last proved to be the account."""


def proved_lately(request: HttpRequest) -> bool:
    """Whether the last proof is younger than LIANGLIN_PROVE_AGAIN_MINUTES."""
    limit = system_now() - timedelta(minutes=settings.PROVE_AGAIN_MINUTES)
    return request.session.get(AGAIN_KEY, "") > limit.isoformat()


def recently_proved(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lets a view be used by an account that proved itself lately; others prove it first and come back to the page.

    With a second factor a code of it counts (or a passkey), without one the password. A form that was sent is not
    carried out: it is filled in anew after the proof.
    """
    return _guarded(view, reads=False)


def recently_proved_to_act(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for a page that many only read: what it shows is open, what is sent to it needs the proof.

    Its template shows ``access/_prove_first.html`` in place of the form while :func:`proof_due` names an address.
    """
    return _guarded(view, reads=True)


def _guarded(view: Callable[..., HttpResponse], *, reads: bool) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reading = request.method in ("GET", "HEAD")
        if acting(request).account_id is None:
            here = request.get_full_path() if reading else "/"
            return HttpResponseRedirect(f"{reverse('access:login')}?{urlencode({'next': here})}")
        due = "" if reading and reads else proof_due(request)
        if due:
            response = HttpResponseRedirect(due)
            response.status_code = 302 if reading else 303
            return response
        return view(request, *args, **kwargs)

    return guarded


def proof_due(request: HttpRequest) -> str:
    """Where the proof is given, with the way back to this page; "" while the last one is young enough."""
    if proved_lately(request):
        return ""
    return f"{reverse('access:again')}?{urlencode({'next': request.get_full_path()})}"


def by_code(*, request: HttpRequest, code: str) -> None:
    """A code of the second factor proves it; Refused and TooMany as at the login."""
    second_factor.prove(account_id=request.user.pk or 0, code=code)
    request.session[PROVED_KEY] = system_now().isoformat()
    note(request=request)


def by_password(*, request: HttpRequest, password: str) -> None:
    """The password proves it, for an account without a second factor; five wrong ones pause for 15 minutes."""
    account_id = request.user.pk or 0
    if second_factor.factor_of(account_id) or second_factor.has_passkey(account_id):
        raise Refused(_("Use your second factor: a code of the authenticator app, or a passkey."))
    subject = f"again\0{account_id}"
    throttle.hit("second-factor", subject, limit=second_factor.CODE_TRIES, window=second_factor.CODE_WINDOW)
    with acting_as(LOGIN_ROLE):
        name = Account.objects.values_list("username", flat=True).get(pk=account_id)
        account = cast(Account | None, authenticate(request, username=name, password=password))
    if account is None or account.pk != account_id:
        raise Refused(_("This is not your password. After five tries there is a pause."), field="password")
    throttle.clear("second-factor", subject)
    note(request=request)


def by_passkey(*, request: HttpRequest, response: str) -> None:
    """A passkey of the account proves it."""
    with acting_as(LOGIN_ROLE):
        ceremony.verified(request=request, response=response, account_id=request.user.pk or 0)
    request.session[PROVED_KEY] = system_now().isoformat()
    note(request=request)


def by_outside(*, request: HttpRequest, proved: Proved) -> None:
    """The city's own identity provider, which asked anew, proves it: for the account that the subject was declared for."""
    with acting_as(LOGIN_ROLE):
        account = links.account_of(proved)
    if account.pk != request.user.pk:
        raise Forbidden(_("This is somebody else's login. Confirm with your own."))
    if proved.second_factor:
        request.session[PROVED_KEY] = system_now().isoformat()
    elif second_factor.factor_of(account.pk) or second_factor.has_passkey(account.pk):
        raise Refused(_("Use your second factor: a code of the authenticator app, or a passkey."))
    note(request=request)


def note_since(*, request: HttpRequest, seconds: float) -> None:
    """Writes down that the account was proved at that time (seconds since 1970), not now."""
    now = system_now()
    at = datetime.fromtimestamp(min(max(seconds, 0.0), now.timestamp()), tz=UTC)
    request.session[AGAIN_KEY] = at.isoformat()


def note(*, request: HttpRequest) -> None:
    """Writes down that the account was proved just now."""
    request.session[AGAIN_KEY] = system_now().isoformat()
    audit.record("access.proved_again", "access.Account", request.user.pk or 0)
