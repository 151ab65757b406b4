"""The same POST twice does its work once, and a crash leaves neither the work nor the key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from tests.watch import at_once, in_turn

from lianglin.access.actor import public
from lianglin.access.transaction import acting
from lianglin.kit.errors import Conflict, HouseError
from lianglin.kit.idempotency import LONGEST, SHORTEST, once

KEY, BODY = "0123456789abcdef", b'{"text": "x"}'
ANSWER = {"number": "A261100000000", "secret": "12345678", "due_at": None, "words": "已收到 🙂"}


class Work:
    """Work that counts how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> tuple[int, dict[str, Any]]:
        self.done += 1
        return 201, {**ANSWER, "turn": self.done}


def ask(
    work: Callable[[], Any], *, key: str = KEY, body: bytes = BODY, who: str = "public"
) -> tuple[int, Any]:
    """One request in a transaction of its own, as the public's database role."""
    with transaction.atomic(), acting(public()):
        return once(who=who, key=key, body=body, produce=work)


@pytest.mark.django_db
def test_the_same_request_is_answered_the_same_and_done_once() -> None:
    work = Work()
    assert [ask(work) for _turn in range(3)] == [(201, {**ANSWER, "turn": 1})] * 3
    assert work.done == 1


@pytest.mark.django_db
def test_without_a_key_each_request_is_its_own() -> None:
    work = Work()
    assert [ask(work, key="")[1]["turn"] for _turn in range(2)] == [1, 2]


@pytest.mark.django_db
def test_the_same_key_for_another_request_is_refused() -> None:
    work = Work()
    ask(work)
    with pytest.raises(Conflict):
        ask(work, body=BODY + b" ")
    assert work.done == 1


@pytest.mark.django_db
def test_a_key_is_ones_own() -> None:
    work = Work()
    ask(work)
    assert ask(work, who="account:1")[1]["turn"] == 2
    assert ask(work, who="account:2", body=b"{}")[1]["turn"] == 3


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * (SHORTEST - 1), "x" * (LONGEST + 1)])
def test_a_key_that_could_be_guessed_or_fills_the_table_is_refused(key: str) -> None:
    work = Work()
    with pytest.raises(HouseError) as caught:
        ask(work, key=key)
    assert (caught.value.status, caught.value.field, work.done) == (400, "Idempotency-Key", 0)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * SHORTEST, "x" * LONGEST, "密" * SHORTEST, "\0" * SHORTEST])
def test_any_key_of_the_right_length_serves(key: str) -> None:
    assert ask(Work(), key=key)[0] == 201


@pytest.mark.django_db
def test_work_that_fails_leaves_its_key_free() -> None:
    with pytest.raises(ZeroDivisionError):
        ask(lambda: (1 // 0, {}))
    assert ask(Work())[1]["turn"] == 1


@pytest.mark.django_db
def test_what_is_kept_holds_no_secret_in_clear() -> None:
    ask(Work())
    with connection.cursor() as cursor:
        cursor.execute("select key, response from kit_idempotentrequest")
        ((key, response),) = cursor.fetchall()
    assert KEY not in key
    assert b"12345678" not in bytes(response)


@pytest.mark.django_db
def test_no_role_reads_the_table() -> None:
    ask(Work())
    with connection.cursor() as cursor:
        for role in ("staff", "handler", "resident", "public", "job"):
            cursor.execute(
                "select has_table_privilege(%s, 'kit_idempotentrequest', 'select')", [f"lianglin_{role}"]
            )
            assert cursor.fetchone() == (False,)


def test_the_second_of_two_waits_and_hears_the_same(transactional_db: None) -> None:
    work = Work()
    first, second = in_turn(lambda: ask(work), lambda: ask(work))
    assert first == second == (201, {**ANSWER, "turn": 1})
    assert work.done == 1


def test_the_second_does_the_work_when_the_first_fails(transactional_db: None) -> None:
    work = Work()

    def fails() -> None:
        ask(Work())
        transaction.set_rollback(True)

    _first, second = in_turn(fails, lambda: ask(work))
    assert second == (201, {**ANSWER, "turn": 1})
    assert work.done == 1


def test_many_at_once_do_it_once(transactional_db: None) -> None:
    work = Work()
    assert at_once(*[lambda: ask(work)] * 6) == [(201, {**ANSWER, "turn": 1})] * 6
    assert work.done == 1
