"""The city's identity provider as we read it: its documents, its keys, the token it signs (OpenID Connect Core 1.0).

Signatures are PyJWT's; what is asked over the network goes to the provider alone, over HTTPS, and follows no redirect.
"""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.kit.errors import Refused

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a public key only: never "none", never a shared secret."""
LEEWAY_SECONDS, TIMEOUT_SECONDS, KEPT_SECONDS, LARGEST = 60, 10.0, 3600.0, 500_000
AGAIN_SECONDS = 60.0
"""How often an unknown key makes us fetch the provider's keys anew."""
HERE = ("127.0.0.1", "localhost")
"""A provider on this machine may do without HTTPS."""

_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def is_open() -> bool:
    """Whether the city has a provider."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def label() -> str:
    """What the provider is called on the pages, in the reader's language; "" when the city has none."""
    if not is_open():
        return ""
    return settings.OIDC_NAME_EN if get_language() == "en" else settings.OIDC_NAME


def unreachable() -> Refused:
    """What is said when the provider does not answer, or not as it should."""
    return Refused(_("The city's login cannot be reached now. Use your password, or try again later."))


def _wrong() -> Refused:
    return Refused(_("The answer of the city's login does not hold. Tell your administrator."))


# --- its documents -----------------------------------------------------------------------------------------------


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the code or the client's secret to somebody else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follows none."""


def _is_safe(url: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
    )


def ask(url: str, *, data: dict[str, str] | None = None) -> dict[str, Any]:
    """A JSON document of the provider; Refused when it does not come, or not over HTTPS (or from this machine).

    ``data`` is sent as a form, with our own name and secret (client_secret_basic).
    """
    if not _is_safe(url):
        raise unreachable()
    headers, body = {"Accept": "application/json"}, None
    if data is not None:
        body = urllib.parse.urlencode(data).encode()
        pair = ":".join(map(urllib.parse.quote_plus, (settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)))
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - the scheme was checked
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as answer:
            found = json.loads(answer.read(LARGEST))
    except (OSError, HTTPException, ValueError) as error:
        raise unreachable() from error
    if not isinstance(found, dict):
        raise unreachable()
    return found


def _document(url: str, *, older: float = KEPT_SECONDS) -> dict[str, Any]:
    """The same, kept for an hour, or as long as ``older`` says."""
    held = _kept.get(url)
    if held is None or time.monotonic() - held[0] > older:
        _kept[url] = held = (time.monotonic(), ask(url))
    return held[1]


def forget() -> None:
    """Forgets what was fetched."""
    _kept.clear()


def configuration() -> dict[str, Any]:
    """The provider's configuration (OpenID Connect Discovery 1.0); Refused when it names another issuer."""
    issuer = settings.OIDC_ISSUER
    found = _document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise unreachable()
    return found


def endpoint(name: str) -> str:
    """One of the provider's addresses, like "token_endpoint"; Refused when it names none that is safe."""
    where = configuration().get(name)
    if not isinstance(where, str) or not _is_safe(where):
        raise unreachable()
    return where


def names_itself() -> bool:
    """Whether each of its answers says who answers (RFC 9207), which tells a mix-up of providers."""
    return configuration().get("authorization_response_iss_parameter_supported") is True


def with_query(address: str, query: dict[str, str]) -> str:
    """An address of the provider with more in its query."""
    return f"{address}{'&' if '?' in address else '?'}{urllib.parse.urlencode(query)}"


def leaving() -> str:
    """Where one logs out of the provider, too (RP-Initiated Logout 1.0); "" when it has no such page."""
    try:
        return with_query(endpoint("end_session_endpoint"), {"client_id": settings.OIDC_CLIENT_ID})
    except Refused:
        return ""


# --- the token it signs ------------------------------------------------------------------------------------------


def claims_of(token: str, *, nonce: str) -> dict[str, Any]:
    """The claims of an ID token whose signature, issuer, audience, times and nonce hold (Core, 3.1.3.7); else Refused."""
    try:
        claims = jwt.decode(
            token, _key(token), algorithms=ALGORITHMS, audience=settings.OIDC_CLIENT_ID, issuer=settings.OIDC_ISSUER,
            leeway=LEEWAY_SECONDS, options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )  # fmt: skip
    except (
        jwt.PyJWTError,
        TypeError,
        ValueError,
    ) as error:  # the last two: a key of another kind than the signature
        raise _wrong() from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise _wrong()
    if (several or "azp" in claims) and claims.get("azp") != settings.OIDC_CLIENT_ID:
        raise _wrong()
    return claims


def _key(token: str) -> Any:
    """The provider's public key that signed a token; its keys are fetched anew, once a minute, for an unknown one."""
    number, url = jwt.get_unverified_header(token).get("kid"), endpoint("jwks_uri")
    for older in (KEPT_SECONDS, AGAIN_SECONDS):
        keys = jwt.PyJWKSet.from_dict(_document(url, older=older)).keys
        usable = [key for key in keys if key.public_key_use in (None, "sig")]
        for key in usable:
            if key.key_id == number or (number is None and len(usable) == 1):
                return key.key
    raise jwt.InvalidKeyError("unknown key")


def subject_in(claims: dict[str, Any]) -> str:
    """Who it is: the value of the claim that LIANGLIN_OIDC_CLAIM names, as text; Refused when the token has none."""
    value = claims.get(settings.OIDC_CLAIM)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value) or len(str(value)) > 255:
        raise _wrong()
    return str(value)


def proves_two(claims: dict[str, Any]) -> bool:
    """Whether the token names a way of proving (``amr``, ``acr``) that LIANGLIN_OIDC_TRUSTED holds."""
    named = claims.get("amr")
    said = {str(one) for one in named} if isinstance(named, list) else set()
    return bool(({*said, str(claims.get("acr", ""))} - {""}) & set(settings.OIDC_TRUSTED))


def proved_at(claims: dict[str, Any]) -> float:
    """When the person last proved it there (``auth_time``, seconds since 1970); 0 when the token does not say."""
    value = claims.get("auth_time")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        return 0.0
    return float(value)
