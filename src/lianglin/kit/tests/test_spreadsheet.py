"""Tables for a spreadsheet, and numbers of rows as somebody may send them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianglin.kit.ids import row_number
from lianglin.kit.spreadsheet import RUNS, as_csv, harmless, meant


@pytest.mark.parametrize("text", [f"{space}{mark}cmd|' /c calc'!A1" for mark in RUNS for space in ("", "  ")])
def test_nothing_is_run(text: str) -> None:
    assert harmless(text) == f"'{text}"


@given(st.text().filter(lambda text: not text.startswith("'")))
def test_what_was_marked_reads_back(text: str) -> None:
    assert meant(harmless(text)) == text


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert [harmless(value) for value in (-3, 2.5, None)] == ["-3", "2.5", ""]


def test_the_file_opens_in_chinese() -> None:
    content = as_csv([["社区", "=1+1"], ["和宁", -1]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [["社区", "'=1+1"], ["和宁", "-1"]]


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "٣", "abc", "9" * 19, "9" * 5000])
def test_what_is_no_row_is_row_zero(text: str) -> None:
    assert row_number(text) == 0


def test_a_row_is_its_number() -> None:
    assert row_number("9" * 18) == 10**18 - 1
