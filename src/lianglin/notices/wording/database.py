"""Texts inside PostgreSQL: what is in force is anybody's to send; a version never changes."""

from __future__ import annotations

from typing import Any

STATEMENTS = (
    """
    create or replace function notices_words(day date)
    returns table (id bigint, code varchar, scope_code varchar, zh text, elder text, en text)
    language sql stable security definer set search_path = public, pg_temp as $$
        select v.id, v.code, v.scope_code, v.zh, v.elder, v.en from (
            select distinct on (t.code, t.scope_code) t.* from notices_textversion t
            where t.state = 'approved' and t.from_on <= day and t.aside_at is null
            order by t.code, t.scope_code, t.from_on desc, t.version desc
        ) v where not v.shipped
    $$""",
    """
    create or replace function notices_text_frozen() returns trigger language plpgsql set search_path = pg_catalog as $$
    declare
        open text[] := array['state', 'decided_by_id', 'decided_post_id', 'decided_at', 'note', 'from_on'];
        late text[] := array['aside_at', 'aside_why', 'sample'];
    begin
        if old.state <> 'waiting' then
            open := array[]::text[];
        end if;
        if (to_jsonb(new) - (open || late)) is distinct from (to_jsonb(old) - (open || late)) then
            raise exception 'A version of a text does not change. Write the next one.' using errcode = 'check_violation';
        end if;
        return new;
    end $$""",
    "drop trigger if exists notices_text_frozen on notices_textversion",
    """
    create trigger notices_text_frozen before update on notices_textversion
        for each row execute function notices_text_frozen()""",
)


def install(cursor: Any) -> None:
    """Creates or replaces them."""
    for statement in STATEMENTS:
        cursor.execute(statement)
