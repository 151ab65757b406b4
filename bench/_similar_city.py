"""Loads planted appeals into an empty database for :mod:`bench.similarity`, and asks it as the application does."""

from __future__ import annotations

import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

STAGED = """
create temporary table bench_rows (
    n bigint, scope text, item int, chosen int, cell bigint, lon float8, lat float8, building bigint, person bigint,
    opened timestamptz, grams bytea, ended boolean
)"""
FILLED = (
    """insert into cases_case (id, number, kind, title, scope_code, community_id, place_text, state, outcome, urgent, opened_at,
        due_provisional, version, sample)
    select r.n, 'A' || pg_temp.damm('261' || to_char(r.n, 'FM00000000')), 'appeal', '示例', r.scope, c.id, '',
        case when r.ended then 'closed' else 'handling' end, case when r.ended then 'solved' else '' end, false, r.opened,
        false, 1, true
    from bench_rows r join places_community c on c.scope_code = r.scope order by r.n""",
    """insert into appeals_appeal (case_id, scope_code, item_id, channel, text, entity, anonymous, language, opened_at)
    select r.n, r.scope, r.item, 'web', '示例', false, false, 'zh-hans', r.opened from bench_rows r order by r.n""",
    """insert into appeals_similarityrow (case_id, scope_code, chosen_id, class_code, cell, lon, lat, building_id, person,
        opened_at, grams, read_by)
    select r.n, r.scope, r.chosen, g.code, r.cell, r.lon, r.lat, r.building, r.person, r.opened, r.grams, 'bench'
    from bench_rows r join appeals_item i on i.id = r.item join appeals_category g on g.id = i.category_id order by r.n""",
)
COPIED = (
    """insert into cases_case (id, number, kind, title, scope_code, community_id, place_text, state, outcome, urgent, opened_at,
        due_provisional, version, sample)
    select n.id, 'A' || pg_temp.damm('261' || to_char(n.id, 'FM00000000')), c.kind, c.title, n.scope, t.id, '', c.state,
        c.outcome, false, c.opened_at, false, 1, true
    from generate_series(1, %(more)s) k cross join cases_case c
    cross join lateral (select c.id + k * 200000 id, (23 + k)::text || substr(c.scope_code, 3) scope) n
    join places_community t on t.scope_code = n.scope where c.id <= 200000""",
    """insert into appeals_appeal (case_id, scope_code, item_id, channel, text, entity, anonymous, language, opened_at)
    select a.case_id + k * 200000, (23 + k)::text || substr(a.scope_code, 3), a.item_id, a.channel, a.text, false, false,
        a.language, a.opened_at
    from generate_series(1, %(more)s) k cross join appeals_appeal a where a.case_id <= 200000""",
    """insert into appeals_similarityrow (case_id, scope_code, chosen_id, class_code, cell, lon, lat, building_id, person,
        opened_at, grams, read_by)
    select r.case_id + k * 200000, (23 + k)::text || substr(r.scope_code, 3), r.chosen_id, r.class_code, r.cell + k * 2000::bigint,
        r.lon + k * 2000 / 290.0, r.lat, r.building_id + k * 10000000::bigint, r.person + k * 1000000000::bigint, r.opened_at, r.grams,
        'bench'
    from generate_series(1, %(more)s) k cross join appeals_similarityrow r where r.case_id <= 200000""",
)
"""The same city so many times more, each 2,000 cells further east and with people and buildings of its own."""
UNUSED = """
select indexrelid::regclass::text from pg_index where indrelid in ('cases_case'::regclass, 'appeals_appeal'::regclass)
    and not indisunique and indexrelid::regclass::text not like 'cases_case_parent%%'"""
"""Indexes that a check never looks at: without them a million rows are there in minutes."""
OPEN_DAYS = 30
"""Reports of so many last days are open, older ones are closed."""


def scopes(community: np.ndarray, street: np.ndarray) -> list[str]:
    """A scope code for each: 50 streets a district."""
    return [
        f"2301{2 + s // 50:02d}{s % 50 + 1:03d}{c % 8 + 1:03d}"
        for c, s in zip(community.tolist(), street.tolist(), strict=True)
    ]


def load(now: Any, model_folder: Path, version: str) -> None:
    """Migrates, fills, puts the model in force. Times are moved so that the last report came in an hour ago."""
    from django.db import connection, transaction
    from psycopg import sql

    from bench._appeals_load import COMMUNITIES, DAMM, PLACES
    from lianglin.appeals.seed.stock import load_catalogue
    from lianglin.engines import similarity
    from lianglin.kit.ids import _DAMM

    items = load_catalogue()
    where = scopes(now.community, now.street)
    shift = time.time() - 3600 - float(now.at.max()) * 86_400
    cell = similarity.cells(now.lon, now.lat)
    bags = similarity.bags(now.texts)
    ended = now.at < now.at.max() - OPEN_DAYS
    with transaction.atomic(), connection.cursor() as cursor:
        codes = {"codes": sorted(set(where))}
        cursor.execute(PLACES, codes)
        cursor.execute(COMMUNITIES, codes)
        cursor.execute(STAGED)
        with cursor.copy("copy bench_rows from stdin") as stream:
            for k in range(len(where)):
                known = not np.isnan(now.lon[k])
                stream.write_row(
                    (
                        k + 1, where[k], items[now.item[k]], items[now.chosen[k]] if now.chosen[k] >= 0 else None,
                        int(cell[k]) if known else None, float(now.lon[k]) if known else None,
                        float(now.lat[k]) if known else None, int(now.building[k]) if now.building[k] >= 0 else None,
                        int(now.person[k]) or None, datetime.fromtimestamp(now.at[k] * 86_400 + shift, UTC),
                        similarity.kept(bags, k), bool(ended[k]),
                    )
                )  # fmt: skip
        cursor.execute(sql.SQL(DAMM.replace("%(rows)s", "{}")).format(sql.Literal(list(_DAMM))))  # pyright: ignore[reportArgumentType]
        for statement in FILLED:
            cursor.execute(statement)
    _in_force(version)
    (Path(os.environ["LIANGLIN_DATA"]) / "similarity").symlink_to(model_folder)
    connection.cursor().execute("vacuum analyze")


