"""A form field for pictures and papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianglin.files.prepare import Prepared, prepare
from lianglin.files.rules import MAX_FILE, MAX_FILES, MEGABYTE
from lianglin.kit.errors import Refused

ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
"""Naming JPEG makes a phone that stores HEIC hand over a JPEG."""


class PhotosInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several pictures or PDFs. ``cleaned_data`` holds a list of :class:`Prepared`, fit for ``actions.attach``.

    Every file that is refused gives an error of its own, by its name. ``max_files`` says how many are taken, for
    instance six less those that the case has already.
    """

    widget = PhotosInput

    def __init__(self, *, max_files: int = MAX_FILES, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", _("Pictures or papers"))
        kwargs.setdefault(
            "help_text",
            _("Up to %(files)s, each up to %(limit)s MB.")
            % {"files": max_files, "limit": MAX_FILE // MEGABYTE},
        )
        super().__init__(**kwargs)
        self.max_files = max_files

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Tells the browser which kinds to offer."""
        return {**super().widget_attrs(widget), "accept": ACCEPT}

    def clean(self, data: Any, initial: Any = None) -> list[Prepared]:
        """The checked files; ValidationError with one message per refused file."""
        uploads = [upload for upload in data or [] if upload]
        if self.required and not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > self.max_files:
            raise ValidationError(
                _("You chose %(chosen)s files, %(files)s are possible. Leave out the least important ones."),
                code="too_many",
                params={"chosen": len(uploads), "files": self.max_files},
            )
        ready, wrong = [], []
        for upload in uploads:
            try:
                ready.append(prepare(upload))
            except Refused as refused:
                wrong.append(ValidationError(str(refused.message), code=refused.code))
        if wrong:
            raise ValidationError(wrong)
        return ready
