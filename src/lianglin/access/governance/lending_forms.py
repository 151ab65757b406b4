"""Forms of help in another area and of emergency openings."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import PURPOSES
from lianglin.access.governance.forms import day
from lianglin.access.governance.widening import OPENABLE
from lianglin.access.models import BreakGlass
from lianglin.kit.clock import CITY_ZONE
from lianglin.places.areas import AreaField, AreaForm


class _LendingForm(AreaForm):
    scope_code = AreaField(label=_("area"))
    purposes = forms.MultipleChoiceField(
        label=_("for what"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one: what it is needed for.")},
    )

    def __init__(self, *args: Any, purposes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purposes"].choices = [(code, PURPOSES[code]) for code in OPENABLE if code in purposes]


class HelpForm(_LendingForm):
    """Where one's post helps, for what, on which days, why."""

    starts_on = day(_("first day"))
    ends_on = day(_("last day"), help_text=_("at most thirty-one days; it ends by itself"))
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("who asked for help and for what; nothing about residents"),
        error_messages={"required": _("Say in a few words who asked and for what.")},
    )

    def given(self) -> dict[str, Any]:
        """The values for :func:`widening.ask_help`: the days as instants, the last one included."""
        values = dict(self.cleaned_data)
        first, last = values.pop("starts_on"), values.pop("ends_on")
        begin = datetime.combine(first, time(), CITY_ZONE)
        return {
            **values,
            "starts_at": begin,
            "ends_at": datetime.combine(last, time(), CITY_ZONE) + timedelta(days=1),
        }


class GlassForm(_LendingForm):
    """What is opened in an emergency, and why."""

    reason = forms.CharField(
        label=_("what the emergency is"),
        max_length=200,
        help_text=_("the officer reads it; no names, no illnesses"),
        error_messages={"required": _("Say in a few words what the emergency is.")},
    )


class ReviewForm(forms.Form):
    """The officer's judgement."""

    verdict = forms.ChoiceField(
        label=_("verdict"), choices=BreakGlass.Verdict.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("why"), max_length=200, help_text=_("no names, no illnesses"))
