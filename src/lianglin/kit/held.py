"""Reference data that a process reads once and holds for a while: places, catalogues. Never anybody's data."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Result = TypeVar("Result")
FRESH_SECONDS = 600.0
"""Such data changes by decree, not by the minute."""

_kept: dict[str, tuple[float, Any]] = {}


def held(function: Callable[[], Result]) -> Callable[[], Result]:
    """Keeps what a function returns for ten minutes in this process. It is shared, so nobody changes it."""
    name = f"{function.__module__}.{function.__name__}"

    @wraps(function)
    def keeping() -> Result:
        now = time.monotonic()
        found = _kept.get(name)
        if found is None or now - found[0] > FRESH_SECONDS:
            found = _kept[name] = (now, function())
        return found[1]

    return keeping


def forget() -> None:
    """Lets every held function read again (after a change of the data, and between tests)."""
    _kept.clear()
