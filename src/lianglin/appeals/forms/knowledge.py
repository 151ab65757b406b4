"""Forms of the knowledge base: an entry, the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.actions.knowledge import Said
from lianglin.appeals.models import KnowledgeDraft, KnowledgeVersion
from lianglin.appeals.queries import catalogue
from lianglin.kit.controls import DayInput


class EntryForm(forms.Form):
    """Question and answer, on what it rests, which matters it is about, until when it holds."""

    question = forms.CharField(
        label=_("question"), max_length=120, help_text=_("As a resident would ask it."),
        error_messages={"required": _("Fill this in.")},
    )  # fmt: skip
    answer = forms.CharField(
        label=_("answer"), max_length=4000, help_text=_("Plain words. Where to go, what to bring, how long it takes."),
        widget=forms.Textarea(attrs={"rows": 8}), error_messages={"required": _("Fill this in.")},
    )  # fmt: skip
    basis = forms.CharField(
        label=_("basis"), max_length=200, help_text=_("The document, or the office that said so, with its date."),
        error_messages={"required": _("Fill this in.")},
    )  # fmt: skip
    items = forms.MultipleChoiceField(
        label=_("items"),
        required=False,
        help_text=_("None chosen: it is about no matter of the catalogue in particular."),
    )
    valid_until = forms.DateField(
        label=_("valid until"), widget=DayInput(), help_text=_("After that day it is shown no more until it is looked at again."),
        error_messages={"required": _("Choose the last day."), "invalid": _("Choose the last day.")},
    )  # fmt: skip

    def __init__(
        self, *args: Any, held: KnowledgeDraft | KnowledgeVersion | None = None, **kwargs: Any
    ) -> None:
        if held is not None:
            names = ("question", "answer", "basis", "items", "valid_until")
            kwargs["initial"] = {name: getattr(held, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = catalogue.grouped().groups  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["items"].widget.attrs["size"] = 8

    def said(self) -> Said:
        """As the action takes it."""
        given = self.cleaned_data
        return Said(
            given["question"], given["answer"], given["basis"], given["valid_until"], tuple(given["items"])
        )
