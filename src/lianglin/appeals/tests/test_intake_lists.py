"""The desk's lists of intake cost the same number of statements, however many rows they show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.world import HERE

from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.appeals.models import (
    Catalogue,
    CatalogueDraft,
    HotlineOrder,
    HotlineReturn,
    HotlineSource,
    KnowledgeEntry,
    MailDraft,
)
from lianglin.cases.models import Case
from lianglin.kit import clock

from .problem_scene import Town, built, plant

MOST = {"returns": 16, "mails": 12, "knowledge": 16, "catalogue": 16}
"""Statements of each list's page, those of every page (login, post, navigation) included."""


@pytest.fixture
def town(db: None) -> Town:
    made = built()
    office = Organisation.objects.create(code="district", name="区政府", kind="district", scope_code=HERE[:6])
    account = Account.objects.create_user("keeper", None, name="x", created_at=clock.now())
    post = Post.objects.create(
        account=account, role_code="district_coordinator", organisation=office, scope_code=HERE[:6], title="x",
        starts_on="2024-01-01",
    )  # fmt: skip
    made.world.posts["keeper"], made.world.actors["keeper"] = post, actor_in(post)
    return made


def returns(town: Town, count: int) -> str:
    source, _new = HotlineSource.objects.get_or_create(
        code="h", defaults={"name": "x", "created_at": clock.now(), "scope_code": HERE[:6]}
    )
    for case in plant(town, clock.today(), clock.today(), count):
        order = HotlineOrder(
            source=source, number=case.number, case=case, scope_code=HERE, received_at=clock.now()
        )
        order.save(force_insert=True)
        HotlineReturn(
            order=order, source=source, case=case, scope_code=HERE, step=1, result="settle", answered_at=clock.now()
        ).save(force_insert=True)  # fmt: skip
    return f"/appeals/hotlines/{source.pk}/returns/"


def mails(town: Town, count: int) -> str:
    had = MailDraft._base_manager.count()
    for number in range(had, had + count):
        MailDraft(scope_code=HERE, message_key=str(number), parking="x", received_at=clock.now()).save(
            force_insert=True
        )
    return "/appeals/mails/"


def knowledge(town: Town, count: int) -> str:
    KnowledgeEntry.objects.bulk_create(
        KnowledgeEntry(
            scope_code=HERE[:9],
            question="x",
            version=1,
            valid_until=clock.today() + timedelta(days=9),
            created_at=clock.now(),
        )
        for _number in range(count)
    )
    return "/appeals/knowledge/"


def catalogue(town: Town, count: int) -> str:
    base, had = Catalogue.objects.order_by("id")[0], Catalogue.objects.count()
    CatalogueDraft.objects.get_or_create(
        base=base, defaults={"version": "d", "title": "x", "drafted_at": clock.now()}
    )
    for number in range(had, had + count):
        Catalogue.objects.create(
            version=f"v{number}", in_force_from=clock.today() + timedelta(days=400), source="x"
        )
    return "/appeals/catalogue/"


@pytest.mark.parametrize("rows", [returns, mails, knowledge, catalogue])
def test_a_list_costs_the_same_for_many_rows_as_for_two(town: Town, rows: Callable[[Town, int], str]) -> None:
    browser: Any = town.world.browser("keeper") if rows is catalogue else town.client("street")
    found = []
    for count in (2, 10):
        path = rows(town, count)
        assert browser.get(path).status_code == 200  # what a process holds is held now
        with CaptureQueriesContext(connection) as ran:
            browser.get(path)
        found.append(len(ran))
    assert found[0] == found[1], "a statement for each row"
    assert found[0] <= MOST[rows.__name__], found
    assert Case._base_manager.exists()
