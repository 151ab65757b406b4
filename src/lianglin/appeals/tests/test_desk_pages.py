"""The desk's pages: what a post sees and may do, what it may not, and two people on one case."""

from __future__ import annotations

import pytest

from lianglin.appeals.tests.scene import Town, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db: None) -> Town:
    """A street with two communities and their posts."""
    return build()


def test_list(town: Town) -> None:
    case = town.appeal()
    answer = town.client("worker").get("/appeals/desk/")
    assert answer.status_code == 200
    assert case.number[:5] in answer.content.decode()
