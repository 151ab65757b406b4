"""What a process may keep for some seconds rather than ask the database on every page: a count, a list of codes.

Only for what may be a little old, and never for what somebody may read: a right that is gone is gone at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

_all: WeakSet[Fresh] = WeakSet()


class Fresh:
    """Values by key, each at most ``seconds`` old; no more than ``most`` keys at once."""

    def __init__(self, seconds: float, most: int = 20_000) -> None:
        self.seconds, self.most = seconds, most
        self._kept: dict[Any, tuple[float, Any]] = {}
        _all.add(self)

    def get(self, key: Any, read: Callable[[], Any]) -> Any:
        """The value under this key: the kept one, or what ``read`` gives now."""
        kept, now = self._kept.get(key), time.monotonic()
        if kept is None or now - kept[0] > self.seconds:
            if len(self._kept) >= self.most:
                self._kept.clear()
            kept = self._kept[key] = (now, read())
        return kept[1]

    def has(self, key: Any) -> bool:
        """Whether a value is kept under this key, and young enough."""
        kept = self._kept.get(key)
        return kept is not None and time.monotonic() - kept[0] <= self.seconds

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self, key: Any) -> None:
        """Lets the next ``get`` of this key read again; in this process."""
        self._kept.pop(key, None)

    def clear(self) -> None:
        """Forgets everything."""
        self._kept.clear()


def forget_all() -> None:
    """Forgets everything everywhere in this process (between tests)."""
    for fresh in list(_all):
        fresh.clear()
