"""Contradictions between sources in figures: found, decided. Counts alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Indicator

FOUND, DECIDED = "facts.conflicts", "facts.conflicts_decided"
_HERE = "lianglin.facts.counted"


INDICATORS = (
    Indicator(
        FOUND, _("Contradictions found"), _("Contradictions between two sources about one fact that were found in the period."),
        "objects", "flow", counts=f"{_HERE}:counts", published=False, numerator_label=_("contradictions"),
    ),
    Indicator(
        DECIDED, _("Contradictions decided"), _("Of the contradictions found in the period, those that a person has decided."),
        "percent", "flow", counts=f"{_HERE}:counts", better="up", published=False, numerator_label=_("decided"),
        denominator_label=_("contradictions"), rest_label=_("open"),
    ),
)  # fmt: skip
