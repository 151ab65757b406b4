"""Tables and columns that the code no longer uses and the database still has (expand, then contract).

While an upgrade is under way, and after a roll-back, processes of the version before work on the new schema. So a column
goes in two releases: in the first the code stops using it, it becomes null or gets a default in the database, and a line
is written here; in a later one a migration drops it. tests/contracts/test_migrations.py holds both to it. A rename is a
new column, a copy by ``kit.operations.InBatches``, and an old one that goes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gone:
    """``what``: "app.Model" or "app.Model.field"; ``unused_since``: the first release whose code does not use it."""

    what: str
    unused_since: str


DEPRECATED: tuple[Gone, ...] = ()


def older(one: str, other: str) -> bool:
    """Whether a release comes before another; both as "1.2.3"."""
    return tuple(map(int, one.split("."))) < tuple(map(int, other.split(".")))
