"""Claiming a case with number and secret, and what guessing meets."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from tests.watch import refused
from tests.world import World

from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.access.transaction import acting, become, current_actor
from lianglin.cases.actions import opening as actions
from lianglin.cases.models import Case
from lianglin.cases.tests.errands import opened
from lianglin.kit import clock
from lianglin.kit.errors import Refused, TooMany
from lianglin.kit.ids import new_case_number


def claim(number: str, secret: str, address: str = "") -> Actor:
    with transaction.atomic(), acting(actors.public()):
        return actions.claim(number=number, secret=secret, address=address)


def test_number_and_secret_make_the_holder_of_that_case(city: World) -> None:
    made, other = opened(city), opened(city)
    grouped = f"{made.case.number[0]} {made.case.number[1:5].lower()} {made.case.number[5:]}"
    with acting(actors.public()):
        holder = actions.claim(number=grouped, secret=f" {made.secret} ", address="")
        assert (holder.role, holder.case_id, current_actor()) == ("resident", made.case.pk, holder)
        assert list(Case._base_manager.values_list("pk", flat=True)) == [made.case.pk]
    with refused(Refused, field="secret"):
        claim(made.case.number, other.secret)
    with refused(Refused, field="number"):
        claim(made.case.number[:-1] + str((int(made.case.number[-1]) + 1) % 10), made.secret)


def test_eight_wrong_secrets_lock_the_number_though_each_was_rolled_back(city: World, it_is: Any) -> None:
    start = it_is(clock.now())
    made, other = opened(city), opened(city)
    for _try in range(actions.CLAIM_TRIES):
        with refused(Refused, field="secret"):
            claim(made.case.number, "00000000")
    with refused(TooMany, code="900"):
        claim(made.case.number, made.secret)
    assert claim(other.case.number, other.secret).case_id == other.case.pk
    it_is(start + actions.CLAIM_WINDOW)
    assert claim(made.case.number, made.secret).case_id == made.case.pk


def test_only_wrong_secrets_count(city: World) -> None:
    made = opened(city)
    for _try in range(actions.CLAIM_TRIES + 2):
        claim(made.case.number, made.secret)


def test_one_address_cannot_try_many_numbers(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CLAIM_TRIES", 1)
    for _try in range(10):
        with refused(Refused):
            claim(new_case_number("E", 2026, 9), "00000000", "192.0.2.7")
    with refused(TooMany):
        claim(new_case_number("E", 2026, 9), "00000000", "192.0.2.7")
    with refused(Refused):
        claim(new_case_number("E", 2026, 9), "00000000", "192.0.2.8")


def test_who_acts_goes_back_when_the_block_is_refused(city: World) -> None:
    made = opened(city)
    with acting(actors.public()) as anybody, refused(Refused):
        become(actors.resident(made.case.pk))
        assert current_actor() != anybody
        raise Refused("no")
