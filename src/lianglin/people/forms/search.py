"""The question on the list of residents."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """A name, an ID number, a phone or the number of a file. It is sent by POST: an address is kept in logs."""

    q = forms.CharField(
        label=_("name, ID number, phone or #file number"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=_("Characters, pinyin or initials from the beginning; ID number and phone in full."),
    )
