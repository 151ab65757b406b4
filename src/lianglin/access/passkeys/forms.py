"""Forms of the passkey pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class UsePasskeyForm(forms.Form):
    """What the browser signed with a passkey (JSON of the standard)."""

    credential = forms.CharField(
        max_length=20_000,
        widget=forms.HiddenInput,
        error_messages={"required": _("The browser sent no passkey. Press the button once more.")},
    )


class NewPasskeyForm(UsePasskeyForm):
    """A new passkey and its name."""

    name = forms.CharField(
        label=_("name of the passkey"),
        max_length=60,
        help_text=_("like “my phone” or “blue USB key”"),
        error_messages={"required": _("Write a name, so that you know it later.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
