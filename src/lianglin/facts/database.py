"""The store's partitions: one per city district, so that a district's rows are read, moved and dropped together."""

from __future__ import annotations

from typing import Any

COLUMNS = (
    "id, scope_code, object_class, subject_id, element_id, value, retracted, valid_from, recorded_at, source, purpose,"
    " basis, consent_id, post_id, expires_on, sample"
)
REST = "facts_fact_rest"
"""Holds rows of districts that have no partition yet; nothing is refused for want of one."""

OWN_HOME = """
create or replace function facts_own_home() returns setof facts_fact
language sql stable security definer set search_path = public, pg_temp as $$
    with home as (
        select m.household_id, h.dwelling_id from people_membership m join people_household h on h.id = m.household_id
        where m.resident_id = nullif(current_setting('app.resident', true), '')::bigint and m.to_on is null
    )
    select f.* from facts_fact f, home where f.object_class = 'household' and f.subject_id = home.household_id
    union all
    select f.* from facts_fact f, home where f.object_class = 'dwelling' and f.subject_id = home.dwelling_id
$$"""
"""What is known of the home of a resident who logged in. The table's one predicate for residents is the own person."""


def install(cursor: Any) -> None:
    """After every migration: a partition for each district or county, and the function of the own home."""
    cursor.execute(OWN_HOME)
    cursor.execute(
        "select distinct substr(scope_code, 1, 6) from places_division where length(scope_code) >= 6 order by 1"
    )
    for (county,) in cursor.fetchall():
        make_partition(cursor, county)


def make_partition(cursor: Any, county: str) -> bool:
    """Makes the partition of a district (six digits) and moves its rows there; False when there is one.

    Runs as the owner. Roles have no rights on partitions, only on the whole: policies cannot be gone round.
    """
    if len(county) != 6 or not county.isdecimal():
        raise ValueError(f"“{county}” is no six-digit code of a district.")
    name = f"facts_fact_{county}"
    cursor.execute("select to_regclass(%s) is not null", [name])
    if cursor.fetchone()[0]:
        return False
    upper = f"{county}~"
    cursor.execute(
        f"create table {name} (like facts_fact including defaults including constraints including generated)"
    )
    cursor.execute(
        f"with moved as (delete from {REST} where scope_code >= %s and scope_code < %s returning {COLUMNS})"
        f" insert into {name} ({COLUMNS}) select {COLUMNS} from moved",
        [county, upper],
    )
    cursor.execute(
        f"alter table facts_fact attach partition {name} for values from ('{county}') to ('{upper}')"
    )
    return True
