"""Standard texts: for which steps, with which placeholders, and what the frame of the area above asks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

LONGEST = 2000
MOVES = (
    ("answer", _("answer")),
    ("refuse", _("do not accept")),
    ("extend", _("extend the time")),
)
FORMS = {"answer": "answer", "answer_now": "answer", "refuse": "refuse", "extend": "extend"}
"""Form of an appeal's page -> the step whose texts it offers."""
PLACEHOLDERS = (
    ("number", "编号", _("number of the appeal")),
    ("item", "事项", _("item")),
    ("place", "地点", _("place")),
    ("unit", "单位", _("unit in charge")),
    ("reported", "受理日", _("day of the report")),
    ("due", "时限", _("limit")),
    ("today", "今天", _("today's date")),
)
"""Name in English and in Chinese, and what it stands for. Nothing of who reported: a text never names a person."""
FIELD = re.compile(r"\{([^{}\n]{1,20})\}")
_NAMES = {name: code for code, chinese, _label in PLACEHOLDERS for name in (code, chinese)}
NEEDS_SECOND_LOOK = 9
"""Codes shorter than a street's: what a district or the city writes is looked at by a second person."""


def needs_second_look(scope_code: str) -> bool:
    """Whether a text of this area counts only once a second person approved it."""
    return len(scope_code) < NEEDS_SECOND_LOOK


def unknown(body: str) -> list[str]:
    """Placeholders that mean nothing, as they are written."""
    return [name for name in FIELD.findall(body) if name.strip() not in _NAMES]


def filled(body: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; one without a value becomes a blank to fill in by hand."""

    def put(found: re.Match[str]) -> str:
        code = _NAMES.get(found[1].strip(), "")
        return values.get(code) or f"【{found[1].strip()}】"

    return FIELD.sub(put, body)


def missing(body: str, frames: Iterable[str]) -> list[str]:
    """The sentences of the frames that a text does not keep, each once; white space does not count."""
    held = _bare(body)
    lines = (line.strip() for frame in frames for line in frame.splitlines())
    return [line for line in dict.fromkeys(lines) if line and _bare(line) not in held]


def _bare(text: str) -> str:
    return "".join(text.split())


def with_text(typed: str, text: str) -> str:
    """What was typed, and the standard text behind it on a line of its own; nothing twice."""
    if text.strip() in typed:
        return typed
    return f"{typed.rstrip()}\n{text}" if typed.strip() else text
