"""English names of places that have none of their own: pinyin and the kind of place."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

_ENDS = (
    ("街道办事处", "Subdistrict"), ("街道", "Subdistrict"), ("地区", "Area"), ("林场", "Forest Farm"), ("农场", "Farm"),
    ("乡", "Township"), ("镇", "Town"), ("区", "District"), ("县", "County"), ("市", "City"),
)  # fmt: skip
_COMPOUND_ENDS = (
    ("小区", "Estate"), ("家园", "Homes"), ("花园", "Gardens"), ("新村", "New Village"), ("一期", "Phase One"),
    ("名苑", "Court"), ("公寓", "Apartments"), ("大院", "Yard"),
)  # fmt: skip


@lru_cache(maxsize=10_000)
def _sounds(text: str) -> str:
    return "".join(lazy_pinyin(text)).capitalize()


def street_name(name: str) -> str:
    """兆麟街道 → Zhaolin Subdistrict; a name of another kind becomes pinyin."""
    return _with_end(name, _ENDS)


def compound_name(name: str) -> str:
    """和宁小区 → Hening Estate."""
    return _with_end(name, _COMPOUND_ENDS)


def community_name(name: str) -> str:
    """兆麟第1社区 → Zhaolin Community 1."""
    numbered = re.fullmatch(r"(.+)第(\d+)社区", name)
    if numbered:
        return f"{_sounds(numbered[1])} Community {numbered[2]}"
    return f"{_sounds(name.removesuffix('社区'))} Community"


def _with_end(name: str, ends: tuple[tuple[str, str], ...]) -> str:
    for end, english in ends:
        if name.endswith(end) and len(name) > len(end):
            return f"{_sounds(name.removesuffix(end))} {english}"
    return _sounds(name)
