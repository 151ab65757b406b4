"""A file of imported figures, line by line: what each says, or which line is wrong, what is wrong, and what to do. Pure.

Columns, in any order, Chinese or English: figure, place (code; empty for the city), period, value, and where the office gives
them numerator and denominator, remark. Periods: 2026-10, 2026-Q3, 2025, or 2022- for "since 2022 until the day of the
file".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from lianglin.kit.domain import Indicator
from lianglin.kit.period import Period
from lianglin.kit.spreadsheet import meant

HEADS: dict[str, tuple[str, ...]] = {
    "figure": ("指标代码", "figure", "indicator"),
    "place": ("地区代码", "place"),
    "period": ("期间", "period"),
    "value": ("数值", "value"),
    "numerator": ("分子", "numerator"),
    "denominator": ("分母", "denominator"),
    "note": ("备注", "remark", "note"),
}
"""Column -> how its heading may read; the first is the template's."""
NEEDED = ("figure", "period", "value")
MOST_LINES = 2_000
LARGEST = Decimal(10) ** 13


@dataclass(frozen=True)
class Line:
    """One good line. ``ends_before`` None: until the day of the file."""

    number: int
    indicator: str
    scope_code: str
    starts_on: date
    ends_before: date | None
    amount: Decimal
    numerator: int | None
    denominator: int | None
    note: str


@dataclass(frozen=True)
class Wrong:
    """One mistake: in which line (0: the file) and column, what it is and what to do."""

    number: int
    column: str
    said: str


@dataclass
class Checked:
    """What a file holds, and what is wrong in it."""

    good: list[Line] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


class _Bad(ValueError):
    def __init__(self, column: str, said: str) -> None:
        super().__init__(said)
        self.column, self.said = column, said


@dataclass(frozen=True)
class Known:
    """What a line is checked against: the imported figures, the codes of own ones, the places, the poster's area, the day."""

    figures: Mapping[str, Indicator]
    own: frozenset[str]
    is_place: Callable[[str], bool]
    covers: Callable[[str], bool]
    as_of: date


def check(rows: Iterable[Sequence[str]], known: Known) -> Checked:
    """Every line of a file, the heading first."""
    found, seen, columns = Checked(), dict[tuple[object, ...], int](), dict[str, int]()
    for number, row in enumerate(rows, start=1):
        if number == 1:
            columns = _columns(row)
            if missing := [HEADS[name][0] for name in NEEDED if name not in columns]:
                said = _("The first line lacks the columns %(names)s. Start from the template.")
                found.wrong.append(Wrong(1, "", said % {"names": "、".join(missing)}))
                return found
            continue
        if number > MOST_LINES + 1:
            said = _("More than %(n)d lines. Bring the file in parts.") % {"n": MOST_LINES}
            found.wrong.append(Wrong(0, "", said))
            return found
        cells = {name: meant(row[at].strip()) if at < len(row) else "" for name, at in columns.items()}
        try:
            line = _line(number, cells, known)
            _once(line, seen)
            found.good.append(line)
        except _Bad as bad:
            found.wrong.append(Wrong(number, HEADS[bad.column][0], bad.said))
    if not found.good and not found.wrong:
        found.wrong.append(Wrong(0, "", _("There is no line below the heading. Fill in the template.")))
    return found


def _columns(head: Sequence[str]) -> dict[str, int]:
    named = {word.lower(): name for name, words in HEADS.items() for word in words}
    return {named[text.strip().lower()]: at for at, text in enumerate(head) if text.strip().lower() in named}


def _once(line: Line, seen: dict[tuple[object, ...], int]) -> None:
    place = (line.indicator, line.scope_code, line.starts_on, line.ends_before)
    if place in seen:
        said = _("Line %(n)d says something of the same figure, place and period. Keep one of them.")
        raise _Bad("figure", said % {"n": seen[place]})
    seen[place] = line.number


def _line(number: int, cells: Mapping[str, str], known: Known) -> Line:
    indicator = _figure(cells["figure"], known)
    scope_code = _place(cells.get("place", ""), known)
    starts_on, ends_before = _period(cells["period"], indicator, known.as_of)
    value = _number(cells["value"], "value")
    numerator = _whole(cells.get("numerator", ""), "numerator")
    denominator = _whole(cells.get("denominator", ""), "denominator")
    _fits(indicator, value)
    if indicator.unit == "percent":
        _counts_fit(indicator, value, numerator, denominator)
    elif numerator is not None or denominator is not None:
        raise _Bad("numerator", _("Only a rate has two counts. Leave numerator and denominator empty."))
    return Line(
        number, indicator.code, scope_code, starts_on, ends_before, value, numerator, denominator, cells.get("note", "")[:200],
    )  # fmt: skip


