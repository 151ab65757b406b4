"""Limits of dispatch change by two people, from a day on, the narrowest area first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.world import HERE

from lianglin.access.models import Account, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import terms
from lianglin.appeals.queries.terms import term
from lianglin.appeals.tests.scene import Town, build
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused

pytestmark = pytest.mark.rows("R050")


@pytest.fixture(scope="module")
def built(lasting: None) -> Town:
    made = build()
    account = Account.objects.create(username="street-b", name="street-b", created_at=clock.now())
    post = Post.objects.create(
        account=account, role_code="street_coordinator", organisation=made.unit("street"), scope_code=HERE[:9],
        title="x", starts_on="2024-01-01",
    )  # fmt: skip
    made.world.posts["street-b"], made.world.actors["street-b"] = post, actor_in(post)
    return made


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built


def proposed(
    town: Town, who: str = "street", *, refused: type[HouseError] | None = None, **given: Any
) -> Any:
    """The proposal; with ``refused`` the refusal."""
    common = {
        "kind": "co_handling", "amount": 3, "unit": "working_days", "valid_from": clock.today(), "basis": "文",
        "reason": "偏紧",
    }  # fmt: skip
    with acting(town.actor(who)) as actor:
        if refused is None:
            return terms.propose(by=actor, **{**common, **given})
        with pytest.raises(refused) as said:
            terms.propose(by=actor, **{**common, **given})
        return said.value


def test_it_counts_once_approved(town: Town) -> None:
    change, day = proposed(town), clock.today()
    assert term("co_handling", HERE, day) == (2, "working_days")
    with acting(town.actor("street")) as actor, pytest.raises(Forbidden):
        terms.decide(by=actor, change_id=change.pk, approve=True)
    with acting(town.world.actors["street-b"]) as actor:
        terms.decide(by=actor, change_id=change.pk, approve=True)
    assert term("co_handling", HERE, day) == (3, "working_days")
    assert term("co_handling", HERE, day - timedelta(days=1)) == (2, "working_days")
    assert term("co_handling", "230104002002", day) == (2, "working_days")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": 31}, "amount"), ({"amount": 0}, "amount"), ({"kind": "x"}, "kind"), ({"unit": "months"}, "unit"),
        ({"valid_from": "before"}, "valid_from"),
    ],
)  # fmt: skip
def test_what_may_not_be_proposed(town: Town, given: dict[str, Any], field: str) -> None:
    if given.get("valid_from"):
        given = {"valid_from": clock.today() - timedelta(days=1)}
    assert proposed(town, refused=Refused, **given).field == field


def test_one_waits_at_a_time_and_the_proposer_takes_it_back(town: Town) -> None:
    change = proposed(town)
    proposed(town, refused=Conflict)
    with acting(town.world.actors["street-b"]) as actor, pytest.raises(Forbidden):
        terms.withdraw(by=actor, change_id=change.pk)
    with acting(town.actor("street")) as actor:
        terms.withdraw(by=actor, change_id=change.pk)
    assert proposed(town).pk != change.pk


def test_on_the_pages(town: Town) -> None:
    street, second = town.client("street"), town.world.browser("street-b")
    sent = {
        "kind": "objection", "amount": "2", "unit": "working_days", "valid_from": clock.today().isoformat(),
        "basis": "街道办法", "reason": "远郊",
    }  # fmt: skip
    assert street.post(reverse("appeals:term_new"), {**sent, "amount": "40"}).status_code == 422
    made = street.post(reverse("appeals:term_new"), sent)
    assert made.status_code == 303
    assert "街道办法" not in street.get(reverse("appeals:terms")).content.decode()
    assert second.post(made.url, {"do": "approve", "note": ""}).status_code == 303
    late = second.post(made.url, {"do": "refuse", "note": "来晚了"})
    assert (late.status_code, "已不在待审批状态" in late.content.decode()) == (409, True)
    assert "街道办法" in street.get(reverse("appeals:terms")).content.decode()
    assert town.client("worker").get(reverse("appeals:terms")).status_code == 403
    assert town.client("other_street").get(made.url).status_code == 404
