"""Finding Chinese names by characters, pinyin or initials; every reading of a character counts (单: dan, shan, chan)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 40
"""Characters of a question that are looked at."""


@dataclass(frozen=True)
class Name:
    """A name made ready for matching: its characters in order, each with its readings."""

    text: str
    parts: tuple[tuple[str, frozenset[str]], ...]


@lru_cache(maxsize=20_000)
def _readings(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    sounds = {sound.replace("ü", "v") for sounds in found for sound in sounds if sound}
    return frozenset(sounds | {sound.replace("v", "u") for sound in sounds if "v" in sound})


def clean(text: str) -> str:
    """Text as it is compared: full-width forms folded, small letters, no spaces or punctuation."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return "".join(c for c in folded if c.isalnum())[:LONGEST]


def ready(text: str) -> Name:
    """A name made ready once, to be matched often."""
    cleaned = clean(text)
    return Name(cleaned, tuple((c, _readings(c) if c > "\u2e7f" else frozenset()) for c in cleaned))


def starts(name: Name) -> set[str]:
    """The characters with which a question that fits somewhere in the name can begin."""
    return {c for c, _sounds in name.parts} | {sound[0] for _c, sounds in name.parts for sound in sounds}


def rank(question: str, name: Name) -> int | None:
    """How well a cleaned question fits: 0 the name itself, 1 its beginning, 2 inside it, 3 and 4 the same by
    sound (whole syllables, initials, characters, in any mixture); None when it does not.
    """
    if not question:
        return None
    if question in name.text:
        return 0 if question == name.text else 1 if name.text.startswith(question) else 2
    for at in range(len(name.parts)):
        if _fits(question, name, at):
            return 3 if at == 0 else 4
    return None


def _fits(question: str, name: Name, at: int) -> bool:
    if not question:
        return True
    if at == len(name.parts):
        return False
    character, sounds = name.parts[at]
    if question[0] == character and _fits(question[1:], name, at + 1):
        return True
    for sound in sounds:
        if sound.startswith(question):  # the last syllable may still be in writing
            return True
        if question.startswith(sound) and _fits(question[len(sound) :], name, at + 1):
            return True
        if question[0] == sound[0] and _fits(question[1:], name, at + 1):
            return True
    return False
