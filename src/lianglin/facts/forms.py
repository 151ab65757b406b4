"""Forms of the facts' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.facts import registry
from lianglin.facts.actions import SOURCES
from lianglin.facts.models import DataElement
from lianglin.facts.reading import SOURCE_WORDS
from lianglin.kit import clock
from lianglin.kit.controls import DayInput


class FilterForm(forms.Form):
    """What the registry's list is narrowed to."""

    q = forms.CharField(
        label=_("search"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(
        label=_("object class"), required=False, choices=[("", _("all")), *DataElement.ObjectClass.choices]
    )


class PlaceForm(forms.Form):
    """Which building's households are listed."""

    q = forms.CharField(
        label=_("building or compound"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search"}),
        help_text=_("Characters, pinyin or initials, with or without a building's number."),
    )


class FactForm(forms.Form):
    """A new word about one element: its value, since when, who says so."""

    value = forms.CharField(label=_("value"), max_length=60)
    valid_from = forms.DateField(label=_("valid since"), widget=DayInput())
    source = forms.ChoiceField(
        label=_("who says so"),
        choices=[(code, SOURCE_WORDS[code]) for code in SOURCES if code != "import"],
        initial="resident",
    )

    def __init__(self, *args: Any, element: DataElement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = clock.today().isoformat()
        if element.kind == "code":
            values = registry.permitted().get(element.domain, {}).values()
            choices = [("", _("choose"))] + [(v.code, _label(v)) for v in values]
            self.fields["value"] = forms.ChoiceField(label=element.label, choices=choices)
        elif element.kind == "flag":
            choices = [("1", _("yes")), ("0", _("no"))]
            self.fields["value"] = forms.ChoiceField(
                label=element.label, choices=choices, widget=forms.RadioSelect
            )
        else:
            self.fields["value"].label = element.label
            self.fields["value"].help_text = element.meaning
            if element.kind == "date":
                self.fields["value"].widget = DayInput()


def _label(value: Any) -> str:
    return value.label_en if get_language() == "en" else value.label


class AsOfForm(forms.Form):
    """What was so on a day, by what was known on another."""

    valid_on = forms.DateField(label=_("as it was on"), widget=DayInput())
    known_on = forms.DateField(
        label=_("by what was known at the end of"),
        widget=DayInput(),
        required=False,
        help_text=_("Leave it empty to read with today's knowledge, later corrections included."),
    )

    def clean(self) -> dict[str, Any]:
        """Neither day lies ahead."""
        given = super().clean() or {}
        for name in ("valid_on", "known_on"):
            if (day := given.get(name)) and day > clock.today():
                self.add_error(name, _("This day lies in the future. Choose a past day, or today."))
        return given


class DecideForm(forms.Form):
    """Which source counts, and why."""

    source = forms.ChoiceField(label=_("which is right?"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, sources: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = sources  # pyright: ignore[reportAttributeAccessIssue]


class ImportForm(forms.Form):
    """A file of data elements."""

    file = forms.FileField(
        label=_("file of data elements (CSV or JSON)"),
        help_text=_("The columns are those of the export. First it is only checked."),
    )
