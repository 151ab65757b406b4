"""Forms of problem classes: one put together, what is done with it, its list's filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation
from lianglin.appeals.forms.desk import radios
from lianglin.appeals.forms.rule_sets import UnitField
from lianglin.appeals.models import Campaign, Project
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.worklists import OPEN
from lianglin.appeals.rules import problems
from lianglin.kit.controls import DayInput

NO_PERSON = _("Nothing about a person: no name, no telephone, no house number of somebody.")


def line(label: Any, *, longest: int = 60, required: bool = True, hint: Any = "") -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint,
        error_messages={"required": _("Nothing is written yet.")},
    )  # fmt: skip


def words(label: Any, *, required: bool = True, hint: Any = "", rows: int = 3) -> forms.CharField:
    """Some lines of text."""
    return forms.CharField(
        label=label, required=required, max_length=4000, help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}), error_messages={"required": _("Nothing is written yet.")},
    )  # fmt: skip


def day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """A day."""
    said = {"required": _("Choose a day."), "invalid": _("Choose a day.")}
    return forms.DateField(
        label=label, required=required, help_text=hint, widget=DayInput(), error_messages=said
    )


def unit(label: Any, *, hint: Any = "") -> UnitField:
    """A unit that takes orders; the form's view gives it the units."""
    said = {"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")}
    return UnitField(label=label, queryset=Organisation.objects.none(), help_text=hint, error_messages=said)


def codes() -> forms.MultipleChoiceField:
    """What of the catalogue it covers."""
    return forms.MultipleChoiceField(
        label=_("what it covers"),
        help_text=_(
            "One or more items, or a class, or a whole field: of one kind. Hold Ctrl (⌘) to choose several."
        ),
        widget=forms.SelectMultiple(attrs={"size": 8}),
        error_messages={
            "required": _("Choose what it covers."),
            "invalid_choice": _("Choose what it covers."),
        },
    )


def catalogue_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Fields, classes, and the items by their class, as a select shows them."""
    known = catalogue.choices()
    classes = [(one.code, one.label) for group in known.categories.values() for one in group]
    return [
        (gettext("Fields of the catalogue"), [(one.code, one.label) for one in known.fields]),
        (gettext("Classes of the catalogue"), classes),
        *catalogue.grouped().groups,
    ]


class AreaChoice(forms.Form):
    """Forms with an area of the post, units and catalogue codes."""

    def prepare(self, areas: list[tuple[str, str]], units: Any = None) -> None:
        """Sets what can be chosen."""
        for name, field in self.fields.items():
            if name == "scope_code":
                field.choices = areas  # pyright: ignore[reportAttributeAccessIssue]
            elif name == "codes":
                field.choices = catalogue_choices()  # pyright: ignore[reportAttributeAccessIssue]
            elif isinstance(field, UnitField) and units is not None:
                field.queryset = units

    def clean_codes(self) -> list[str]:
        """All of one kind."""
        given = self.cleaned_data["codes"]
        if len({len(code) for code in given}) > 1:
            raise ValidationError(_("Choose items, or classes, or fields: not of several kinds at once."))
        return given


class ProblemForm(AreaChoice):
    """A class put together by hand or from ticked appeals."""

    title = line(_("title"), hint=NO_PERSON)
    codes = codes()
    scope_code = forms.ChoiceField(label=_("area"))
    first_day = day(_("seen from"))
    last_day = day(_("seen until"))
    owner = unit(
        _("unit that owns it"), hint=_("It answers for the lasting fix, not for the single appeals.")
    )
    promised_on = day(_("promised by"), required=False)
    reason = words(_("why these belong together"), required=False)

    def breadth(self) -> str:
        """How wide the chosen codes are."""
        width = len(self.cleaned_data["codes"][0])
        return next(name for name, digits in problems.DIGITS.items() if digits == width)


class NoteForm(forms.Form):
    """A reason."""

    note = words(_("reason"), hint=NO_PERSON)


class RemarkForm(forms.Form):
    """A remark that may be left out."""

    note = words(_("remark"), required=False, hint=NO_PERSON)


class CauseForm(forms.Form):
    """The root cause."""

    kind = radios(_("kind of cause"), problems.CAUSES)
    text = words(
        _("root cause"), hint=_("Why it comes up again and again; what would have to change."), rows=4
    )


class MeasureForm(AreaChoice):
    """A lasting fix."""

    kind = radios(_("kind of measure"), problems.MEASURES)
    title = line(_("title"), longest=80, hint=NO_PERSON)
    unit = unit(_("unit that does it"))
    document_no = line(_("document number"), required=False, hint=_("Needed for a rule."))
    effective_on = day(
        _("in effect from"), required=False, hint=_("Needed for a rule and for another measure.")
    )
    project = forms.ModelChoiceField(
        label=pgettext_lazy("measure", "project"), queryset=Project.objects.none(), required=False
    )
    campaign = forms.ModelChoiceField(label=_("campaign"), queryset=Campaign.objects.none(), required=False)

    def offer(self, projects: Any, campaigns: Any) -> None:
        """The projects and campaigns to choose from."""
        for name, found in (("project", projects), ("campaign", campaigns)):
            field: Any = self.fields[name]
            field.queryset = found
            field.label_from_instance = lambda one: one.title


class EffectForm(forms.Form):
    """The days after the measure that are compared with the same days a year before."""

    first_day = day(_("count from"))
    last_day = day(
        _("count until"),
        hint=_("The same days of the year before are counted beside it, here and in the rest of the city."),
    )


class OwnerForm(AreaChoice):
    """Who owns it, and by when it is promised."""

    owner = unit(_("unit that owns it"))
    promised_on = day(_("promised by"), required=False)
    note = words(_("reason"), hint=NO_PERSON)


class PublishForm(forms.Form):
    """What residents read."""

    title = line(_("title for residents"))
    text = words(
        _("text for residents"), rows=5,
        hint=_("What the problem is, what is done, in plain words. Nothing about a person."),
    )  # fmt: skip
    measures = forms.TypedMultipleChoiceField(
        label=_("measures that residents are told of"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Title, unit, document and first day of each, as they stand. Whoever subscribed is told of each new one."),
    )  # fmt: skip

    def offer(self, measures: list[tuple[int, str]]) -> None:
        """The measures of the class; without any there is nothing to choose."""
        if not measures:
            del self.fields["measures"]
            return
        self.fields["measures"].choices = measures  # pyright: ignore[reportAttributeAccessIssue]


class TakeOutForm(forms.Form):
    """Why an appeal does not belong to the class."""

    case = forms.CharField(max_length=24, widget=forms.HiddenInput)
    reason = line(_("why it does not belong here"), longest=200)


class FilterForm(forms.Form):
    """What the list of classes is narrowed to; an impossible value counts as not chosen."""

    state = forms.ChoiceField(label=_("state"), required=False)
    field = forms.ChoiceField(label=pgettext_lazy("catalogue", "field"), required=False)
    place = forms.ChoiceField(label=_("area"), required=False)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [("", _("all")), (OPEN, _("in hand")), ("rises", _("count rises again")), *problems.STATES]
        self._offer("state", states)
        self._offer("field", [("", _("all")), *((one.code, one.label) for one in catalogue.choices().fields)])
        if places:
            self._offer("place", [("", _("all")), *places])
        else:
            del self.fields["place"]

    def _offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        self.fields[name].choices = list(choices)  # pyright: ignore[reportAttributeAccessIssue]

    def chosen(self) -> dict[str, Any]:
        """The valid choices."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
