"""A form's field with label, hint and errors, built in Python: forms of twenty fields stay cheap.

The markup is that of ``kit/field.html`` before it; `{% field_block field %}` and the include give the same.
"""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from lianglin.kit.markup import escaped


def kind_of(field: Any) -> str:
    """What the stylesheet has to know of a bound field: choices, check, file or text."""
    widget = field.field.widget
    input_type = getattr(widget, "input_type", "")
    if input_type == "checkbox" and not getattr(widget, "allow_multiple_selected", False):
        return "check"
    if input_type in ("radio", "checkbox"):
        return "choices"
    return "file" if input_type == "file" else "text"


def block(field: Any, icon: str, *, big: bool = False) -> SafeString:
    """The whole block of a bound field. ``icon`` is the drawing before an error; ``big``: the label asks the page's question."""
    kind, errors = kind_of(field), field.errors
    classes = [
        f"field field--{kind}",
        "field--error" if errors else "",
        "field--big" if big else "",
        field.css_classes(),
    ]
    parts = [f'<div class="{" ".join(name for name in classes if name)}">']
    if field.use_fieldset:
        described = field.aria_describedby
        aria = f' aria-describedby="{escaped(described)}"' if described else ""
        label_class = ' class="field__label--big"' if big else ""
        parts.append(f"<fieldset{aria}><legend{label_class}>{_label(field)}</legend>")
    elif kind == "check":
        label = escaped(capfirst(field.label))
        parts.append(
            f'<div class="field__control"><label class="tick" for="{field.id_for_label}">{field}<span>{label}</span></label></div>'
        )
    else:
        large = " field__label--big" if big else ""
        parts.append(f'<label class="field__label{large}" for="{field.id_for_label}">{_label(field)}</label>')
    if field.help_text:
        parts.append(
            f'<div class="field__hint" id="{field.auto_id}_helptext">{escaped(field.help_text)}</div>'
        )
    if errors:
        parts.append(f'<div id="{field.auto_id}_error">{_errors(errors, icon)}</div>')
    if kind == "file":
        body = render_to_string("kit/components/photo_body.html", {"field": field})
        parts.append(f'<div class="field__control photo">{body}</div>')
    elif kind != "check":
        parts.append(f'<div class="field__control">{field}</div>')
    parts.append("</fieldset></div>" if field.use_fieldset else "</div>")
    return SafeString("".join(parts))


def _label(field: Any) -> str:
    label = escaped(capfirst(field.label))
    if field.field.required:
        return label
    return f'{label} <span class="field__optional">{escaped(gettext("(optional)"))}</span>'


def _errors(errors: Any, icon: str) -> str:
    said = escaped(gettext("Error:"))
    return "".join(
        f'<p class="field__error">{icon}<span><span class="vh">{said} </span>{escaped(error)}</span></p>'
        for error in errors
    )
