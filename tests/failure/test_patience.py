"""An upgrade beside people who work: it waits for no lock with readers behind it, says who is in its way, and gets there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection, connections

from lianglin.access import policies
from lianglin.project.embedded import Server
from lianglin.project.errors import Busy
from lianglin.project.patience import patiently

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "operation_traffichour"
HELD = f"select 'WORDS of somebody', count(*) from {TABLE}"


@pytest.fixture
def where(postgres: Server) -> str:
    return postgres.dsn(dbname=str(connection.settings_dict["NAME"]))


@pytest.fixture
def held(connect_as: Callable[[str], psycopg.Connection]) -> Iterator[psycopg.Connection]:
    """Somebody reads in a transaction that stays open."""
    one = connect_as("owner")
    one.execute("set application_name = 'a long report'")
    one.execute("begin")
    one.execute(HELD)
    yield one
    if not one.closed:
        one.rollback()


def change() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"alter table {TABLE} add column if not exists later integer")


def test_it_waits_outside_and_says_who_is_in_the_way(
    held: psycopg.Connection, where: str, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    said: list[str] = []
    read: list[int] = []
    by_then: list[int] = []
    reader, over = connect_as("owner"), threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            reader.execute(f"select count(*) from {TABLE}")
            read.append(1)

    def say(text: str) -> None:
        said.append(text)
        by_then.append(len(read))
        if len(said) == 2:
            held.rollback()

    looking = threading.Thread(target=look)
    looking.start()
    try:
        patiently(change, where=where, say=say, pauses=(0.3, 0.3, 0.3, 0.3), lock_seconds=0.5)
    finally:
        over.set()
        looking.join()
    with connection.cursor() as cursor:
        cursor.execute(f"select later from {TABLE}")
        cursor.execute("show lock_timeout")
        assert cursor.fetchone() == ("0",)
    assert len(said) >= 2
    assert all(
        f"session {held.info.backend_pid} (a long report, idle in transaction" in text for text in said[:2]
    )
    assert not any("WORDS" in text for text in said)
    assert by_then[1] > by_then[0], "readers went on between the tries"


def test_in_the_end_it_gives_up_with_nothing_half_done(held: psycopg.Connection, where: str) -> None:
    with pytest.raises(Busy, match="Nothing is half done"):
        patiently(change, where=where, say=lambda text: None, pauses=(0.1,), lock_seconds=0.2)
    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from information_schema.columns where table_name = %s and column_name = 'later'",
            [TABLE],
        )
        assert cursor.fetchone() is None


def test_what_is_wrong_otherwise_is_said_at_once(where: str) -> None:
    def wrong() -> None:
        with connection.cursor() as cursor:
            cursor.execute("alter table is_not_there add column x integer")

    with pytest.raises(Exception, match="does not exist"):
        patiently(wrong, where=where, say=lambda text: pytest.fail(text))


def test_policies_that_are_as_they_should_be_lock_nothing(
    held: psycopg.Connection, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    """Rights are written after every upgrade; a table somebody reads is left alone unless something differs."""
    owner = connect_as("owner")
    with connection.cursor() as cursor:
        cursor.execute("set role lianglin_owner")
        policies.apply()
        cursor.execute("set lock_timeout = '300ms'")
        held.rollback()
        held.execute("begin")
        for table in (TABLE, "cases_case"):
            held.execute(f"select count(*) from {table}")
        policies.apply()
        held.rollback()
        owner.execute("drop policy staff_select on cases_case")
        owner.execute(f"grant delete on {TABLE} to lianglin_staff")
        policies.apply()
        cursor.execute(
            "select count(*) from pg_policies where tablename = 'cases_case' and policyname = 'staff_select'"
        )
        assert cursor.fetchone() == (1,)
        cursor.execute(f"select has_table_privilege('lianglin_staff', '{TABLE}', 'delete')")
        assert cursor.fetchone() == (False,)
        cursor.execute("reset role; reset lock_timeout")
