"""The one form: what becomes of a kind of error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.operation import rules
from lianglin.operation.models import ErrorKind


class DecideForm(forms.Form):
    """A step that the kind's state allows, and a note."""

    step = forms.ChoiceField(
        label=_("What becomes of it"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of it.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        help_text=_(
            "For colleagues: the cause, the number of the ticket, the release that mends it. No personal data."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any, *, kind: ErrorKind) -> None:
        super().__init__(data, initial={"note": kind.note})
        steps: Any = self.fields["step"]
        steps.choices = [(one.code, one.label) for one in rules.STEPS if kind.state in one.starts]