def multiply(more: int) -> int:
    """Puts so many further cities beside the one that was loaded; how many appeals there are then."""
    from django.db import connection, transaction
    from psycopg import sql

    from bench._appeals_load import COMMUNITIES, DAMM, PLACES
    from lianglin.kit.ids import _DAMM

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select scope_code from places_community")
        known = [scope for (scope,) in cursor.fetchall()]
        codes = {"codes": [f"{24 + k}{scope[2:]}" for k in range(more) for scope in known]}
        cursor.execute(PLACES, codes)
        cursor.execute(COMMUNITIES, codes)
        cursor.execute(UNUSED.replace("%%", "%"))
        for (index,) in cursor.fetchall():
            cursor.execute(f"drop index {index}")
        cursor.execute(sql.SQL(DAMM.replace("%(rows)s", "{}")).format(sql.Literal(list(_DAMM))))  # pyright: ignore[reportArgumentType]
        for statement in COPIED:
            cursor.execute(statement, {"more": more})
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze cases_case, appeals_appeal, appeals_similarityrow")
        cursor.execute("select count(*) from appeals_similarityrow")
        return cursor.fetchone()[0]


def _in_force(version: str) -> None:
    from lianglin.appeals.models import SimilarityModel
    from lianglin.kit import clock

    SimilarityModel.objects.create(
        version=version,
        state="accepted",
        in_force=True,
        source="sample",
        texts=1,
        own_texts=0,
        joined=0,
        reason="first",
        fitted_at=clock.now(),
        chosen_at=clock.now(),
    )


def measured(now: Any, rows: list[int]) -> dict[str, float]:
    """CPU milliseconds of one check, client and database together, medians: while somebody reports, and as for a case
    on the desk (read as the background)."""
    from django.db import connection

    from lianglin.access.actor import job, public
    from lianglin.access.transaction import acting
    from lianglin.appeals.models import Item
    from lianglin.appeals.queries import me_too, resembling
    from lianglin.appeals.queries.alike import Asked
    from lianglin.appeals.rules.grams import cell_of
    from lianglin.appeals.seed.catalogue import items
    from lianglin.cases.models import Case

    where = scopes(now.community, now.street)
    with acting(job()):
        by_code = {item.code: item for item in Item.objects.select_related("category")}
    known = [by_code[item.code] for item in items()]

    def question(row: int) -> tuple[Asked, Item | None]:
        item = known[now.chosen[row]] if now.chosen[row] >= 0 else None
        lon, lat = (None, None) if np.isnan(now.lon[row]) else (float(now.lon[row]), float(now.lat[row]))
        building = int(now.building[row]) if now.building[row] >= 0 else None
        kinds = (item.category.code, "") if item else ("",)
        return Asked(
            text=now.texts[row], kinds=kinds, scope_code=where[row], item_id=item.pk if item else None,
            cell=cell_of(lon, lat), lon=lon, lat=lat, building_id=building,
        ), item  # fmt: skip

    found: dict[str, float] = {}
    with acting(public()):
        asked = [question(row) for row in rows]
        found |= _timed("check_cpu", lambda k: me_too.open_matters(*asked[k]), len(rows), connection)
    with acting(job()) as by:
        visible = Case.objects.visible_to(by, purpose=by.work_purpose)
        cases = [visible.get(pk=row + 1) for row in rows]
        found |= _timed(
            "check_desk_cpu",
            lambda k: resembling.resembling(cases[k], now.texts[rows[k]], asked[k][1], by),
            len(rows),
            connection,
        )
    return found


def _timed(name: str, ask: Any, count: int, connection: Any) -> dict[str, float]:
    """Medians over questions, after a warm-up; the backend's time is what the kernel counted for its process."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    for k in range(min(count, 40)):
        ask(k)
    both, own, shown = [], [], 0
    for k in range(count):
        before, begun = int(backend.read_text().split()[0]), time.process_time_ns()
        shown += len(ask(k) or ())
        client = time.process_time_ns() - begun
        database = int(backend.read_text().split()[0]) - before
        both.append((client + database) / 1e6)
        own.append(client / 1e6)
    return {
        f"{name}_ms": round(statistics.median(both), 2),
        f"{name}_client_ms": round(statistics.median(own), 2),
        f"{name}_p95_ms": round(float(np.quantile(both, 0.95)), 2),
        f"{name}_shown": round(shown / count, 2),
    }
