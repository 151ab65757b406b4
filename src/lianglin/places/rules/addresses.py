"""Chinese addresses taken apart: province to room, with what is not understood left over.

Levels as in GB/T 23705-2009 and GB/T 39609-2020 (titles; dossier 4.1): province, city, district, street, community,
road, number, compound, building, unit, floor, room. Full-width digits, Chinese numerals, 3# 3栋 三号楼, "3-2-501"
and missing levels are read; nothing is guessed that is not written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, fields

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
LEVELS = (
    "province",
    "city",
    "district",
    "street",
    "community",
    "road",
    "number",
    "compound",
    "building",
    "unit",
    "room",
)


def chinese_number(text: str) -> int | None:
    """ "十二" as 12, "一百零三" as 103, "二〇一" as 201, "12" as 12; None when it is no number below 10,000."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 6 else None
    if text and all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text)) if len(text) < 6 else None
    total, digit, last = 0, 0, 10_000
    for c in text:
        if c in DIGITS:
            digit = DIGITS[c]
        elif c in "十百千":
            scale = {"十": 10, "百": 100, "千": 1000}[c]
            if scale >= last:
                return None
            total, digit, last = total + (digit or 1) * scale, 0, scale
        else:
            return None
    return total + digit if text else None


NUMERAL = "[0-9]{1,4}|[零〇一二两三四五六七八九十百]{1,5}"
_NAME = "[\u4e00-\u9fff·A-Za-z0-9]"
_STEPS: tuple[tuple[str, str], ...] = (
    ("province", r"(?P<x>[\u4e00-\u9fff]{2,7}?(?:省|自治区|特别行政区)|北京市|上海市|天津市|重庆市)"),
    ("city", r"(?P<x>(?:(?![区县街])[\u4e00-\u9fff]){2,9}?(?:市|地区|自治州|盟))"),
    ("district", r"(?P<x>[\u4e00-\u9fff]{1,9}?(?:区|县|旗|市))(?!域)"),
    ("street", r"(?P<x>[\u4e00-\u9fff]{2,12}?(?:街道办事处|街道|镇|乡|苏木))"),
    ("community", r"(?P<x>[\u4e00-\u9fff0-9]{1,12}?(?:社区居委会|社区|居委会|村委会|村))"),
    (
        "road",
        r"(?P<x>[\u4e00-\u9fff0-9]{1,12}?(?:大街|大道|街|路|巷|胡同|道|里|弄))(?=[0-9零〇一二两三四五六七八九十附甲乙丙\u4e00-\u9fff]|$)",
    ),
)
_NUMBER = re.compile(
    rf"(?P<x>(?:{NUMERAL})(?:-[0-9]{{1,4}})?)号(?!楼|院?楼|栋|幢|座|单元|门)(?:院)?(?:附(?P<a>[0-9]{{1,3}})号)?"
)
_BUILDING = re.compile(
    rf"(?P<x>{NUMERAL}|[A-Za-z][0-9]{{0,3}}|[甲乙丙丁])(?:号楼|号栋|栋楼|栋|幢|座|号幢|楼(?!层)|#楼|#)"
)
_UNIT = re.compile(rf"(?P<x>{NUMERAL}|[A-Za-z])(?:单元|门栋|门|梯)")
_FLOOR = re.compile(rf"(?P<x>{NUMERAL})(?:层|楼)(?=.*[0-9])")
_ROOM = re.compile(r"(?P<x>[0-9]{2,4}|[零〇一二两三四五六七八九]{3,4})(?:室|房|户|号)?$")
_DASHED = re.compile(
    r"(?P<b>[0-9]{1,4})[-—–－/](?:(?P<u>[0-9]{1,2})[-—–－/])?(?P<r>[0-9]{3,4})(?:室|房|户|号)?$"
)
_COMPOUND = re.compile(
    rf"(?P<x>{_NAME}{{1,20}}?(?:小区|花园|家园|新村|苑|公寓|大厦|广场|新城|名邸|华府|庭院|嘉园|佳园|国际|府|城|园|庭|院|里|湾|居|庄))(?=[0-9零〇一二两三四五六七八九十A-Za-z甲乙丙#(（]|期|$)"
)  # fmt: skip


