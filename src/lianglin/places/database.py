"""What places add to the database: a planned change of places names codes and buildings of the own area alone."""

from __future__ import annotations

from typing import Any

_OWN = "{0} >= current_setting('app.lo', true) and {0} < current_setting('app.hi', true)"
_CHANGE = f"""exists (select 1 from places_placechange c where c.id = new.change_id and c.state = 'draft'
            and {_OWN.format("c.scope_code")}) and {_OWN.format("new.to_code")}"""
_BUILDING = (
    f"exists (select 1 from places_building b where b.id = new.building_id and {_OWN.format('b.scope_code')})"
)

PLANNED = """
create or replace function {name}() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if current_user = 'lianglin_staff' and not coalesce({holds}, false) then
        raise exception 'a change names places of the own area, while it is a draft' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create or replace trigger {name} before insert on {table} for each row execute function {name}()"""
"""A policy is one comparison of the row itself; that a share hangs on a change of the own area is asked here.

``gazetteer_recode`` rewrites codes across all tables by these rows: without it, a post of one district could add a
share of another district's community to any draft.
"""


def install(cursor: Any) -> None:
    """Creates or replaces the triggers after every migration."""
    shares = f"{_CHANGE} and {_OWN.format('new.from_code')}"
    for table, holds in (
        ("places_placeshare", shares),
        ("places_placemove", f"{_CHANGE} and {_BUILDING}"),
    ):
        cursor.execute(PLANNED.format(name=f"{table}_own", table=table, holds=holds))
