"""Forms of the measures' life: a text, a remark, a new code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.benefits.rules.summary import LONGEST


class SourceForm(forms.Form):
    """The text of a measure. ``revision`` is the one that was read; it is not shown."""

    code = forms.CharField(
        label=_("code"), max_length=60, required=False, help_text=_("Small letters, digits and hyphens; it never changes."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("text of the rule"),
        max_length=LONGEST,
        strip=False,
        help_text=_(
            "YAML, as in the exported folder. It is kept as you typed it, and checked every time you save."
        ),
        widget=forms.Textarea(
            attrs={"rows": 32, "spellcheck": "false", "class": "code-input", "wrap": "off"}
        ),
        error_messages={"required": _("Fill this in.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, new: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not new:
            del self.fields["code"]

    def clean_source(self) -> str:
        """A text that PostgreSQL can keep."""
        text: str = self.cleaned_data["source"]
        if "\0" in text:
            raise forms.ValidationError(_("The text holds a sign that is no text. Take it out."))
        return text


class RemarkForm(forms.Form):
    """What somebody remarks on a step."""

    note = forms.CharField(
        label=_("remark"),
        max_length=400,
        required=False,
        help_text=_("Needed when you send it back, drop it or take it back."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
