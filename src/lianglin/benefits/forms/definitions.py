"""The form of the shared definitions: one text."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.benefits.rules.summary import LONGEST


class DefinitionsForm(forms.Form):
    """The whole text of definitions.yaml."""

    source = forms.CharField(
        label=_("text of the definitions"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 24, "spellcheck": "false", "class": "code-input", "wrap": "off"}
        ),
        error_messages={"required": _("Fill this in.")},
    )
