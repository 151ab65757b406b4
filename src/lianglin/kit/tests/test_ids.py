from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.kit import ids

TODAY = date(2026, 11, 24)


def _number(first: str) -> str:
    return first + ids.id_check_character(first)


@given(
    st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.sampled_from(["210102", "210114", "230199"])
)
def test_every_well_formed_id_number_is_taken_whatever_its_county(
    born: date, order: int, county: str
) -> None:
    number = _number(f"{county}{born:%Y%m%d}{order:03d}")
    if TODAY.year - born.year <= 130:
        assert ids.clean_id_number(number.lower(), today=TODAY) == number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("21010219500101", "18 characters"),
        (_number("00010219500101001"), "No province"),
        (_number("21010219501301001"), "does not exist"),
        (_number("21010220990101001"), "future"),
        ("210102195001010010", "does not fit"),
    ],
)
def test_a_wrong_id_number_is_told_what_is_wrong(text: str, said: str) -> None:
    if said == "does not fit" and ids.id_check_character(text[:17]) == text[17]:
        text = text[:17] + "5"
    with pytest.raises(ValueError, match=said):
        ids.clean_id_number(text, today=TODAY)


@given(st.integers(0, 10**11 - 1), st.integers(0, 11), st.integers(1, 9))
def test_damm_finds_every_wrong_digit(body: int, position: int, shift: int) -> None:
    number = f"{body:011d}"
    number += ids.damm_digit(number)
    wrong = number[:position] + str((int(number[position]) + shift) % 10) + number[position + 1 :]
    assert ids.damm_digit(wrong[:-1]) != wrong[-1]


@given(st.integers(0, 10**11 - 1), st.integers(0, 10))
def test_damm_finds_every_swap_of_neighbours(body: int, position: int) -> None:
    number = f"{body:011d}"
    number += ids.damm_digit(number)
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    assert swapped == number or ids.damm_digit(swapped[:-1]) != swapped[-1]


def test_a_new_case_number_reads_back_however_it_is_typed() -> None:
    number = ids.new_case_number("A", 2026, 11)
    assert number.startswith("A2611")
    assert ids.clean_case_number(ids.group_case_number(number).lower()) == number


def test_uscc_by_the_rule_of_gb_32100() -> None:
    first = "91210100MA0XXXXX1".replace("X", "2")
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(first))
    code = first + alphabet[(31 - total % 31) % 31]
    assert ids.clean_uscc(code) == code
    with pytest.raises(ValueError, match="does not fit"):
        ids.clean_uscc(first + alphabet[(32 - total % 31) % 31])


@pytest.mark.parametrize(
    ("text", "digits"),
    [("154 1234-5678", "15412345678"), ("+8615412345678", "15412345678"), ("024-12345678", "02412345678")],
)
def test_phones_are_cleaned(text: str, digits: str) -> None:
    assert ids.clean_phone(text) == digits


def test_a_wrong_phone_is_refused() -> None:
    with pytest.raises(ValueError, match="11 digits"):
        ids.clean_phone("12345")
