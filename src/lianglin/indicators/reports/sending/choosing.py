"""A choice among hundreds of offices that can be searched without JavaScript: the ticked ones stay in sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lianglin.access.models import Organisation

SHOWN = 24
"""Offices that are listed without a search."""
FIND, PRESSED = "find", "find-office"


def searched(request: HttpRequest) -> bool:
    """Whether the button beside the search was pressed, not that of the form."""
    return request.method == "POST" and PRESSED in request.POST


def typed(given: QueryDict, form: type[forms.Form]) -> dict[str, Any]:
    """What was typed so far, to be shown again."""
    many = (forms.MultipleChoiceField, forms.TypedMultipleChoiceField)
    fields: dict[str, forms.Field] = form.base_fields  # pyright: ignore[reportAttributeAccessIssue] - made by its metaclass
    return {
        name: given.getlist(name) if isinstance(field, many) else given.get(name, "")
        for name, field in fields.items()
    }


def matching(
    offices: Sequence[Organisation], text: str, ticked: Sequence[str]
) -> tuple[list[tuple[int, str]], int]:
    """The ticked offices, then those whose name holds the text (without one the first), and how many more there are."""
    words = text.casefold().split()
    found = [
        one
        for one in offices
        if all(word in f"{one.name} {one.name_en}".casefold() for word in words) and str(one.pk) not in ticked
    ]
    chosen = [one for one in offices if str(one.pk) in ticked]
    return [(one.pk, one.label) for one in (*chosen, *found[:SHOWN])], max(0, len(found) - SHOWN)


class OfficesInput(forms.CheckboxSelectMultiple):
    """Check boxes under a search field; only what the search finds, and what is ticked, is listed."""

    offices: Sequence[Organisation] = ()
    text = ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The search, the boxes, and how many are not listed."""
        if len(self.offices) <= SHOWN:
            return super().render(name, value, attrs, renderer)
        ticked = [str(one) for one in value or ()]
        self.choices, more = matching(self.offices, self.text, ticked)
        boxes = super().render(name, value, attrs, renderer) if self.choices else ""
        return format_html(
            '<div class="row no-print"><input type="search" name="{0}" value="{2}" maxlength="40" aria-label="{1}" placeholder="{1}">'
            '<button type="submit" class="button button--second" name="{3}" value="1">{4}</button></div>{5}{6}',
            FIND, _("Find an office by its name"), self.text, PRESSED, _("Find"), boxes, self._more(more),
        )  # fmt: skip

    def _more(self, more: int) -> str:
        if not self.choices:
            words = _("No office that you can send to has this in its name. Write a part of the name.")
        elif more:
            words = _("%(n)s more are not listed: find them by their name.") % {"n": more}
        else:
            return ""
        return format_html('<p class="muted small">{}</p>', words)
