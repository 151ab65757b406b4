"""Identity numbers and our own numbers, with their check digits.

Sources: GB 11643-1999 (citizen ID), GB 32100-2015 (unified social credit code), ISO 7064-like Damm for case numbers.
"""

from __future__ import annotations

import re
import secrets
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
        "91",
    ]
)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(3**i % 31 for i in range(17))
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def id_check_character(first_seventeen: str) -> str:
    """The 18th character of a citizen ID number."""
    return _ID_CHECK[sum(int(c) * w for c, w in zip(first_seventeen, _ID_WEIGHTS, strict=True)) % 11]


def clean_id_number(text: str, *, today: date) -> str:
    """The citizen ID number in its stored form (18 characters, capital X); ValueError says what is wrong.

    The county code is not checked against a current list: codes die, their holders do not.
    """
    number = re.sub(r"[\s\u3000-]", "", text).upper()
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise ValueError("An ID number has 18 characters: 17 digits and a digit or X. Count them again.")
    if number[:2] not in PROVINCES:
        raise ValueError(f"No province has the code {number[:2]}. Check the first two digits.")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError(
            "The birth date in the ID number (digits 7 to 14) does not exist. Check it."
        ) from None
    if born > today or today.year - born.year > 130:
        raise ValueError(
            "The birth date in the ID number lies in the future or over 130 years back. Check it."
        )
    if id_check_character(number[:17]) != number[17]:
        raise ValueError(
            "The last character of the ID number does not fit the others. Compare it with the card."
        )
    return number


def mask_id_number(number: str) -> str:
    """210102********002X"""
    return f"{number[:6]}********{number[14:]}"


def clean_uscc(text: str) -> str:
    """The unified social credit code in capitals; ValueError says what is wrong."""
    code = re.sub(r"\s", "", text).upper()
    if len(code) != 18 or any(c not in _USCC_ALPHABET for c in code):
        raise ValueError("A social credit code has 18 characters out of 0-9 and A-Y without I, O, S, V, Z.")
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(code[:17], _USCC_WEIGHTS, strict=True))
    if _USCC_ALPHABET[(31 - total % 31) % 31] != code[17]:
        raise ValueError("The last character of the social credit code does not fit the others. Check it.")
    return code


def clean_phone(text: str) -> str:
    """A Chinese mobile (11 digits) or fixed number in digits; ValueError says what to write."""
    digits = re.sub(r"[\s\u3000()（）-]", "", text)
    digits = re.sub(r"^(\+?86)(?=1\d{10}$)", "", digits)
    if re.fullmatch(r"1\d{10}", digits) or re.fullmatch(r"0\d{9,11}", digits):
        return digits
    raise ValueError("Write a mobile number of 11 digits, or a fixed number with its area code.")


def damm_digit(digits: str) -> str:
    """The check digit of the Damm algorithm: finds every single wrong digit and every swap of neighbours."""
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return str(state)


def new_case_number(prefix: str, year: int, month: int) -> str:
    """An unguessable case number: two-letter-or-less prefix, year, month, seven random digits, check digit."""
    body = f"{year % 100:02d}{month:02d}{secrets.randbelow(10_000_000):07d}"
    return f"{prefix}{body}{damm_digit(body)}"


def row_number(text: str) -> int:
    """The id of a row as somebody sent it; 0, which no row has, for what is none or too long for the database."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def clean_case_number(text: str) -> str:
    """A case number as stored; ValueError when a digit is missing or mistyped."""
    number = re.sub(r"[\s\u3000-]", "", text).upper()
    match = re.fullmatch(r"([A-Z]{1,2})(\d{12})", number)
    if not match:
        raise ValueError("A case number has a letter and 12 digits, as on the receipt. Check it.")
    if damm_digit(match[2][:-1]) != match[2][-1]:
        raise ValueError(
            "One digit of the case number is wrong or two are swapped. Compare it with the receipt."
        )
    return number


def group_case_number(number: str) -> str:
    """A case number as people read it: A 2611 0482 7315."""
    letters = number.rstrip("0123456789")
    digits = number[len(letters) :]
    return " ".join([letters, *(digits[i : i + 4] for i in range(0, len(digits), 4))])


def new_secret() -> str:
    """The eight digits on a receipt (guarded by a rate limit; stored only as an HMAC)."""
    return f"{secrets.randbelow(10**8):08d}"
