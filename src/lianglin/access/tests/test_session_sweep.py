"""Sessions that ran out go at night, some at a time; the background role can do nothing else with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction

from lianglin.access import night, runs, session_sweep
from lianglin.access.runs import as_background
from lianglin.kit import clock

pytestmark = pytest.mark.django_db


def keep(count: int, **lasts: int) -> None:
    until = clock.now() + timedelta(**lasts)
    begin = Session.objects.count()
    Session.objects.bulk_create(
        Session(session_key=f"{begin + number:040d}", session_data="x", expire_date=until)
        for number in range(count)
    )


def test_what_ran_out_goes_in_steps_and_the_rest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_sweep, "AT_ONCE", 2)
    keep(5, minutes=-1)
    keep(2, minutes=1)
    steps: list[int] = []
    row = runs.run(session_sweep.SWEEP, report=lambda row: steps.append(row.rows))
    assert (row.state, steps) == ("done", [2, 4, 5, 5])
    assert Session.objects.count() == 2


def test_it_is_part_of_the_night() -> None:
    assert session_sweep.SWEEP.name in night.works()


@pytest.mark.parametrize(
    "statement", ["select session_key from django_session", "delete from django_session"]
)
def test_the_background_role_reads_and_ends_no_session(statement: str) -> None:
    with (
        as_background(),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute(statement)
