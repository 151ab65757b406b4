"""Passkeys (W3C Web Authentication Level 2, with fido2's server part): added, used once per challenge, taken away.

No attestation is asked for, user verification always; a challenge counts once and for five minutes, and a counter
that does not grow refuses a copied key. Options and answers travel in the JSON form of the standard.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lianglin.access import audit, second_factor
from lianglin.access.actor import Actor
from lianglin.access.models import Account, Passkey
from lianglin.access.queries import PROVED_KEY
from lianglin.access.second_factor import LOGIN_ROLE, PENDING_FOR, system_now
from lianglin.access.transaction import acting
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden, Refused

STATE_KEY = "passkey"
"""Session key of the one open challenge: {"do": "create" or "get", "state": fido2's, "until": ISO instant}."""
MOST = 10
LONGEST = 20_000
REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class Shown:
    """One passkey as a list shows it."""

    id: int
    name: str
    created_at: Any
    used_at: Any


def _server(request: HttpRequest) -> Fido2Server:
    """The relying party: the site's own address (LIANGLIN_PUBLIC_URL), else the allowed host of the request."""
    origin = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    party = PublicKeyCredentialRpEntity(name=settings.CITY_NAME, id=urlsplit(origin).hostname or "")
    none = AttestationConveyancePreference.NONE
    return Fido2Server(party, attestation=none, verify_origin=lambda seen: seen == origin)


def of_account(account_id: int) -> list[Shown]:
    """The passkeys of an account, the oldest first."""
    with acting(LOGIN_ROLE):
        found = Passkey.objects.filter(account_id=account_id).order_by("id")[:MOST]
        return [Shown(one.pk, one.name, one.created_at, one.used_at) for one in found]


def _descriptors(account_id: int) -> list[PublicKeyCredentialDescriptor]:
    with acting(LOGIN_ROLE):
        ids = list(Passkey.objects.filter(account_id=account_id).values_list("credential_id", flat=True))
    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=kind, id=bytes(one)) for one in ids]


def begin_new(*, request: HttpRequest) -> str:
    """The options under which the browser makes a new passkey, as JSON; notes their challenge."""
    account: Any = request.user
    user = PublicKeyCredentialUserEntity(
        id=match_key(str(account.pk), "passkey-user"), name=account.get_username(), display_name=account.name
    )
    options, state = _server(request).register_begin(
        user, _descriptors(account.pk), resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=REQUIRED,
    )  # fmt: skip
    return _opened(request, "create", options, state)


def begin_use(*, request: HttpRequest, account_id: int | None = None) -> str:
    """The options under which the browser signs with a passkey (of this account, else any), as JSON."""
    known = _descriptors(account_id) if account_id is not None else None
    options, state = _server(request).authenticate_begin(known, user_verification=REQUIRED)
    return _opened(request, "get", options, state)


def _opened(request: HttpRequest, do: str, options: Any, state: Any) -> str:
    until = (system_now() + PENDING_FOR).isoformat()
    request.session[STATE_KEY] = {"do": do, "state": state, "until": until}
    return json.dumps(dict(options)["publicKey"])


def _taken(request: HttpRequest, do: str) -> Any:
    """The open challenge, which is gone with this; Refused when there is none (any more)."""
    held = request.session.pop(STATE_KEY, None)
    if not held or held["do"] != do or held["until"] < system_now().isoformat():
        raise Refused(_("This took too long, or was used already. Press the button once more."))
    return held["state"]


def _read(response: str) -> dict[str, Any]:
    try:
        found = json.loads(response[:LONGEST])
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(_("The browser sent no passkey. Press the button once more."))
    return found


def _wrong() -> Refused:
    return Refused(_("This passkey does not fit. Use another one, or log in with your password."))


def add(*, request: HttpRequest, response: str, name: str) -> Passkey:
    """Keeps a new passkey of the account that is logged in; all its other sessions end, as with a new app."""
    state, account_id = _taken(request, "create"), request.user.pk
    if account_id is None:
        raise Forbidden(_("Log in first."))
    try:
        data = _server(request).register_complete(state, _read(response))
    except Refused:
        raise
    except Exception as error:  # whatever a made-up answer breaks in the reader is a wrong answer
        raise _wrong() from error
    credential = data.credential_data
    if credential is None:
        raise _wrong()
    with acting(LOGIN_ROLE):
        mine = Passkey.objects.filter(account_id=account_id)
        if mine.count() >= MOST or Passkey.objects.filter(credential_id=credential.credential_id).exists():
            raise Refused(_("This passkey is known already, or you have ten of them. Take one away first."))
        made = Passkey.objects.create(
            account_id=account_id, name=name.strip()[:60], credential_id=credential.credential_id,
            public_half=bytes(credential), sign_count=data.counter, created_at=system_now(),
        )  # fmt: skip
    audit.record("access.passkey_added", "access.Passkey", made.pk)
    second_factor.end_other_sessions(request=request)
    request.session[PROVED_KEY] = system_now().isoformat()
    return made


def verified(*, request: HttpRequest, response: str, account_id: int | None) -> Account:
    """The account whose passkey signed the open challenge; with ``account_id``, of no other one.

    Acts as the login role. Refused for anything else, and for a counter that did not grow (a copied key).
    """
    state, answer = _taken(request, "get"), _read(response)
    try:
        read = AuthenticationResponse.from_dict(answer)
        held = Passkey.objects.select_related("account").filter(credential_id=read.raw_id).first()
        if held is None or not held.account.is_active or account_id not in (None, held.account_id):
            raise _wrong()
        credential = AttestedCredentialData(bytes(held.public_half))
        _server(request).authenticate_complete(state, [credential], answer)
    except Refused:
        raise
    except Exception as error:  # whatever a made-up answer breaks in the reader is a wrong answer
        raise _wrong() from error
    count = read.response.authenticator_data.counter
    fresh = Q(sign_count__lt=count) | (Q(sign_count=0) if count == 0 else Q(pk__in=[]))
    if not Passkey.objects.filter(fresh, pk=held.pk).update(sign_count=count, used_at=system_now()):
        raise _wrong()
    return held.account


def take_away(*, passkey_id: int, by: Actor) -> None:
    """Forgets one of one's own passkeys; Forbidden for anybody else's, Refused for the last factor there is."""
    account_id = by.account_id or 0
    with acting(LOGIN_ROLE):
        mine = Passkey.objects.select_for_update().filter(
            account_id=account_id
        )  # two removals see each other
        held = list(mine.values_list("pk", flat=True))
        if passkey_id not in held:
            raise Forbidden(_("There is no such passkey of yours."))
        if len(held) == 1 and second_factor.factor_of(account_id) is None:
            raise Refused(
                _("This is your only second factor. Add another passkey or an authenticator app first.")
            )
        Passkey.objects.filter(pk=passkey_id).delete()
    audit.record("access.passkey_removed", "access.Passkey", passkey_id)
