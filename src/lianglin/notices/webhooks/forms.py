"""The form that proposes a webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.kit.outbound import LONGEST_URL
from lianglin.notices.webhooks import kinds, rules
from lianglin.places.areas import AreaField, AreaForm


class UnitField(forms.ModelChoiceField):
    """A unit by its name."""

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.label


class EndpointForm(AreaForm):
    """A new endpoint: whose cases, which address, which events."""

    name = forms.CharField(
        label=_("name of the program"),
        max_length=60,
        help_text=_("like “order system of the heating bureau”"),
        error_messages={"required": _("Write what the program is called, so that others know it.")},
    )
    unit = UnitField(
        label=_("whose cases"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("those of an area, see below"),
    )
    scope_code = AreaField(
        label=_("area"),
        required=False,
        help_text=_("A district, a street or a community; empty for the whole city."),
    )
    url = forms.CharField(
        label=_("address that is called"),
        max_length=LONGEST_URL,
        help_text=_(
            "https://…, as the other office gave it to you. It cannot be changed later: propose a new one then."
        ),
        widget=forms.URLInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Give the address that the other office named.")},
    )
    kinds = forms.MultipleChoiceField(
        label=_("Which kinds of cases"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind of case.")},
    )
    events = forms.MultipleChoiceField(
        label=_("Which events"),
        choices=list(rules.EVENTS.items()),
        initial=list(rules.EVENTS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )
    reason = forms.CharField(
        label=_("what for"),
        max_length=200,
        help_text=_(
            "The second person reads it: which office asked for it, and what its program does with it."
        ),
        error_messages={"required": _("Say what it is for.")},
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if actor.role == "administrator":
            fields["kinds"].choices = kinds.choices()
            fields["unit"].queryset = Organisation.objects.filter(active=True).order_by("code")
        else:
            fields["kinds"].choices = kinds.choices(kinds.heard(actor.role == "handler", actor.low))
            del fields["unit"], fields["scope_code"]
