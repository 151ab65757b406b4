"""Reads about accounts and posts, as the login role, before the actor's own role is known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language

from lianglin.access import visits
from lianglin.access.actor import NOWHERE, TOP, Actor, duties_of, public, resident, role_kinds
from lianglin.access.governance import lent
from lianglin.access.models import AccessLog, Account, AuditHead, AuditSeal, Grant, Post
from lianglin.access.prepared import Prepared
from lianglin.kit import clock, plans
from lianglin.kit.errors import Nobody
from lianglin.kit.events import ActsFor, ask
from lianglin.kit.grounds import GROUNDS
from lianglin.kit.restricted import BEHIND_DIGITS
from lianglin.places.models import Community, Division

POST_KEY = "post_id"
POSTS_KEY = "posts"
"""How many posts the account had at login: one needs no switcher, and no query for it."""
HELD_CASE_KEY = "held_case"
PROVED_KEY = "second_factor"
"""Session key of a login with a second factor: the ISO instant at which it was proved."""
RESIDENT_KEY = "resident"
"""Session key of a resident who logged in: {"id": resident id, "until": ISO instant}, and "ward" while a guardian
acts for somebody."""


def posts_in_force(account_id: int) -> QuerySet[Post]:
    """The posts an account may act in today, with organisation."""
    mine = Post.objects.in_force().filter(account_id=account_id)
    return mine.select_related("organisation").order_by("id")


def actor_of(request: HttpRequest) -> tuple[Actor, Account | None]:
    """The actor and the account behind a request's session; the public without a valid one. One statement."""
    session: Any = request.session
    account_id, post_id = session.get(SESSION_KEY), session.get(POST_KEY)
    if not account_id or not session.get(BACKEND_SESSION_KEY):
        if settings.DEMO:
            _set_clock(_demo_seconds(session.login))
        return _holder(session.get(HELD_CASE_KEY), session.get(RESIDENT_KEY)), None
    login: visits.Login = session.login
    if login.account is None or login.account.pk != int(account_id):
        login = visits.login_of(account_id)  # a session that no login stands beside
    account, post = login.account, login.posts.get(post_id or 0)
    if settings.DEMO:
        _set_clock(login.demo_seconds)
    if account is None or not constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash()
    ):
        return public(), None
    if account.one_time_until is not None:
        return without_post(account), account
    if post is None or not post.starts_on <= clock.today() <= (post.ends_on or date.max):
        return without_post(account), account
    if needs_second_factor(post) and not session.get(PROVED_KEY):
        return without_post(account), account
    return _lent(actor_in(post), session.get(lent.KEY)), account


def _lent(actor: Actor, held: Any) -> Actor:
    """The actor under the ticket or opening that the session names; in the own post alone once it is over."""
    if not isinstance(held, list) or len(held) != 2 or actor.role != "staff" or actor.post_id is None:
        return actor
    found = lent.find(held[0], held[1], actor.post_id)
    return actor if found is None else lent.lend(actor, found)


def needs_second_factor(post: Post) -> bool:
    """Whether a post is acted in only after a second factor: kinds that reach beyond a street, or into a ground."""
    kind = role_kinds()[post.role_code]
    levels = settings.SECOND_FACTOR_LEVELS
    return kind.level in levels or (bool(levels) and kind.db_role in GROUNDS)


def _demo_seconds(login: visits.Login) -> int | None:
    if login is not visits.UNREAD:
        return login.demo_seconds
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(visits.DEMO_SECONDS)
        row = cursor.fetchone()
    return row[0] if row else None


def _set_clock(seconds: int | None) -> None:
    clock.set_offset(timedelta(seconds=seconds or 0))


def _holder(held: Any, logged_in: Any = None) -> Actor:
    """The resident whose session proved to hold a case or to be a person, while that lasts; else the public.

    A case is held by the city's clock, which the demo can advance; a login lasts by the system's.
    """
    now = clock.now()
    case_id, resident_id = (
        entry["id"] if isinstance(entry, dict) and entry.get("until", "") > end.isoformat() else None
        for entry, end in ((held, now), (logged_in, now - clock.offset()))
    )
    ward = logged_in.get("ward") if resident_id is not None else None
    if resident_id is not None and ward is not None and _acts_for(resident_id, ward):
        return resident(resident_id=ward, guardian_id=resident_id)
    return public() if case_id is resident_id is None else resident(case_id, resident_id)


