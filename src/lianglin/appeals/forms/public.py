"""Forms of the residents' pages: one question each, and following one's matter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianglin.appeals import rules
from lianglin.appeals.forms.calls import ReasonsField
from lianglin.appeals.forms.draft import UNKNOWN
from lianglin.appeals.forms.questions import AsksMixin
from lianglin.appeals.forms.who import WhoMixin
from lianglin.appeals.queries import catalogue
from lianglin.files.forms import PhotosField
from lianglin.kit.ids import clean_case_number, clean_phone
from lianglin.places.search import resolve

LONGEST_TEXT = 2000
SHORTEST_TEXT = 5


class WhatForm(forms.Form):
    """Which item of the catalogue, or that one does not know."""

    item = forms.CharField(
        label=_("What is it about?"),
        max_length=6,
        error_messages={"required": _("Choose what it is about, or “I don't know”.")},
    )

    def clean_item(self) -> str:
        """A code of the catalogue in force, or UNKNOWN."""
        code: str = self.cleaned_data["item"]
        if code != UNKNOWN and catalogue.item_of(code) is None:
            raise ValidationError(_("This is no longer in the catalogue. Choose again, or “I don't know”."))
        return code


class WhereForm(forms.Form):
    """Where it is: a row that was pressed, or a point on the map; and words that say it more exactly."""

    place = forms.CharField(label=_("Where is it?"), max_length=24, required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    place_text = forms.CharField(
        label=_("Where exactly?"),
        max_length=160,
        required=False,
        help_text=_("Unit, floor, corner, shop sign: what helps to find it."),
    )

    def clean(self) -> dict[str, Any]:
        """Adds ``spot``: every answer ends in one community."""
        data = super().clean() or {}
        place, lon, lat = data.get("place", ""), data.get("lon"), data.get("lat")
        if not place and (lon is None or lat is None):
            raise ValidationError({"place": _("Choose a place from the list, or press it on the map.")})
        data["spot"] = resolve(place, lon=lon, lat=lat)
        if data["spot"] is None and place:
            raise ValidationError({"place": _("This place is no longer listed. Search for it again.")})
        if data["spot"] is None:
            raise ValidationError(
                {"place": _("This point lies outside of the city's communities. Choose another one.")}
            )
        return data


class TellForm(AsksMixin):
    """What happened, in one's own words; and what its item asks more."""

    text = forms.CharField(
        label=_("Tell us what the matter is"),
        min_length=SHORTEST_TEXT,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What is wrong, since when, whom does it trouble? Leave out ID numbers and illnesses."),
        error_messages={
            "required": _("Nothing is written yet. A few words are enough."),
            "min_length": _("Tell us in at least five characters what the matter is."),
        },
    )


class PhotoForm(forms.Form):
    """Pictures or papers, as many as one likes up to the limit, or none."""

    photos = PhotosField(label=_("Have you a picture of it?"))


ANONYMOUS, BY_PHONE = "anonymous", "phone"


class ReachForm(WhoMixin):
    """Whether and how one may be called back."""

    reach = forms.ChoiceField(
        label=_("How may we reach you?"),
        choices=[
            (BY_PHONE, _("Call me back, here is my number")),
            (ANONYMOUS, _("I stay anonymous and look it up with the receipt")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two. Both are fine.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=24,
        required=False,
        help_text=_("Only for the call-back. Whoever handles the matter does not see it."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    name = forms.CharField(
        label=_("How shall we address you?"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    entity = forms.BooleanField(label=_("I report for a business"), required=False)
    confidential = forms.BooleanField(
        label=_("Do not tell my name to the body I complain about"), required=False, initial=True
    )

    def clean(self) -> dict[str, Any]:
        """The phone in digits; nothing about the person when they stay anonymous."""
        data = super().clean() or {}
        if data.get("reach") == ANONYMOUS:
            nobody = {"phone": "", "name": "", "entity_name": "", "uscc": "", "representatives": []}
            return {**data, **nobody}
        if data.get("reach") == BY_PHONE:
            if not data.get("phone"):
                raise ValidationError(
                    {"phone": _("Write the number we may call, or choose to stay anonymous.")}
                )
            data["phone"] = phone_in_digits(data["phone"])
        return data


def phone_in_digits(text: str) -> str:
    """The number as it is stored; ValidationError on the field ``phone``."""
    try:
        return clean_phone(text)
    except ValueError as error:
        wrong = _("Write a mobile number of 11 digits, or a fixed number with its area code.")
        raise ValidationError({"phone": wrong}) from error


class TrackForm(forms.Form):
    """Number and secret of a receipt."""

    number = forms.CharField(
        label=_("Number"),
        max_length=24,
        help_text=_("A letter and 12 digits, as on the receipt. Spaces do not matter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "class": "input--code", "autocapitalize": "characters"}
        ),
        error_messages={"required": _("Write the number that stands on the receipt.")},
    )
    secret = forms.CharField(
        label=_("Query code"),
        max_length=16,
        help_text=_("Eight digits, below the number."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "class": "input--code"}),
        error_messages={"required": _("Write the eight digits that stand below the number.")},
    )

    def clean_number(self) -> str:
        """The number as stored; says which digit is doubtful before a try is counted."""
        try:
            return clean_case_number(self.cleaned_data["number"])
        except ValueError as error:
            raise ValidationError(
                _("One digit of the number is wrong or missing. Compare it with the receipt.")
            ) from error


class Versioned(forms.Form):
    """Carries the version of the case that the person saw, so that a change in between is noticed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class AddForm(forms.Form):
    """More to say or to show about a matter that runs."""

    note = forms.CharField(
        label=_("What do you want to add?"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = PhotosField(label=_("Pictures or papers"))

    def clean(self) -> dict[str, Any]:
        """At least one of both."""
        data = super().clean() or {}
        if not data.get("note", "").strip() and not data.get("photos") and "photos" not in self.errors:
            raise ValidationError({"note": _("Write something or choose a picture before you send.")})
        return data


class WithdrawForm(Versioned):
    """Taking the matter back, with or without saying why."""

    note = forms.CharField(
        label=_("Why? It helps us, but you need not say"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _grade(value: str) -> int | None:
    return int(value) if value else None


class ConfirmForm(Versioned):
    """Solved or partly, and the five grades."""

    solved = forms.ChoiceField(
        label=_("Is it solved?"),
        choices=[choice for choice in rules.SOLVED_ANSWERS if choice[0] != "no"],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose “solved” or “partly solved”.")},
    )
    grade = forms.TypedChoiceField(
        label=_("How was it handled?"),
        choices=rules.GRADES,
        coerce=int,
        error_messages={"required": _("Choose one of the five grades.")},
    )
    reasons = ReasonsField(_("Why? Tick what fits, or nothing"))
    note = forms.CharField(
        label=_("Anything else you want to say"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReopenForm(Versioned):
    """Not satisfied: what is still wrong, and a grade if one likes."""

    note = forms.CharField(
        label=_("What is still wrong?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Say in a few words what is still wrong, so that they look at the right thing.")
        },
    )
    grade = forms.TypedChoiceField(
        label=_("How was it handled?"),
        choices=[("", ""), *rules.GRADES],
        coerce=_grade,
        empty_value=None,
        required=False,
    )
