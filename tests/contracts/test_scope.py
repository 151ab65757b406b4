"""Other posts, other places, other residents never see a row: through the QuerySet and through raw SQL alike."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.access.policies import VERBS, db_role
from lianglin.access.scoped import ScopeForgotten, guards
from lianglin.access.transaction import acting
from lianglin.kit.domain import LIKE_PUBLIC, ROLES, InScope
from lianglin.kit.errors import Forbidden
from tests import world as worlds

PERSONAL = [label for label, guard in guards().items() if guard.personal and label != "access.Account"]
SCOPED = [
    label
    for label in PERSONAL
    if {f.name for f in apps.get_model(label)._meta.concrete_fields} >= {"scope_code"}
    and label != "access.AccessLog"
]
PURPOSES = frozenset({"handle_case", "own_case", "data_protection", "system"})
prefixes = st.sampled_from(
    [
        "2301",
        "230103",
        "230104",
        "230103001",
        "230103002",
        "230104001",
        "230103001001",
        "230104002002",
        "999999",
        "23010300100",
    ]
)


@pytest.fixture(scope="module")
def scene(lasting: None) -> worlds.World:
    made = worlds.build()
    worlds.open_cases(made)
    return made


@pytest.fixture
def world(scene: worlds.World, db: None) -> worlds.World:
    return scene


def staff(prefix: str) -> Actor:
    return Actor(role="staff", low=prefix, high=prefix + "~", purposes=PURPOSES)


def by_sql(label: str) -> list[tuple[object, str]]:
    model = apps.get_model(label)
    with connection.cursor() as cursor:
        cursor.execute(f"select {model._meta.pk.column}, scope_code from {model._meta.db_table}")
        return sorted(cursor.fetchall())


def by_queryset(label: str, actor: Actor) -> list[tuple[object, str]]:
    seen = apps.get_model(label).objects.visible_to(actor, purpose=actor.work_purpose)
    return sorted(seen.values_list("pk", "scope_code"))


@given(prefix=prefixes, label=st.sampled_from(SCOPED))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_staff_see_their_place_and_nothing_else(world: worlds.World, prefix: str, label: str) -> None:
    there = {pk for pk, scope in by_sql(label) if scope.startswith(prefix)}
    with acting(staff(prefix)) as actor:
        if "S" not in getattr(guards()[label].roles.get("staff"), "rights", ""):
            refused(label)
            return
        assert {pk for pk, _scope in by_sql(label)} == there
        assert by_queryset(label, actor) == by_sql(label)


@pytest.mark.parametrize("label", SCOPED)
def test_a_handler_sees_what_its_unit_was_given(world: worlds.World, label: str) -> None:
    for code in ("bureau-1", "bureau-2"):
        actor = world.actors[code]
        guard = guards()[label].roles.get("handler")
        with acting(actor):
            if guard is None or "S" not in guard.rights:
                refused(label)
                continue
            assert by_queryset(label, actor) == by_sql(label)
            assert label != "cases.Case" or len(by_sql(label)) == 2


def refused(label: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        by_sql(label)


@pytest.mark.parametrize("label", SCOPED)
def test_a_resident_sees_the_own_case_only(world: worlds.World, label: str) -> None:
    from lianglin.cases.models import Case

    ids = list(Case._base_manager.order_by("pk").values_list("pk", flat=True))
    guard = guards()[label].roles.get("resident")
    for case_id in (ids[0], ids[-1], 999_999):
        with acting(actors.resident(case_id)) as actor:
            if guard is None or "S" not in guard.rights:
                refused(label)
                continue
            rows = by_sql(label)
            assert by_queryset(label, actor) == rows
            if label == "cases.Case":
                assert [pk for pk, _scope in rows] == [case_id] * (case_id in ids)


@pytest.mark.parametrize("label", PERSONAL)
def test_the_public_sees_nobody(world: worlds.World, label: str) -> None:
    with acting(actors.public()):
        if "S" in getattr(guards()[label].roles.get("public"), "rights", ""):
            assert by_sql(label) == []
        else:
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"select 1 from {apps.get_model(label)._meta.db_table}")


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("auth", "public", "helper")])
def test_a_forgotten_scope_yields_nothing(world: worlds.World, role: str) -> None:
    """The role is set, its settings are not: every table that row-level security protects looks empty."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local role {db_role(role)}")
        for name in ("lo", "hi", "unit", "post", "account", "case", "resident", "at", "purposes"):
            cursor.execute(f"select set_config('app.{name}', '', true)")
        for label in SCOPED:
            if "S" in getattr(guards()[label].roles.get(role), "rights", ""):
                assert by_sql(label) == [], label
        cursor.execute("set local role none")


def test_a_forgotten_visible_to_raises() -> None:
    for label in SCOPED:
        manager = apps.get_model(label).objects
        for run in (
            lambda m: list(m.all()),
            lambda m: m.count(),
            lambda m: m.filter(pk=1).exists(),
            lambda m: m.first(),
            lambda m: m.update(scope_code=""),
        ):
            with pytest.raises(ScopeForgotten):
                run(manager)


def test_a_purpose_the_post_does_not_carry_is_refused() -> None:
    from lianglin.people.models import Resident

    with pytest.raises(Forbidden):
        Resident.objects.visible_to(
            Actor(role="staff", low="", high="~", purposes=frozenset({"statistics"})), purpose="handle_case"
        )


@pytest.mark.parametrize("label", sorted(guards()))
def test_privileges_in_the_database_are_what_the_guards_say(db: None, label: str) -> None:
    table = apps.get_model(label)._meta.db_table
    with connection.cursor() as cursor:
        for role in ROLES:
            if role == "auth":
                continue
            rights = getattr(guards()[label].roles.get(role), "rights", "")
            if role in LIKE_PUBLIC:
                rights += getattr(guards()[label].roles.get("public"), "rights", "")
            for letter, verb in VERBS.items():
                cursor.execute("select has_table_privilege(%s, %s, %s)", [db_role(role), table, verb])
                assert cursor.fetchone()[0] == (letter in rights), f"{role} {verb} {table}"


def test_every_table_of_the_house_is_closed_to_the_group_public(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace,"
            " aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a"
            " where n.nspname = 'public' and c.relkind in ('r', 'p') and a.grantee = 0"
        )
        assert cursor.fetchall() == []


@given(prefix=prefixes, other=prefixes)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_staff_cannot_write_outside_their_place(world: worlds.World, prefix: str, other: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from cases_case where scope_code like %s and scope_code like %s",
            [prefix + "%", other + "%"],
        )
        both = cursor.fetchone()[0]
        with acting(staff(prefix)):
            cursor.execute(
                "update cases_case set version = version where scope_code >= %s and scope_code < %s",
                [other, other + "~"],
            )
            assert cursor.rowcount == both


@pytest.mark.parametrize("code", ["manager", "protection_officer"])
def test_a_city_wide_post_without_the_purpose_reads_no_cases_and_no_people(
    world: worlds.World, code: str
) -> None:
    """Their place range is the whole city; PostgreSQL itself gives them nothing that needs the purpose."""
    actor = world.actors[code]
    assert actor.covers(world.codes()[0])
    with acting(actor):
        for label in SCOPED:
            if getattr(guards()[label].roles.get("staff"), "rows", None) == InScope(purpose="handle_case"):
                assert by_sql(label) == [], label
        assert by_sql("cases.Case") == []
        assert by_sql("people.Resident") == []
