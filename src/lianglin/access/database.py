"""The audit's append, inside PostgreSQL: one statement locks the chain's head, links the lines and moves the head."""

from __future__ import annotations

from typing import Any

from lianglin.access.encrypted import encrypted_columns

APPEND = """
create or replace function access_audit_append(c text, bodies bytea[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    n bigint;
    h bytea;
    b bytea;
begin
    insert into access_audithead (chain, seq, hash) values (c, 0, decode(repeat('00', 32), 'hex')) on conflict (chain) do nothing;
    select seq, hash into n, h from access_audithead where chain = c for update;
    foreach b in array bodies loop
        n := n + 1;
        h := sha256(h || int8send(n) || b);
        insert into access_auditentry (chain, seq, body, hash) values (c, n, b, h);
    end loop;
    update access_audithead set seq = n, hash = h where chain = c;
end $$"""


OWN_LOOKS = """
create or replace function access_own_looks(behind bigint, most integer)
returns table (id bigint, at timestamptz, purpose text, what text, unit text, unit_en text)
language sql stable security definer set search_path = public, pg_temp as $$
    select l.id, l.at, l.purpose, l.what, o.name, o.name_en
    from access_accesslog l join access_organisation o on o.id = l.organisation_id
    where l.resident_id = nullif(current_setting('app.resident', true), '')::bigint and l.id < behind
    order by l.id desc limit least(most, 5000)
$$"""
"""The looks at a resident who logged in. The table's one predicate for residents is the case they hold."""


def install(cursor: Any) -> None:
    """Creates or replaces the function; every role may call it, none may write the tables behind it."""
    cursor.execute(APPEND)
    cursor.execute(OWN_LOOKS)


STALE = """
create or replace function access_stale_values(label text, behind text, most integer, newest integer)
returns table (pk text, value bytea)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    k record;
begin
    select * into k from (values {columns}) known(label, tbl, col, pk, kind) where known.label = access_stale_values.label;
    if not found then raise exception 'no encrypted column %', label; end if;
    return query execute format(
        -- by the key of the table: a bare name would be the text that is selected, which no index gives in order
        'select t.%I::text, t.%I from %s t where t.%I is not null and get_byte(t.%I, 0) <> $1 %s order by t.%I limit $2',
        k.pk, k.col, k.tbl, k.col, k.col, case when behind <> '' then format('and t.%I > $3::%s', k.pk, k.kind) else '' end, k.pk
    ) using newest, most, behind;
end $$"""
REPLACE = """
create or replace function access_replace_values(label text, pks text[], olds bytea[], news bytea[]) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    k record;
    n integer;
begin
    select * into k from (values {columns}) known(label, tbl, col, pk, kind) where known.label = access_replace_values.label;
    if not found then raise exception 'no encrypted column %', label; end if;
    execute format(
        'update %s t set %I = v.new from unnest($1, $2, $3) v (pk, old, new) where t.%I = v.pk::%s and t.%I = v.old',
        k.tbl, k.col, k.pk, k.kind, k.col
    ) using pks, olds, news;
    get diagnostics n = row_count;
    return n;
end $$"""
USES = """
create or replace function access_key_uses(label text) returns table (number integer, rows bigint)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    k record;
begin
    select * into k from (values {columns}) known(label, tbl, col, pk, kind) where known.label = access_key_uses.label;
    if not found then raise exception 'no encrypted column %', label; end if;
    return query execute format(
        'select get_byte(%I, 0), count(*) from %s where %I is not null group by 1 order by 1', k.col, k.tbl, k.col
    );
end $$"""
"""Rotation reads and writes ciphertext of the declared columns and nothing else, whatever rights a role has on the
tables. A value that somebody wrote meanwhile is left: it is under the newest key already."""


def install_rotation(cursor: Any) -> None:
    """Makes the functions of the rotation for the encrypted columns there are; only the job role calls them."""
    columns = ", ".join(
        "(" + ", ".join(f"'{part}'" for part in (c.label, c.table, c.column, c.key, c.kind)) + ")"
        for c in encrypted_columns()
    )
    signatures = (
        "access_stale_values(text, text, integer, integer)",
        "access_replace_values(text, text[], bytea[], bytea[])",
        "access_key_uses(text)",
    )
    for text, signature in zip((STALE, REPLACE, USES), signatures, strict=True):
        cursor.execute(text.replace("{columns}", columns))
        cursor.execute(f"revoke execute on function {signature} from public")
        cursor.execute(f"grant execute on function {signature} to lianglin_job")
