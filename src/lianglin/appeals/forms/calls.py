"""Forms of call-backs: reasons that go with a grade, the page reached by a link, the second call-back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals import rules
from lianglin.appeals.forms.desk import CallBackForm, MoveForm, note_field
from lianglin.appeals.forms.supervision import instant
from lianglin.appeals.rules import grading
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE


class ReasonsField(forms.MultipleChoiceField):
    """Reasons of today's data; none is needed."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=lambda: grading.choices(clock.today()),
            error_messages={"invalid_choice": _("Choose reasons that go with the grade, or none.")},
        )


class RecordCallForm(CallBackForm):
    """One call: what the person said, or how it came out and when the next one is."""

    result = forms.ChoiceField(
        label=_("if nobody was reached: how it came out"),
        choices=[("", _("not said")), *grading.RESULTS],
        required=False,
    )
    next_at = instant(_("next call agreed for"))
    reasons = ReasonsField(_("reasons, if the person names some"))
    field_order = ["reached", "result", "next_at", "solved", "grade", "reasons", "note"]

    def clean_next_at(self) -> Any:
        """The city's time, whatever zone the page is shown in."""
        given = self.cleaned_data["next_at"]
        return given.replace(tzinfo=CITY_ZONE) if given else None


def _grade(value: str) -> int:
    return int(value)


class RateForm(forms.Form):
    """By a link: is it solved, a grade, reasons, words."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    solved = forms.ChoiceField(
        label=_("Is it solved?"),
        choices=rules.SOLVED_ANSWERS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the listed answers.")},
    )
    grade = forms.TypedChoiceField(
        label=_("How was it handled?"),
        choices=rules.GRADES,
        coerce=_grade,
        error_messages={"required": _("Choose one of the five grades.")},
    )
    reasons = ReasonsField(_("Why? Tick what fits, or nothing"))
    note = forms.CharField(
        label=_("Anything else you want to say"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Not solved needs words for whoever handles it again; reasons go with the grade."""
        data = super().clean() or {}
        if data.get("solved") == "no" and not data.get("note", "").strip():
            self.add_error(
                "note",
                _("Say in a few words what is still wrong, so that they look at the right thing."),
            )
        if data.get("grade") and grading.misfits(data.get("reasons", []), data["grade"]):
            self.add_error("reasons", _("Choose reasons that go with the grade, or none."))
        return data


class MakeGoodForm(MoveForm):
    """What the unit made good."""

    submit = _("Say what was made good")
    intro = _("The person graded it badly. After this they are called once more.")
    note = note_field(_("what was made good"), rows=5)


class CallAgainForm(CallBackForm):
    """The second call-back."""

    submit = _("Record the second call-back")


class DropForm(MoveForm):
    """An end without a remedy."""

    submit = _("End it without a remedy")
    note = note_field(_("reason"), rows=3)
