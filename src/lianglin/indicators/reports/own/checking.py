"""What is wrong with a template's placeholders, paragraph by paragraph, before anybody approves it. No Django."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from jinja2.exceptions import TemplateSyntaxError

from lianglin.indicators.reports.own.language import (
    Language,
    Names,
    Objection,
    nearest,
    objections,
)
from lianglin.indicators.reports.own.parcel import Paragraph

MOST = 50
"""Flaws that are told at once."""
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
PREFIX = re.compile(r"^(\{\{|\{%)(?:tr|tc|p|r)\s")
"""docxtpl's marks of what goes with the tag: the row, the cell, the paragraph, the run."""
WIDE = re.compile(r"｛｛|｝｝|｛%|%｝|\{｛|｛\{|\{ \{|\} \}")
"""Braces of the Chinese keyboard, or apart: nothing would fill them."""
HALF = re.compile(r"\{\{(?!.*?\}\})|(?<!\{)\{[^{}%#\s][^{}]{0,40}\}\}")
ALONE = re.compile(r"\{\{(?!p\s)[^}]*?(整表|whole|全文|body)\s*\}\}")
"""What becomes more than words needs a paragraph of its own: ``{{p 表1.整表 }}``."""
MARKS = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


@dataclass(frozen=True)
class Flaw:
    """One thing to put right: a code (see sayings.py), the part and paragraph, what stands there, what may be meant."""

    code: str
    part: str = ""
    number: int = 0
    said: str = ""
    meant: str = ""

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


@dataclass(frozen=True)
class _Line:
    paragraph: Paragraph
    source: str


def flaws(paragraphs: Sequence[Paragraph], known: dict[str, Any]) -> list[Flaw]:
    """Everything wrong, in the order of the document, at most :data:`MOST`; [] when it can be filled.

    ``known`` is what the template may name, with an example of each. A file without any placeholder is none.
    """
    found: list[Flaw] = []
    tags = 0
    for part in dict.fromkeys(one.part for one in paragraphs):
        lines = [_Line(one, _source(one.text)) for one in paragraphs if one.part == part]
        tags += sum(len(TAG.findall(one.paragraph.text)) for one in lines)
        found += _braces(lines)
        found += _of(lines, known)
    if not tags and not found:
        found.append(Flaw("none"))
    unique = dict.fromkeys(found)
    return sorted(unique, key=lambda one: (one.part != "word/document.xml", one.part, one.number))[:MOST]


def _source(text: str) -> str:
    """The tags of a paragraph as Jinja reads them, all else left out, on one line."""
    tags = (PREFIX.sub(r"\1 ", tag.translate(MARKS)) for tag in TAG.findall(text))
    return "".join(tag.replace("\n", " ").replace("\r", " ") for tag in tags)


def _braces(lines: Iterable[_Line]) -> Iterator[Flaw]:
    for line in lines:
        text = line.paragraph.text
        if wide := WIDE.search(text):
            yield _flaw("wide", line, text[max(0, wide.start() - 2) : wide.end() + 16])
        elif apart := ALONE.search(text):
            yield _flaw("apart", line, apart[0][:40], f"{{{{p{apart[0][2:40]}")
        elif half := HALF.search(TAG.sub("", text)):
            yield _flaw("half", line, half[0][:30])


def _of(lines: Sequence[_Line], known: dict[str, Any]) -> Iterator[Flaw]:
    language = Language()
    whole = "\n".join(line.source for line in lines)
    try:
        tree = super(Language, language)._parse(whole, None, None)
    except TemplateSyntaxError as error:
        alone = [flaw for line in lines for flaw in _alone(language, line)]
        at = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
        yield from alone or _unpaired(lines) or [_flaw("unclosed", lines[at], lines[at].source[:60])]
        return
    refused = list(objections(tree))
    for one in [*refused, *Names(known).check(tree)]:
        yield _said(one, lines)


def _said(one: Objection, lines: Sequence[_Line]) -> Flaw:
    line = lines[min(max(one.line - 1, 0), len(lines) - 1)]
    text = line.source[:60] if one.code in ("not_allowed", "loop") else one.said
    return _flaw(one.code, line, text, one.meant)


def _word(tag: str) -> str:
    return tag[2:-2].strip(" -+").split(" ")[0]


def _unpaired(lines: Sequence[_Line]) -> list[Flaw]:
    """The tags that miss their other half: an end with what it does not end, else whatever stays open."""
    opened: list[tuple[str, _Line, str]] = []
    tags = [(line, tag) for line in lines for tag in TAG.findall(line.source) if tag.startswith("{%")]
    for line, tag in tags:
        word, last = _word(tag), opened[-1:]
        begun = last[0][0] if last else ""
        if word in ("for", "if"):
            opened.append((word, line, tag))
        elif word in ("endfor", "endif") and begun == word[3:]:
            opened.pop()
        elif word in ("endfor", "endif") or not begun:
            return [_flaw("unclosed", where, said[:60]) for _begun, where, said in [*last, (word, line, tag)]]
    return [_flaw("unclosed", line, tag[:60]) for _begun, line, tag in opened]


def _alone(language: Language, line: _Line) -> Iterator[Flaw]:
    """The expressions of a paragraph that cannot be read by themselves; a loop's ends stand elsewhere."""
    for tag in TAG.findall(line.source):
        word = _word(tag)
        if tag.startswith("{%") and word in ("endfor", "endif", "else"):
            continue
        ends = {"for": "{% endfor %}", "if": "{% endif %}", "elif": ""}
        if tag.startswith("{%") and word not in ends:
            yield _flaw(
                "command", line, tag[:60], nearest(word, ("for", "endfor", "if", "elif", "else", "endif"))
            )
            continue
        before = "{% if 1 %}" if word == "elif" else ""
        try:
            after = "{% endif %}" if word == "elif" else ends.get(word, "") if tag.startswith("{%") else ""
            super(Language, language)._parse(before + tag + after, None, None)
        except TemplateSyntaxError:
            yield _flaw("syntax", line, tag[:60])


def _flaw(code: str, line: _Line, text: str = "", meant: str = "") -> Flaw:
    return Flaw(code, line.paragraph.part, line.paragraph.number, text, meant)
