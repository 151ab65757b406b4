"""Values of parameters as people write them: yuan, numbers with decimals, dates. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

MOST_DECIMALS = 6
LARGEST = 10**15
_AREA = re.compile(r"|\d{4}|\d{6}|\d{9}|\d{12}")


@dataclass(frozen=True)
class Entry:
    """One value as it is written. ``value``: text, such as 1000, 12.5, 30%, 2026-01-01."""

    parameter_id: int
    area: str
    from_on: date
    to_on: date | None
    value: str
    document: str


class NoValue(ValueError):
    """This is no value; ``code``: empty, number, decimals, large, date."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def value_of(text: str, kind: str, scale: int) -> int:
    """The stored value: whole fen for money, times 10**scale for numbers, days since 1970 for dates."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise NoValue("empty")
    if kind == "date":
        try:
            return date.fromisoformat(plain).toordinal() - date(1970, 1, 1).toordinal()
        except ValueError:
            raise NoValue("date") from None
    percent = plain.endswith("%") and kind == "number"
    digits = plain.removesuffix("元").removesuffix("%").replace(",", "").strip()
    if not re.fullmatch(r"-?\d{1,16}(\.\d{1,9})?", digits):
        raise NoValue("number")
    try:
        given = Decimal(digits) * Decimal(10) ** (2 if kind == "money" else scale)
    except InvalidOperation:  # the pattern above lets numbers through only
        raise NoValue("number") from None
    given = given / 100 if percent else given
    if given != given.to_integral_value():
        raise NoValue("decimals")
    if abs(given) > LARGEST:
        raise NoValue("large")
    return int(given)


def is_area(text: str) -> bool:
    """Whether a text may be the beginning of a division code: everywhere, city, district, street, community."""
    return _AREA.fullmatch(text) is not None
