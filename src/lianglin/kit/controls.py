"""Form controls without their templates: the markup of Django's own, built in Python at a tenth of the cost.

What is not known here goes through its template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeData, SafeString

from lianglin.kit.markup import escaped

_PLACE = "django/forms/widgets/"


class HeldSelect(forms.Select):
    """A select of many choices that stay as they are (a catalogue): ``options`` gives their markup, made once.

    The markup's options read ``<option value="CODE">``; the chosen one is marked when it is shown.
    """

    def __init__(self, options: Callable[[], str]) -> None:
        super().__init__()
        self.options = options

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The control with ``value`` chosen."""
        chosen = f'<option value="{escaped("" if value is None else value)}"'
        opened = f'<select name="{escaped(name)}"{_attributes(self.build_attrs(self.attrs, attrs))}>'
        return SafeString(
            f"{opened}{self.options().replace(f'{chosen}>', f'{chosen} selected>', 1)}</select>"  # pyright: ignore[reportCallIssue] - the stub wants what Django does not
        )


class DayInput(forms.DateInput):
    """A day from the browser's calendar. Browsers take ISO days alone: in the reader's own format the box stays empty."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def options_markup(groups: Iterable[tuple[str, Any]]) -> str:
    """``<option>`` and ``<optgroup>`` of choices: (value, label), or (group, [(value, label), ...])."""
    parts = []
    for value, label in groups:
        if isinstance(label, list | tuple):
            inner = options_markup(label)
            parts.append(f'<optgroup label="{escaped(value)}">{inner}</optgroup>')
        else:
            parts.append(f'<option value="{escaped(value)}">{escaped(label)}</option>')
    return "".join(parts)


_INPUTS = (
    "input", "text", "number", "email", "url", "color", "search", "tel", "password", "hidden", "file",
    "date", "datetime", "time", "checkbox",
)  # fmt: skip


class Renderer(DjangoTemplates):
    """Django's renderer of forms, with the usual controls built directly; the markup is the same to the letter."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        """The markup of a control, a form or a set of forms."""
        direct = _DIRECT.get(template_name)
        return direct(context["widget"]) if direct else super().render(template_name, context, request)


def _text(value: Any) -> str:
    """A value as ``|stringformat:"s"`` prints it, escaped unless it is markup already."""
    return escaped(value if isinstance(value, SafeData) else str(value))


def _attributes(attrs: Mapping[str, Any]) -> str:
    """`` name="value"`` of each attribute; True gives the bare name, False nothing."""
    return "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{_text(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    kind, name = escaped(widget["type"]), escaped(widget["name"])
    return SafeString(f'<input type="{kind}" name="{name}"{value}{_attributes(widget["attrs"])}>')


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    value = escaped(widget["value"]) if widget["value"] else ""
    name = escaped(widget["name"])
    return SafeString(f'<textarea name="{name}"{_attributes(widget["attrs"])}>\n{value}</textarea>')


def _select(widget: Mapping[str, Any]) -> SafeString:
    parts = [f'<select name="{escaped(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{escaped(group)}">')
        parts += [
            f'\n  <option value="{_text(option["value"])}"{_attributes(option["attrs"])}>'
            f"{escaped(option['label'])}</option>\n"
            for option in options
        ]
        if group:
            parts.append("\n  </optgroup>")
    return SafeString("".join((*parts, "\n</select>")))


def _several(widget: Mapping[str, Any]) -> SafeString:
    """Radio buttons or check boxes."""
    outer = {name: widget["attrs"][name] for name in ("id", "class") if widget["attrs"].get(name)}
    parts = [f"<div{_attributes(outer)}>"]
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f"\n  <div><label>{escaped(group)}</label>")
        parts += [f"<div>\n    {_choice(option)}\n\n</div>" for option in options]
        if group:
            parts.append("\n  </div>")
    return SafeString("".join((*parts, "\n</div>")))


def _choice(option: Mapping[str, Any]) -> str:
    if not option.get("wrap_label"):
        return f"{_input(option)}\n"
    belongs = {"for": option["attrs"]["id"]} if option["attrs"].get("id") else {}
    return f"<label{_attributes(belongs)}>{_input(option)}\n {escaped(option['label'])}</label>"


_DIRECT: dict[str, Callable[[Mapping[str, Any]], SafeString]] = {
    **{f"{_PLACE}{name}.html": _input for name in _INPUTS},
    f"{_PLACE}textarea.html": _textarea,
    f"{_PLACE}select.html": _select,
    f"{_PLACE}radio.html": _several,
    f"{_PLACE}checkbox_select.html": _several,
}
