"""Forms of an office's templates: the upload, the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianglin.indicators.reports.own import parcel, sayings
from lianglin.kit import clock
from lianglin.kit.controls import DayInput


class UploadForm(forms.Form):
    """One Word file for one kind of report."""

    definition = forms.ChoiceField(label=_("kind of report"))
    file = forms.FileField(
        label=_("Word template"),
        help_text=_("A .docx of at most 5 MB with placeholders; without macros and linked files."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty.")},
    )
    from_on = forms.DateField(
        label=_("in force from"),
        widget=DayInput(),
        error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")},
    )
    note = forms.CharField(label=_("what is new"), max_length=200, required=False)

    def __init__(self, *args: Any, definitions: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, initial={"from_on": clock.today()}, **kwargs)
        self.fields["definition"].choices = definitions  # pyright: ignore[reportAttributeAccessIssue]

    def clean_file(self) -> Any:
        """Bounded before it is read."""
        file = self.cleaned_data["file"]
        if file.size > parcel.LARGEST:
            raise ValidationError(sayings.package("large", ""))
        return file


class DecideForm(forms.Form):
    """What the second person says."""

    note = forms.CharField(
        label=_("note"), max_length=200, required=False, help_text=_("Needed when you refuse: say why.")
    )
