"""The record of a figure as the dossier asks for it (6.2): label and value, for its page and for the list of all."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianglin.kit.domain import Indicator

KINDS = {
    "stock": gettext_lazy("at a date (stock)"),
    "flow": gettext_lazy("in a period (flow)"),
    "cumulative": gettext_lazy("cumulative"),
    "yoy": gettext_lazy("change against last year"),
}


def dossier(indicator: Indicator, unit: str) -> list[tuple[str, Any]]:
    """The record of a figure (dossier 6.2) as label and value."""
    level = _("the whole city alone") if indicator.city_only else _("community and every level above")
    people = _("cells under 10 are hidden where it is published") if indicator.people else _("never hidden")
    return [
        (_("Code"), indicator.code),
        (_("Unit"), unit),
        (_("Kind of period"), KINDS[indicator.kind]),
        (_("Numerator"), indicator.numerator_label or _("what is counted")),
        (_("Denominator"), indicator.denominator_label or _("none: nothing is divided")),
        (_("Level"), level),
        (_("Source"), _("own: counted here from rows") if indicator.origin == "own" else _("imported")),
        (_("Steward"), indicator.steward or _("the office whose work it counts")),
        (_("Version"), indicator.definition_version),
        (_("Small cells"), people if indicator.published else _("not published")),
        (_("Default goal"), "" if indicator.target is None else f"{indicator.target:g}"),
        (_("Better"), {"up": _("more"), "down": _("less"), "": ""}[indicator.better]),
        (_("Rows of the requirement"), ", ".join(indicator.r_rows)),
    ]
