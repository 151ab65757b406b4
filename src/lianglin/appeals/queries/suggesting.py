"""Which items a text may be about: at most three, each with its chance and the words that made it; never applied alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lianglin.appeals.models import Item
from lianglin.appeals.queries.model_files import version_in_force
from lianglin.appeals.rules import advised

if TYPE_CHECKING:
    from lianglin.appeals.queries.comparing import Suggested

SHORTEST = 5
"""Characters of a text from which on something is suggested."""
LEAST = 0.01
"""What is less likely than this is not shown."""


@dataclass(frozen=True)
class Suggestions:
    """What one version of the model suggests for a text."""

    version: str
    items: tuple[Suggested, ...]

    @property
    def packed(self) -> str:
        """As a form carries it, so that a correction is noted."""
        return advised.packed(self.version, [(one.item.code, one.chance) for one in self.items])


def suggestions(text: str, *, chosen: Item | None = None) -> Suggestions | None:
    """None without a model in force, or for a text that is too short."""
    if len(text.strip()) < SHORTEST or not (version := version_in_force()):
        return None
    from lianglin.appeals.queries import comparing  # brings SciPy: only where something is suggested

    model = comparing.of_version(version)
    if model is None:
        return None
    found = comparing.suggest(model, text, chosen=chosen)
    kept = tuple(one for n, one in enumerate(found) if n == 0 or one.chance >= LEAST)
    return Suggestions(model.version, kept)
