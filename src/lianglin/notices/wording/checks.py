"""What is wrong with an edited text, found before anybody is sent it. Pure: no Django models, no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from string import Formatter
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from lianglin.kit.domain import Notice
from lianglin.notices.wording.segments import segments_of

VARIANTS = ("zh-hans", "elder", "en")
"""Chinese, Chinese for elderly readers, English: the columns of a version, in the order of the page."""
LONGEST = 600
MOST_SEGMENTS = 6
MUST_STAY = frozenset({"number", "due", "until", "link", "code"})
"""Placeholders that a text may not lose where the shipped one has them: which matter, until when, where to look."""

_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)[^\s，。；、（）()“”]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|info|top|xyz|cc|io|gov|link|vip|shop|site|me|ly)\b[^\s，。；、（）()“”]*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\+?\d[\d\- ]*\d|\d")
_WHOLE_PHONE = re.compile(
    r"1[0-3]\d|12\d{3}|9[56]\d{3,4}|[48]00-?\d{3}-?\d{4}|0\d{2,3}[- ]?\d{7,8}(?:-\d{1,5})?"
)
_EMERGENCY = re.compile(r"(?<!\d)(1(?:10|19|20|22)|12\d{3})(?!\d)")
_MARKS = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong with one variant, in words that say what to do."""

    variant: str
    words: str


def flaws(
    notice: Notice, given: Mapping[str, str], site: str = "", samples: Mapping[str, str] | None = None
) -> list[Flaw]:
    """Everything that is wrong with edited texts of this notice; empty when they may go to the second person."""
    found: list[Flaw] = []
    for variant in VARIANTS:
        text, shipped = given.get(variant, "").strip(), notice.texts.get(variant, "")
        if not text:
            if shipped:
                found.append(Flaw(variant, _("Write the text; the shipped one has it, too.")))
            continue
        found += [
            Flaw(variant, words) for words in _of_one(text, shipped, notice.fields, site, samples or {})
        ]
    return found


def _of_one(
    text: str, shipped: str, fields: tuple[str, ...], site: str, samples: Mapping[str, str]
) -> Iterable[str]:
    if len(text) > LONGEST:
        yield _("At most %(most)s characters; this has %(is)s.") % {"most": LONGEST, "is": len(text)}
        return
    if marks := _forbidden_marks(text):
        yield _("Take out characters that nobody sees or that turn the direction: %(marks)s.") % {
            "marks": ", ".join(marks)
        }
    wrong = list(_of_placeholders(text, shipped, fields))
    yield from wrong
    if wrong:
        return
    plain = re.sub(r"\{\w*\}", "\n", text)
    yield from _of_links(plain, site)
    yield from _of_numbers(_LINK.sub("\n", plain), shipped)
    filled = fill(text, samples)
    if "{lines}" not in text and (length := segments_of(filled)) > MOST_SEGMENTS:
        yield _("Too long for a text message: %(is)s parts, at most %(most)s.") % {
            "is": length,
            "most": MOST_SEGMENTS,
        }


def _forbidden_marks(text: str) -> list[str]:
    seen = {one for one in text if one not in "\n\r" and unicodedata.category(one) in _MARKS}
    return sorted(f"U+{ord(one):04X}" for one in seen)


def _of_placeholders(text: str, shipped: str, fields: tuple[str, ...]) -> Iterable[str]:
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        yield _("A brace stands alone. Placeholders are written {number}, with both braces.")
        return
    if "{{" in text or "}}" in text:
        yield _("Write braces only around a placeholder.")
        return
    names: set[str] = set()
    for _literal, name, spec, conversion in pieces:
        if name is None:
            continue
        if spec or conversion or not name.isidentifier() or not name.isascii():
            yield _("“{%(name)s}” is no placeholder: only a name of the list, without anything else, in braces.") % {
                "name": name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            }  # fmt: skip
            continue
        names.add(name)
        if name not in fields:
            yield _unknown(name, fields)
    needed = {name for _l, name, _s, _c in Formatter().parse(shipped) if name} & MUST_STAY
    for name in sorted(needed - names):
        yield _("“{%(name)s}” has to stay: people need it.") % {"name": name}


def _unknown(name: str, fields: tuple[str, ...]) -> str:
    near = get_close_matches(name, fields, n=1, cutoff=0.5)
    if near:
        return _("There is no “{%(name)s}”. Did you mean “{%(near)s}”?") % {"name": name, "near": near[0]}
    return _("There is no “{%(name)s}” in this message: only what is on the list may be put in.") % {
        "name": name
    }


def _of_links(plain: str, site: str) -> Iterable[str]:
    own = urlsplit(site).hostname or ""
    for link in _LINK.findall(plain):
        parts = urlsplit(link if "://" in link else f"https://{link}")
        if not own or parts.hostname != own or parts.scheme != "https" or parts.username is not None:
            yield _("“%(link)s” leads away from this site. Use “{link}”, or a page of this site.") % {
                "link": link[:60]
            }


def _of_numbers(plain: str, shipped: str) -> Iterable[str]:
    for found in _DIGITS.findall(plain):
        digits = found.strip()
        if len(re.sub(r"\D", "", digits)) >= 5 and not _WHOLE_PHONE.fullmatch(digits):
            yield _(
                "“%(number)s” looks like no office's telephone number. Write it like 12345 or 024-22220000; no mobile."
            ) % {"number": digits[:24]}
    kept = set(_EMERGENCY.findall(plain))
    for number in sorted(set(_EMERGENCY.findall(shipped)) - kept):
        yield _("The telephone number %(number)s has to stay: people need to know whom to call.") % {
            "number": number
        }


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts values into a text; a name without a value stays as it is. Never reads a value as a text."""
    pieces: list[str] = []
    for literal, name, _spec, _conversion in Formatter().parse(text):
        pieces.append(literal)
        if name is not None:
            pieces.append(str(values.get(name, "{" + name + "}")))
    return "".join(pieces)


def fits(notice: Notice, text: str) -> bool:
    """Whether a text asks only for what this notice gives today."""
    try:
        pieces = [name for _l, name, _s, _c in Formatter().parse(text) if name is not None]
    except ValueError:
        return False
    return all(name in notice.fields for name in pieces)
