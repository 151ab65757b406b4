"""The form that brings a folder as a zip."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 10_000_000


class FolderForm(forms.Form):
    """A zip of the package's files, or of some measures alone."""

    file = forms.FileField(
        label=_("Zip of the folder"),
        help_text=_(
            "measures/*.yaml, parameters.yaml, definitions.yaml; some of the measures alone will do."
        ),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        error_messages={"required": _("Choose the file.")},
    )

    def clean_file(self) -> object:
        """A file that is not too large."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return file
