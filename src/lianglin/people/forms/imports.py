"""Forms of lists: the file, and which column holds what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.people.models import PeopleImport
from lianglin.people.rules.importing import FIELDS


class FileForm(forms.Form):
    """A list of residents."""

    file = forms.FileField(
        label=_("list of residents (.xlsx or .csv, up to 10 MB)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_(
            "First row: headings. One person a row. ID numbers as text. Phones only where the persons agreed."
        ),
    )

    def clean_file(self) -> Any:
        """The file; of a larger one only its name has come."""
        file = self.cleaned_data["file"]
        if getattr(file, "cut_off", False):
            raise forms.ValidationError(
                _("The file is larger than 10 MB. Have it taken in by the command “lianglin people import”.")
            )
        return file


class ColumnsForm(forms.Form):
    """Field by field the column of the file, as guessed or remembered."""

    def __init__(self, *args: Any, record: PeopleImport, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {field: str(at) for field, at in record.mapping.items()})
        super().__init__(*args, **kwargs)
        columns = [(str(at), f"{at + 1} · {text or '—'}") for at, text in enumerate(record.heading)]
        for field, (label, _names) in FIELDS.items():
            self.fields[field] = forms.ChoiceField(
                label=label, choices=[("", _("not in the list")), *columns], required=field == "name"
            )

    def mapping(self) -> dict[str, int]:
        """Field -> number of the column."""
        return {field: int(at) for field, at in self.cleaned_data.items() if at}
