"""What PostgreSQL holds of help and break-glass: the range and the purposes come from the row, never from the caller."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import duties_of, role_kinds
from lianglin.access.governance.database import only

VITAL = "vital_interest"
"""The purpose of an opening that names one person."""

_SETTINGS = """
    mine bigint := nullif(current_setting('app.post', true), '')::bigint;
    moment timestamptz := nullif(current_setting('app.at', true), '')::timestamptz;
    today date := (moment at time zone 'Asia/Shanghai')::date;"""
_IN_FORCE = "p.starts_on <= today and coalesce(p.ends_on, 'infinity') >= today"

ASSUME = """
create or replace function access_assume_{kind}(wanted bigint) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare{settings}
    place text;
    uses text;
begin
    select t.scope_code, t.purposes into place, uses
    from {table} t join access_post p on p.id = t.post_id
    where t.id = wanted and t.post_id = mine and {in_force} and {holds};
    perform set_config('app.lo', coalesce(place, '~'), true), set_config('app.hi', coalesce(place || '~', ''), true),
        set_config('app.purposes', ',' || coalesce(uses, '') || ',', true);
    return place is not null;
end $$"""
"""Run after every change of role in a widened transaction. Not in force any more, or not this post's: no place at all."""

HELP_HOLDS = "t.state = 'approved' and t.starts_at <= moment and moment < t.ends_at"
GLASS_HOLDS = "p.role_code = any({may_break}) and t.begun_at <= moment and moment < least(t.ends_at, coalesce(t.closed_at, 'infinity'))"

ASSUME_PERSON = """
create or replace function access_assume_person(wanted bigint) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare{settings}
    person bigint;
begin
    select n.resident_id into person
    from access_glassperson n join access_breakglass t on t.id = n.opening_id join access_post p on p.id = t.post_id
    where n.opening_id = wanted and n.post_id = mine and t.post_id = mine and t.purposes = '{vital}'
        and {in_force} and {holds};
    perform set_config('app.lo', '~', true), set_config('app.hi', '', true),
        set_config('app.resident', coalesce(person::text, ''), true),
        set_config('app.purposes', case when person is null then ',,' else ',{vital},' end, true);
    return person is not null;
end $$"""
"""The one resident whom the opening names, no place at all; when it is not in force any more, nobody."""

NAMED = """
create or replace function access_glass_named() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare{settings}
begin
    if not exists (
        select 1 from access_breakglass t where t.id = new.opening_id and t.post_id = mine and new.post_id = mine
            and t.purposes = '{vital}' and t.begun_at >= moment
    ) then
        raise exception 'a person is named when the glass is broken, and by whom' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create or replace trigger access_glass_named before insert on access_glassperson for each row execute function access_glass_named()"""
"""Nobody names a person to an opening that the officer was told of without one."""

ASKED = """
create or replace function access_help_asked() returns trigger language plpgsql as $$
begin
    if new.state <> 'asked' or new.decided_by_id is not null or new.ends_at > new.starts_at + interval '31 days' then
        raise exception 'a help ticket is asked for, then approved' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create or replace trigger access_help_asked before insert on access_helpticket for each row execute function access_help_asked()"""

BROKEN = """
create or replace function access_glass_broken() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.verdict <> '' or not exists (
        select 1 from access_post p where p.id = new.post_id and p.role_code = any({may_break})
    ) then
        raise exception 'this post does not break the glass' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create or replace trigger access_glass_broken before insert on access_breakglass for each row execute function access_glass_broken()"""

DECIDE_HELP = """
create or replace function access_decide_help(ticket bigint, verdict text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare{settings}
begin
    if verdict not in ('approved', 'refused', 'revoked') then raise exception 'no verdict'; end if;
    update access_helpticket t set
        state = verdict,
        decided_by_id = case when verdict = 'revoked' then t.decided_by_id else mine end,
        decided_at = case when verdict = 'revoked' then t.decided_at else moment end,
        revoked_by_id = case when verdict = 'revoked' then mine end,
        revoked_at = case when verdict = 'revoked' then moment end
    from access_post p, access_post helper
    where t.id = ticket and p.id = mine and {in_force} and helper.id = t.post_id
        and t.state = case when verdict = 'revoked' then 'approved' else 'asked' end
        and (
            (p.role_code = any({may_decide}) and left(t.scope_code, length(p.scope_code)) = p.scope_code
                and p.account_id <> helper.account_id)
            or (verdict = 'revoked' and p.id = helper.id)
        );
    return found;
end $$"""
"""The area decides: a post whose own place, not one lent to it, holds the helped area. Who helps may give it back."""

END_GLASS = """
create or replace function access_end_glass(wanted bigint) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare{settings}
begin
    update access_breakglass t set closed_at = moment where t.id = wanted and t.post_id = mine and t.closed_at is null and t.ends_at > moment;
    return found;
end $$"""

REVIEW_GLASS = """
create or replace function access_review_glass(wanted bigint, said text, words text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare{settings}
begin
    if said not in ('justified', 'unjustified') then raise exception 'no verdict'; end if;
    update access_breakglass t set verdict = said, note = words, reviewed_by_id = mine, reviewed_at = moment
    from access_post p, access_post opener
    where t.id = wanted and t.verdict = '' and least(t.ends_at, coalesce(t.closed_at, 'infinity')) <= moment
        and p.id = mine and p.role_code = 'protection_officer' and {in_force}
        and opener.id = t.post_id and opener.account_id <> p.account_id;
    return found;
end $$"""

STAFF_ONLY = (
    "access_assume_help(bigint)",
    "access_assume_glass(bigint)",
    "access_decide_help(bigint, text)",
    "access_end_glass(bigint)",
    "access_review_glass(bigint, text, text)",
)


def install(cursor: Any) -> None:
    """Creates or replaces them; only posts of the role "staff" call them."""
    words = {
        "{settings}": _SETTINGS,
        "{in_force}": _IN_FORCE,
        "{may_decide}": _codes("access.approve_help"),
        "{may_break}": _codes("access.break_glass"),
        "{vital}": VITAL,
    }
    helped = (
        ASSUME.replace("{kind}", "help")
        .replace("{table}", "access_helpticket")
        .replace("{holds}", HELP_HOLDS)
    )
    broken = (
        ASSUME.replace("{kind}", "glass")
        .replace("{table}", "access_breakglass")
        .replace("{holds}", f"{GLASS_HOLDS} and t.purposes <> '{VITAL}'")
    )
    named = ASSUME_PERSON.replace("{holds}", GLASS_HOLDS)
    for text in (helped, broken, named, NAMED, ASKED, BROKEN, DECIDE_HELP, END_GLASS, REVIEW_GLASS):
        for word, meant in words.items():
            text = text.replace(word, meant)
        cursor.execute(text)
    only(cursor, tuple((signature, "lianglin_staff") for signature in STAFF_ONLY))
    only(cursor, (("access_assume_person(bigint)", "lianglin_rescue"),))


def _codes(duty: str) -> str:
    """The kinds of staff post that hold a duty, as an array of PostgreSQL."""
    held = [
        code for code, kind in role_kinds().items() if kind.db_role == "staff" and duty in duties_of(code)
    ]
    return "array[" + ", ".join(f"'{code}'" for code in sorted(held)) + "]::text[]"
