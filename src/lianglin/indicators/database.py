"""What figures add to the database: an issued report is held as it was issued, what was approved as it was given."""

from __future__ import annotations

from typing import Any

_FROZEN = """
create or replace function indicators_report_frozen() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
    free text[];
begin
    free := case when new.state = 'recalled' then array['state', 'recalled_at', 'recalled_by', 'recalled_why'] else array['state'] end;
    if old.state in ('replaced', 'recalled') or (old.state = 'issued' and (
        new.state not in ('issued', 'replaced', 'recalled')
        or (to_jsonb(new) - free) is distinct from (to_jsonb(old) - free)
    )) then
        raise exception 'An issued report does not change. Correct it by a new version.' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists indicators_report_frozen on indicators_report;
create trigger indicators_report_frozen before update on indicators_report
    for each row execute function indicators_report_frozen();
"""


_GIVEN = {
    "indicators_figureimport": ("key", "content", "sha256", "office", "source", "as_of", "lines", "proposed_by_id"),
    "indicators_importedvalue": (
        "file_id", "line", "indicator", "starts_on", "ends_before", "amount", "numerator", "denominator", "note",
    ),
    "indicators_targetchange": ("indicator", "amount", "better", "source", "proposed_by_id"),
    "indicators_reportlayout": ("key", "organisation_id", "definition", "version", "content", "digest", "uploaded_by_id"),
}  # fmt: skip
"""Table -> what one person gave and a second one looks at: nobody changes it in between, nor afterwards."""
_STAYS = """
create or replace function indicators_given_stays() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    raise exception 'What two people look at does not change. Give it anew.' using errcode = 'check_violation';
end $$;
"""


def _stays(table: str, columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{which}.{column}" for column in columns) for which in ("old", "new"))
    return f"""
drop trigger if exists {table}_stays on {table};
create trigger {table}_stays before update on {table} for each row
    when (({old}) is distinct from ({new})) execute function indicators_given_stays();
"""


def install(cursor: Any) -> None:
    """The triggers that freeze issued reports, and what two people look at. Idempotent."""
    cursor.execute(_FROZEN + _STAYS)
    for table, columns in _GIVEN.items():
        cursor.execute(_stays(table, columns))
