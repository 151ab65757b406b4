"""Forms of orders of supervision: a new one, a reason not to order, one move."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation
from lianglin.appeals.forms.desk import UnitField, radios
from lianglin.appeals.rules import supervising
from lianglin.kit.clock import CITY_ZONE

INSTANT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def words(label: Any, hint: Any = "") -> forms.CharField:
    """Some lines that the other side reads."""
    return forms.CharField(
        label=label,
        max_length=2000,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Nothing is written yet.")},
    )


def instant(label: Any, *, required: bool = False, hint: Any = "") -> forms.DateTimeField:
    """A day and an hour of the city."""
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=hint,
        input_formats=INSTANT,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("Choose day and time."), "invalid": _("Choose day and time.")},
    )


class OrderForm(forms.Form):
    """One order: its kind, why, what is ordered; for a talk, when and where."""

    kind = radios(_("kind"), supervising.KINDS)
    unit = UnitField(
        label=_("unit"),
        queryset=Organisation.objects.none(),
        error_messages={"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")},
    )
    ground = radios(_("ground"), supervising.GROUNDS)
    text = words(_("what is ordered"), _("To the unit, of its work. No names of residents or of workers."))
    meeting_at = instant(_("talk at"), hint=_("For a summons to a talk."))
    meeting_place = forms.CharField(label=_("place of the talk"), max_length=80, required=False)

    def __init__(self, *args: Any, kinds: list[str], units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(code, label) for code, label in supervising.KINDS if code in kinds]
        self.fields["kind"].choices = offered  # pyright: ignore[reportAttributeAccessIssue]
        if units is None:
            del self.fields["unit"]
        else:
            self.fields["unit"].queryset = units  # pyright: ignore[reportAttributeAccessIssue]

    def clean_meeting_at(self) -> Any:
        """The city's time, whatever zone the page is shown in."""
        given = self.cleaned_data["meeting_at"]
        return given.replace(tzinfo=CITY_ZONE) if given else None


class WaiveForm(forms.Form):
    """Why nothing is ordered now."""

    reason = words(_("why not now"))


class DeedForm(forms.Form):
    """One move of an order, with words where it needs them."""

    note = words(_("in words"))

    def __init__(self, *args: Any, deed: supervising.Deed, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_{deed.code}_%s", **kwargs)
        self.fields["note"].required = deed.note
        if deed.code == "answer":
            self.fields["note"].label = _("what was done, and until when the rest")
