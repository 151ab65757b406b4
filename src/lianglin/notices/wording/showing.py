"""How a text looks to whom it goes: filled with made-up values, counted, priced, and beside what it replaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianglin.kit.domain import Notice
from lianglin.kit.money import fen_to_yuan
from lianglin.notices.wording import fields
from lianglin.notices.wording.checks import VARIANTS, fill
from lianglin.notices.wording.segments import is_gsm, segments_of, units_of

NAMES = {
    "zh-hans": gettext_lazy("Chinese"),
    "elder": gettext_lazy("for elderly readers"),
    "en": gettext_lazy("English"),
}
_PIECES = re.compile(r"\{\w*\}|[A-Za-z0-9]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A stretch of a text that was kept, put in or taken out."""

    kind: Literal["same", "new", "gone"]
    text: str


@dataclass(frozen=True)
class Shown:
    """One variant of a text, ready for the page."""

    variant: str
    name: Any
    lang: str
    text: str
    filled: str
    units: int
    parts: int
    alphabet: str
    cost: str
    changes: list[Piece]
    is_new: bool


def shown(notice: Notice, texts: Mapping[str, str], before: Mapping[str, str]) -> list[Shown]:
    """The variants of a text with what changes against ``before``."""
    return [
        _one(notice, variant, texts[variant], before.get(variant, ""))
        for variant in VARIANTS
        if texts.get(variant)
    ]


def _one(notice: Notice, variant: str, text: str, before: str) -> Shown:
    language = "en" if variant == "en" else "zh-hans"
    filled = _try_fill(text, fields.samples(notice.fields, language))
    parts = segments_of(filled)
    return Shown(
        variant=variant, name=NAMES[variant], lang="en" if variant == "en" else "zh-Hans", text=text, filled=filled,
        units=units_of(filled), parts=parts,
        alphabet=_("7-bit letters, 160 or 153 a part") if is_gsm(filled) else _("16-bit letters, 70 or 67 a part"),
        cost=f"¥{fen_to_yuan(parts * settings.SMS_FEN)}", changes=changes(before, text), is_new=not before,
    )  # fmt: skip


def _try_fill(text: str, values: Mapping[str, str]) -> str:
    try:
        return fill(text, values)
    except ValueError:
        return text


def changes(before: str, after: str) -> list[Piece]:
    """What was kept, put in and taken out, by characters of Chinese and by words; [] when nothing was."""
    if before.strip() == after.strip() or not before:
        return []
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        found += [Piece("gone", "".join(old[i:j]))] if j > i else []
        found += [Piece("new", "".join(new[k:m]))] if m > k else []
    return found


def listed(notice: Notice) -> list[tuple[str, Any, str]]:
    """The placeholders of a message: as written, what they mean, a made-up value."""
    values = fields.samples(notice.fields, "zh-hans")
    return [(f"{{{name}}}", fields.meaning(name), values[name]) for name in notice.fields]
