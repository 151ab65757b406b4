"""What the heat map is narrowed to; an impossible value counts as not chosen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.queries import open_counts
from lianglin.appeals.queries.catalogue import choices
from lianglin.places.queries import counties


class HeatForm(forms.Form):
    """Month, district, class: by default the newest month and the first district that has counts."""

    month = forms.ChoiceField(label=_("month"), required=False)
    area = forms.ChoiceField(label=_("district"), required=False)
    category = forms.ChoiceField(label=_("class"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.months = {f"{month:%Y-%m}": month for month in open_counts.months()}
        known = choices()
        classes = [
            (field.label, [(c.code, c.label) for c in known.categories[field.code]]) for field in known.fields
        ]
        counted = open_counts.places_of(next(iter(self.months.values()), None))
        names = {one.scope_code: one.label for one in counties()}
        self.areas = [(code, names.get(code, code)) for code in sorted({code[:6] for code in counted})]
        shown = {
            "month": [
                (key, formats.date_format(month, "YEAR_MONTH_FORMAT")) for key, month in self.months.items()
            ],
            "area": self.areas,
            "category": [("", _("all")), *classes],
        }
        for name, values in shown.items():
            self.fields[name].choices = values  # pyright: ignore[reportAttributeAccessIssue]

    def chosen(self) -> dict[str, Any]:
        """The values that can be, or the first there is."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        first = next(iter(self.months), "")
        return {
            "month": self.months.get(given.get("month") or first),
            "area": given.get("area") or (self.areas[0][0] if self.areas else ""),
            "category": given.get("category") or "",
        }
