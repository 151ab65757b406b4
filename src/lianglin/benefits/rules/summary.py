"""What a measure's text says of itself at first sight, also while it is still wrong elsewhere. Pure.

A draft is kept as it was typed. Its list needs a name and its days before the whole of it can be read.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

LONGEST = 200_000
"""Characters of one measure's text that are kept."""
CODE = re.compile(r"[a-z][a-z0-9-]{1,58}[a-z0-9]")
"""What a measure's 编号 looks like."""
_LINE = re.compile(r"^(编号|名称|英文名|主管部门|对象)\s*[:：]\s*(.*?)\s*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Summary:
    """The columns of a version. Empty or None where the text does not say it, or says it in no readable way."""

    code: str = ""
    name: str = ""
    name_en: str = ""
    authority: str = ""
    subject: str = "person"
    groups: str = ""
    health: bool = False
    sample: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    review_on: date | None = None


def digest(text: str) -> str:
    """SHA-256 of a text, hex: what a version is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


def summary(text: str) -> Summary:
    """The columns of a text. A text that is no YAML gives what its lines say."""
    try:
        read: Any = yaml.safe_load(text[:LONGEST]) if "&" not in text and "!" not in text else None
    except (yaml.YAMLError, ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        read = {found[1]: found[2].strip("'\"") for found in _LINE.finditer(text[:LONGEST])}
    days = read.get("有效")
    days = days if isinstance(days, dict) else {}
    return Summary(
        code=_text(read, "编号", 60),
        name=_text(read, "名称", 80),
        name_en=_text(read, "英文名", 160),
        authority=_text(read, "主管部门", 60),
        subject="household" if _text(read, "对象", 10) == "家庭" else "person",
        groups=_groups(read.get("分组")),
        health=_yes(read.get("卫生")),
        sample=_yes(read.get("示例")),
        valid_from=_day(days.get("自")),
        valid_to=_day(days.get("至")),
        review_on=_day(read.get("复核")),
    )


def _text(read: dict[Any, Any], key: str, most: int) -> str:
    value = read.get(key)
    return " ".join(str(value).split())[:most] if isinstance(value, str | int) else ""


def _yes(value: Any) -> bool:
    return value is True or value == "是"


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _groups(value: Any) -> str:
    given = value if isinstance(value, list) else [value]
    return " ".join(str(one).strip() for one in given if isinstance(one, str) and one.strip())[:40]
