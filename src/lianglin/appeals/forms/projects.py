"""Forms of projects and campaigns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.appeals.actions.projects import MOST_FEN
from lianglin.appeals.forms.desk import radios
from lianglin.appeals.forms.problems import NO_PERSON, AreaChoice, codes, day, line, unit, words
from lianglin.appeals.rules import problems
from lianglin.kit.money import yuan_to_fen

LINES = 6
"""Milestones that the form offers; more are proposed with a second project, or by the program."""


class YuanField(forms.CharField):
    """An amount in yuan; ``cleaned_data`` holds whole 分, None for nothing."""

    def clean(self, value: Any) -> int | None:
        """Whole 分, or what is wrong with the amount."""
        text = super().clean(value)
        if not text:
            return None
        try:
            fen = yuan_to_fen(text)
        except ValueError as error:
            raise ValidationError(
                _("Write an amount in yuan with at most two decimals, like 12000.50.")
            ) from error
        if not 0 <= fen <= MOST_FEN:
            raise ValidationError(_("This amount cannot be right."))
        return fen


def yuan(label: Any, *, hint: Any = "", required: bool = True) -> YuanField:
    """A field for an amount."""
    return YuanField(
        label=label, required=required, max_length=20, help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Write the amount; 0 where no money is needed.")},
    )  # fmt: skip


class ProjectForm(AreaChoice):
    """A project as it is proposed, without its milestones."""

    title = line(_("title"), longest=80, hint=NO_PERSON)
    aim = words(_("what it brings"))
    unit = unit(_("unit that does it"))
    scope_code = forms.ChoiceField(label=_("area"))
    budget = yuan(_("budget in yuan"))
    money = forms.ChoiceField(label=_("where the money comes from"), choices=problems.MONEY)
    document_no = line(_("document number"), required=False)
    starts_on = day(_("begins on"))
    due_on = day(_("to be finished by"))


class MilestoneForm(AreaChoice):
    """One milestone; left empty it is none."""

    title = line(_("milestone"), longest=80, required=False)
    unit = unit(_("unit that does it"))
    due_on = day(_("due on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].required = False

    def clean(self) -> dict[str, Any]:
        """All three, or none."""
        given = super().clean() or {}
        if given.get("title") and not (given.get("unit") and given.get("due_on")):
            raise ValidationError(_("Say which unit does it, and by when."))
        return given

    @property
    def filled(self) -> bool:
        """Whether it is a milestone."""
        return bool(self.cleaned_data.get("title"))


class DeliverForm(forms.Form):
    """What was spent, and what stands there now."""

    spent = yuan(_("spent in yuan"))
    note = words(_("what stands there now"), hint=NO_PERSON)


class PutOffForm(forms.Form):
    """A milestone's new day and the reason."""

    due_on = day(_("due now"))
    reason = words(_("reason"), hint=NO_PERSON)


class CampaignForm(AreaChoice):
    """A campaign."""

    title = line(_("title"))
    kind = radios(_("kind of campaign"), problems.CAMPAIGNS)
    codes = codes()
    scope_code = forms.ChoiceField(label=_("area"))
    unit = unit(_("unit in the lead"))
    document_no = line(_("document number"), required=False)


class SeasonForm(forms.Form):
    """A season of a campaign."""

    label = line(pgettext_lazy("campaign", "season"), longest=40, hint=_("for example 2026–2027"))
    first_day = day(_("first day"))
    last_day = day(_("last day"))
    fall_percent = forms.IntegerField(
        label=_("goal: fewer appeals by (percent)"), required=False, min_value=1, max_value=100,
        help_text=_("Against the season before. Leave it empty where there is none."),
    )  # fmt: skip
    goal = line(_("goal in words"), longest=200, required=False)
