"""Forms of a resident's login: one question a page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.kit import clock

FIRST_YEAR = 1900


class PhoneForm(forms.Form):
    """The number to which the code is sent."""

    phone = forms.CharField(
        label=_("Your mobile number"),
        max_length=24,
        help_text=_("the one your community knows; we send you six digits"),
        error_messages={"required": _("Write your mobile number.")},
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel-national", "inputmode": "tel", "class": "input--code"}
        ),
    )


class CodeForm(forms.Form):
    """The six digits of the text message."""

    code = forms.CharField(
        label=_("The six digits"),
        max_length=12,
        error_messages={"required": _("Write the six digits from the text message.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input--code"}
        ),
    )


class WhoForm(forms.Form):
    """Which of those who share the number it is."""

    year = forms.IntegerField(
        label=_("In which year were you born?"),
        min_value=FIRST_YEAR,
        help_text=_("four digits, like 1956"),
        error_messages={
            "required": _("Write the year in which you were born."),
            "invalid": _("Write the year with four digits, like 1956."),
            "min_value": _("Write the year with four digits, like 1956."),
        },
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "bday-year", "class": "input--code"}
        ),
    )
    name = forms.CharField(
        label=_("Your full name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_year(self) -> int:
        """Not a year that is still to come."""
        year: int = self.cleaned_data["year"]
        if year > clock.today().year:
            raise forms.ValidationError(_("Write the year with four digits, like 1956."))
        return year
