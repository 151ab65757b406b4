"""Loads N appeals set by set for :mod:`bench.appeals_api`: 600 communities, steps, clocks, receipts; seeded."""

from __future__ import annotations

import os
import sys
from datetime import date

from bench.appeals_api import BUSY, EMPTY, PASSWORD, STREET

PLACES = """
insert into places_division (code, level, name, name_en, scope_code)
select distinct substr(c, 1, 9) || '000', 'township', '街道' || substr(c, 4, 6), '', substr(c, 1, 9)
from (select unnest(%(codes)s::text[]) as c) codes;
"""
COMMUNITIES = """
insert into places_community (division_id, kind, scope_code, name, name_en, households, lon, lat, geometry, valid_from, sample, loaded)
select d.id, 'community', c, '第' || n || '社区', '', 2000, 126.6, 45.7, '{}', '2024-01-01', true, true
from unnest(%(codes)s::text[]) with ordinality as codes(c, n) join places_division d on d.scope_code = substr(c, 1, 9);
"""
CASES = """
insert into cases_case (number, kind, title, scope_code, community_id, place_text, state, outcome, urgent, opened_at, due_at,
    due_provisional, settled_at, closed_at, version, sample)
select
    'A' || pg_temp.damm('26' || to_char(1 + n %% 9, 'FM00') || to_char(n, 'FM0000000')), 'appeal', '楼道灯不亮',
    c.scope_code, c.id, '和宁小区3号楼',
    case when n %% 20 = 0 then 'received' when n %% 20 < 4 then 'handling' else 'closed' end,
    case when n %% 20 >= 4 then 'solved' else '' end, false,
    timestamptz '2026-11-20 08:00+08' - (%(n)s - n) * interval '60 seconds',
    case when n %% 20 < 4 then timestamptz '2026-11-30 17:00+08' end, false,
    case when n %% 20 >= 4 then timestamptz '2026-11-20 08:00+08' - (%(n)s - n) * interval '60 seconds' + interval '3 days' end,
    case when n %% 20 >= 4 then timestamptz '2026-11-20 08:00+08' - (%(n)s - n) * interval '60 seconds' + interval '5 days' end,
    1, true
from generate_series(1, %(n)s) n join bench_communities c on c.position = case when n %% 50 = 0 then 0 else (n::bigint * 7919) %% %(count)s end
order by n;
"""
DAMM = """
create function pg_temp.damm(digits text) returns text language plpgsql as $$
declare
    rows text[] := %(rows)s;
    state int := 0;
begin
    for i in 1 .. length(digits) loop
        state := substr(rows[state + 1], 1 + substr(digits, i, 1)::int, 1)::int;
    end loop;
    return digits || state::text;
end $$"""
REST = (
    """insert into appeals_appeal (case_id, scope_code, item_id, channel, text, entity, anonymous, language, opened_at)
    select k.id, k.scope_code, i.ids[1 + k.id %% array_length(i.ids, 1)], 'web', '楼道灯不亮了，老人上下楼不方便，请尽快修理。', false, false,
    'zh-hans', k.opened_at from cases_case k, (select array_agg(id) ids from appeals_item) i""",
    """insert into cases_step (case_id, scope_code, seq, move, from_state, to_state, at, note, public, data)
    select id, scope_code, s, case s when 1 then 'open' else 'accept' end, '', state, opened_at, '', true, '{}'
    from cases_case, generate_series(1, 2) s""",
    """insert into cases_clock (case_id, scope_code, stage, amount, unit, started_at, due_at, provisional, paused_seconds, extended, stopped_at)
    select id, scope_code, 'dispatch', 1, 'working_days', opened_at, opened_at + interval '1 day', false, 0, 0,
    case when state = 'received' then null else opened_at + interval '4 hours' end from cases_case""",
)


def main(appeals: int) -> None:
    """Migrates an empty database and fills it."""
    os.environ["LIANGLIN_DATABASE_ROLE"] = "owner"
    from lianglin.project import attach, environment

    env = environment.current()
    with attach.running(env):
        attach.migrate(env)
        from django.db import connection, transaction
        from psycopg import sql

        from lianglin.kit.ids import _DAMM

        codes = [BUSY, *(f"2301{3 + n // 200:02d}{n // 20 % 10 + 2:03d}{n % 20 + 1:03d}" for n in range(599))]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PLACES, {"codes": [*codes, EMPTY]})
            cursor.execute(COMMUNITIES, {"codes": [*codes, EMPTY]})
            _catalogue()
            _people()
            _assessment()
            cursor.execute(
                "create temporary table bench_communities as select row_number() over (order by scope_code <> %s, scope_code) - 1 as position,"
                " id, scope_code from places_community where scope_code <> %s",
                [BUSY, EMPTY],
            )
            cursor.execute(sql.SQL(DAMM.replace("%(rows)s", "{}")).format(sql.Literal(list(_DAMM))))  # pyright: ignore[reportArgumentType]
            cursor.execute(CASES, {"n": appeals, "count": len(codes)})
            for statement in REST:
                cursor.execute(statement.replace("%%", "%"))
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")


def _assessment() -> None:
    """Appeals wait for their impact assessment (docs/decisions/0025): this one lets the bench in."""
    from lianglin.kit import clock
    from lianglin.privacy.models import Assessment

    told = {"necessity": "bench", "risks": "bench", "measures": "bench", "result": "passed"}
    instants = {"made_at": clock.now(), "approved_at": clock.now(), "valid_until": date(2099, 1, 1)}
    Assessment.objects.create(domain="appeals", sample=True, **told, **instants)


def _catalogue() -> None:
    from lianglin.appeals.models import Catalogue, Category, Field, Item

    version = Catalogue.objects.create(
        version="bench", in_force_from=date(2024, 1, 1), source="bench", sample=True
    )
    top = Field.objects.create(catalogue=version, code="02", name="城市品质", name_en="City")
    category = Category.objects.create(field=top, code="0206", name="老旧小区", name_en="Old compounds")
    names = {"owner_name": "物业", "owner_name_en": "Property", "limit_days": 3, "place_kind": "bld"}
    Item.objects.bulk_create(
        [
            Item(category=category, code=f"0206{n:02d}", name="楼道照明", name_en="Stairwell light", **names)
            for n in range(1, 97)
        ]
    )


def _people() -> None:
    from lianglin.access.models import Account, Organisation, Post
    from lianglin.kit import calendar, clock
    from lianglin.kit.models import CalendarDay

    for year in (2025, 2026, 2027):
        CalendarDay.objects.bulk_create(calendar.official_days(year))
    for name, role, scope in (
        ("bench-worker", "community_worker", BUSY),
        ("bench-street", "street_coordinator", STREET),
        ("bench-empty", "community_worker", EMPTY),
    ):
        account = Account.objects.create_user(name, PASSWORD, name=name, created_at=clock.now())
        office = Organisation.objects.create(code=name, name=name, kind="community", scope_code=scope)
        Post.objects.create(
            account=account,
            role_code=role,
            organisation=office,
            scope_code=scope,
            title=role,
            starts_on=date(2024, 1, 1),
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
