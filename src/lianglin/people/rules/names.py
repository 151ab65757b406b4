"""Keys by which a name is found: characters, full pinyin, initials; every reading of a surname, rare characters too.

A name's keys are what somebody may type from its beginning. ``单雄信`` is found as 单雄信, danxiongxin, shanxiongxin,
chanxiongxin, dxx, sxx, cxx; a character that no dictionary reads stands for itself in all of them. No Django.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import islice, product

LONGEST = 60
"""Characters of a key: what is longer is cut, in the name and in the question alike."""
OF_SURNAME, OF_GIVEN, MOST = 5, 2, 24
"""Readings of a surname's character and of another one (the commonest first), and of all combinations."""
TOP = "\U0010ffff"
"""Sorts behind every character: a beginning and this is the upper bound of what begins so."""
_TWO = "欧阳上官司马诸葛司徒夏侯皇甫尉迟公孙长孙慕容令狐万俟宇文端木东方南宫独孤澹台轩辕呼延鲜于闻人东郭"
COMPOUND = frozenset(_TWO[at : at + 2] for at in range(0, len(_TWO), 2))
"""Surnames of two characters (both are read in every way)."""

PRIVATE_USE = {
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE,
    0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9,
    0xE854: 0x9FBA, 0xE864: 0x9FBB, 0xE7C7: 0x1E3F,
}  # fmt: skip
"""Characters that GB 18030-2000 kept in the private area and Unicode has since taken in."""


def unfold(text: str) -> str:
    """The text with private-use characters of GB 18030 replaced by the ones Unicode has for them today."""
    return text.translate(PRIVATE_USE)


def private(text: str) -> list[str]:
    """Private-use characters that are left, as U+XXXX: no other computer shows them as this one does."""
    return [f"U+{ord(c):04X}" for c in unfold(text) if unicodedata.category(c) == "Co"]


def clean(text: str) -> str:
    """A name or a question as it is compared: small letters, no spaces, dots or accents of pinyin; ü is v."""
    folded = unicodedata.normalize("NFKC", unfold(text)).lower().replace("ü", "v")
    if folded.isascii() or not any(unicodedata.combining(c) for c in unicodedata.normalize("NFD", folded)):
        plain = folded
    else:
        plain = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return "".join(c for c in plain if c.isalnum() or unicodedata.category(c) == "Co")[:LONGEST]


@lru_cache(maxsize=60_000)
def readings(character: str) -> tuple[str, ...]:
    """The ways a character is read, without tones, the commonest first; () when no dictionary has it."""
    from pypinyin import Style, pinyin

    if character < "\u2e80":
        return ()
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    sounds = [sound.replace("ü", "v") for sounds in found for sound in sounds if sound.isalpha()]
    return tuple(dict.fromkeys(sounds))


@lru_cache(maxsize=100_000)
def keys_of(name: str) -> frozenset[str]:
    """Every key of a name; empty for an empty one."""
    characters = clean(name)
    if not characters:
        return frozenset()
    surname = 2 if characters[:2] in COMPOUND else 1
    ways = [
        (readings(c)[: OF_SURNAME if at < surname else OF_GIVEN] or (c,)) for at, c in enumerate(characters)
    ]
    made = {characters}
    for sounds in islice(product(*ways), MOST):
        made.add("".join(sounds)[:LONGEST])
    for letters in islice(product(*(tuple(dict.fromkeys(sound[0] for sound in way)) for way in ways)), MOST):
        made.add("".join(letters)[:LONGEST])
    return frozenset(made | {key.replace("v", "u") for key in made if "v" in key and key.isascii()})
