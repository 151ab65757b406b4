"""What PostgreSQL itself holds of the rules of dispatch: an approved version is never changed, whoever writes."""

from __future__ import annotations

from typing import Any

FROZEN = """
create or replace function appeals_rule_frozen() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    stands text;
begin
    if tg_op = 'UPDATE' and to_jsonb(new) - 'scope_code' = to_jsonb(old) - 'scope_code' then
        return new;
    end if;
    select state into stands from appeals_ruleset where id = coalesce(new.rule_set_id, old.rule_set_id);
    if stands in ('waiting', 'approved') then
        raise exception 'rules of dispatch that were proposed or approved are not changed'
            using errcode = 'integrity_constraint_violation', constraint = 'appeals_rule_frozen';
    end if;
    return coalesce(new, old);
end $$;
create or replace trigger appeals_rule_frozen before insert or update or delete on appeals_dispatchrule
    for each row execute function appeals_rule_frozen();
create or replace function appeals_rule_set_frozen() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if old.state = 'approved' and (tg_op = 'DELETE' or to_jsonb(new) - 'scope_code' <> to_jsonb(old) - 'scope_code') then
        raise exception 'a version of the rules that was approved is not changed'
            using errcode = 'integrity_constraint_violation', constraint = 'appeals_rule_set_frozen';
    end if;
    return coalesce(new, old);
end $$;
create or replace trigger appeals_rule_set_frozen before update or delete on appeals_ruleset
    for each row execute function appeals_rule_set_frozen()"""
"""The scope code alone may follow its place: areas are merged and renamed by decree."""


def install(cursor: Any) -> None:
    """Creates or replaces the two triggers."""
    cursor.execute(FROZEN)
