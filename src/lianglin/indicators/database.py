"""What figures add to the database: an issued report is held as it was issued, whoever writes."""

from __future__ import annotations

from typing import Any

_FROZEN = """
create or replace function indicators_report_frozen() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    if old.state = 'replaced' or (old.state = 'issued' and (
        new.state not in ('issued', 'replaced')
        or (to_jsonb(new) - 'state') is distinct from (to_jsonb(old) - 'state')
    )) then
        raise exception 'An issued report does not change. Correct it by a new version.' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists indicators_report_frozen on indicators_report;
create trigger indicators_report_frozen before update on indicators_report
    for each row execute function indicators_report_frozen();
"""


def install(cursor: Any) -> None:
    """The trigger that freezes issued reports. Idempotent."""
    cursor.execute(_FROZEN)
