"""Tables that are read: what Excel and Chinese Excel write, and what is none or an attack."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook

from lianglin.kit import tables

MOST = 1024**2


def sheet(*rows: list[Any]) -> io.BytesIO:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # pyright: ignore[reportOptionalMemberAccess]
    book.save(out)
    out.seek(0)
    return out


def test_cells_become_texts() -> None:
    file = sheet(
        ["a", "b"],
        [None, None],
        [" x  y ", 7],
        [date(1980, 1, 5), 7.5],
        [datetime.combine(date(1980, 1, 5), time(3)), True],
    )
    assert list(tables.rows_of(file, "xlsx")) == [
        ["a", "b"],
        ["x y", "7"],
        ["1980-01-05", "7.5"],
        ["1980-01-05", "1"],
    ]


def test_a_long_number_has_lost_its_last_digits() -> None:
    assert list(tables.rows_of(sheet(["a"], [230199198001010018]), "xlsx")) == [["a"], [tables.AS_NUMBER]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_as_people_have_it(encoding: str, mark: str) -> None:
    file = io.BytesIO(f"姓名{mark}号\r\n\r\n单雄英{mark}1\r\n".encode(encoding))
    assert list(tables.rows_of(file, "csv")) == [["姓名", "号"], ["单雄英", "1"]]


def test_who_stops_reading_may_close_the_file() -> None:
    file = io.BytesIO(b"a\nb\nc\n")
    rows = tables.rows_of(file, "csv")
    assert next(rows) == ["a"]
    file.close()
    del rows  # the reader ends without a word


@pytest.mark.parametrize(
    ("name", "head"),
    [("a.xls", b"\xd0\xcf\x11\xe0"), ("a.csv", b"\x00\x01"), ("a.pdf", b"%PDF-1.7"), ("a.csv.exe", b"MZ")],
)
def test_what_is_no_table_is_refused_in_words(name: str, head: bytes) -> None:
    with pytest.raises(tables.Unreadable) as wrong:
        tables.kind_of(name, head)
    assert wrong.value.code == "kind"
    assert ".xlsx" in wrong.value.said


def packed(**parts: bytes) -> io.BytesIO:
    """An Excel file of these parts, and of a sound one for the others."""
    book, sound, out = Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(["a", "b"])  # pyright: ignore[reportOptionalMemberAccess]
    book.save(sound)
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name.rpartition("/")[2].partition(".")[0], None) or old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    out.seek(0)
    return out


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 5000 + b'"><!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "file",
    [
        packed(padding=b"0" * (MOST + 1)),
        packed(sheet1=b"<worksheet><sheetData><row r='1'><c r='A1'"),
        packed(sheet1=ENTITIES + b"<worksheet><sheetData><row><c t='str'><v>&f;" + b"&a;" * 5000),
        packed(workbook=b"<workbook"),
        io.BytesIO(b"PK\x03\x04 and nothing more"),
    ],
    ids=["unpacks to too much", "ends in the middle", "entities", "no workbook", "no archive"],
)
def test_an_excel_file_that_is_none_or_an_attack_is_unreadable(file: io.BytesIO) -> None:
    with pytest.raises(tables.Unreadable):
        list(tables.rows_of(file, "xlsx", most=MOST))
