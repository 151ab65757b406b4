"""Controls built in Python are the controls of Django's templates, to the letter."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from lianglin.kit.controls import DayInput, HeldSelect, Renderer, options_markup

CHOICES = [("", gettext_lazy("Today")), ("a&b", "A <b>"), ("组", [(1, "一"), (2, mark_safe("<i>二</i>"))])]
SPECIAL = {
    "id": 'x"1',
    "required": True,
    "disabled": False,
    "rows": 1234,
    "class": "a b",
    "placeholder": "<q>",
}


@pytest.mark.parametrize("attrs", [{}, {"id": "id_x"}, SPECIAL])
@pytest.mark.parametrize("value", [None, "", "a&b", '"><script>', 1, ["1", "2"]])
@pytest.mark.parametrize(
    "widget",
    [
        *(forms.TextInput(), forms.NumberInput(), forms.EmailInput(), forms.HiddenInput(), forms.Textarea()),
        *(
            forms.PasswordInput(render_value=True),
            forms.DateInput(),
            forms.FileInput(),
            forms.CheckboxInput(),
        ),
        *(forms.Select(choices=CHOICES), forms.SelectMultiple(choices=CHOICES), forms.DateTimeInput()),
        *(forms.RadioSelect(choices=CHOICES), forms.CheckboxSelectMultiple(choices=CHOICES)),
        forms.ClearableFileInput(),
    ],
    ids=lambda widget: type(widget).__name__,
)
def test_the_markup_is_djangos(widget: forms.Widget, value: Any, attrs: dict[str, Any]) -> None:
    """Every kind of control, with values and attributes that need escaping."""
    mine = widget.render('n"ame', value, attrs=dict(attrs), renderer=Renderer())
    theirs = widget.render('n"ame', value, attrs=dict(attrs), renderer=DjangoTemplates())
    assert mine == theirs


@pytest.mark.parametrize("value", [None, "", "a&b", 2, '"><script>', "gone"])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_x"}, SPECIAL])
def test_a_held_select_shows_what_a_select_shows(value: Any, attrs: dict[str, Any]) -> None:
    plain = forms.Select(choices=CHOICES).render("name", value, attrs, DjangoTemplates())
    fast = HeldSelect(lambda: options_markup(CHOICES)).render("name", value, attrs)
    assert re.sub(r"\n\s*", "", fast) == re.sub(r"\n\s*", "", plain)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_day_box_is_filled_in_every_language(language: str) -> None:
    """A browser leaves the box empty when the day is not written as ISO 8601 says."""

    class Days(forms.Form):
        starts_on = forms.DateField(widget=DayInput())

    with translation.override(language):
        shown = str(Days(initial={"starts_on": date(2026, 11, 28)})["starts_on"])
    assert 'type="date"' in shown
    assert 'value="2026-11-28"' in shown
