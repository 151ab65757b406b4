"""Forms of matching: what a list is narrowed to, how somebody was told, why somebody declines or is not eligible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.benefits.models import MatchStep
from lianglin.benefits.models.matching import REASONS
from lianglin.benefits.rules import matching as rules


def _some(codes: Iterable[str]) -> list[tuple[str, Any]]:
    words = dict(REASONS)
    return [(code, words[code]) for code in codes]


class NarrowForm(forms.Form):
    """A list of matches narrowed to a measure and a place."""

    measure = forms.ChoiceField(label=_("Benefit measure"), required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)

    def __init__(
        self, *args: Any, measures: list[tuple[str, str]], places: list[tuple[str, str]], **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.fields["measure"].choices = [("", _("all")), *measures]  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["place"].choices = [("", _("all")), *places]  # pyright: ignore[reportAttributeAccessIssue]
        if not places:
            del self.fields["place"]


class TellForm(forms.Form):
    """How they were told."""

    channel = forms.ChoiceField(label=_("How were they told?"), choices=MatchStep.Channel.choices)
    asked = forms.BooleanField(label=_("They asked for it themselves"), required=False)

    def __init__(self, *args: Any, quiet: bool = False, **given: Any) -> None:
        super().__init__(*args, **given)
        if not quiet:
            del self.fields["asked"]


class _ReasonForm(forms.Form):
    note = forms.CharField(
        label=_("In a few words"),
        required=False,
        max_length=200,
        help_text=_("Nothing about health, no number of a paper."),
    )


class DeclineForm(_ReasonForm):
    """Why somebody does not want it."""

    reason = forms.ChoiceField(label=_("Why do they not want it?"), choices=_some(rules.DECLINED_BECAUSE))
    field_order = ["reason", "note"]


class NotEligibleForm(_ReasonForm):
    """Why somebody is not eligible, though the rules say that they may be."""

    reason = forms.ChoiceField(label=_("What is wrong?"), choices=_some(rules.NOT_BECAUSE))
    field_order = ["reason", "note"]