def _acts_for(guardian_id: int, ward_id: int) -> bool:
    """Asked at every request: a guardianship may end while somebody is logged in. Without an answer, no."""
    try:
        return bool(ask(ActsFor(guardian_id, ward_id), by=None))
    except Nobody:
        return False


def actor_in(post: Post) -> Actor:
    """The actor that a post makes of its holder (``post`` comes with its organisation)."""
    kind = role_kinds()[post.role_code]
    in_scope = kind.db_role in ("staff", *GROUNDS)
    english = get_language() == "en"
    return Actor(
        role=kind.db_role,
        low=post.scope_code if in_scope else NOWHERE[0],
        high=(post.scope_code + TOP if post.scope_code else BEHIND_DIGITS) if in_scope else NOWHERE[1],
        account_id=post.account_id,
        post_id=post.pk,
        organisation_id=post.organisation_id,
        role_code=post.role_code,
        title=(english and post.title_en) or post.title,
        organisation_name=(english and post.organisation.name_en) or post.organisation.name,
        duties=duties_of(post.role_code),
        purposes=frozenset(kind.purposes),
    )


def without_post(account: Account) -> Actor:
    """Somebody who logged in but holds no post today: may switch posts and log out, nothing else."""
    return Actor(role="public", account_id=account.pk, title=account.name)


@Prepared
def _looks_at(_actor: Actor, case_id: int) -> QuerySet[AccessLog]:
    return AccessLog.objects.filter(case_id=case_id).select_related("organisation").order_by("-id")[:50]


def who_looked(case_id: int, *, actor: Actor) -> list[AccessLog]:
    """The last 50 looks at the appellant's data of a case, newest first, each with its unit; no employee's name."""
    if actor.case_id != case_id and actor.role != "staff":
        return []
    return _looks_at(actor, case_id)


def own_looks(*, actor: Actor, behind: int = 2**62, limit: int = 50) -> list[dict[str, Any]]:
    """Who looked at the person who logged in: id, at, purpose, what, unit, unit_en, newest first; no employee's name.

    ``behind`` an id: the page that follows it. [] for anybody else.
    """
    if actor.resident_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute("select * from access_own_looks(%s, %s)", [behind, limit])
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def looks(*, actor: Actor, place: str = "", purpose: str = "") -> QuerySet[AccessLog]:
    """Every look into personal data that the protection officer may see. Page it by ("-id").

    ``place`` is a scope code prefix or a part of a community's name.
    """
    actor.require("access.who_looked")
    rows = AccessLog.objects.select_related("organisation").only(
        "id", "at", "scope_code", "case_id", "purpose", "what", "organisation__name", "organisation__name_en"
    )
    if purpose:
        rows = rows.filter(purpose=purpose)
    if place.isdecimal():
        rows = rows.filter(scope_code__gte=place, scope_code__lt=place + TOP)
    elif place:
        named = Community.objects.filter(name__contains=place) | Community.objects.filter(
            name_en__icontains=place
        )
        rows = rows.filter(scope_code__in=list(named.values_list("scope_code", flat=True)[:PLACES_AT_ONCE]))
    return rows


PLACES_AT_ONCE = 200


def place_names(codes: set[str]) -> dict[str, str]:
    """Names of the communities, streets and districts with these scope codes, in the reader's language."""
    names = {c.scope_code: c.label for c in Community.objects.filter(scope_code__in=codes)}
    wider = [code for code in codes - names.keys() if code]
    if wider:
        names |= {
            d.scope_code: d.label for d in Division.objects.filter(scope_code__in=wider).defer("geometry")
        }
    return names


def chains(*, actor: Actor) -> QuerySet[AuditHead]:
    """The head of every audit chain. Page it by ("chain",)."""
    actor.require("access.audit")
    return AuditHead.objects.all()


def last_seal(*, actor: Actor) -> AuditSeal | None:
    """The newest seal over all heads."""
    actor.require("access.audit")
    return AuditSeal.objects.order_by("-id").first()


def posts_of(account_id: int) -> list[Post]:
    """All posts of an account, past and future ones too, the newest first."""
    return list(
        Post.objects.filter(account_id=account_id)
        .select_related("organisation")
        .order_by("-starts_on", "-id")
    )


def granted_ids(actor: Actor, subject: str) -> list[int]:
    """What the actor's unit holds grants in force for, of one kind. One statement, by the grants' index."""
    held = Grant.objects.filter(
        organisation_id=actor.organisation_id, subject=subject, ends_at__gt=clock.now()
    )
    return list(held.values_list("subject_id", flat=True))
