"""Form widgets that cost little."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe


class LongSelect(forms.Select):
    """A select for long lists: its options are written in Python.

    Django renders a template per option; for the 96 items of a catalogue that is most of a page's cost.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The select with its option groups; ``choices`` as Django's own widget takes them."""
        given = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = {str(v) for v in self.format_value(value)}
        options = mark_safe("".join(_options(self.choices, chosen)))  # noqa: S308 - each part escaped
        return format_html("<select{}>{}</select>", flatatt(given), options)


def _options(choices: Iterable[Any], chosen: set[str]) -> Iterable[str]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield f'<optgroup label="{conditional_escape(value)}">'
            yield from _options(label, chosen)
            yield "</optgroup>"
        else:
            text = "" if value is None else str(value)
            mark = " selected" if text in chosen else ""
            yield f'<option value="{conditional_escape(text)}"{mark}>{conditional_escape(label)}</option>'
