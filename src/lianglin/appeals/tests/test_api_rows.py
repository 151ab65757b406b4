"""The list of the API is written without its schema; it says the very same all the same."""

from __future__ import annotations

import json

import pytest
from ninja.responses import NinjaJSONEncoder

from lianglin.appeals.api import PageOut
from lianglin.appeals.tests.scene import Town, build


@pytest.fixture
def town(db: None) -> Town:
    """Two districts with their posts, one building with a compound, two items."""
    return build()


def test_the_rows_are_as_the_schema_writes_them(town: Town) -> None:
    """Names, types and the form of dates; with and without a limit."""
    town.appeal("楼道灯不亮")
    answer = town.client("worker").get("/api/v1/appeals/")
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    found = PageOut.model_validate(answer.json())
    assert found.rows
    assert json.dumps(found.model_dump(), cls=NinjaJSONEncoder) == answer.content.decode()
