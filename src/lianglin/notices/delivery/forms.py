"""Forms of what did not arrive."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.notices.delivery.actions import BY_HAND
from lianglin.notices.models import Channel, Delivery

_LABELS = dict(Delivery.Answer.choices)
LISTED = (Channel.SMS, Channel.EMAIL, Channel.WEBHOOK)


class NarrowForm(forms.Form):
    """Which way of sending the list shows."""

    channel = forms.ChoiceField(
        label=_("channel"),
        required=False,
        choices=[("", _("all")), *((one.value, one.label) for one in LISTED)],
        widget=forms.Select(attrs={"data-submit-on-change": ""}),
    )


class SeeToForm(forms.Form):
    """How the person was told instead."""

    answer = forms.ChoiceField(
        label=_("How was the person told?"),
        choices=[(one.value, _LABELS[one]) for one in BY_HAND],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the person was told.")},
    )
