"""Forms of a street's call and of what both sides say of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Organisation
from lianglin.appeals.forms.desk import UnitsField, radios
from lianglin.appeals.rules import whistling
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE


def words(label: Any, *, required: bool = True, longest: int = 2000) -> forms.CharField:
    """Some lines of text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Nothing is written yet.")},
    )


class CallForm(forms.Form):
    """Whom a street calls, where to, what for, until when."""

    units = UnitsField(
        label=_("units to call"),
        queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")},
    )
    number = forms.CharField(label=_("number of the appeal, if there is one"), required=False, max_length=24)
    place_text = forms.CharField(
        label=_("place"), max_length=160, error_messages={"required": _("Say where.")}
    )
    text = words(_("what is needed"))
    arrive_by = forms.DateTimeField(
        label=_("to be there by"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("Say until when."), "invalid": _("Say until when.")},
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        soon = clock.local(clock.now()) + timedelta(hours=2)
        kwargs.setdefault("initial", {"arrive_by": soon.replace(tzinfo=None, second=0, microsecond=0)})
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units  # pyright: ignore[reportAttributeAccessIssue]

    def clean_arrive_by(self) -> Any:
        """The city's time, whatever zone the page is shown in."""
        given = self.cleaned_data["arrive_by"]
        return given.replace(tzinfo=CITY_ZONE)


class ArrivedForm(forms.Form):
    """What the unit did, and whether the call was warranted."""

    text = words(_("what was done"))
    warranted = radios(_("was the call warranted?"), whistling.WARRANTED)
    note = words(_("why, if not for your unit"), required=False, longest=400)


class AssessForm(forms.Form):
    """Whether one unit came and helped."""

    came = radios(_("did it come?"), whistling.CAME)
    helped = radios(_("did it help?"), whistling.HELPED)
    note = words(_("what was missing, if something was"), required=False, longest=400)
