"""What every test's database holds: the working calendar, and an impact assessment for every domain that needs one."""

from __future__ import annotations

import psycopg

from lianglin.kit import discovery


def assess(address: str) -> None:
    """Puts them into a migrated database; ``address`` is its administrator's."""
    codes = [found.code for found in discovery.manifests() if found.assess]
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(
            "insert into privacy_assessment (domain, necessity, risks, measures, result, valid_until, made_at, approved_at, sample)"
            " select code, 'test', 'test', 'test', 'passed', '9999-01-01', now(), now(), false from unnest(%s::text[]) code",
            [codes],
        )


def put_days(address: str) -> None:
    """The official calendar of three years into a migrated database."""
    from lianglin.kit import calendar  # it reads models: after Django was set up

    with psycopg.connect(address) as admin, admin.cursor() as cursor:
        columns = "date, kind, name, source, provisional"
        with cursor.copy(f"copy kit_calendarday ({columns}) from stdin") as copy:
            for year in (2025, 2026, 2027):
                for day in calendar.official_days(year):
                    copy.write_row((day.date, day.kind, day.name, day.source, day.provisional))
