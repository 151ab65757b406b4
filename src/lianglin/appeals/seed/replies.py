"""What posts write on sample appeals (appeals/data/replies.yaml)."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from lianglin.appeals.seed.catalogue import DATA
from lianglin.appeals.seed.journey import GROUNDS, NOT_REACHED, OUTCOMES, WAITS


@cache
def _replies() -> dict[str, Any]:
    return yaml.safe_load((DATA / "replies.yaml").read_text(encoding="utf-8"))


def note_of(code: str, detail: int, turn: int) -> str:
    """What the post wrote: one of the replies for the move and what it is about; "" where nothing is usual."""
    key = "not_reached" if code == "call_back" and detail == NOT_REACHED else code
    replies = _replies().get(key, [""])
    if isinstance(replies, dict):
        names = {"refuse": GROUNDS, "pause": WAITS}.get(code, OUTCOMES)
        replies = replies[names[detail]]
    return replies[turn * 7 % len(replies)]
