"""The form of a limit of dispatch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.models.term import UNITS
from lianglin.appeals.rules import objecting
from lianglin.kit import clock
from lianglin.kit.controls import DayInput


class TermForm(forms.Form):
    """Which limit, how long, from when, on what it rests."""

    kind = forms.ChoiceField(label=_("kind"), choices=objecting.TERMS, widget=forms.RadioSelect)
    amount = forms.IntegerField(
        label=_("limit"),
        min_value=1,
        max_value=99,
        error_messages={"required": _("Write how long."), "invalid": _("Write a whole number.")},
    )
    unit = forms.ChoiceField(label=_("unit of the limit"), choices=UNITS, widget=forms.RadioSelect)
    valid_from = forms.DateField(
        label=_("valid from"),
        widget=DayInput(),
        error_messages={"required": _("Choose the first day."), "invalid": _("Choose the first day.")},
    )
    basis = forms.CharField(
        label=_("basis"),
        max_length=160,
        help_text=_("The document and its number."),
        error_messages={"required": _("Name the document that the limit rests on.")},
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        error_messages={"required": _("Say why; the second person decides by it.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"valid_from": clock.today(), "unit": "working_days"})
        super().__init__(*args, **kwargs)
