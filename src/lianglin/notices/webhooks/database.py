"""Webhooks inside PostgreSQL: where calls go, and of what, is what the second person approved; the second person is one."""

from __future__ import annotations

from typing import Any

_GIVEN = ("key", "url", "kinds", "events", "unit_id", "proposed_by_id", "proposed_post_id", "reason")
_DECISION = ("state", "decided_by_id", "decided_post_id", "decided_at", "note")


def _row(which: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{which}.{column}" for column in columns)


def _changed(columns: tuple[str, ...]) -> str:
    return f"({_row('old', columns)}) is distinct from ({_row('new', columns)})"


STATEMENT = f"""
create or replace function notices_webhook_stays() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    raise exception 'A webhook does not change. Propose a new one.' using errcode = 'check_violation';
end $$;
drop trigger if exists notices_webhook_stays on notices_webhookendpoint;
create trigger notices_webhook_stays before update on notices_webhookendpoint for each row
    when ({_changed(_GIVEN)}) execute function notices_webhook_stays();

create or replace function notices_webhook_proposed() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    if new.state <> 'waiting' or new.decided_by_id is not null
        or new.proposed_by_id is distinct from nullif(current_setting('app.account', true), '')::bigint
    then
        raise exception 'A webhook begins as a proposal of whoever writes it.' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists notices_webhook_proposed on notices_webhookendpoint;
create trigger notices_webhook_proposed before insert on notices_webhookendpoint for each row
    execute function notices_webhook_proposed();

create or replace function notices_webhook_decided() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    if old.state <> 'waiting' then
        raise exception 'It is decided already.' using errcode = 'check_violation';
    end if;
    if new.state in ('approved', 'refused') and (
        current_user <> 'lianglin_security'
        or new.decided_by_id is distinct from nullif(current_setting('app.account', true), '')::bigint
    ) then
        raise exception 'The security officer decides, as the second person.' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists notices_webhook_decided on notices_webhookendpoint;
create trigger notices_webhook_decided before update on notices_webhookendpoint for each row
    when ({_changed(_DECISION)}) execute function notices_webhook_decided();
"""
"""That the two are not one person is a constraint of the table."""


def install(cursor: Any) -> None:
    """Creates or replaces it."""
    cursor.execute(STATEMENT)
