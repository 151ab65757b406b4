"""A scene that is built once for a module: it stays, and no test leaves a trace in it."""

from __future__ import annotations

import pytest
from django.test import Client

from lianglin.access import actor as actors
from lianglin.access.models import Organisation
from lianglin.access.transaction import acting
from tests.setup.test_fixtures import who


@pytest.fixture(scope="module")
def scene(lasting: None) -> Organisation:
    return Organisation.objects.create(code="stays", name="x", kind="city")


@pytest.mark.parametrize("turn", [1, 2])
def test_a_scene_stays_and_what_a_test_does_there_is_gone(scene: Organisation, db: None, turn: int) -> None:
    assert [found.code for found in Organisation.objects.all()] == ["stays"]
    Organisation.objects.create(code="x", name="x", kind="city")
    Client().get("/readyz")
    with acting(actors.public()):
        assert who()[1] == "lianglin_public"
    assert who() == ("lianglin_admin", "lianglin_admin")
