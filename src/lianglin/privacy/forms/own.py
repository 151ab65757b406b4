"""Forms of residents: what is asked, the receipt shown again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.privacy import rules


class AskForm(forms.Form):
    """One request. Seeing and copying need no request: the page has buttons for both."""

    kind = forms.ChoiceField(
        label=_("What do you want?"),
        choices=[choice for choice in rules.KINDS if choice[0] not in ("see", "copy")],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the listed answers.")},
    )
    text = forms.CharField(
        label=_("Which data, and what should happen with it?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words which data you mean and what you want.")},
    )


class ReceiptForm(forms.Form):
    """Number and query code of a receipt."""

    number = forms.CharField(
        label=_("Number on the receipt"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
        error_messages={"required": _("The number stands on your receipt: letters and twelve digits.")},
    )
    secret = forms.CharField(
        label=_("Query code"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("The query code stands on your receipt: eight digits.")},
    )


class WithdrawForm(forms.Form):
    """Taking a request back."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
