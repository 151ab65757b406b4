"""What one row of a list of residents says, and what is wrong with it: codes with words in both languages.

No Django but its lazy texts. A finding names the row, the column and how to mend it, and never repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.ids import clean_id_number, clean_phone
from lianglin.kit.tables import AS_NUMBER
from lianglin.people.rules import names

FIELDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "name": (pgettext_lazy("person", "name"), ("姓名", "名字", "name", "fullname")),
    "id_number": (
        _("ID number"),
        ("身份证号", "身份证号码", "公民身份号码", "身份证", "证件号码", "idnumber", "id"),
    ),
    "phone": (_("phone"), ("手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "phone", "mobile")),
    "sex": (_("sex"), ("性别", "sex", "gender")),
    "born_on": (_("born on"), ("出生日期", "出生年月日", "生日", "bornon", "birthdate", "birthday")),
    "building": (
        _("building's address"),
        ("楼栋", "楼院", "楼栋地址", "楼号", "地址", "building", "address"),
    ),
    "unit": (_("unit"), ("单元", "单元号", "unit")),
    "room": (_("room"), ("房号", "室", "房间号", "门牌", "门牌号", "室号", "room")),
    "relation": (_("relation to the head"), ("与户主关系", "户主关系", "关系", "relation")),
    "from_on": (_("lives here since"), ("入住日期", "迁入日期", "起始日期", "since", "movedin")),
}
"""Field -> its label and the headings by which it is recognised."""
SEXES = {"男": "1", "1": "1", "m": "1", "male": "1", "女": "2", "2": "2", "f": "2", "female": "2",
         "0": "0", "未知": "0", "9": "9", "未说明": "9"}  # fmt: skip
RELATIONS = {"户主": "01", "本人": "01", "head": "01", "配偶": "10", "spouse": "10", "夫": "11", "妻": "12",
             "子": "20", "儿子": "20", "son": "20", "女儿": "30", "女": "30", "daughter": "30", "孙子女": "40",
             "父母": "50", "父亲": "51", "母亲": "52", "兄弟姐妹": "70", "其他": "99", "other": "99"}  # fmt: skip

MESSAGES: dict[str, tuple[Any, Any]] = {
    "name_missing": (_("the name is missing"), _("Fill in the name.")),
    "name_long": (_("the name is longer than 60 characters"), _("Keep one name in one cell.")),
    "name_private": (
        _("the name has a private character that other computers do not show"),
        _("Type the character anew with an input method that knows it."),
    ),
    "id_wrong": (_("the ID number is not valid"), _("Compare all 18 characters with the card.")),
    "id_as_number": (
        _("Excel has kept the ID number as a number and lost its last digits"),
        _("Format the column as text and type or paste the numbers anew."),
    ),
    "phone_wrong": (_("the phone is not valid"), _("Write 11 digits, or a fixed number with its area code.")),
    "sex_wrong": (_("the sex is not readable"), _("Write 男 or 女.")),
    "date_wrong": (_("the date is not readable"), _("Write it as 2026-11-27.")),
    "date_late": (_("the date lies in the future"), _("Correct the date.")),
    "born_differs": (
        _("birth date and ID number contradict each other"),
        _("See on the card which is right and correct the other."),
    ),
    "too_little": (
        _("too little to tell this person from others"),
        _("Add the ID number, or the birth date and a phone or a door."),
    ),
    "door_half": (_("the door is incomplete"), _("Give building, unit and room, or none of them.")),
    "door_unknown": (
        _("this door is not in the register of places of your area"),
        _("Write the building as the register does, or have the dwelling entered first."),
    ),
    "place_unknown": (
        _("the row says no place"),
        _("Give building, unit and room: the list covers several communities."),
    ),
    "relation_wrong": (
        _("the relation is not known"),
        _("Write 户主, 配偶, 子, 女儿, or the code of GB/T 4761."),
    ),
    "twice": (_("the same person stands in the list twice"), _("Nothing to do: the first row counts.")),
    "differs": (
        _("the platform holds something else for this person; it was left as it is"),
        _("If the list is right, correct the person's file."),
    ),
    "elsewhere": (
        _("the person is recorded in another household of your area; it was left as it is"),
        _("If the person has moved, enter the move in the file."),
    ),
    "restricted": (
        _("this person's data may not be used now"),
        _("Ask the data-protection officer."),
    ),
}
"""Code of a finding -> what is wrong, and how to mend it."""
NOTES = frozenset({"twice", "differs", "elsewhere"})
"""Findings that do not keep the row out."""


class Finding(NamedTuple):
    """One thing about one row: its number in the file (the heading is 1), the field, the code."""

    row: int
    field: str
    code: str

    @property
    def fatal(self) -> bool:
        """Whether the row is left out."""
        return self.code not in NOTES


@dataclass(frozen=True)
class Person:
    """A row that is sound by itself."""

    row: int
    name: str
    id_number: str = ""
    phone: str = ""
    sex: str = ""
    born_on: date | None = None
    door: tuple[str, str, str] | None = None
    relation: str = ""
    from_on: date | None = None


def guess(heading: Sequence[str]) -> dict[str, int]:
    """Field -> number of the column whose heading names it."""
    plain = [re.sub(r"[\s_（）()*:：]", "", cell).lower() for cell in heading]
    found: dict[str, int] = {}
    for field, (_label, known) in FIELDS.items():
        for name in known:
            at = plain.index(name) if name in plain else None
            if at is not None and at not in found.values():
                found[field] = at
                break
    return found


def read_row(row: int, cells: Mapping[str, str], *, today: date) -> tuple[Person | None, list[Finding]]:
    """The person of a row and what is wrong; None when something keeps the row out."""
    wrong: list[Finding] = []
    given: dict[str, Any] = {"name": names.unfold(cells.get("name", "").strip())}

    def fail(field: str, code: str) -> None:
        wrong.append(Finding(row, field, code))

    if not given["name"]:
        fail("name", "name_missing")
    elif len(given["name"]) > 60:
        fail("name", "name_long")
    elif names.private(given["name"]):
        fail("name", "name_private")
    given["id_number"] = _id_number(cells.get("id_number", ""), today, fail)
    given["phone"] = _phone(cells.get("phone", ""), fail)
    given["sex"] = _one_of(cells.get("sex", ""), SEXES, "sex", "sex_wrong", fail)
    given["relation"] = _relation(cells.get("relation", ""), fail)
    given["born_on"] = _day(cells.get("born_on", ""), "born_on", today, fail)
    given["from_on"] = _day(cells.get("from_on", ""), "from_on", today, fail)
    given["door"] = _door(cells, fail)
    if not wrong:
        _fit(given, fail)
    return (None if wrong else Person(row, **given)), wrong


def _id_number(text: str, today: date, fail: Any) -> str:
    if not text:
        return ""
    if text == AS_NUMBER or re.search(r"\d[eE]\+?\d", text):
        fail("id_number", "id_as_number")
        return ""
    try:
        return clean_id_number(text, today=today)
    except ValueError:
        fail("id_number", "id_wrong")
        return ""


def _phone(text: str, fail: Any) -> str:
    try:
        return clean_phone(text) if text else ""
    except ValueError:
        fail("phone", "phone_wrong")
        return ""


def _one_of(text: str, known: Mapping[str, str], field: str, code: str, fail: Any) -> str:
    if text and text.lower() not in known:
        fail(field, code)
    return known.get(text.lower(), "")


def _relation(text: str, fail: Any) -> str:
    return (
        text if re.fullmatch(r"\d{2}", text) else _one_of(text, RELATIONS, "relation", "relation_wrong", fail)
    )


def _day(text: str, field: str, today: date, fail: Any) -> date | None:
    """A day as people write it: 2026-11-27, 2026/11/27, 2026.11.27, 20261127, 2026年11月27日, or Excel's number."""
    if not text:
        return None
    plain = re.fullmatch(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?", text)
    try:
        if plain:
            day = date(*map(int, plain.groups()))
        elif re.fullmatch(r"\d{4,5}", text):
            day = date(1899, 12, 30) + timedelta(days=int(text))
        else:
            raise ValueError
    except ValueError:
        fail(field, "date_wrong")
        return None
    if day > today:
        fail(field, "date_late")
    return day


def _door(cells: Mapping[str, str], fail: Any) -> tuple[str, str, str] | None:
    parts = [cells.get(name, "").strip() for name in ("building", "unit", "room")]
    if not any(parts[1:]):  # an address alone is no door
        return None
    parts[1] = re.sub(r"(单元|unit)$", "", parts[1], flags=re.I).strip()
    parts[2] = re.sub(r"(室|号|room)$", "", parts[2], flags=re.I).strip()
    if not all(parts) or not parts[1].isdecimal() or len(parts[1]) > 4:
        fail("room", "door_half")
        return None
    return parts[0], parts[1], parts[2]


def _fit(given: dict[str, Any], fail: Any) -> None:
    """Fills birth date and sex from the ID number, and wants enough to tell the person from others."""
    number = given["id_number"]
    if number:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        if given["born_on"] not in (None, born):
            fail("born_on", "born_differs")
        given["born_on"] = born
        given["sex"] = given["sex"] or ("1" if int(number[16]) % 2 else "2")
    elif given["born_on"] is None or not (given["phone"] or given["door"]):
        fail("id_number", "too_little")