def _figure(code: str, known: Known) -> Indicator:
    if code in known.figures:
        return known.figures[code]
    if code in known.own:
        raise _Bad(
            "figure", _("“%(code)s” is counted here from rows; it is not imported. Take the line out.") % {"code": code}
        )  # fmt: skip
    raise _Bad(
        "figure", _("There is no figure “%(code)s”. The template lists the codes that can be brought.") % {"code": code}
    )  # fmt: skip


def _place(text: str, known: Known) -> str:
    code = text.removesuffix(".0")
    if len(code) == 12 and code.endswith("000"):
        code = code[:6] if code.endswith("000000") else code[:9]
    code = "" if len(code) == 4 else code
    if not known.is_place(code):
        raise _Bad(
            "place", _("There is no place “%(code)s”. Write the code of a district, street or community; empty for the city.")
            % {"code": text},
        )  # fmt: skip
    if not known.covers(code):
        raise _Bad("place", _("This place is not in the area of your current post."))
    return code


_SINCE = re.compile(r"(20\d{2}|19\d{2})(?:-(0[1-9]|1[0-2]))?\s*[-–—~～至]{1,2}\s*(?:今)?")


def _period(text: str, indicator: Indicator, as_of: date) -> tuple[date, date | None]:
    since = _SINCE.fullmatch(text)
    if since:
        if indicator.kind != "cumulative":
            raise _Bad(
                "period", _("Only a cumulative figure counts “since …”. Write 2026-10, 2026-Q3 or 2025.")
            )
        begun = date(int(since[1]), int(since[2] or 1), 1)
        if begun > as_of:
            raise _Bad("period", _("This period begins after the day the file is of."))
        return begun, None
    try:
        asked = Period.parse(text)
    except ValueError:
        said = _(
            "“%(text)s” is no period. Write 2026-10, 2026-Q3, 2025, or 2022- for since 2022 until today."
        )
        raise _Bad("period", said % {"text": text}) from None
    if asked.kind == "week":
        raise _Bad(
            "period", _("Weeks are not kept. Write a month (2026-10), a quarter (2026-Q3) or a year (2025).")
        )
    if asked.start > as_of:
        raise _Bad("period", _("This period begins after the day the file is of."))
    return asked.start, asked.end


def _number(text: str, column: str) -> Decimal:
    plain = text.replace(",", "").replace("，", "").removesuffix("%").strip()
    if not plain:
        raise _Bad(column, _("The value is missing."))
    if plain[-1:] in "万亿":
        raise _Bad(column, _("Write the whole number without 万 or 亿: 419000, not 41.9万."))
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise _Bad(column, _("“%(text)s” is no number. Write digits only.") % {"text": text}) from None
    if not value.is_finite() or abs(value) >= LARGEST:
        raise _Bad(column, _("“%(text)s” is no number. Write digits only.") % {"text": text[:40]})
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        raise _Bad(column, _("At most four decimals are kept."))
    return value


def _whole(text: str, column: str) -> int | None:
    if not text:
        return None
    value = _number(text, column)
    if value != value.to_integral_value() or value < 0:
        raise _Bad(column, _("Write a whole number, zero or more."))
    return int(value)


def _fits(indicator: Indicator, value: Decimal) -> None:
    if indicator.kind == "yoy":
        if not -100 <= value <= 100_000:
            raise _Bad("value", _("A change against last year is −100 or more, in percent."))
    elif indicator.unit == "percent" and not 0 <= value <= 100:
        raise _Bad("value", _("A rate lies between 0 and 100. Write 97.8 for 97.8 %."))
    elif value < 0:
        raise _Bad("value", _("This figure cannot be below zero."))
    elif (
        indicator.unit in ("cases", "persons", "households", "objects") and value != value.to_integral_value()
    ):
        raise _Bad("value", _("This figure counts whole ones. Write 419000, not 41.9."))


def _counts_fit(indicator: Indicator, value: Decimal, numerator: int | None, denominator: int | None) -> None:
    """Both counts or none; the value must be what they make, to one decimal. Of 同比: this period's and last year's."""
    if numerator is None and denominator is None:
        return
    if numerator is None or denominator is None or denominator == 0:
        raise _Bad("denominator", _("Give both counts, the second one above zero, or none of them."))
    made = Decimal(numerator) * 100 / denominator
    if indicator.kind == "yoy":
        made -= 100
    elif numerator > denominator:
        raise _Bad("numerator", _("The numerator is larger than the denominator."))
    if abs(made - value) > Decimal("0.051"):
        said = _("%(n)d and %(d)d make %(made)s %%, not %(value)s. Correct the value or the counts.")
        raise _Bad(
            "value", said % {"n": numerator, "d": denominator, "made": f"{made:.1f}", "value": f"{value:f}"}
        )
