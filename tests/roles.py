"""Who a piece of code is in the database while a test runs.

A test's connection is the administrator's. While a request is answered in this process, it wears the login
role ``lianglin_app`` (SET SESSION AUTHORIZATION), so that every grant and policy counts as in service; a connection
of its own (``apart``) from the first statement on that the request says there. When the outermost block inside a
test's transaction ends, role and settings are put back, as a real end of transaction would: in a request before
its next statement, or with its end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
from django.core.handlers.base import BaseHandler
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.transaction import Atomic
from psycopg.pq import ExecStatus, TransactionStatus

from lianglin.project import database

ALIASES = MAIN, APART = "default", "apart"
SETTINGS = ("lo", "hi", "unit", "post", "account", "case", "resident", "at", "purposes")
LOG_IN = f"set session authorization {database.login('app')}"
CLEARED = ", ".join(f"set_config('app.{name}', '', false)" for name in SETTINGS)
NO_ROLE = f"set role none; select {CLEARED}"
LOG_OUT = f"reset session authorization; {NO_ROLE}"
SAID = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)

_this_thread = threading.local()


def say(connection: psycopg.Connection, statement: str) -> None:
    """Runs a statement past Django, so that no query count sees it; a broken transaction is left alone.

    Inside of a transaction straight to libpq, without a cursor: every request of the suite says several. Outside of
    one psycopg has to begin it first, so that the test's rollback takes back what was said.
    """
    status = connection.pgconn.transaction_status
    if status == TransactionStatus.INTRANS:
        result = connection.pgconn.exec_(statement.encode())
        assert result.status in SAID, result.error_message.decode(errors="replace")
    elif status != TransactionStatus.INERROR:
        connection.execute(statement)


def _requests() -> int:
    return getattr(_this_thread, "requests", 0)


def _wear(alias: str, statement: str) -> None:
    raw = connections[alias].connection
    if raw is not None and not raw.closed:
        say(raw, statement)


def _put_back(execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: Any) -> Any:
    """Before a statement of a request: most end with their block, and then say one thing less."""
    if getattr(_this_thread, "assumed", False):
        _this_thread.assumed = False
        _wear(MAIN, NO_ROLE)
    return execute(sql, parameters, many, context)


def _log_in_apart(execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: Any) -> Any:
    """Before a statement: few requests say one there."""
    if _requests() and not getattr(_this_thread, "apart", False):
        _this_thread.apart = True
        _wear(APART, LOG_IN)
    return execute(sql, parameters, many, context)


def _log_in_new(sender: Any, connection: Any, **ignored: Any) -> None:
    if connection.alias == APART:
        if _log_in_apart not in connection.execute_wrappers:
            connection.execute_wrappers.append(_log_in_apart)
        _this_thread.apart = False  # the new one has not logged in
        return
    if connection.alias == MAIN:
        if _put_back not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, _put_back)
        _this_thread.assumed = False
    if _requests() and connection.connection is not None:
        say(connection.connection, LOG_IN)


def install() -> None:
    """Wraps Django's request handler and transaction blocks. Called once per test process."""
    answer, leave = BaseHandler.get_response, Atomic.__exit__

    def get_response(handler: BaseHandler, request: Any) -> Any:
        if not _requests():
            _wear(MAIN, LOG_IN)
        _this_thread.requests = _requests() + 1
        try:
            return answer(handler, request)
        finally:
            _this_thread.requests -= 1
            if not _requests():
                _this_thread.assumed = False
                _wear(MAIN, LOG_OUT)
                if getattr(_this_thread, "apart", False):
                    _wear(APART, LOG_OUT)
                _this_thread.apart = False

    def exit_block(block: Atomic, kind: Any, error: Any, trace: Any) -> Any:
        done = leave(block, kind, error, trace)
        wrapper = connections[block.using or "default"]
        blocks = wrapper.atomic_blocks
        if blocks and blocks[-1]._from_testcase and wrapper.connection is not None:
            if _requests() and wrapper.alias == MAIN:
                _this_thread.assumed = True
            else:
                say(wrapper.connection, NO_ROLE)
        return done

    BaseHandler.get_response = get_response
    Atomic.__exit__ = exit_block
    for alias in ALIASES:
        connections[alias].close()  # the next one is looked after
    connection_created.connect(_log_in_new, dispatch_uid="tests.roles")
