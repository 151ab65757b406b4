"""Whose request this is: the session, the login beside it, its account and posts, in one statement.

Every request asks this first; one statement instead of one for the session and one for the account is a twelfth
of what a list of the API costs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

from django.db import connection
from django.db.models import Model

from lianglin.access.models import Account, Organisation, Post
from lianglin.kit import plans

DEMO_SECONDS = "select offset_seconds from kit_democlock order by id limit 1"
_MODELS = (("a", Account), ("p", Post), ("o", Organisation))
_JOINED = """
left join access_post p on p.account_id = a.id
left join access_organisation o on o.id = p.organisation_id
"""
_SESSION = f"""
from django_session s
left join access_loginsession l on l.session_key = s.session_key
left join access_account a on a.id = l.account_id and a.is_active
{_JOINED}
where s.session_key = %s and s.expire_date > now() and coalesce(
    l.ends_at > now() and l.used_at + l.idle_minutes * interval '1 minute' > now(), true)
"""
_USED = (
    "update access_loginsession set used_at = now() where id = "
    "(select id from access_loginsession where id = %s for update skip locked)"
)


@dataclass(frozen=True)
class Login:
    """The active account behind a session, all its posts by id with their organisations, the demo clock's seconds."""

    account: Account | None = None
    posts: dict[int, Post] = field(default_factory=dict)
    demo_seconds: int | None = None


UNREAD = Login()
"""Of a session that was not looked up."""


def session_of(key: str) -> tuple[str, Login] | None:
    """The signed contents of a session in force, and whose it is.

    None without one, and when its login was idle or lasted too long. Notes once a minute that the login is used.
    The system's clock rules, not the demo's.
    """
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(
            _asks("s.session_data, l.id, l.used_at < now() - interval '1 minute'", _SESSION), [key]
        )
        rows = cursor.fetchall()
        if not rows:
            return None
        data, login_id, unnoted = rows[0][:3]
        if unnoted:  # a request at the same time that notes it already is not waited for
            cursor.execute(_USED, [login_id])
    return data, _login(row[3:] for row in rows)


def login_of(account_id: Any) -> Login:
    """The same of an account whose session has no login beside it."""
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(
            _asks("", f"from access_account a {_JOINED} where a.id = %s and a.is_active"), [account_id]
        )
        return _login(cursor.fetchall())


@cache
def _asks(first: str, tables: str) -> str:
    columns = [f"{short}.{one.column}" for short, model in _MODELS for one in model._meta.concrete_fields]
    return f"select {', '.join([*filter(None, [first]), *columns])}, ({DEMO_SECONDS}) {tables}"


def _login(rows: Iterable[Any]) -> Login:
    account, posts, seconds = None, {}, None
    spans = _spans()
    for row in rows:
        seconds = row[-1]
        made = [
            model.from_db("default", names, row[span]) if row[span.start] is not None else None
            for model, names, span in spans
        ]
        account = account or made[0]
        if isinstance(post := made[1], Post):
            post.organisation, post.account = made[2], account  # pyright: ignore[reportAttributeAccessIssue]
            posts[post.pk] = post
    return Login(account, posts, seconds)  # pyright: ignore[reportArgumentType]


@cache
def _spans() -> list[tuple[type[Model], list[str], slice]]:
    names = [[one.attname for one in model._meta.concrete_fields] for _, model in _MODELS]
    ends = pairwise(accumulate(map(len, names), initial=0))
    return [
        (model, fields, slice(*span)) for (_, model), fields, span in zip(_MODELS, names, ends, strict=True)
    ]
