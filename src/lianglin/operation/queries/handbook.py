"""The operator's handbook: sections of a Markdown file of this package, one a part, told in both languages.

It knows headings (``## anchor: title``), paragraphs, lists and blocks of code, and nothing else of Markdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

DATA = Path(__file__).parents[1] / "data"
HEADING = re.compile(r"## ([a-z_]+): (.+)")


@dataclass(frozen=True)
class Block:
    """A piece of a section: "p" has one line of text, "ul" its items, "pre" one text with line breaks."""

    kind: Literal["p", "ul", "pre"]
    lines: tuple[str, ...]


@dataclass
class Section:
    """One part of the house: what it is, when it is wrong, what to do."""

    anchor: str
    title: str
    blocks: list[Block] = field(default_factory=list)


@cache
def sections(language: str) -> tuple[Section, ...]:
    """The handbook in "zh" or "en"."""
    text = (DATA / f"handbook.{language}.md").read_text(encoding="utf-8")
    found: list[Section] = []
    for chunk in re.split(r"\n{2,}", text.strip()):
        if heading := HEADING.fullmatch(chunk.strip()):
            found.append(Section(heading[1], heading[2]))
        elif found:
            found[-1].blocks.append(_block(chunk))
    return tuple(found)


def _block(chunk: str) -> Block:
    lines = chunk.splitlines()
    if lines[0].startswith("```"):
        return Block("pre", ("\n".join(lines[1:-1]),))
    if all(line.startswith("- ") for line in lines):
        return Block("ul", tuple(line[2:] for line in lines))
    return Block("p", (" ".join(lines),))
