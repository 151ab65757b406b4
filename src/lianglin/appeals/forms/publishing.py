"""Forms about publication: hide more or show again, let it go out, keep it back; and what the public list is narrowed to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.queries.catalogue import choices
from lianglin.appeals.queries.subjects import area_of
from lianglin.places.queries import counties


class Versioned(forms.Form):
    """A decision about the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=32_000)


class RedactForm(Versioned):
    """Which found places to show again (the page draws the boxes), and which words to hide besides."""

    words = forms.CharField(
        label=_("hide these words, too"),
        help_text=_("One per line, as they stand in the text. Every place where they stand is hidden."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shown = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, spots: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown"].choices = [(one, one) for one in spots]  # pyright: ignore[reportAttributeAccessIssue]

    def chosen(self) -> dict[str, Any]:
        """The arguments of the action."""
        given = self.cleaned_data
        shown = [tuple(one.split("-")) for one in given["shown"]]
        return {
            "seen": given["version"],
            "words": given["words"].splitlines(),
            "shown": {(part, int(number)) for part, number in shown},
        }


class PublishForm(Versioned):
    """The person has read it as it will stand."""

    read = forms.BooleanField(
        label=_(
            "I have read the text above as the public will read it. It names nobody and leads to nobody."
        ),
        error_messages={"required": _("Read the text and tick this first: a person confirms each text.")},
    )


class EndForm(forms.Form):
    """Why it does not go out, or is taken back."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        error_messages={"required": _("Say why in a few words.")},
    )
    objected = forms.BooleanField(
        label=_("whoever reported asked for it: never propose it again"), required=False
    )


class ClosedForm(forms.Form):
    """What the public list is narrowed to; an impossible value counts as not chosen."""

    q = forms.CharField(
        label=_("words"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "search"})
    )
    area = forms.ChoiceField(label=_("area"), required=False)
    category = forms.ChoiceField(label=_("class"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        known = choices()
        classes = [
            (field.label, [(c.code, c.label) for c in known.categories[field.code]]) for field in known.fields
        ]
        self.fields["category"].choices = [("", _("all")), *classes]  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["area"].choices = [("", _("all")), *self._areas()]  # pyright: ignore[reportAttributeAccessIssue]

    def _areas(self) -> list[tuple[str, str]]:
        """The districts; a street or community that the address names stands among them."""
        found = [(one.scope_code, one.label) for one in counties()]
        asked = str(self.data.get("area", ""))[:12]
        if asked.isdecimal() and asked not in dict(found):
            place = area_of(asked)
            found += [(asked, place)] if place else []
        return found

    def chosen(self) -> dict[str, str]:
        """The values that can be."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        names = {"q": "words", "area": "area", "category": "item_class"}
        return {to: str(given.get(name, "")).replace("\0", "") for name, to in names.items()}


class RuleForm(forms.Form):
    """What of an item may be public, and why."""

    listed = forms.BooleanField(label=_("listed by item, place and state"), required=False)
    texts = forms.BooleanField(label=_("text of closed cases, redacted"), required=False)
    reason = forms.CharField(
        label=_("reason"),
        max_length=160,
        error_messages={"required": _("Say why in a few words.")},
    )
