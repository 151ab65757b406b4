"""There and back: the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636).

A subject of the provider opens the account that it was declared for (links.py); it never makes an account, a post
or a right. Decision: docs/decisions/0054-the-citys-own-login.md.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from lianglin.access.outside import provider
from lianglin.access.second_factor import PENDING_FOR, system_now
from lianglin.kit.errors import Refused

STATE_KEY = "outside"
"""Session key of the one open request: {"state", "nonce", "verifier", "until", "back", "next", "again"}."""


@dataclass(frozen=True)
class Proved:
    """What the provider said: who it is, and whether it proved a second factor that the settings trust.

    ``at``: when the person last proved it there (seconds since 1970), which may be long ago or unknown (0).
    ``again``: somebody who is logged in was asked once more, before a sensitive action. ``onward``: where to go then.
    """

    issuer: str
    claim: str
    subject: str
    second_factor: bool
    at: float
    again: bool
    onward: str


def begin(*, request: HttpRequest, back: str, onward: str = "", again: bool = False) -> str:
    """The address to send the browser to; notes what the answer must bring back. ``back`` is our own address.

    With ``again`` the provider asks the person anew, also where it still knows the browser.
    """
    where = provider.endpoint("authorization_endpoint")
    verifier = secrets.token_urlsafe(48)
    held = {
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "verifier": verifier,
        "back": back,
        "next": onward,
        "again": again,
        "from": system_now().timestamp(),
        "until": (system_now() + PENDING_FOR).isoformat(),
    }
    request.session[STATE_KEY] = held
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "scope": settings.OIDC_SCOPE,
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": back,
        "state": held["state"],
        "nonce": held["nonce"],
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return provider.with_query(where, {**query, "prompt": "login", "max_age": "0"} if again else query)


def finish(*, request: HttpRequest) -> Proved:
    """Reads the provider's answer: state, code, tokens, signature. What was noted is gone with this.

    Refused for an answer to no question of this browser, an error of the provider, or a token that does not hold.
    """
    held, given = request.session.pop(STATE_KEY, None), request.GET
    fits = held and constant_time_compare(given.get("state", ""), held["state"])
    if not held or not fits or held["until"] < system_now().isoformat():
        raise Refused(_("This login was begun elsewhere, took too long, or was used already. Begin again."))
    if given.get("iss", "" if provider.names_itself() else settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        raise provider.unreachable()
    if not given.get("code"):
        raise Refused(_("The city's login did not let you in. Try again there, or use your password."))
    answer = provider.ask(
        provider.endpoint("token_endpoint"),
        data={
            "grant_type": "authorization_code",
            "code": given["code"],
            "redirect_uri": held["back"],
            "code_verifier": held["verifier"],
        },
    )
    claims = provider.claims_of(str(answer.get("id_token", "")), nonce=held["nonce"])
    at = provider.proved_at(claims)
    if held["again"] and at < held["from"] - provider.LEEWAY_SECONDS:
        raise Refused(_("The city's login did not ask you anew. Confirm in another way."))
    return Proved(
        settings.OIDC_ISSUER,
        settings.OIDC_CLAIM,
        provider.subject_in(claims),
        provider.proves_two(claims),
        at,
        held["again"],
        held["next"],
    )
