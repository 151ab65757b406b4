"""What the tables hold, in figures that a restored copy can be compared with.

Of each table: its rows; its largest number; and a sum over the hashes of whole rows, of every row in tables of up to
``SMALL`` rows (by PostgreSQL's own estimate), of the rows of one page in a hundred in larger ones. A physical backup has
the same pages, so the same seed draws the same hundredth. Each pass reads in one snapshot.

A backup is not one instant: what is written meanwhile may or may not be in it. So there are two passes, before and
after; a table that was the same in both must be the same in the copy, one that moved is named and left out.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

SMALL = 200_000
LIST = """
    select n.nspname, c.relname, greatest(c.reltuples, 0) > %s,
           (select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indrelid = c.oid and i.indisprimary and i.indnkeyatts = 1
              and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname !~ '^(pg_|information_schema)' order by 1, 2
"""

Figures = dict[str, list[Any]]
"""Table -> [rows, largest number, sum of hashes, whether only a hundredth was summed]"""


def taken(connection: psycopg.Connection, big: dict[str, bool] | None = None) -> Figures:
    """The figures of every table. ``big``: which ones to draw a hundredth of, where a former pass has decided it."""
    found: Figures = {}
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        for schema, name, large, key in connection.execute(LIST, [SMALL]).fetchall():
            label = f"{schema}.{name}"
            part = bool(large if big is None else big.get(label, large))
            rows, top = _counted(connection, schema, name, key)
            found[label] = [rows, top, _summed(connection, schema, name, part=part), part]
    return found


def _counted(
    connection: psycopg.Connection, schema: str, name: str, key: str | None
) -> tuple[int, int | None]:
    top = sql.SQL("max({})").format(sql.Identifier(key)) if key else sql.SQL("null::bigint")
    query = sql.SQL("select count(*), {} from {}").format(top, sql.Identifier(schema, name))
    row = connection.execute(query).fetchone()
    return (row[0], row[1]) if row else (0, None)


def _summed(connection: psycopg.Connection, schema: str, name: str, *, part: bool) -> str:
    drawn = sql.SQL("tablesample system (1) repeatable (7)") if part else sql.SQL("")
    query = sql.SQL("select coalesce(sum(hashtextextended(t::text, 7)::numeric), 0)::text from {} t {}")
    row = connection.execute(query.format(sql.Identifier(schema, name), drawn)).fetchone()
    return row[0] if row else ""


def sums(connection: psycopg.Connection) -> tuple[Figures, dict[str, bool]]:
    """A first pass, and which tables it drew from."""
    found = taken(connection)
    return found, {name: bool(figures[3]) for name, figures in found.items()}


def moved(before: Figures, after: Figures) -> list[str]:
    """Tables that were not the same before and after."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def compared(recorded: dict[str, Any], copy: Figures) -> tuple[int, list[str]]:
    """How many tables are equal, and a sentence for each that is not and did not move meanwhile."""
    before, left_out = recorded["before"], set(recorded["moved"])
    equal, findings = 0, []
    for name in sorted(before.keys() | copy.keys()):
        if name in left_out:
            continue
        if before.get(name) == copy.get(name):
            equal += 1
            continue
        was, is_now = before.get(name), copy.get(name)
        said = "is missing" if is_now is None else "was not there" if was is None else "differs"
        rows = f" ({was[0]} rows recorded, {is_now[0]} restored)" if was and is_now else ""
        findings.append(f"Table {name} {said}{rows}.")
    return equal, findings
