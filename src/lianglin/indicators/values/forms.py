"""Forms of one figure's page, of goals and of imported files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianglin.indicators.values.importing import LARGEST, Brought
from lianglin.kit import clock
from lianglin.kit.controls import DayInput

DAY = {"required": _("Choose the day."), "invalid": _("Choose the day.")}


class DayForm(forms.Form):
    """The day of which somebody asks what a figure said."""

    day = forms.DateField(label=_("what it said on the day"), widget=DayInput(), error_messages=DAY)

    def clean_day(self) -> Any:
        """Not after today."""
        day = self.cleaned_data["day"]
        if day > clock.today():
            raise ValidationError(_("This day has not come yet."))
        return day


class TargetForm(forms.Form):
    """A goal as it is to count in the own area."""

    indicator = forms.ChoiceField(label=_("figure"))
    amount = forms.DecimalField(
        label=_("goal"),
        required=False,
        max_digits=14,
        decimal_places=2,
        help_text=_("In the unit of the figure; of a rate the percent. Empty: the area's own goal ends."),
        error_messages={"invalid": _("Write a number.")},
    )
    better = forms.ChoiceField(
        label=_("which side is met"),
        choices=[("up", _("at least")), ("down", _("at most"))],
        widget=forms.RadioSelect,
    )
    valid_from = forms.DateField(
        label=_("from the month"), widget=DayInput(), help_text=_("Any day of it."), error_messages=DAY
    )
    source = forms.CharField(
        label=_("document it stands in"),
        max_length=200,
        help_text=_("The document and its number."),
        error_messages={"required": _("Name the document that the goal stands in.")},
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        error_messages={"required": _("Say why; the second person decides by it.")},
    )

    def __init__(self, *args: Any, figures: list[tuple[str, Any]], **kwargs: Any) -> None:
        kwargs["initial"] = {"valid_from": clock.today(), "better": "up", **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = figures


class ImportForm(forms.Form):
    """A file of another office's figures."""

    file = forms.FileField(
        label=_("the file"),
        help_text=_(
            "CSV or .xlsx, at most 2 MB and 2,000 lines, made from the template. It must name nobody."
        ),
        error_messages={"required": _("Choose the file.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    office = forms.CharField(
        label=_("office that gave it"),
        max_length=80,
        error_messages={"required": _("Write which office gave it.")},
    )
    source = forms.CharField(
        label=_("document it came with"),
        max_length=200,
        help_text=_("The document and its number."),
        error_messages={"required": _("Name the document it came with.")},
    )
    as_of = forms.DateField(
        label=_("as of the day"),
        widget=DayInput(),
        help_text=_("The day up to which the office counted."),
        error_messages=DAY,
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("A regular report, or what it corrects."),
        error_messages={"required": _("Say why; the second person decides by it.")},
    )

    def clean_file(self) -> Any:
        """Bounded before it is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than 2 MB. Bring it in parts."))
        return file

    def brought(self) -> Brought:
        """As the action takes it."""
        given = self.cleaned_data
        return Brought(
            given["file"].name, given["file"].read(), given["office"], given["source"], given["as_of"], given["reason"]
        )  # fmt: skip
