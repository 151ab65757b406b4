"""The form that brings a list of logins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.forms import ReasonForm


class LinkFileForm(ReasonForm):
    """A list of logins and why."""

    file = forms.FileField(
        label=_("list of logins (.xlsx or .csv)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("First row: headings. One account a row; both columns as text. 20,000 rows at most."),
    )
    field_order = ["file", "reason"]

    def clean_file(self) -> Any:
        """The file; of a larger one only its name has come."""
        file = self.cleaned_data["file"]
        if getattr(file, "cut_off", False):
            raise forms.ValidationError(_("The file is larger than 10 MB. Bring the list in parts."))
        return file
