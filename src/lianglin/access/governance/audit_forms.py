"""Which range of the audit is exported; what is ordered about keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import KeyOrder


class KeyOrderForm(forms.Form):
    """A count or a rotation, and why."""

    kind = forms.ChoiceField(
        label=_("What should be done?"), choices=KeyOrder.Kind.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say in a few words why.")},
    )


class ExportForm(forms.Form):
    """A chain and its first and last number."""

    chain = forms.RegexField(
        r"^(city|\d{4,12})$", label=_("chain"), max_length=12, help_text=_("code of the community, or city")
    )
    first = forms.IntegerField(label=_("from number"), min_value=1, max_value=2**62, initial=1)
    last = forms.IntegerField(
        label=_("to number"), min_value=1, max_value=2**62, required=False, help_text=_("empty: to the end")
    )

    def clean(self) -> dict[str, Any]:
        """The last not before the first."""
        given = super().clean() or {}
        if given.get("last") and given.get("first") and given["last"] < given["first"]:
            self.add_error("last", _t("The last number lies before the first."))
        return given
