"""The form that opens one person's restricted data in an emergency."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.kit.controls import DayInput
from lianglin.privacy.actions.emergency import KNOWN_BY

PLAIN = forms.TextInput(attrs={"autocomplete": "off"})


class EmergencyForm(forms.Form):
    """Who is in danger, and what the emergency is."""

    name = forms.CharField(
        label=_("name of the person"),
        max_length=60,
        widget=PLAIN,
        error_messages={"required": _("Write the person's full name.")},
    )
    id_number = forms.CharField(label=_("ID number"), max_length=18, required=False, widget=PLAIN)
    phone = forms.CharField(
        label=_("phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    born_on = forms.DateField(
        label=_("born on"),
        required=False,
        widget=DayInput(),
        help_text=_("One of the three is needed beside the name."),
    )
    reason = forms.CharField(
        label=_("what the emergency is"),
        max_length=200,
        help_text=_("the officer reads it; no names, no illnesses"),
        error_messages={"required": _("Say in a few words what the emergency is.")},
    )

    def given(self) -> dict[str, Any]:
        """The values for :func:`emergency.open_for`."""
        values = self.cleaned_data
        known = {key: values[key] for key in KNOWN_BY}
        return {"name": values["name"], "reason": values["reason"], "known": known}
