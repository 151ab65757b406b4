"""The planted city for every attack."""

from __future__ import annotations

import pytest

from tests.planted import Planted, plant


@pytest.fixture
def planted(db: None) -> Planted:
    return plant()
