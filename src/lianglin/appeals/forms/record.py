"""The quick record of what somebody told: by telephone, at the desk, on Saturday, at the door."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.forms.desk import note_field, radios
from lianglin.appeals.forms.questions import AsksMixin
from lianglin.appeals.forms.who import WhoMixin
from lianglin.appeals.models import Item
from lianglin.appeals.queries import catalogue, knowledge, worklists
from lianglin.appeals.rules.advised import Advised, unpacked
from lianglin.cases.actions import Place
from lianglin.kit.ids import clean_phone
from lianglin.places.search import Found, Spot, resolve

TOLD = tuple(
    choice
    for choice in rules.CHANNELS
    if choice[0] in ("phone", "desk", "saturday", "visit", "meeting", "paper", "hotline", "email")
)
COMMUNITY_CODE = 12
"""Length of a community's scope code: a post of one community needs not say which."""


ACCESS_KEYS = {"text": "n", "item": "s", "where": "d", "phone": "h", "answer": "f"}
"""Alt (with Shift in some browsers) and the letter: 内容 事项 地点 号码 答复. The page names them."""
NEED_A_NOTE = {
    "paper": _("Write the letter's number and date, so that it is found again."),
    "meeting": _("Write which meeting it was, and when."),
}
"""Channels that are found again only by a note."""


def items_named(text: str) -> list[Item] | None:
    """The items that a text names: by code or full name exactly, else by pinyin, initials, words; None for no text."""
    if not text:
        return None
    exact = [item for item in worklists.items() if text in (item.code, item.name, item.name_en)]
    return exact or catalogue.search(text)


class RecordForm(WhoMixin, AsksMixin):
    """Channel, what, where, who (if they say), and the answer if it was given at once."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=40, min_length=16)
    mail = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    channel_note = forms.CharField(
        label=_("about the way it came"),
        required=False,
        max_length=80,
        help_text=_(
            "Letter: its number and date. Meeting: which one and when. Saturday desk and visit: where."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    channel = radios(_("channel"), TOLD)
    text = note_field(
        _("what was reported"), rows=4, hint=_("In the person's words. No ID number, no illness.")
    )
    item = forms.CharField(
        label=_("item"),
        required=False,
        max_length=60,
        help_text=_("Type a part of the name and choose; leave it empty when it is not clear."),
        widget=forms.TextInput(attrs={"list": "items", "autocomplete": "off"}),
    )
    where = forms.CharField(
        label=_("place"),
        required=False,
        max_length=120,
        help_text=_("Compound and building number, characters or pinyin initials: 和宁3, hn3."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = forms.CharField(required=False, max_length=24)
    place_text = forms.CharField(
        label=_("more about the place"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"placeholder": _("unit 2, third floor")}),
    )
    name = forms.CharField(
        label=pgettext_lazy("person", "name"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("phone"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )
    confidential = forms.BooleanField(
        label=_("Do not tell the body complained of who it was."), required=False, initial=True
    )
    agreed = forms.BooleanField(label=_("the person agrees to a look at their open matters"), required=False)
    entry = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.RadioSelect)
    answered = forms.BooleanField(label=_("answered on the spot"), required=False)
    outcome = forms.ChoiceField(
        label=_("outcome"), choices=rules.OUTCOMES, widget=forms.RadioSelect, required=False
    )
    answer = note_field(_("answer given"), required=False, rows=3)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.found: list[Found] = []
        self.initial.setdefault("once", str(uuid.uuid4()))
        for name, key in ACCESS_KEYS.items():
            self.fields[name].widget.attrs["accesskey"] = key

    def clean_text(self) -> str:
        """At least five characters, as for everybody."""
        text: str = self.cleaned_data["text"].strip()
        if len(text) < 5:
            raise forms.ValidationError(_("Tell us in at least five characters what the matter is."))
        return text

    def clean_item(self) -> Item | None:
        """The item by name, code, pinyin or initials; the error names what would fit."""
        found = items_named(self.cleaned_data["item"].strip())
        if found is None:
            return None
        if len(found) == 1:
            return found[0]
        if found:
            labels = "、".join(item.label for item in found[:5])
            raise forms.ValidationError(_("Several fit: %(labels)s. Choose one.") % {"labels": labels})
        raise forms.ValidationError(_("No item has this name. Choose one from the list, or leave it empty."))

    def clean_phone(self) -> str:
        """Digits, or empty."""
        text = self.cleaned_data["phone"].strip()
        try:
            return clean_phone(text) if text else ""
        except ValueError:
            raise forms.ValidationError(
                _("Write a mobile number of 11 digits, or a fixed number with its area code.")
            ) from None

    def clean(self) -> dict[str, Any]:
        """Finds the place in the area, and asks for the answer when it was given at once."""
        cleaned = super().clean() or self.cleaned_data
        try:
            cleaned["spot"] = self._spot(cleaned.get("place", ""), cleaned.get("where", "").strip())
        except forms.ValidationError as error:
            self.add_error("where", error)
        if cleaned.get("channel") in NEED_A_NOTE and not cleaned.get("channel_note", "").strip():
            self.add_error("channel_note", NEED_A_NOTE[cleaned["channel"]])
        chosen = knowledge.version(cleaned["entry"]) if cleaned.get("entry") else None
        if chosen is not None and not cleaned.get("answer"):
            cleaned |= {
                "answered": True,
                "outcome": cleaned.get("outcome") or "explained",
                "answer": chosen.answer,
            }
        if cleaned.get("answered"):
            self._check_answer(cleaned)
        return cleaned

    def _check_answer(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("outcome"):
            self.add_error("outcome", _("Choose one of the listed answers."))
        if not cleaned.get("answer"):
            self.add_error("answer", _("Write what you answered: the person can read it again."))

    def _spot(self, key: str, text: str) -> Spot:
        """The chosen place, the only one that fits what was typed, or the post's own community."""
        self.found = worklists.places_named(self.actor, text)
        if not key and len(self.found) == 1:
            key = self.found[0].key
        if not key and not text and len(self.actor.low) == COMMUNITY_CODE:
            key = f"n:{self.actor.low}"
        spot = resolve(key) if key else None
        if spot is not None and self.actor.covers(spot.community.scope_code):
            return spot
        if self.found:
            raise forms.ValidationError(_("Several places fit. Choose one of them."))
        if text:
            raise forms.ValidationError(
                _("No place of your area fits. Try the compound and the building's number.")
            )
        raise forms.ValidationError(_("Say where it is: a compound, a building or a community."))

    def where_to(self) -> Place:
        """The place as the case keeps it."""
        spot, words = self.cleaned_data["spot"], self.cleaned_data["place_text"].strip()
        narrow = spot.building or spot.compound
        return Place(
            community=spot.community,
            building=spot.building,
            compound=spot.compound,
            text=" ".join(part for part in (spot.label if narrow else "", words) if part)[:160],
            lon=narrow.lon if narrow else None,
            lat=narrow.lat if narrow else None,
        )

    def advised(self) -> Advised | None:
        """The items that were suggested beside the form, if any were."""
        return unpacked(self.data.get("advised", ""))
