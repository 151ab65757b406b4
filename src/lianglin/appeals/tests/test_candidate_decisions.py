"""A candidate becomes a class, or is noted as none, by a person; each once, and the scan respects it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lianglin.access.transaction import acting
from lianglin.appeals.actions import candidates as actions
from lianglin.appeals.actions import scanning
from lianglin.appeals.models import ClassCandidate, ProblemCase
from lianglin.appeals.queries import candidates
from lianglin.appeals.tests.scene import Town, build
from lianglin.appeals.tests.test_candidates import drains_in
from lianglin.kit.errors import Conflict, Forbidden, Refused

pytestmark = pytest.mark.rows("R060", "R061")


@pytest.fixture
def town(db: None) -> Town:
    made = build()
    drains_in(made)
    scanning.scan()
    return made


def test_a_coordinator_makes_a_confirmed_class_of_it(town: Town) -> None:
    found = ClassCandidate.objects.get()
    with acting(town.actor("street")) as by:
        made = actions.confirm(found.pk, by=by, owner=town.unit("unit"), title="电梯反复故障")
    found.refresh_from_db()
    assert (found.state, found.problem_id, made.state, made.origin) == (
        "confirmed",
        made.pk,
        "confirmed",
        "candidate",
    )
    inside = set(ProblemCase._base_manager.filter(problem=made, live=True).values_list("case_id", flat=True))
    assert inside == set(found.rows.values_list("case_id", flat=True))
    with acting(town.actor("street")) as by, pytest.raises(Conflict):
        actions.refuse(found.pk, by=by, reason="不是一类问题")
    assert scanning.scan() == 0, "what was decided is not proposed a second time"


def test_one_that_is_none_needs_a_reason_and_stays_away(town: Town) -> None:
    found = ClassCandidate.objects.get()
    with acting(town.actor("street")) as by:
        with pytest.raises(Refused):
            actions.refuse(found.pk, by=by, reason="住户电话15412345678反复来电")
        actions.refuse(found.pk, by=by, reason="同一天停电引起，已恢复")
        assert not candidates.open_candidates(by).exists()
    assert scanning.scan() == 0


def test_who_may_not(town: Town) -> None:
    found = ClassCandidate.objects.get()
    with acting(town.actor("worker")) as by, pytest.raises(Forbidden):
        actions.confirm(found.pk, by=by, owner=town.unit("unit"))
    with acting(town.actor("other_street")) as by, pytest.raises(Refused):
        actions.confirm(found.pk, by=by, owner=town.unit("unit"))
    found.refresh_from_db()
    assert found.state == "open"


def test_the_pages(town: Town) -> None:
    found = ClassCandidate.objects.get()
    client = town.client("street")
    page = client.get(reverse("appeals:candidates")).content.decode()
    assert str(found.found) in page
    where = reverse("appeals:candidate", args=[found.pk])
    assert client.get(where).status_code == 200
    wrong = client.post(where, {"do": "confirm", "confirm-title": "", "confirm-owner": ""})
    assert wrong.status_code == 422
    sent = {"do": "confirm", "confirm-title": "电梯反复故障", "confirm-owner": town.unit("unit").pk}
    answer = client.post(where, sent)
    found.refresh_from_db()
    assert answer["Location"] == reverse("appeals:problem", args=[found.problem_id])
    assert "电梯反复故障" in client.get(where).content.decode()
    assert town.client("other_street").get(where).status_code == 404
