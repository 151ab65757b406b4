"""What PostgreSQL itself holds of the separation of duties: a trigger on posts, and the one way a right changes."""

from __future__ import annotations

from typing import Any

from lianglin.access.actor import role_kinds

APART = """
create or replace function access_post_apart() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from access_account where id = new.account_id for no key update;
    if exists (
        select 1 from access_post p
        where p.account_id = new.account_id and p.id is distinct from new.id and p.role_code <> new.role_code
            and (p.role_code = any({alone}) or new.role_code = any({alone}))
            and p.starts_on <= coalesce(new.ends_on, 'infinity') and new.starts_on <= coalesce(p.ends_on, 'infinity')
            and new.starts_on <= coalesce(new.ends_on, 'infinity') and p.starts_on <= coalesce(p.ends_on, 'infinity')
    ) then
        raise exception 'separation of duties: account % holds another post', new.account_id
            using errcode = 'integrity_constraint_violation', constraint = 'access_post_apart';
    end if;
    return new;
end $$;
create or replace trigger access_post_apart before insert or update of account_id, role_code, starts_on, ends_on
    on access_post for each row execute function access_post_apart()"""
"""Two offices in one hand at the same time are refused, whoever writes. The account's row is locked, so that two
posts given at the same moment see each other."""

BY_OFFICER = """if not exists (
        select 1 from access_post p where p.id = nullif(current_setting('app.post', true), '')::bigint
            and p.account_id = mine and p.role_code = 'security_officer'
            and p.starts_on <= today and coalesce(p.ends_on, 'infinity') >= today
    ) then raise exception 'only a security officer decides' using errcode = 'insufficient_privilege'; end if;"""

DECIDE = f"""
create or replace function access_decide_change(change bigint, verdict text, words text, hashed text) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c access_rightschange;
    mine bigint := nullif(current_setting('app.account', true), '')::bigint;
    moment timestamptz := nullif(current_setting('app.at', true), '')::timestamptz;
    today date := (moment at time zone 'Asia/Shanghai')::date;
    made bigint;
begin
    select * into c from access_rightschange where id = change for update;
    if not found or c.state <> 'waiting' then raise exception 'change % is not waiting', change using errcode = 'P0002'; end if;
    if verdict not in ('approved', 'refused') then raise exception 'no verdict'; end if;
    {BY_OFFICER}
    if verdict = 'approved' then
        case c.kind
        when 'open' then
            insert into access_post (account_id, role_code, organisation_id, scope_code, title, title_en, starts_on, ends_on)
            values (c.account_id, c.role_code, c.organisation_id, c.scope_code, c.title, c.title_en, c.starts_on, c.ends_on)
            returning id into made;
            update access_rightschange set post_id = made where id = change;
        when 'end' then
            update access_post set ends_on = least(ends_on, c.ends_on) where id = c.post_id;
            if c.successor_id is not null then
                select p.id into made from access_post p join access_post old on old.id = c.post_id
                where p.account_id = c.successor_id and p.role_code = old.role_code
                    and p.organisation_id = old.organisation_id and p.scope_code = old.scope_code
                    and p.starts_on <= c.ends_on + 1 and coalesce(p.ends_on, 'infinity') > c.ends_on
                order by p.id limit 1;
                if made is null then
                    insert into access_post (account_id, role_code, organisation_id, scope_code, title, title_en, starts_on)
                    select c.successor_id, role_code, organisation_id, scope_code, title, title_en, c.ends_on + 1
                    from access_post where id = c.post_id
                    returning id into made;
                end if;
                update access_rightschange set successor_post_id = made where id = change;
            end if;
        when 'close' then
            update access_account set is_active = false, session_epoch = session_epoch + 1 where id = c.account_id;
            update access_post set ends_on = today - 1 where account_id = c.account_id and coalesce(ends_on, 'infinity') >= today;
        when 'password' then
            update access_account set password = hashed, one_time_until = moment + interval '3 days',
                session_epoch = session_epoch + 1 where id = c.account_id;
        when 'link' then
            delete from access_outsideidentity where account_id = c.account_id;
            insert into access_outsideidentity (account_id, issuer, claim, subject, linked_at)
            values (c.account_id, c.issuer, c.claim, c.subject, moment);
        end case;
    end if;
    update access_rightschange set state = verdict, decided_by_id = mine, decided_at = moment, note = words where id = change;
    return made;
end $$"""
"""The only way a post is given or ended by anybody but the owner. Two constraints of the table hold that who decides
neither proposed the change nor has the rights that change."""


