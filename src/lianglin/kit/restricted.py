"""The mark of a row that nobody may use for now: its scope code with a letter for the first digit.

Place codes are digits, and every post's range lies among digits; so a marked row is in nobody's range, for every
policy and every QuerySet that there is or will be, by the one comparison they make anyway (decision 0057).
"""

from __future__ import annotations

FIRST = "a"
"""Sorts behind every digit: where marked codes begin."""
BEHIND_DIGITS = ":"
"""Sorts behind every digit and before every letter: the upper bound of a range of all places."""
_DIGITS, _LETTERS = "0123456789", "abcdefghij"
_MARK, _PLAIN = str.maketrans(_DIGITS, _LETTERS), str.maketrans(_LETTERS, _DIGITS)


def is_marked(scope_code: str) -> bool:
    """Whether the row that carries this code is restricted."""
    return FIRST <= scope_code[:1] <= _LETTERS[-1]


def marked(scope_code: str) -> str:
    """230103001001 → c30103001001; "" stays what it is."""
    return scope_code[:1].translate(_MARK) + scope_code[1:]


def plain(scope_code: str) -> str:
    """The code of the place, whether marked or not."""
    return scope_code[:1].translate(_PLAIN) + scope_code[1:]


def marked_sql(column: str) -> str:
    """:func:`marked` as SQL."""
    return f"translate(left({column}, 1), '{_DIGITS}', '{_LETTERS}') || substr({column}, 2)"


def plain_sql(column: str) -> str:
    """:func:`plain` as SQL."""
    return f"translate(left({column}, 1), '{_LETTERS}', '{_DIGITS}') || substr({column}, 2)"
