"""The demo's logins, its story, and its time machine. Everything here refuses outside of the demo city."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lianglin.access import audit, login_list
from lianglin.access.actions import LOGIN_ROLE, let_go
from lianglin.access.actor import Actor
from lianglin.access.again import AGAIN_KEY
from lianglin.access.models import Account, LoginSession, Organisation, Post
from lianglin.access.queries import POST_KEY, POSTS_KEY, posts_in_force
from lianglin.access.second_factor import system_now
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.models import DemoClock

PASSWORD = "lianglin-demo"  # noqa: S105 - of sample accounts that exist in the demo city alone
NOTES = "demo.json"
"""In the data folder: the logins and the story that the filling made, for the strip and the start screen."""
CLOCKMAKER = Actor(role="staff", duties=frozenset({"system"}))
"""Sees no place; may only set the demo's clock."""


class Login(TypedDict):
    """One sample login. ``persona``: one of those between whom the demo's strip switches."""

    username: str
    role: str
    label: str
    label_en: str
    what: str
    what_en: str
    persona: bool


def must_be_demo() -> None:
    """Raises Forbidden in a real city."""
    if not settings.DEMO:
        raise Forbidden(_("This exists in the demo city only."))


# --- notes of the filling --------------------------------------------------------------------------------


def notes() -> dict[str, Any]:
    """What the filling noted: ``logins`` and ``story``; {} before there is a city. Read again when it changes."""
    path = settings.DATA / NOTES
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return {}


@cache
def _read(path: Path, _changed: int) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def note(key: str, value: Any) -> None:
    """Notes something for the strip and the start screen, all or nothing."""
    must_be_demo()
    path = settings.DATA / NOTES
    side = path.with_suffix(f".{os.getpid()}.part")
    side.write_text(json.dumps({**notes(), key: value}, ensure_ascii=False, indent=1), encoding="utf-8")
    side.replace(path)


# --- logins ----------------------------------------------------------------------------------------------


@cache
def _hash() -> str:
    """One hash for all sample logins: they share their password anyway, and hashing is slow on purpose."""
    return make_password(PASSWORD)


def make_login(
    username: str, name: str, organisation: Organisation, role_code: str, scope_code: str, title: str,
    title_en: str, what: str, what_en: str, persona: bool = False, *, show: bool = True,
) -> Post:  # fmt: skip
    """A sample account with one post, from the calendar's first year on. Runs as the owner.

    ``show`` puts it into the table of logins; ``what`` says what one can do with it. Forbidden outside the demo.
    """
    must_be_demo()
    account = Account.objects.create(
        username=username, name=name, password=_hash(), sample=True, created_at=clock.now()
    )
    post = Post.objects.create(
        account=account, role_code=role_code, organisation=organisation, scope_code=scope_code, title=title,
        title_en=title_en, starts_on=clock.today().replace(year=2024, month=1, day=1),
    )  # fmt: skip
    if show:
        row = Login(
            username=username, role=role_code, label=f"{title} · {organisation.name}", persona=persona,
            label_en=f"{title_en} · {organisation.name_en or organisation.name}", what=what, what_en=what_en,
        )  # fmt: skip
        known = [entry for entry in notes().get("logins", []) if entry["username"] != username]
        note("logins", [*known, row])
    return post


def logins() -> list[dict[str, str]]:
    """The table of sample logins for the start screen: label, username, password, what; [] outside the demo."""
    if not settings.DEMO:
        return []
    chinese = os.environ.get("LANG", "").startswith("zh")
    phone = notes().get("resident_login", {}).get("phone", "")
    by_code = "短信验证码：/messages/demo/" if chinese else "code by text message: /messages/demo/"
    resident = {
        "label": "居民" if chinese else "Resident",
        "username": phone,
        "password": by_code,
        "what": "在“我的”用手机号登录；反映问题不用登录"
        if chinese
        else "Logs in under “Mine”; reporting needs no login",
    }
    return [resident] * bool(phone) + [
        {
            "label": row["label" if chinese else "label_en"],
            "username": row["username"],
            "password": PASSWORD,
            "what": row["what" if chinese else "what_en"],
        }
        for row in notes().get("logins", [])
    ]


def personas() -> list[Login]:
    """The members of staff between whom the strip switches, in the order of the story."""
    return [row for row in notes().get("logins", []) if row["persona"]] if settings.DEMO else []


def log_in_as(*, request: HttpRequest, username: str) -> Account:
    """Becomes one of the personas with one press; audited like any login. Forbidden for anybody else."""
    must_be_demo()
    if username not in {row["username"] for row in personas()}:
        raise Forbidden(_("The strip switches between its own people only."))
    with acting(LOGIN_ROLE):
        account = Account.objects.filter(username=username, sample=True, is_active=True).first()
        if account is None:
            raise Refused(_("This sample login is no longer there. Build the demo city again."))
        let_go(request=request)
        login(request, account, backend="django.contrib.auth.backends.ModelBackend")
        posts = list(posts_in_force(account.pk))
        request.session[POST_KEY] = posts[0].pk if posts else None
        request.session[POSTS_KEY] = len(posts)
        request.session[AGAIN_KEY] = system_now().isoformat()
        login_list.begin(request=request, how=LoginSession.How.DEMO, account=account, posts=posts)
    audit.record("access.demo_login", "access.Account", account.pk)
    return account


# --- the time machine ------------------------------------------------------------------------------------


def advance(*, working_days: int) -> datetime:
    """Moves the demo's clock to the same time of day so many working days later; audited. Returns the new now.

    Nothing else happens: what time brings (a passed deadline, a rate) shows by itself.
    """
    must_be_demo()
    if not 1 <= working_days <= 30:
        raise Refused(_("The clock moves by 1 to 30 working days at once."), field="days")
    now = clock.now()
    target = calendar().add_working_days(now, working_days).at
    days = (clock.local(target).date() - clock.local(now).date()).days
    with acting(CLOCKMAKER):
        moved = DemoClock.objects.filter(id=1).update(offset_seconds=F("offset_seconds") + days * 86_400)
        if not moved:
            raise Refused(_("This city has no clock that can be advanced. Build the demo city again."))
        audit.record("access.demo_clock", "kit.DemoClock", 1, values={"days": days})
    clock.set_offset(clock.offset() + timedelta(days=days))
    return clock.now()
