"""Forms of the duty list: the day it is read for, a change, an end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.duty_list.models import CommunityDuty, DutyKind
from lianglin.kit import clock
from lianglin.kit.controls import DayInput

DAY = {"required": _("Choose the day."), "invalid": _("Choose the day.")}


class DayForm(forms.Form):
    """The day for which the list is read."""

    day = forms.DateField(label=_("on the day"), widget=DayInput(), error_messages=DAY)


class EndForm(forms.Form):
    """From which day on a duty does not count, and why."""

    from_day = forms.DateField(label=_("from this day on"), widget=DayInput(), error_messages=DAY)
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        error_messages={"required": _("Say why; the second person decides by it.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"from_day": clock.today(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class DutyForm(EndForm):
    """A duty as it is to stand on the list."""

    code = forms.RegexField(
        r"^[A-Za-z0-9-]{1,20}$",
        label=_("code"),
        help_text=_("Letters, digits and dashes, for example S-07. Items of the catalogue name it."),
        error_messages={
            "required": _("Give the duty a code."),
            "invalid": _("Letters, digits and dashes, at most 20."),
        },
    )
    text = forms.CharField(
        label=_("duty"), max_length=120, error_messages={"required": _("Write what communities do.")}
    )
    text_en = forms.CharField(label=_("duty in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("kind"), choices=DutyKind.choices, widget=forms.RadioSelect)
    basis = forms.CharField(
        label=_("basis"),
        max_length=160,
        help_text=_("The document and its number; a refused order names it."),
        error_messages={"required": _("Name the document that the duty rests on.")},
    )
    field_order = ["code", "text", "text_en", "kind", "basis", "from_day", "reason"]

    def __init__(self, *args: Any, duty: CommunityDuty | None = None, **kwargs: Any) -> None:
        if duty is not None:
            kept = ("code", "text", "text_en", "kind", "basis")
            kwargs["initial"] = {name: getattr(duty, name) for name in kept}
        else:
            kwargs["initial"] = {"kind": DutyKind.ASSIST}
        super().__init__(*args, **kwargs)
        if duty is not None:
            self.fields["code"].disabled = True
