"""The form under two files: one person or two, and on what that rests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from lianglin.people.models import DuplicateHalf, DuplicatePair

TWO = "different"


class DecideForm(forms.Form):
    """Which file stays, or that they are two persons."""

    keep = forms.ChoiceField(
        label=_("One person or two?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which of the two files stays.")},
    )
    ground = forms.ChoiceField(
        label=_("on what it rests"),
        choices=DuplicatePair.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say on what the decision rests.")},
    )

    def __init__(self, *args: Any, pair: DuplicatePair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep: Any = self.fields["keep"]
        keep.choices = [
            *(
                (str(pk), __("One person: file #%(n)s stays, the other is joined into it") % {"n": pk})
                for pk in (pair.first_id, pair.second_id)
            ),
            (TWO, __("Two persons")),
        ]


class HalfForm(forms.Form):
    """What one district says of its own file, while another one is elsewhere."""

    said = forms.ChoiceField(
        label=_("What did you find?"),
        choices=DuplicateHalf.Said.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the person lives here.")},
    )
    ground = forms.ChoiceField(
        label=_("on what it rests"),
        choices=DuplicatePair.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say on what the decision rests.")},
    )
