"""The form that makes a key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.keys import tokens


class TokenForm(forms.Form):
    """A new key: of which kind, for what, how long, and what of the post it carries."""

    kind = forms.ChoiceField(
        label=_("kind of key"),
        choices=[
            ("token", _("API token, for a program (Bearer)")),
            ("app", _("app password, for an app on a phone that asks for name and password (Basic)")),
        ],
        initial="token",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("what it is for"),
        max_length=60,
        help_text=_("like “survey app on my tablet”"),
        error_messages={"required": _("Write what the key is for, so that you know it later.")},
    )
    days = forms.IntegerField(
        label=_("good for how many days"),
        min_value=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    duties = forms.MultipleChoiceField(
        label=_("What the key may do"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purposes = forms.MultipleChoiceField(
        label=_("For what it may use personal data"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Actor, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["days"].max_value, fields["days"].initial = most, min(30, most)
        fields["days"].validators.append(MaxValueValidator(most))
        fields["days"].help_text = _("at most %(days)s") % {"days": most}
        offered = {
            "duties": [(duty.code, duty.label) for duty in tokens.offered(actor)],
            "purposes": [(p, PURPOSES[p]) for p in PURPOSES if p in actor.purposes],
        }
        for name, choices in offered.items():
            if choices:
                fields[name].choices = choices
            else:  # nothing to tick: the key reads what is open to everybody
                del fields[name]
