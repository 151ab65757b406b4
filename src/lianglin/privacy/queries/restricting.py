"""Restricting the use of one person's data: which rows, the functions that mark them, and what is in force.

The tables come from the manifests (``Follows`` without ``open``): whatever names the person and may be read by
staff. Two functions of the database mark the rows and unmark them; only the background role calls them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.kit import discovery
from lianglin.kit.restricted import FIRST, marked_sql, plain_sql
from lianglin.privacy.models import Restriction


@dataclass(frozen=True)
class Held:
    """One column that names a person in rows that are marked; ``also`` narrows them to persons."""

    table: str
    column: str
    also: str = ""


def marked_tables() -> list[Held]:
    """Every table of a person that a restriction closes, with the columns that name the person."""
    found = [Held("people_resident", "id")]
    for one in discovery.each("follows"):
        if not one.open:
            also = f" and t.{one.only[0]} = '{one.only[1]}'" if one.only else ""
            found.append(Held(apps.get_model(one.model)._meta.db_table, one.column, also))
    return found


_FILES = "select array_agg(id) into files from people_resident where id = person or merged_into = person;"


def _mark(held: Held) -> str:
    return (
        f"update {held.table} t set scope_code = {marked_sql('t.scope_code')} "
        f"where t.{held.column} = any(files) and t.scope_code < '{FIRST}'{held.also}; "
        "get diagnostics n = row_count; total := total + n;"
    )


def _unmark(held: Held, others: list[str]) -> str:
    plain = plain_sql("t.scope_code")
    elsewhere = "".join(
        f" and not exists (select 1 from people_resident o where o.id = t.{column} and o.scope_code >= '{FIRST}' "
        "and o.id <> all(files))"
        for column in others
    )
    return (
        f"update {held.table} t set scope_code = case when {plain} = was then becomes else {plain} end "
        f"where t.{held.column} = any(files) and t.scope_code >= '{FIRST}'{held.also}{elsewhere}; "
        "get diagnostics n = row_count; total := total + n;"
    )


def install(cursor: Any) -> None:
    """Creates or replaces both functions from the manifests, after every migration."""
    tables = marked_tables()
    marks = " ".join(_mark(held) for held in tables)
    unmarks = " ".join(
        _unmark(
            held,
            [
                o.column
                for o in tables
                if o.table == held.table and o.column not in (held.column, "id", "merged_into")
            ],
        )
        for held in tables
    )
    head = "language plpgsql security definer set search_path = public, pg_temp as $$ "
    body = "declare files bigint[]; n integer; total integer := 0; begin "
    cursor.execute(
        f"create or replace function privacy_restrict(person bigint) returns integer {head}{body}{_FILES} {marks} "
        "return total; end $$"
    )
    cursor.execute(
        "create or replace function privacy_lift(person bigint, was text, becomes text) returns integer "
        f"{head}{body}{_FILES} {unmarks} return total; end $$"
    )
    for signature in ("privacy_restrict(bigint)", "privacy_lift(bigint, text, text)"):
        cursor.execute(f"revoke execute on function {signature} from public")
        cursor.execute(f"grant execute on function {signature} to lianglin_job")


def mark(resident_id: int) -> int:
    """Marks every row of a person; how many. As a job."""
    with connection.cursor() as cursor:
        cursor.execute("select privacy_restrict(%s)", [resident_id])
        return cursor.fetchone()[0]


def unmark(resident_id: int, *, was: str, becomes: str) -> int:
    """Gives the rows back to their place: ``becomes``, where they were of ``was``; how many. As a job.

    What belongs to a second person whose data is restricted, too, stays marked.
    """
    with connection.cursor() as cursor:
        cursor.execute("select privacy_lift(%s, %s, %s)", [resident_id, was, becomes])
        return cursor.fetchone()[0]


def _rows(actor: Actor) -> QuerySet[Restriction]:
    purpose = {"resident": "own_data", "job": "system"}.get(actor.role, "data_protection")
    return Restriction.objects.visible_to(actor, purpose=purpose)


def of_resident(resident_id: int, actor: Actor) -> Restriction | None:
    """The restriction in force for a person, as far as the actor may read it."""
    return _rows(actor).filter(resident_id=resident_id, lifted_at__isnull=True).first()


def in_force(actor: Actor) -> QuerySet[Restriction]:
    """The restrictions in force. Page them by ("-id")."""
    return _rows(actor).filter(lifted_at__isnull=True)
