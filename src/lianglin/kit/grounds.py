"""Grounds: tables whose data no ordinary role may reach, in a PostgreSQL schema and under a key ring of their own.

There is one: health (PIPL arts 28-30; health data is sensitive). A model is put there by three declarations that a
contract test holds together: ``db_table = in_ground("health", "eldercare_allergy")`` in its Meta, and
``Guard(..., ground="health", duty="eldercare.health")`` in the manifest; its encrypted columns then take the
ground's keys by themselves.
"""

from __future__ import annotations

HEALTH = "health"
GROUNDS = (HEALTH,)
"""Also the name of the schema, of the database role and of the purpose that lets it through."""


def in_ground(ground: str, table: str) -> str:
    """The ``db_table`` of a model that lies in a ground: schema and table, quoted for PostgreSQL."""
    if ground not in GROUNDS:
        raise ValueError(f"“{ground}” is no ground. There is: {', '.join(GROUNDS)}.")
    return f'"{ground}"."{table}"'


def ground_of(db_table: str) -> str:
    """The ground in which a table lies; "" for an ordinary one."""
    return next((ground for ground in GROUNDS if db_table.startswith(f'"{ground}".')), "")
