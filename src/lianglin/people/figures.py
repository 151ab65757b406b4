"""The register of people in figures: households and residents at the end of the period, consents. Counts alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Indicator

HOUSEHOLDS, RESIDENTS, CONSENTS = "people.households", "people.residents", "people.consents"
_HERE = "lianglin.people.counted"


INDICATORS = (
    Indicator(
        HOUSEHOLDS, _("Households registered"), _("Households of the register that were there on the last day of the period."),
        "households", "stock", counts=f"{_HERE}:counts", people=True, published=False, numerator_label=_("households"),
    ),
    Indicator(
        RESIDENTS, _("Residents registered"),
        _("Persons of the register that belonged to a household on the last day of the period; each once."),
        "persons", "stock", counts=f"{_HERE}:counts", people=True, published=False, numerator_label=_("persons"),
    ),
    Indicator(
        CONSENTS, _("Decisions on consent"), _("Consents that were given, refused or withdrawn in the period."), "visits", "flow",
        counts=f"{_HERE}:counts", people=True, published=False, numerator_label=_("decisions"),
    ),
)  # fmt: skip
