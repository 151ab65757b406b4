"""Forms of the access pages."""

from __future__ import annotations

from typing import Any

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


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("code"),
        max_length=20,
        help_text=_("six digits from the authenticator app, or one of your recovery codes"),
        error_messages={"required": _("Write the code that your authenticator app shows now.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class FirstCodeForm(CodeForm):
    """The first code of an app that is being set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("six digits from the authenticator app")


class ResetForm(forms.Form):
    """Whose second factor is forgotten, and why."""

    username = forms.CharField(
        label=_("login name"),
        max_length=60,
        error_messages={"required": _("Write the login name of the person who lost the phone.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("how you made sure that it is this person; no personal details"),
        error_messages={"required": _("Write how you made sure that it is this person.")},
    )


class OthersForm(forms.Form):
    """Whose logins are looked at and ended, and why."""

    username = forms.CharField(
        label=_("login name"),
        max_length=60,
        error_messages={"required": _("Write the login name of the person whose logins you want to end.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("what happened, like “tablet lost”; no personal details"),
        error_messages={"required": _("Write why these logins are ended.")},
    )


class PasswordForm(forms.Form):
    """One's own password once more."""

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
