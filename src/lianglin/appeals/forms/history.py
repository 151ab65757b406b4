"""What the history of an appeal is taken out for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class FileForm(forms.Form):
    """A purpose of the post, and in words what for."""

    purpose = forms.ChoiceField(
        label=_("purpose"), widget=forms.RadioSelect, error_messages={"required": _("Choose a purpose.")}
    )
    reason = forms.CharField(
        label=_("what it is for"),
        max_length=120,
        help_text=_("Stands on every page of the file, with your post and the time."),
        error_messages={"required": _("Say in a few words what the file is for.")},
    )

    def __init__(self, *args: Any, purposes: list[tuple[str, Any]], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"purpose": purposes[0][0] if purposes else ""})
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = purposes  # pyright: ignore[reportAttributeAccessIssue]
