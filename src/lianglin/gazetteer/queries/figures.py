"""The register of places in figures: communities at the end of the period, files taken over."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Indicator

COMMUNITIES, IMPORTS, APPLIED = "gazetteer.communities", "gazetteer.imports", "gazetteer.imports_applied"
_HERE = "lianglin.gazetteer.queries.counted"


INDICATORS = (
    Indicator(
        COMMUNITIES, _("Communities"), _("Communities and villages of the register on the last day of the period."), "objects",
        "stock", counts=f"{_HERE}:counts", published=False, numerator_label=_("communities"),
    ),
    Indicator(
        IMPORTS, _("Files of places brought"), _("Files of places that were brought in the period."), "objects", "flow",
        counts=f"{_HERE}:counts", published=False, numerator_label=_("files"),
    ),
    Indicator(
        APPLIED, _("Files of places taken over"), _("Of the files brought in the period, those that were taken over."),
        "percent", "flow", counts=f"{_HERE}:counts", published=False, numerator_label=_("taken over"),
        denominator_label=_("files"), rest_label=_("not taken over"),
    ),
)  # fmt: skip
