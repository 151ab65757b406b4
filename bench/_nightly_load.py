"""Fills a city of N residents for :mod:`bench.nightly`: the sample city at a real city's rate of appeals, and what years
of work leave behind: audit, looks, messages, facts, logins, in the proportions of a city of 9.2 million.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

CITY = 9_200_000
A_MONTH = 13_000
"""Appeals a month of a city of 9.2 million (dossier 7)."""
A_YEAR = {"audit": 7_500_000, "looks": 1_500_000, "messages": 1_600_000}
"""Rows a year in a city of 9.2 million. Audit: 156,000 appeals with 15 entries, 500,000 visits with 4, 14,000 workers
with a login on 220 days. Looks: 500,000 visits, 156,000 appeals with 4, and searches. Messages: three to an
appellant, seven to posts, of each appeal."""
FACTS = 1.3
"""Facts a resident: ten of a dwelling for a third of the households that 500,000 visits a year reach in three years."""

AUDIT = """
select count(access_audit_append(chain, array(
    select convert_to('{"at":"2026-01-01T00:00:00","digest":"' || repeat('0', 64) || '","id":' || n
        || ',"post":1,"role":"staff","subject":"cases.Case","verb":"cases.move.accept"}', 'UTF8')
    from generate_series(1, %(each)s) n)))
from (select scope_code as chain from places_community where valid_to is null) chains, generate_series(1, %(times)s)
"""
LOOKS = """
insert into access_accesslog (at, scope_code, resident_id, organisation_id, post_id, purpose, what)
select now() - (n %% 1100) * interval '1 day', r.scope_code, r.id, p.organisation_id, p.id, 'serve_household', 'household'
from generate_series(1, %(rows)s) n
join lateral (select %(low)s + (n::bigint * 7919) %% %(span)s as id) at on true
join people_resident r on r.id = at.id
cross join (select id, organisation_id from access_post order by id limit 1) p
"""
MESSAGES = """
insert into notices_message (key, code, channel, language, scope_code, body, body_en, link, state, tries, created_at, sent_at, error)
select gen_random_uuid(), 'appeals.received', case when n %% 10 < 3 then 'sms' else 'in_app' end, 'zh-hans', c.scope_code,
    '您反映的事项已受理，编号A2611000001。', '', '', 'sent', 0, now() - (n %% 366) * interval '1 day', now(), ''
from generate_series(1, %(rows)s) n
join (select row_number() over () as k, count(*) over () as of, scope_code from places_community where valid_to is null) c
    on c.k = 1 + n %% c.of
"""
FACT = """
insert into facts_fact (scope_code, object_class, subject_id, element_id, value, retracted, valid_from, recorded_at, source, purpose,
    basis, expires_on, sample)
select h.scope_code, 'dwelling', h.dwelling_id, e.id, '1', false, date '2024-01-01', timestamptz '2024-01-01', 'visit', 'serve_household',
    'statutory_duty', current_date + (h.id %% 1095)::int - 1, true
from people_household h cross join (select id from facts_dataelement where object_class = 'dwelling' order by id limit 10) e
where h.dwelling_id is not null and h.id %% 10 < %(tenth)s
"""
LOGINS = """
insert into access_loginsession (session_key, resident_id, how, device, network, started_at, used_at, idle_minutes, ends_at)
select 'bench' || n, null, 'password', 'desktop', '', now() - (n %% 31) * interval '1 day', now(), 30, now() - (n %% 32) * interval '1 day'
from generate_series(1, %(rows)s) n
"""


def main(residents: int, seals: int) -> None:
    """Migrates an empty database and fills it."""
    os.environ["LIANGLIN_DATABASE_ROLE"] = "owner"
    from lianglin.project import attach, environment

    env = environment.current()
    with attach.running(env):
        attach.migrate(env)
        from lianglin.appeals.seed import load
        from lianglin.project import city

        load.rate_per_1000 = lambda residents: A_MONTH * 12 * 1000 / CITY
        begun = time.monotonic()
        city.build(env, city.Plan(residents=residents), lambda package, what, share: None)
        print(f"city {time.monotonic() - begun:.0f} s", file=sys.stderr)
        _years(residents, seals)
        print(f"years {time.monotonic() - begun:.0f} s", file=sys.stderr)


def _years(residents: int, seals: int) -> None:
    from django.db import connection

    share = residents / CITY
    with connection.cursor() as cursor:
        cursor.execute("select count(*), min(id), max(id) from people_resident")
        _count, low, high = cursor.fetchall()[0]
        cursor.execute("select count(*) from places_community where valid_to is null")
        chains = cursor.fetchall()[0][0]
        each = max(round(A_YEAR["audit"] * 3 * share / chains / 10), 1)
        cursor.execute(AUDIT, {"each": each, "times": 10})
        rows = {"rows": round(A_YEAR["looks"] * 3 * share), "low": low, "span": high - low + 1}
        cursor.execute(LOOKS, rows)
        cursor.execute(MESSAGES, {"rows": round(A_YEAR["messages"] * share)})
        cursor.execute(FACT, {"tenth": 3})
        cursor.execute(LOGINS, {"rows": round(14_000 * 31 * share)})
    _seal(seals)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def _seal(seals: int) -> None:
    """So many seals; before each of them one chain moves on."""
    from lianglin.access import audit
    from lianglin.access.actor import job
    from lianglin.access.transaction import acting

    for number in range(seals):
        with acting(job()):
            audit.record("bench.seal", "bench.Thing", number)
        with acting(job()):
            audit.seal()


def counts() -> dict[str, Any]:
    """Rows of the tables that the night works on."""
    from django.db import connection

    tables = (
        "people_resident", "people_household", "places_community", "cases_case", "cases_step", "facts_fact",
        "notices_message", "access_accesslog", "access_auditentry", "access_auditseal", "access_loginsession",
        "benefits_match", "indicators_indicatorvalue", "indicators_publishedvalue",
    )  # fmt: skip
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"select count(*) from {table}")
            found[table] = cursor.fetchone()[0]
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
