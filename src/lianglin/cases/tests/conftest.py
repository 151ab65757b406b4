from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from tests import watch, world

from lianglin.cases.tests.errands import ERRAND
from lianglin.kit import clock, discovery


@pytest.fixture
def errands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errands are the one kind of case."""
    monkeypatch.setattr(discovery, "lifecycles", lambda: {"errand": ERRAND})


@pytest.fixture
def it_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], datetime]:
    """Stops the house's clock at an instant."""

    def stop(at: datetime) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: at)
        return at

    return stop


@pytest.fixture
def city(db: None, errands: None) -> world.World:
    """The small city, in a transaction that is rolled back."""
    watch.forget_tries()
    return world.build()
