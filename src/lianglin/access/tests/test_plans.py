"""A plan that PostgreSQL keeps holds nobody's scope: whoever asks next on the connection sees what is theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from tests import world as worlds

from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.access.transaction import acting, together
from lianglin.cases.models import Case, Clock
from lianglin.kit import clock, plans

ALL_CASES = "select id from cases_case where number = any(%s) order by id"
OFTEN = 8
"""PostgreSQL plans five runs by their values and may then keep one plan for all that follow."""


@pytest.fixture
def world(db: None) -> worlds.World:
    made = worlds.build()
    worlds.open_cases(made)
    return made


def kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select statement from pg_prepared_statements where generic_plans + custom_plans > 0")
        return [text for (text,) in cursor.fetchall()]


def ids(numbers: list[str]) -> list[int]:
    """What the policies alone let through: the statement names no scope."""
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(ALL_CASES, [numbers])
        return [pk for (pk,) in cursor.fetchall()]


def unkept(numbers: list[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(ALL_CASES, [numbers])
        return [pk for (pk,) in cursor.fetchall()]


def readers(world: worlds.World) -> list[Actor]:
    first = Case._base_manager.order_by("pk").values_list("pk", flat=True)[0]
    return [*world.actors.values(), actors.resident(first), actors.public(), actors.job()]


def test_the_policies_hold_for_each_reader_of_a_kept_plan(world: worlds.World) -> None:
    numbers = list(Case._base_manager.values_list("number", flat=True))
    everybody = readers(world)
    seen: dict[int, list[int]] = {}
    for _again in range(OFTEN):
        for index, reader in enumerate(everybody):
            with acting(reader):
                try:
                    with transaction.atomic():
                        wanted = unkept(numbers)
                except DatabaseError:  # a role without a right on the table
                    with pytest.raises(DatabaseError), transaction.atomic():
                        ids(numbers)
                    continue
                assert ids(numbers) == wanted
            seen[index] = wanted
    assert any("cases_case where number = any" in text for text in kept())
    assert len({tuple(rows) for rows in seen.values()}) > 2, "the readers see different rows"


def test_one_role_two_places_one_plan(world: worlds.World) -> None:
    """The case that a kept scope would get wrong: the same role, so that PostgreSQL has no reason to plan anew."""
    case = Case._base_manager.order_by("pk")[0]
    inside = next(a for a in world.actors.values() if a.role == "staff" and a.covers(case.scope_code))
    outside = replace(inside, low="999999", high="999999~")
    for _again in range(OFTEN):
        with acting(inside):
            assert ids([case.number]) == [case.pk]
        with acting(outside):
            assert ids([case.number]) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "select generic_plans from pg_prepared_statements where statement like '%%number = any%%'"
        )
        assert cursor.fetchone()[0] > 0, "the plan was kept, not made anew each time"


def test_a_row_outside_is_refused_by_a_kept_insert(world: worlds.World) -> None:
    case = Case._base_manager.order_by("pk")[0]
    inside = next(a for a in world.actors.values() if a.role == "staff" and a.covers(case.scope_code))

    def start(scope_code: str) -> None:
        now = clock.now()
        Clock(
            case_id=case.pk, scope_code=scope_code, stage="dispatch", amount=1, unit="working_days",
            started_at=now, due_at=now,
        ).save()  # fmt: skip

    with acting(inside), together():
        for _again in range(OFTEN):
            start(case.scope_code)
    assert any(text.startswith('INSERT INTO "cases_clock"') for text in kept())
    with acting(replace(inside, low="999999", high="999999~")), pytest.raises(DatabaseError), together():
        start(case.scope_code)


def test_many_rows_and_lists_are_planned_each_time(world: worlds.World) -> None:
    """Their text differs with their number, and a list's best way with the width of the reader's area."""
    case = Case._base_manager.order_by("pk")[0]
    inside = next(a for a in world.actors.values() if a.role == "staff" and a.covers(case.scope_code))
    before = set(kept())
    now = clock.now()
    rows = [
        Clock(case_id=case.pk, scope_code=case.scope_code, stage="answer", amount=1, unit="working_days",
              started_at=now, due_at=now)
        for _number in range(3)
    ]  # fmt: skip
    with acting(inside), together():
        Clock._base_manager.bulk_create(rows)
        list(Case.objects.visible_to(inside, purpose=inside.work_purpose)[:5])
    assert not [t for t in set(kept()) - before if "cases_clock" in t or t.startswith("SELECT")]
