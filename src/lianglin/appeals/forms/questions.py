"""Extra questions of an item as fields of any form: in the residents' wizard and on the record screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.appeals.models import ItemQuestion
from lianglin.appeals.rules import questions as rules

PREFIX = "q_"


def field_of(question: rules.Question, *, must: bool) -> forms.Field:
    """The field of one question; ``must``: a required one has to be answered here."""
    required = must and question.required
    errors = {"required": _("Answer this question.")}
    if question.options:
        return forms.ChoiceField(
            label=question.text,
            choices=question.options,
            required=required,
            widget=forms.RadioSelect,
            error_messages=errors,
        )
    attrs: dict[str, Any] = {"autocomplete": "off"}
    if question.kind == "number":
        attrs["inputmode"] = "decimal"
    return forms.CharField(
        label=question.text,
        required=required,
        max_length=rules.LONGEST,
        widget=forms.TextInput(attrs=attrs),
        error_messages=errors,
    )


class AsksMixin(forms.Form):
    """A form that asks the questions of an item; ``answers`` gives what was answered."""

    asked: tuple[rules.Question, ...] = ()

    def ask(
        self,
        found: Iterable[ItemQuestion],
        *,
        must: bool,
        held: Mapping[str, str] | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> None:
        """Adds the fields, filled with what was answered before; ``typed``, by field, was typed after that."""
        self.asked = tuple(one.asked for one in found)
        for question in self.asked:
            self.fields[PREFIX + question.code] = field_of(question, must=must)
            if held and question.code in held:
                self.initial[PREFIX + question.code] = held[question.code]
            if typed and PREFIX + question.code in typed:
                self.initial[PREFIX + question.code] = typed[PREFIX + question.code]

    def clean(self) -> dict[str, Any]:
        """Each answer must be one to its question."""
        data = super().clean() or self.cleaned_data
        for question in self.asked:
            name = PREFIX + question.code
            try:
                data[name] = rules.clean(question, data.get(name, ""))
            except ValueError:
                self.add_error(
                    name,
                    _("Write a number in digits.")
                    if question.kind == "number"
                    else _("Choose one of the listed answers."),
                )
        return data

    def answers(self) -> dict[str, str]:
        """Question code -> answer, without the empty ones."""
        given = {one.code: self.cleaned_data.get(PREFIX + one.code, "") for one in self.asked}
        return {code: value for code, value in given.items() if value}

    def question_fields(self) -> list[forms.BoundField]:
        """The questions' fields in their order."""
        return [self[PREFIX + one.code] for one in self.asked]
