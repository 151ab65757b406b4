"""A small city, and the people of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.world import HERE, World, build

from lianglin.kit import live
from lianglin.people.models import Resident


@pytest.fixture
def city(db: None) -> Iterator[World]:
    before = live._kept
    yield build()
    live._kept = before  # what a test decided is rolled back


@pytest.fixture
def two(city: World) -> tuple[Resident, Resident]:
    """Two residents of one community, behind two doors; each with a name of their own."""
    found = list(Resident._base_manager.filter(scope_code=HERE).order_by("pk"))
    for person, name in zip(found, ("王甲", "李乙"), strict=True):
        person.name = name
        person.save(update_fields=["name"])
    return found[0], found[1]
