"""Facts and the way of a matter as lists, built in Python: three parts of nearly every page of a matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lianglin.kit.markup import escaped, fill

_NOW = SafeString(' aria-current="step"')


def facts(pairs: Iterable[tuple[Any, Any]]) -> SafeString:
    """``<dl>`` of (label, value); empty values are left out."""
    rows = [
        f"<div><dt>{escaped(label)}</dt><dd>{escaped(value)}</dd></div>" for label, value in pairs if value
    ]
    return SafeString(f'<dl class="facts">{"".join(rows)}</dl>')


def _said(state: str) -> str:
    """What a screen reader is told of a state that others see."""
    words = {"done": gettext("done"), "now": gettext("now")}
    return fill('<span class="vh"> (%s)</span>', words.get(state) or gettext("not yet"))


def stages(found: Iterable[Mapping[str, Any]]) -> SafeString:
    """The whole way in one line, of {label, state: done|now|todo}."""
    items = [
        fill(
            '<li class="stages__item stages__item--%s"%s><span class="stages__label">%s</span>%s</li>',
            stage["state"],
            _NOW if stage["state"] == "now" else "",
            stage["label"],
            _said(stage["state"]),
        )
        for stage in found
    ]
    return SafeString(f'<ol class="stages" aria-label="{escaped(gettext("Progress"))}">{"".join(items)}</ol>')


DRAWN = {"done": "check", "now": "clock", "bad": "again"}
"""State of a step -> its drawing."""


def steps(
    found: Iterable[Mapping[str, Any]], icons: Mapping[str, str], when: Mapping[int, str]
) -> SafeString:
    """The step list of {name, state: done|now|todo|bad, at?, who?, text?, quote?}, oldest first.

    ``icons`` holds the drawing of each state, ``when`` the printed time of the step at that position.
    """
    items = []
    for number, step in enumerate(found):
        state = step["state"]
        at = when.get(number)
        head = fill('<span class="steps__name">%s</span>', step["name"])
        head += _said(state) if state in ("now", "todo") else ""
        head += f'<span class="steps__when">{at}</span>' if at else ""
        body = "".join(
            fill(f'<p class="steps__{css}">%s</p>', step[key])
            for key, css in (("who", "text"), ("text", "text"), ("quote", "quote"))
            if step.get(key)
        )
        items.append(
            f'<li class="steps__item steps__item--{escaped(state)}"{_NOW if state == "now" else ""}>'
            f'<span class="steps__dot">{icons.get(state, "")}</span><p class="steps__head">{head}</p>{body}</li>'
        )
    return SafeString(f'<ol class="steps">{"".join(items)}</ol>')
