"""Forms of parameters: a value with its document, the second person's remark, a table brought in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.benefits.models import Parameter
from lianglin.benefits.rules.figures import Entry
from lianglin.kit.controls import DayInput

_DAY = {"required": _("Choose a day."), "invalid": _("Choose a day.")}


class ValueForm(forms.Form):
    """A value of one parameter for an area from a day on."""

    value = forms.CharField(
        label=_("value"), max_length=40, error_messages={"required": _("Write the value.")}
    )
    area = forms.CharField(
        label=_("area (first digits of its code)"), max_length=12, required=False, help_text=_("Empty for the whole city."),
    )  # fmt: skip
    from_on = forms.DateField(label=_("from"), widget=DayInput(), error_messages=_DAY)
    to_on = forms.DateField(
        label=_("until"), widget=DayInput(), required=False, help_text=_("Empty: until the next value begins."),
        error_messages=_DAY,
    )  # fmt: skip
    document = forms.CharField(
        label=_("document number"), max_length=120, help_text=_("The document that sets it, such as 辽民发〔2026〕16号."),
        error_messages={"required": _("Write the document that sets it, with its number.")},
    )  # fmt: skip

    def __init__(self, *args: Any, parameter: Parameter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameter = parameter
        unit = parameter.unit or ("元" if parameter.kind == "money" else "")
        self.fields["value"].help_text = unit
        self.fields["value"].widget.attrs["inputmode"] = "decimal" if parameter.kind != "date" else "text"

    def entry(self) -> Entry:
        """As the action takes it."""
        given = self.cleaned_data
        return Entry(
            self.parameter.pk,
            given["area"].strip(),
            given["from_on"],
            given["to_on"],
            given["value"],
            given["document"],
        )


class TableForm(forms.Form):
    """A workbook brought back."""

    file = forms.FileField(
        label=_("Excel file"), help_text=_("The table as it was taken out, with new rows or filled cells."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}), error_messages={"required": _("Choose the file.")},
    )  # fmt: skip
