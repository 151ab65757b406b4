"""Small counts are not published, nor what would give them away: cells of 1 to 9, and enough others beside them.

A table of rows and columns with its sums: each row and each column adds up to its sum, and the sums to the whole. In
every such line either nothing is hidden, or at least two places are; and what is hidden in a line whose sum stands
adds up to ten at least. Nought is no small count. The neighbour hidden for it is the smallest there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

LEAST = 10
ALL = ""
"""The row of the sums of columns, the column of the sums of rows."""
Cell = tuple[str, str]


def summed(cells: Mapping[Cell, int]) -> dict[Cell, int]:
    """The table with its sums under :data:`ALL`."""
    found = dict(cells)
    for (row, column), count in cells.items():
        for sum_of in ((row, ALL), (ALL, column), (ALL, ALL)):
            found[sum_of] = found.get(sum_of, 0) + count
    return found


def hidden(
    table: Mapping[Cell, int], *, withheld: Collection[Cell] = (), told: Collection[Cell] = ()
) -> set[Cell]:
    """The places of a table with its sums that must not be shown.

    ``withheld`` are hidden where the same number is published under another name, ``told`` are shown there: a sum that is
    told is known, hidden here or not.
    """
    out = {cell for cell, count in table.items() if 0 < count < LEAST} | (set(withheld) & table.keys())
    lines = _lines(table)
    told = set(told)
    for parts, total in lines.values():
        filled = [cell for cell in parts if table[cell]]
        if total in told and len(filled) == 1:  # it is its line's sum
            told.update(filled)
    waiting = set(lines)
    while waiting:
        line = waiting.pop()
        more = _one_more(table, lines[line], out, told)
        if more is not None:
            out.add(more)
            waiting |= {("row", more[0]), ("column", more[1])}
    return out


Line = tuple[list[Cell], Cell]
"""The parts of a line, and the cell that holds their sum."""


def _lines(table: Mapping[Cell, int]) -> dict[tuple[str, str], Line]:
    """By ("row", its name) or ("column", its name)."""
    found: dict[tuple[str, str], Line] = {}
    for cell in table:
        row, column = cell
        if column != ALL:
            found.setdefault(("row", row), ([], (row, ALL)))[0].append(cell)
        if row != ALL:
            found.setdefault(("column", column), ([], (ALL, column)))[0].append(cell)
    return found


def _one_more(table: Mapping[Cell, int], line: Line, out: set[Cell], told: Collection[Cell]) -> Cell | None:
    """What must be hidden next so that the line gives nothing away; None when it does not."""
    parts, total = line
    gone = [cell for cell in parts if cell in out and cell not in told]
    if total in out and total not in told:
        if gone:
            return None
        return _smallest(table, (cell for cell in parts if cell not in out))
    if not gone or (len(gone) > 1 and sum(table[cell] for cell in gone) >= LEAST):
        return None
    more = _smallest(table, (cell for cell in parts if cell not in out))
    return more or (total if total not in out else None)


def _smallest(table: Mapping[Cell, int], cells: Iterable[Cell]) -> Cell | None:
    found = sorted((table[cell], cell) for cell in cells if table[cell])
    return found[0][1] if found else None