def _withdraw(function: str, argument: str, table: str) -> str:
    """A function that takes back what the person who asks has proposed, before it is decided; whether it did.

    The argument keeps its name: PostgreSQL replaces no function whose argument is called otherwise.
    """
    return f"""
create or replace function {function}({argument} bigint) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    mine bigint := nullif(current_setting('app.account', true), '')::bigint;
begin
    update {table} set state = 'withdrawn', decided_by_id = mine,
        decided_at = nullif(current_setting('app.at', true), '')::timestamptz
    where id = {argument} and state = 'waiting' and proposed_by_id = mine;
    return found;
end $$"""


DECIDE_LINKS = f"""
create or replace function access_decide_links(wanted bigint, verdict text, words text) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    l access_linklist;
    mine bigint := nullif(current_setting('app.account', true), '')::bigint;
    moment timestamptz := nullif(current_setting('app.at', true), '')::timestamptz;
    today date := (moment at time zone 'Asia/Shanghai')::date;
    n integer := 0;
begin
    select * into l from access_linklist where id = wanted for update;
    if not found or l.state <> 'waiting' then raise exception 'list % is not waiting', wanted using errcode = 'P0002'; end if;
    if verdict not in ('approved', 'refused') then raise exception 'no verdict'; end if;
    {BY_OFFICER}
    if exists (select 1 from access_linkrow r where r.list_id = wanted and r.account_id in (mine, l.proposed_by_id)) then
        raise exception 'nobody declares or decides the own login' using errcode = 'insufficient_privilege';
    end if;
    if verdict = 'approved' then
        if exists (
            select 1 from access_linkrow r join access_account a on a.id = r.account_id where r.list_id = wanted and not a.is_active
        ) then
            raise exception 'an account of list % is closed', wanted
                using errcode = 'integrity_constraint_violation', constraint = 'access_links_active';
        end if;
        delete from access_outsideidentity o using access_linkrow r where r.list_id = wanted and o.account_id = r.account_id;
        insert into access_outsideidentity (account_id, issuer, claim, subject, linked_at)
        select r.account_id, l.issuer, l.claim, r.subject, moment from access_linkrow r where r.list_id = wanted order by r.id;
        get diagnostics n = row_count;
    end if;
    update access_linklist set state = verdict, decided_by_id = mine, decided_at = moment, note = words where id = wanted;
    return n;
end $$"""
"""A list of logins is carried out whole: a row that fits no more (a subject of another account, a closed one) ends it all."""

CUT = """
create or replace function access_audit_cut(wanted bigint, most integer) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c access_auditcut;
    n bigint;
begin
    select * into c from access_auditcut where id = wanted and finished_at is null for update;
    if not found then raise exception 'no open cut %', wanted; end if;
    if c.sealed_at > now() - interval '6 months' then raise exception 'the audit is kept six months at least'; end if;
    if not exists (
        select 1 from access_auditseal s where s.id = c.seal and s.at = c.sealed_at and s.heads = c.heads and s.signature = c.signature
    ) then raise exception 'cut % rests on no seal', wanted; end if;
    delete from access_auditentry where id = any (array(
        select e.id from jsonb_each(c.heads) h join access_auditentry e on e.chain = h.key and e.seq <= (h.value->>0)::bigint
        limit most
    ));
    get diagnostics n = row_count;
    if n < most then delete from access_auditseal where id < c.seal; end if;
    update access_auditcut set removed = removed + n where id = wanted;
    return n;
end $$"""
"""The only way entries go: behind a signed seal of the city, and never younger than the law's six months, by the
database's own clock (网络安全法: logs are kept for six months at least)."""

DECIDES = (
    ("access_decide_change(bigint, text, text, text)", "lianglin_security"),
    ("access_withdraw_change(bigint)", "lianglin_administrator"),
    ("access_decide_links(bigint, text, text)", "lianglin_security"),
    ("access_withdraw_links(bigint)", "lianglin_administrator"),
)


def install_offices(cursor: Any) -> None:
    """Creates or replaces trigger and functions, and lets each be called by the one role it is for."""
    alone = sorted(kind.code for kind in role_kinds().values() if kind.alone)
    named = "array[" + ", ".join(f"'{code}'" for code in alone) + "]::text[]"
    cursor.execute(APART.replace("{alone}", named))
    cursor.execute(DECIDE)
    cursor.execute(_withdraw("access_withdraw_change", "change", "access_rightschange"))
    cursor.execute(DECIDE_LINKS)
    cursor.execute(_withdraw("access_withdraw_links", "wanted", "access_linklist"))
    cursor.execute(CUT)
    only(cursor, (*DECIDES, ("access_audit_cut(bigint, integer)", "lianglin_job")))


def only(cursor: Any, granted: tuple[tuple[str, str], ...]) -> None:
    """Takes a function from everybody and gives it to the named roles."""
    for signature, roles in granted:
        cursor.execute(f"revoke execute on function {signature} from public")
        cursor.execute(f"grant execute on function {signature} to {roles}")
