"""Two districts of sample, figures put into their communities by hand, browsers of posts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import POST_KEY, PROVED_KEY
from lianglin.indicators.models import IndicatorValue
from lianglin.kit import clock
from lianglin.kit.domain import Indicator
from lianglin.kit.period import Period
from lianglin.places.models import Community, Division

HERE, NEXT_DOOR, OTHER_DISTRICT, EMPTY = "230103001001", "230103001002", "230104001001", "230104001002"
STREET = HERE[:9]
MONTH = Period.month(2026, 11)
SINCE = date(2024, 1, 1)


def figure(code: str, unit: Any, **more: Any) -> Indicator:
    """A declared figure for a test."""
    return Indicator(code, f"指标 {code}", "定义：测试用。", unit, **{"kind": "flow", **more})


def districts() -> None:
    """Two districts with a street each; one community has no people loaded."""
    for county in ("230103", "230104"):
        above = Division.objects.create(
            code=f"{county}000000", level="county", name=f"{county}区", scope_code=county
        )
        street = Division.objects.create(
            code=f"{county}001000",
            level="township",
            name=f"{county}街道",
            scope_code=f"{county}001",
            parent=above,
        )
        for number in ("001", "002"):
            scope = f"{county}001{number}"
            Community.objects.create(
                division=street, name=f"第{number}社区", scope_code=scope, lon=126.6, lat=45.7, geometry={}, valid_from=SINCE,
                loaded=scope != EMPTY,
            )  # fmt: skip


def put(
    code: str, place: str, numerator: int, denominator: int | None = None, *, month: date = MONTH.start
) -> None:
    """Stores one cell."""
    IndicatorValue.objects.create(
        indicator=code, month=month, scope_code=place, numerator=numerator, denominator=denominator,
        definition_version="1", computed_at=clock.now(),
    )  # fmt: skip


def browser(role: str, scope: str) -> Client:
    """A browser logged in to a new post."""
    code = f"{role}-{scope or 'city'}"
    kind = "company" if role == "unit_handler" else "city"
    office = Organisation.objects.create(code=code, name=code, kind=kind, scope_code=scope)
    account = Account.objects.create_user(code, None, name=code, created_at=clock.now())
    post = Post.objects.create(
        account=account, role_code=role, organisation=office, scope_code=scope, title=role, starts_on=SINCE
    )
    made = Client()
    session = made.session
    session[SESSION_KEY], session[POST_KEY] = str(account.pk), post.pk
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session[PROVED_KEY] = "2026-01-01T00:00:00+00:00"
    session.save()
    return made
