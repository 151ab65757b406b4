"""Facts in words: as whoever lives there, or whoever works for them, reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lianglin.facts import registry
from lianglin.facts.models import DataElement, Fact

SOURCE_WORDS = {
    "steward": gettext_lazy("the steward's register"),
    "visit": gettext_lazy("a visit"),
    "resident": gettext_lazy("the person says so"),
    "community": gettext_lazy("known to the community"),
    "import": gettext_lazy("an imported list"),
}


def words(element: DataElement, value: str) -> str:
    """A value as a reader understands it."""
    if element.kind == "code":
        known = registry.permitted().get(element.domain, {}).get(value)
        return (known.label_en if get_language() == "en" else known.label) if known else value
    if element.kind == "flag":
        return _("yes") if value == "1" else _("no")
    return f"{value} {element.unit}".strip()


def source(code: str) -> str:
    """Who says so, in words."""
    return str(SOURCE_WORDS.get(code, code))


def in_words(rows: Sequence[Fact]) -> list[dict[str, Any]]:
    """Records about a person and the home as the person reads them: what, which value, since when, by whose word, why."""
    return [_in_words(row) for row in rows]


def _in_words(row: Fact) -> dict[str, Any]:
    element = registry.by_id()[row.element_id]
    return {
        "object_class": str(DataElement.ObjectClass(row.object_class).label),
        "element": element.label,
        "value": _("taken back") if row.retracted else words(element, row.value),
        "valid_from": row.valid_from,
        "source": source(row.source),
        "basis": str(DataElement.Basis(row.basis).label),
        "recorded_at": row.recorded_at,
        "expires_on": row.expires_on,
    }
