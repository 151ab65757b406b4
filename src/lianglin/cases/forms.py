"""Forms of the pages that every kind of case shares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation, Post
from lianglin.cases.rules import SHIFTS
from lianglin.kit.controls import DayInput
from lianglin.kit.ids import clean_case_number


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            widget=DayInput(),
            error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")},
        )


class ColleagueForm(forms.Form):
    """A post of the same unit."""

    post = forms.TypedChoiceField(
        label=_("colleague's post"),
        coerce=int,
        error_messages={"required": _("Choose a colleague."), "invalid_choice": _("Choose a colleague.")},
    )

    def __init__(self, *args: Any, colleagues: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(post.pk, post.label) for post in colleagues]
        self.fields["post"].choices = [("", _("choose")), *choices]  # pyright: ignore[reportAttributeAccessIssue]


class CoverForm(ColleagueForm):
    """Who stands in, from when to when."""

    starts_on = DayField(_("first day"))
    ends_on = DayField(_("last day"))


class DelegateForm(ColleagueForm):
    """One case, to one colleague."""

    number = forms.CharField(
        label=_("number of the case"), max_length=24, error_messages={"required": _("Write the number.")}
    )
    note = forms.CharField(label=_("note"), required=False, max_length=400)

    def clean_number(self) -> str:
        """The number without blanks."""
        try:
            return clean_case_number(self.cleaned_data["number"])
        except ValueError as error:
            raise forms.ValidationError(_("One digit of the number is wrong.")) from error


class ExportForm(forms.Form):
    """In which form, for what."""

    format = forms.ChoiceField(
        label=_("format"),
        choices=[("xlsx", _("Excel workbook")), ("csv", _("CSV text"))],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
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
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = purposes  # pyright: ignore[reportAttributeAccessIssue]


class FilterNameForm(forms.Form):
    """What a filter is called, and who may use it."""

    name = forms.CharField(
        label=_("name of the filter"),
        max_length=24,
        error_messages={"required": _("Give the filter a name.")},
    )
    shared = forms.BooleanField(label=_("the whole unit may use it"), required=False)


class RotaForm(forms.Form):
    """A unit, put on call for many days at once."""

    unit = forms.TypedChoiceField(
        label=_("unit on call"),
        coerce=int,
        error_messages={"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")},
    )
    first = DayField(_("first day"))
    last = DayField(_("last day"))
    days = forms.ChoiceField(
        label=_("on which of these days"),
        choices=[
            ("all", _("every day")),
            ("working", _("working days")),
            ("free", _("weekends and holidays")),
        ],
        initial="all",
        widget=forms.RadioSelect,
    )
    shift = forms.ChoiceField(
        label=_("shift"),
        choices=[("both", _("day and night")), *SHIFTS],
        initial="both",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, units: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(unit.pk, unit.label) for unit in units]
        self.fields["unit"].choices = [("", _("choose")), *choices]  # pyright: ignore[reportAttributeAccessIssue]


class WorkingDaysForm(forms.Form):
    """Some days of the working calendar, as a notice announces them."""

    first = DayField(_("first day"))
    last = DayField(_("last day"))
    working = forms.TypedChoiceField(
        label=_("on these days"),
        choices=[("closed", _("offices are closed")), ("open", _("offices work"))],
        coerce=lambda value: value == "open",
        initial="closed",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether offices work.")},
    )
    name = forms.CharField(label=_("name of the holiday"), max_length=40, required=False)
    source = forms.CharField(
        label=_("notice"),
        max_length=80,
        help_text=_("Who announced it, and the number of the document."),
        error_messages={"required": _("Name the notice that says so, with its number.")},
    )


class YearForm(forms.Form):
    """A whole year of the working calendar, as it was announced."""

    year = forms.TypedChoiceField(
        label=_("year"),
        coerce=int,
        error_messages={"required": _("Choose a year."), "invalid_choice": _("Choose a year.")},
    )

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, year) for year in years]  # pyright: ignore[reportAttributeAccessIssue]