@dataclass(frozen=True)
class Address:
    """The parts that were written; numbers are plain digits. ``left`` is what was not understood."""

    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    community: str = ""
    road: str = ""
    number: str = ""
    compound: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    left: str = ""
    confidence: float = field(default=0.0, compare=False)
    """Share of the written characters that were understood, 0 to 1."""

    def parts(self) -> dict[str, str]:
        """The parts that are there, from the widest down."""
        return {f.name: value for f in fields(self) if f.name in LEVELS and (value := getattr(self, f.name))}


def tidy(text: str) -> str:
    """Full-width forms folded, spaces and separators between levels taken out."""
    folded = unicodedata.normalize("NFKC", text).strip()
    folded = re.sub(r"[（(][^()（）]{0,30}[)）]", "", folded)
    return re.sub(r"[\s,，、;；。]+", "", folded)[:120]


def parse(text: str) -> Address:
    """An address taken apart; never fails: what is not understood stays in ``left``."""
    rest = whole = tidy(text)
    found: dict[str, str] = {}
    for level, pattern in _STEPS[:5]:
        match = re.match(pattern, rest)
        if (
            match
            and not (level in ("city", "district") and match["x"] in ("小区", "社区", "城市"))
            and not _is_compound(level, match["x"], rest)
        ):
            found[level], rest = match["x"], rest[match.end() :]
    rest = _doors(rest, found)
    rest = _named(rest, found)
    understood = len(whole) - len(rest)
    confidence = round(understood / len(whole), 2) if whole else 0.0
    return Address(**found, left=rest, confidence=confidence)


def _is_compound(level: str, name: str, rest: str) -> bool:
    """Whether what looks like a district, village or the like is the beginning of a compound's name (和平新村, 阳光小区)."""
    if level == "district":
        return name.endswith(("小区", "社区"))
    if level == "community":
        return name.endswith("新村") and not rest[len(name) :].startswith(("社区", "居委会"))
    return False


def _doors(rest: str, found: dict[str, str]) -> str:
    """Building, unit, floor and room from the end of the text; what is before them comes back."""
    dashed = _DASHED.search(rest)
    if dashed:
        found["building"], found["room"] = dashed["b"], dashed["r"]
        if dashed["u"]:
            found["unit"] = dashed["u"]
        return rest[: dashed.start()]
    tail = rest
    room = _ROOM.search(tail)
    building = _BUILDING.search(tail)
    unit = _UNIT.search(tail, building.end() if building else 0)
    if room and not _only_a_number(tail, room, building, unit):
        found["room"] = _plain(room["x"])
        tail = tail[: room.start()]
    floor = _FLOOR.search(rest, unit.end() if unit else building.end() if building else len(rest))
    if floor and floor.end() <= len(rest):
        tail = (
            tail.replace(floor[0], "", 1) if floor[0] in tail[(building.end() if building else 0) :] else tail
        )
    if unit and unit.end() <= len(tail):
        found["unit"] = _plain(unit["x"])
        tail = tail[: unit.start()] + tail[unit.end() :]
    if building and building.end() <= len(tail):
        found["building"] = _plain(building["x"])
        tail = tail[: building.start()] + tail[building.end() :]
    return tail


def _only_a_number(
    tail: str, room: re.Match[str], building: re.Match[str] | None, unit: re.Match[str] | None
) -> bool:
    """Whether the digits at the end are a house number (三好街100号), not a room."""
    ends_with_number = tail.endswith("号")
    return (building is None and unit is None and (ends_with_number or room[0][-1] not in "室房户")) or bool(
        building and building.end() > room.start()
    )


def _named(rest: str, found: dict[str, str]) -> str:
    """Road, number and compound of what is left."""
    road = re.match(_STEPS[5][1], rest)
    if road and (_NUMBER.match(rest, road.end()) or (len(road["x"]) > 1 and not road["x"].endswith("里"))):
        found["road"], rest = road["x"], rest[road.end() :]
    number = _NUMBER.match(rest)
    if number:
        found["number"] = _plain(number["x"]) + (f"附{number['a']}" if number["a"] else "")
        rest = rest[number.end() :]
    compound = _COMPOUND.match(rest)
    if compound:
        found["compound"], rest = compound["x"], rest[compound.end() :]
    if not number and (late := _NUMBER.match(rest)):
        found["number"], rest = _plain(late["x"]), rest[late.end() :]
    return rest


def _plain(text: str) -> str:
    number = chinese_number(text)
    return str(number) if number is not None else text.upper()
