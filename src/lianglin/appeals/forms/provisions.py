"""Forms of the dated rows that set limits and thresholds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.queries import catalogue
from lianglin.appeals.rules import provisions
from lianglin.kit import clock
from lianglin.kit.controls import DayInput

DAY = {"required": _("Choose the first day."), "invalid": _("Choose the first day.")}


class ProvisionForm(forms.Form):
    """One row: what, how much, for what, from when, on which basis."""

    code = forms.ChoiceField(label=_("what is set"))
    amount = forms.IntegerField(label=_("amount"), min_value=0, max_value=366)
    unit = forms.ChoiceField(label=_("unit of measure"), choices=provisions.UNITS)
    item_code = forms.ChoiceField(label=_("for this item alone"), required=False)
    class_code = forms.ChoiceField(label=_("for this class alone"), required=False)
    valid_from = forms.DateField(label=_("valid from"), widget=DayInput(), error_messages=DAY)
    valid_to = forms.DateField(
        label=_("valid to"),
        widget=DayInput(),
        required=False,
        help_text=_("Leave empty: until another row takes its place."),
    )
    basis = forms.CharField(
        label=_("basis"),
        max_length=160,
        help_text=_("The rule, or the decision with its number and date."),
        error_messages={"required": _("Name the rule or the decision it rests on.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"valid_from": clock.today() + timedelta(days=1), **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        groups = dict(provisions.GROUPS)
        listed: dict[Any, list[tuple[str, Any]]] = {}
        for kind in provisions.KINDS:
            listed.setdefault(groups[kind.group], []).append((kind.code, kind.label))
        self._choices("code", list(listed.items()))
        self._choices("item_code", [("", _("all items")), *catalogue.grouped().groups])
        classes = [
            (one.code, one.label) for group in catalogue.choices().categories.values() for one in group
        ]
        self._choices("class_code", [("", _("all classes")), *classes])

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # pyright: ignore[reportAttributeAccessIssue]
