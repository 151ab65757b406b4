"""The self-check's eight questions on one short form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.benefits.rules import self_check as rules
from lianglin.facts import registry

NOT_SAID = ("", _("I would rather not say, or do not know"))
LISTED = {"invalid_choice": _("Choose one of the listed answers.")}
WORK = (
    ("employed", _("employed")),
    ("self", _("self-employed or flexible work")),
    ("registered", _("looking for work, registered as unemployed")),
    ("seeking", _("looking for work, not registered")),
    ("study", _("in education")),
    ("retired", _("retired, with a pension or without")),
    ("care", _("caring for the family")),
    ("unable", _("unable to work")),
)
TRUE = (
    ("person.hukou_here", _("my household registration is here, in this community")),
    ("person.veteran", _("I am a veteran")),
    ("household.low_income", _("my household is recognised as low-income")),
)


def one_of(label: Any, choices: Any, hint: Any = "") -> forms.ChoiceField:
    """One question with a few answers; it may stay open."""
    return forms.ChoiceField(
        label=label, choices=[NOT_SAID, *choices], required=False, help_text=hint, error_messages=LISTED
    )


def permitted(domain: str) -> list[tuple[str, str]]:
    """The registry's answers of a code list in the reader's language."""
    english = get_language() == "en"
    values = registry.permitted().get(domain, {})
    return [(code, value.label_en if english else value.label) for code, value in values.items()]


class CheckForm(forms.Form):
    """Eight questions. Only the age is needed; what is not said stays unknown and is named as missing."""

    age = forms.IntegerField(
        label=_("How old are you?"),
        min_value=0,
        max_value=rules.MOST_AGE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Write your age in full years."),
            "invalid": _("Write your age in full years, as a number."),
            "min_value": _("Write your age in full years."),
            "max_value": _("Write your age in full years."),
        },
    )
    people = forms.IntegerField(
        label=_("How many people live in your home, you included?"),
        min_value=1,
        max_value=rules.MOST_PEOPLE,
        initial=1,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    children = forms.CharField(
        label=_("How old are the children among them?"),
        required=False,
        max_length=60,
        help_text=_("Full years, one after the other, like 3, 12. Empty: no children."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    income = forms.IntegerField(
        label=_("What does the household have in a month, all together, in yuan?"),
        min_value=0,
        max_value=10_000_000,
        required=False,
        help_text=_("Wages, pensions, rents. Empty: not said."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": _("Write whole yuan, as a number.")},
    )
    assistance = one_of(_("Does the household get social assistance?"), ())
    disability = one_of(_("Do you have a disability card?"), ())
    work = one_of(_("What do you do?"), WORK)
    tenure = one_of(_("How do you live?"), ())
    true = forms.MultipleChoiceField(
        label=_("Which of these is true?"),
        choices=TRUE,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What you do not tick counts as not true."),
        error_messages=LISTED,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [(rules.NO_CARD, _("no")), *permitted("disability_level")]
        for name, choices in (
            ("assistance", permitted("assistance")), ("disability", levels), ("tenure", permitted("tenure")),
        ):  # fmt: skip
            self.fields[name].choices = [NOT_SAID, *choices]  # pyright: ignore[reportAttributeAccessIssue]

    def clean_children(self) -> tuple[int, ...]:
        """Ages of children, as numbers."""
        text = self.cleaned_data["children"]
        for mark in "，、；; 岁":
            text = text.replace(mark, ",")
        parts = [one for one in text.split(",") if one]
        if len(parts) > rules.MOST_CHILDREN or not all(
            one.isascii() and one.isdecimal() and int(one[:4]) < 18 for one in parts
        ):
            raise forms.ValidationError(
                _("Write the ages of children under 18 as numbers, like 3, 12; eight at most.")
            )
        return tuple(int(one) for one in parts)

    def answers(self) -> rules.Answers:
        """What was answered, for the engine."""
        given = self.cleaned_data
        return rules.Answers(
            age=given["age"],
            people=given["people"] or 1,
            children=given["children"],
            income_yuan=given["income"],
            assistance=given["assistance"],
            disability=given["disability"],
            work=given["work"],
            tenure=given["tenure"],
            true=frozenset(given["true"]),
        )
