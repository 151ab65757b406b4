"""One counter of tries for all workers, in the database, keyed by digests."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lianglin.kit import clock, plans
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import TooMany

APART = "apart"
"""A connection of its own, so that a try counts even when the request it belongs to is rolled back."""


def client_address(request: HttpRequest) -> str:
    """The caller's address; X-Forwarded-For counts only behind as many proxies as LIANGLIN_TRUSTED_PROXIES says."""
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """The same for what a server hands to a WSGI application."""
    hops: int = settings.TRUSTED_PROXIES
    remote = environ.get("REMOTE_ADDR", "")
    if hops:
        chain = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(chain) >= hops:
            remote = chain[-hops]
    try:
        return str(ipaddress.ip_address(remote))
    except ValueError:
        return ""


def hit(kind: str, subject: str, *, limit: int, window: timedelta) -> int:
    """Counts one try of ``subject``; raises :class:`TooMany` when more than ``limit`` fell into the window.

    Counts in a single statement of its own transaction, so that no two workers count past each other. Returns the count.
    """
    key = f"{kind}:{match_key(subject, 'throttle').hex()[:48]}"
    with plans.keeping(APART), connections[APART].cursor() as cursor:
        parameters: list[Any] = [key, clock.now(), window]
        cursor.execute("select kit_throttle(%s, %s, %s)", parameters)
        count: int = cursor.fetchone()[0]
    if count > limit:
        raise TooMany(
            _("Too many tries. Wait %(minutes)s minutes and try again, or call 12345.")
            % {"minutes": max(int(window.total_seconds() // 60), 1)},
            code=str(int(window.total_seconds())),
        )
    return count


def clear(kind: str, subject: str) -> None:
    """Forgets the tries of a subject (after a success)."""
    key = f"{kind}:{match_key(subject, 'throttle').hex()[:48]}"
    with connections[APART].cursor() as cursor:
        cursor.execute("select kit_throttle_clear(%s)", [key])
