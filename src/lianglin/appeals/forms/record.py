"""The quick record of what somebody told: by telephone, at the desk, on Saturday, at the door."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals import rules
from lianglin.appeals.actions import Reporter
from lianglin.appeals.forms.desk import RESPONSES, finished, note_field, radios
from lianglin.appeals.models import Item
from lianglin.appeals.queries import worklists
from lianglin.cases.actions import Place
from lianglin.kit.ids import clean_phone
from lianglin.places.models import Building, Community

TOLD = tuple(
    choice for choice in rules.CHANNELS if choice[0] in ("phone", "desk", "saturday", "visit", "meeting", "paper", "hotline")
)
SHOWN_BUILDINGS = 400
"""So many addresses are offered while typing; beyond that a community is chosen first."""


class RecordForm(forms.Form):
    """Channel, what, where, who (if they say), and the answer if it was given at once."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=40, min_length=16)
    channel = radios(_("channel"), TOLD)
    text = note_field(_("what was reported"), rows=4, hint=_("In the person's words. No ID number, no illness."))
    item = forms.CharField(
        label=_("item"),
        required=False,
        max_length=60,
        help_text=_("Type a part of the name and choose; leave it empty when it is not clear."),
        widget=forms.TextInput(attrs={"list": "items", "autocomplete": "off"}),
    )
    community = forms.ModelChoiceField(
        label=_("community"),
        queryset=Community.objects.none(),
        required=False,
        empty_label=_("choose"),
    )
    building = forms.CharField(
        label=_("building"),
        required=False,
        max_length=120,
        help_text=_("Type a part of the address and choose."),
        widget=forms.TextInput(attrs={"list": "buildings", "autocomplete": "off"}),
    )
    place_text = forms.CharField(
        label=_("more about the place"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"placeholder": _("unit 2, third floor")}),
    )
    name = forms.CharField(label=_("name"), required=False, max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = forms.CharField(
        label=_("phone"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )
    entity = forms.BooleanField(label=_("reported by a business"), required=False)
    answered = forms.BooleanField(label=_("answered on the spot"), required=False)
    outcome = forms.ChoiceField(label=_("outcome"), choices=rules.OUTCOMES, widget=forms.RadioSelect, required=False)
    answer = note_field(_("answer given"), required=False, rows=3)

    def __init__(self, *args: Any, communities: list[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.communities = communities
        self.initial.setdefault("once", str(uuid.uuid4()))
        if len(communities) == 1:
            del self.fields["community"]
        else:
            field = self.fields["community"]
            field.queryset = Community.objects.filter(pk__in=[c.pk for c in communities])  # pyright: ignore
            field.choices = [("", _("choose")), *((c.pk, c.label) for c in communities)]  # pyright: ignore

    def clean_text(self) -> str:
        """At least five characters, as for everybody."""
        text: str = self.cleaned_data["text"].strip()
        if len(text) < 5:
            raise forms.ValidationError(_("Tell us in at least five characters what the matter is."))
        return text

    def clean_item(self) -> Item | None:
        """The item by name or code; the error names what would fit."""
        text = self.cleaned_data["item"].strip()
        if not text:
            return None
        known = list(worklists.items())
        exact = [item for item in known if text in (item.code, item.name, item.name_en)]
        found = exact or [item for item in known if text.lower() in f"{item.name} {item.name_en}".lower()]
        return _only(found, [item.label for item in found], _("No item has this name. Choose one from the list, or leave it empty."))

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
        """Finds the building in the area, and asks for the answer when it was given at once."""
        cleaned = super().clean() or self.cleaned_data
        chosen = self.communities[0] if len(self.communities) == 1 else cleaned.get("community")
        try:
            cleaned["place"] = self._place(cleaned, chosen)
        except forms.ValidationError as error:
            self.add_error("building" if cleaned.get("building") or "community" not in self.fields else "community", error)
        if cleaned.get("answered"):
            if not cleaned.get("outcome"):
                self.add_error("outcome", _("Choose one of the listed answers."))
            if not cleaned.get("answer"):
                self.add_error("answer", _("Write what you answered: the person can read it again."))
            else:
                try:
                    finished(cleaned["answer"])
                except forms.ValidationError as error:
                    self.add_error("answer", error)
        return cleaned

    def _place(self, cleaned: dict[str, Any], chosen: Community | None) -> Place:
        address, words = cleaned.get("building", "").strip(), cleaned.get("place_text", "").strip()
        if not address:
            if chosen is None:
                raise forms.ValidationError(_("Choose the community, or a building."))
            return Place(community=chosen, text=words)
        area = [chosen] if chosen else self.communities
        rows = Building.objects.select_related("community").filter(community__in=area)
        found = list(rows.filter(address=address)[:2]) or list(rows.filter(address__contains=address).order_by("id")[:6])
        missing = _("No building here has this address. Choose one from the list, or leave it empty and describe the place.")
        building = _only(found, [entry.address for entry in found], missing)
        membership = building.compounds.filter(valid_to__isnull=True).select_related("compound").order_by("-valid_from").first()
        return Place(
            community=building.community,
            building=building,
            compound=membership.compound if membership else None,
            text=" ".join(part for part in (building.address, words) if part),
            lon=building.lon,
            lat=building.lat,
        )

    def reporter(self) -> Reporter:
        """Who reports; all empty means anonymous."""
        given = self.cleaned_data
        return Reporter(name=given["name"], phone=given["phone"], entity=given["entity"])


def _only(found: list[Any], labels: list[str], missing: Any) -> Any:
    """The one thing that was found; otherwise an error that says what would fit."""
    if len(found) == 1:
        return found[0]
    if found:
        raise forms.ValidationError(_("Several fit: %(labels)s. Choose one.") % {"labels": "、".join(labels[:5])})
    raise forms.ValidationError(missing)


