"""A prepared read gives what its QuerySet gives, to each reader its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from tests import world as worlds

from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.access.prepared import Prepared
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.kit import clock


def by_number(actor: Actor, number: str) -> QuerySet[Case]:
    seen = Case.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.select_related("community", "owner").defer("community__geometry").filter(number=number)


def late(actor: Actor, number: str) -> QuerySet[Case]:
    return by_number(actor, number).filter(due_at__lt=clock.now())


def same(found: list[Case], wanted: list[Case]) -> bool:
    return [row.__dict__.keys() for row in found] == [row.__dict__.keys() for row in wanted] and [
        [getattr(row, field.attname) for field in Case._meta.concrete_fields] for row in found
    ] == [[getattr(row, field.attname) for field in Case._meta.concrete_fields] for row in wanted]


@pytest.fixture
def world(db: None) -> worlds.World:
    made = worlds.build()
    worlds.open_cases(made)
    return made


def readers(world: worlds.World) -> list[Actor]:
    case_id = Case._base_manager.order_by("pk").values_list("pk", flat=True)[0]
    return [*world.actors.values(), actors.resident(case_id), actors.public(), actors.job()]


def test_each_reader_gets_the_same_rows_as_by_the_queryset(world: worlds.World) -> None:
    read, found = Prepared(by_number), 0
    numbers = [*Case._base_manager.order_by("pk").values_list("number", flat=True), "A0000"]
    for _again in range(2):
        for reader in (r for r in readers(world) if r.work_purpose in r.purposes and r.role != "public"):
            with acting(reader):
                for number in numbers:
                    rows = read(reader, number)
                    assert same(rows, list(by_number(reader, number)))
                    found += len(rows)
    assert found


def test_two_readers_of_one_kind_do_not_share_a_scope(world: worlds.World) -> None:
    read = Prepared(by_number)
    case = Case._base_manager.order_by("pk")[0]
    inside = next(a for a in world.actors.values() if a.role == "staff" and a.covers(case.scope_code))
    outside = replace(inside, low="999999", high="999999~")
    with acting(inside):
        assert [row.pk for row in read(inside, case.number)] == [case.pk]
    with acting(outside):
        assert read(outside, case.number) == []


def test_the_text_is_made_once_and_holds_no_value(world: worlds.World) -> None:
    read = Prepared(by_number)
    case = Case._base_manager.order_by("pk")[0]
    inside = next(a for a in world.actors.values() if a.role == "staff" and a.covers(case.scope_code))
    with acting(inside):
        read(inside, case.number)
        (text,) = read._of_thread.texts.values()
        assert case.number not in text.sql
        assert inside.low not in text.sql
        with CaptureQueriesContext(connection) as ran:
            read(inside, "' or 1=1 --")
        assert len(ran) == 1


def test_what_cannot_be_kept_runs_as_the_plain_queryset(world: worlds.World) -> None:
    """An instant that is computed would be frozen: such a read is never kept."""
    read = Prepared(late)
    case = Case._base_manager.order_by("pk")[0]
    inside = next(a for a in world.actors.values() if a.role == "staff" and a.covers(case.scope_code))
    with acting(inside):
        assert [r.pk for r in read(inside, case.number)] == [r.pk for r in late(inside, case.number)]
        assert list(read._of_thread.texts.values()) == [None]
