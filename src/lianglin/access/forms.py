"""Forms of the access pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import PURPOSES


class LoginForm(forms.Form):
    """Name and password. Nothing is said about which of the two was wrong."""

    username = forms.CharField(
        label=_("login name"),
        max_length=60,
        error_messages={"required": _("Write the login name you were given.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("password"),
        max_length=200,
        strip=False,
        error_messages={"required": _("Write your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class LookFilter(forms.Form):
    """Which looks the protection officer wants to see."""

    place = forms.CharField(
        label=_("community"),
        required=False,
        max_length=40,
        help_text=_("a part of the name, or the code of a community, street or district"),
    )
    purpose = forms.ChoiceField(
        label=_("purpose"), required=False, choices=[("", _("all")), *PURPOSES.items()]
    )
