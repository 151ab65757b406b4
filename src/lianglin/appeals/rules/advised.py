"""What was suggested as an item, as a form carries it: "version:020601=82,020603=9" (chances in hundredths)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FORM = re.compile(r"([0-9a-f]{16}):(\w{1,6}=\d{1,3}(?:,\w{1,6}=\d{1,3}){0,2})", re.ASCII)


@dataclass(frozen=True)
class Advised:
    """The items suggested by one version of the model, the likeliest first."""

    version: str
    items: tuple[tuple[str, int], ...]
    """(code, chance in hundredths)"""

    @property
    def codes(self) -> list[str]:
        """The codes alone."""
        return [code for code, _chance in self.items]


def packed(version: str, items: Sequence[tuple[str, float]]) -> str:
    """As a hidden field holds it; "" for nothing."""
    return (
        f"{version}:" + ",".join(f"{code}={round(100 * chance)}" for code, chance in items) if items else ""
    )


def unpacked(text: str) -> Advised | None:
    """None for anything else than what :func:`packed` gives."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    parts = (part.partition("=") for part in found[2].split(","))
    return Advised(found[1], tuple((code, min(int(chance), 100)) for code, _sign, chance in parts))
