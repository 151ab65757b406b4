"""A pooled connection is looked at without asking the server, and one that its server closed is found."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from lianglin.kit.postgresql.base import still_there


@pytest.fixture
def opened(db: None) -> Any:
    # the tests run as the owner; the same login once more
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as made:
        made.autocommit = True
        yield made


def test_a_live_connection_is_not_asked(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("a statement was sent")

    opened.execute("select 1")
    monkeypatch.setattr(opened, "execute", asked)
    still_there(opened)


def test_a_closed_connection_is_found(opened: Any) -> None:
    pid = opened.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone()[0]
    with pytest.raises(psycopg.OperationalError):
        still_there(opened)


def test_the_pool_of_the_web_uses_it() -> None:
    from lianglin.kit.postgresql.base import DatabaseWrapper

    settings = {**connection.settings_dict, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
    settings["OPTIONS"] = {**settings["OPTIONS"], "pool": {"min_size": 0, "max_size": 1}}
    wrapper = DatabaseWrapper(settings, "pooled")
    try:
        assert wrapper.pool is not None
        assert wrapper.pool._check is still_there
    finally:
        wrapper.close_pool()
