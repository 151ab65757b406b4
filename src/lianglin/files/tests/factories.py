"""Two neighbouring communities, a bureau, and the browsers of those who work there or live there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from lianglin.access import queries
from lianglin.access.actor import Actor
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import HELD_CASE_KEY, POST_KEY, PROVED_KEY
from lianglin.kit import clock

HERE, NEXT_DOOR = "230103001001", "230103001002"
CASE = 4711


@dataclass(frozen=True)
class Staff:
    """A post with the actor it makes and a browser that is logged in to it."""

    post: Post
    actor: Actor
    browser: Client


def staff(role: str, scope: str = "", kind: str = "community") -> Staff:
    """Somebody in a new post of a new organisation."""
    code = f"{role}-{scope or 'city'}"
    organisation = Organisation.objects.create(code=code, name=code, kind=kind, scope_code=scope)
    account = Account.objects.create_user(code, None, name=code, created_at=clock.now())
    post = Post.objects.create(
        account=account,
        role_code=role,
        organisation=organisation,
        scope_code=scope,
        title=role,
        starts_on=date(2024, 1, 1),
    )
    return Staff(post, queries.actor_in(post), _logged_in(account, post))


def _logged_in(account: Account, post: Post) -> Client:
    browser = Client()
    session = browser.session
    session[SESSION_KEY], session[POST_KEY] = str(account.pk), post.pk
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session[PROVED_KEY] = "2026-01-01T00:00:00+00:00"
    session.save()
    return browser


def resident_browser(case_id: int) -> Client:
    """The browser of a resident who proved to hold a case."""
    browser = Client()
    session = browser.session
    session[HELD_CASE_KEY] = {"id": case_id, "until": (clock.now() + timedelta(minutes=30)).isoformat()}
    session.save()
    return browser
