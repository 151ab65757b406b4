"""Forms of residents: what is asked, the receipt shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Datum
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

    def __init__(self, *args: Any, restricted: bool = False, **kwargs: Any) -> None:
        """``restricted``: whether the use of the person's data is restricted now."""
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        left_out = "restrict" if restricted else "lift"
        kind.choices = [choice for choice in kind.choices if choice[0] != left_out]


class CorrectForm(forms.Form):
    """What is right, for one datum that is held; the control fits the datum."""

    text = forms.CharField(
        label=_("How can we see it?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: it stands so on my ID card. Papers are shown at the desk, never sent."),
    )

    def __init__(self, *args: Any, datum: Datum, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label, wrong = _("What is right?"), {"required": _("Say what is right.")}
        value: forms.Field
        if datum.kind == "choice":
            value = forms.ChoiceField(
                label=label, choices=datum.choices, widget=forms.RadioSelect, error_messages=wrong
            )
        else:
            kind = {"type": "date"} if datum.kind == "date" else {"autocomplete": "off"}
            value = forms.CharField(
                label=label, max_length=60, widget=forms.TextInput(attrs=kind), error_messages=wrong
            )
        self.fields["value"] = value
        self.order_fields(["value", "text"])


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
