"""The city of the figures with two coordinators of its district, who supervise, propose and approve."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import providing
from lianglin.appeals.models import Provision
from lianglin.kit import clock, held

from . import figures_city
from .figures_city import HERE, SINCE, City


def build() -> City:
    """Makes the city as the database's administrator."""
    held.forget()
    made = figures_city.build()
    office = Organisation.objects.create(code="district", name="区政府", kind="district", scope_code=HERE[:6])
    for name in ("ruler", "second"):
        account = Account.objects.create_user(name, None, name=name, created_at=clock.now())
        post = Post.objects.create(
            account=account, role_code="district_coordinator", organisation=office, scope_code=HERE[:6], title=name,
            starts_on=SINCE,
        )  # fmt: skip
        made.posts[name], made.actors[name] = post, actor_in(post)
    return made


def as_post(city: City, name: str, action: Any, *given: Any, **more: Any) -> Any:
    """One action of a post in a transaction of its own."""
    with transaction.atomic(), acting(city.actors[name]) as actor:
        return action(*given, by=actor, **more)


def set_by_two(city: City, code: str, amount: int, unit: str, valid_from: Any, **more: Any) -> Provision:
    """A row that one coordinator proposed and the other approved."""
    row = as_post(
        city, "ruler", providing.propose_provision, code=code, amount=amount, unit=unit, valid_from=valid_from,
        basis="区办〔2026〕1号", **more,
    )  # fmt: skip
    return as_post(city, "second", providing.decide_provision, row.pk, approve=True)
