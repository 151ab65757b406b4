"""What PostgreSQL itself holds of measures: a text that is not a draft any more is never changed, whoever writes."""

from __future__ import annotations

from typing import Any

FROZEN = """
create or replace function benefits_version_frozen() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if old.state <> 'draft' and (new.source <> old.source or new.digest <> old.digest or new.number <> old.number
            or new.measure_id <> old.measure_id or new.valid_from <> old.valid_from
            or new.valid_to is distinct from old.valid_to or new.writers <> old.writers) then
        raise exception 'the text of a measure that is not a draft is not changed'
            using errcode = 'integrity_constraint_violation', constraint = 'benefits_version_frozen';
    end if;
    if old.state in ('amended', 'expired', 'dropped') and new.state <> old.state then
        raise exception 'a version that ended does not come back'
            using errcode = 'integrity_constraint_violation', constraint = 'benefits_version_ended';
    end if;
    if new.state in ('approved', 'in_force') and old.state <> new.state and new.approved_by_id is null
            and old.drafted_by_id is not null then
        raise exception 'a measure comes into force by a second person'
            using errcode = 'integrity_constraint_violation', constraint = 'benefits_version_approved';
    end if;
    return new;
end $$;
create or replace trigger benefits_version_frozen before update on benefits_measureversion
    for each row execute function benefits_version_frozen();
create or replace function benefits_value_frozen() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if old.state <> 'waiting' and (new.value is distinct from old.value or new.area <> old.area
            or new.from_on <> old.from_on or new.to_on is distinct from old.to_on or new.document <> old.document
            or new.parameter_id <> old.parameter_id) then
        raise exception 'a decided value of a parameter is not changed'
            using errcode = 'integrity_constraint_violation', constraint = 'benefits_value_frozen';
    end if;
    return new;
end $$;
create or replace trigger benefits_value_frozen before update on benefits_parametervalue
    for each row execute function benefits_value_frozen();
"""
"""Seeded rows have no author (drafted_by is null): what a new city begins with was decided outside of it."""


def install(cursor: Any) -> None:
    """Creates or replaces the triggers."""
    cursor.execute(FROZEN)
