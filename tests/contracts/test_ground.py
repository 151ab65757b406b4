"""The health ground: a schema, a key ring, a role and a duty of its own; tried with a table made for the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, models, transaction
from django.test import override_settings
from django.test.utils import isolate_apps

from lianglin.access import actor as actors
from lianglin.access import policies, scoped
from lianglin.access.actor import Actor
from lianglin.access.policies import db_role
from lianglin.access.scoped import ScopedManager, guards
from lianglin.access.transaction import acting
from lianglin.kit import crypto, discovery
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.domain import ROLES, Access, Everything, Guard, InScope, OwnResident
from lianglin.kit.errors import Forbidden
from lianglin.kit.grounds import GROUNDS, HEALTH, ground_of, in_ground
from lianglin.kit.models import ScopeCodeField
from tests.world import FAR, HERE

TABLE = in_ground(HEALTH, "tried_note")
GUARD = Guard(
    "tried.Note",
    {
        "health": Access("SIU", InScope(purpose="health")),
        "resident": Access("S", OwnResident()),
        "job": Access("SD", InScope()),
    },
    personal=True,
    ground=HEALTH,
    duty="tried.health",
)
KEYS = {1: b"h" * 32}


def doctor(low: str = HERE, **given: Any) -> Actor:
    usual: dict[str, Any] = {"duties": frozenset({"tried.health"}), "purposes": frozenset({"health"})}
    return Actor(role="health", low=low, high=low + "~", **{**usual, **given})


@pytest.fixture
def note(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A model of the ground, its table and its policies, for one test; with a row here and one far away."""
    with isolate_apps("lianglin.kit"):

        class Note(models.Model):
            scope_code = ScopeCodeField()
            resident_id = models.BigIntegerField()
            text = EncryptedTextField(null=True)
            objects = ScopedManager()

            class Meta:
                app_label = "tried"
                db_table = TABLE

    monkeypatch.setitem(scoped.guards(), "tried.Note", GUARD)
    crypto._ring.cache_clear()
    with override_settings(HEALTH_KEYS=KEYS):
        with connection.schema_editor(atomic=False) as editor:
            editor.create_model(Note)
        with connection.cursor() as cursor:
            for statement in policies.statements(GUARD, TABLE):
                cursor.execute(statement)
        for scope, person in ((HERE, 7), (FAR, 8)):
            Note._base_manager.create(scope_code=scope, resident_id=person, text="青霉素过敏（测试）")
        yield Note
    crypto._ring.cache_clear()


def by_sql() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"select resident_id from {TABLE} order by 1")
        return [row[0] for row in cursor.fetchall()]


def test_the_fitting_post_reads_its_place_for_the_purpose(note: Any) -> None:
    with acting(doctor()) as by:
        assert by_sql() == [7]
        assert [row.text for row in note.objects.visible_to(by, purpose="health")] == ["青霉素过敏（测试）"]
    with acting(actors.resident(resident_id=8)) as by:
        assert by_sql() == [8]
        assert note.objects.visible_to(by, purpose="own_data").count() == 1


@pytest.mark.parametrize(
    "role", [role for role in ROLES if role not in ("auth", "health", "resident", "job")]
)
def test_no_other_role_reads_the_ground(note: Any, role: Any) -> None:
    everything = frozenset(actors.PURPOSES)
    actor = Actor(role=role, low="", high="~", purposes=everything, duties=frozenset({"tried.health"}))
    with acting(actor) as by:
        with pytest.raises(DatabaseError, match="permission denied for schema health"), transaction.atomic():
            by_sql()
        assert note.objects.visible_to(by, purpose="health").query.is_empty()


def test_without_purpose_or_duty_not_even_the_own_role(note: Any) -> None:
    with acting(doctor(purposes=frozenset({"handle_case"}))) as by:
        assert by_sql() == []
        with pytest.raises(Forbidden):
            note.objects.visible_to(by, purpose="health")
    with acting(doctor(duties=frozenset())) as by, pytest.raises(Forbidden):
        note.objects.visible_to(by, purpose="health")


def test_the_keys_are_the_grounds_own(note: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local role none")
        cursor.execute(f"select text from {TABLE} order by id limit 1")
        stored = bytes(cursor.fetchone()[0])
    label = note._meta.get_field("text").column_name
    assert crypto.decrypt(stored, label, HEALTH) == "青霉素过敏（测试）"
    with pytest.raises(ValueError, match="was changed or belongs elsewhere"):
        crypto.decrypt(stored, label)
    crypto._ring.cache_clear()
    with override_settings(HEALTH_KEYS={}), pytest.raises(ImproperlyConfigured, match="LIANGLIN_HEALTH_KEYS"):
        crypto.decrypt(stored, label, HEALTH)


@pytest.mark.parametrize(
    "roles",
    [
        {"staff": Access("S", InScope(purpose="health"))},
        {"public": Access("S")},
        {"health": Access("S", InScope())},
        {"health": Access("S", Everything())},
        {"health": Access("S", InScope(purpose="health")), "resident": Access("S", Everything())},
    ],
)
def test_a_manifest_that_lets_others_in_is_refused_when_it_is_read(roles: Any) -> None:
    with pytest.raises(ValueError, match=r"a\.B"):
        Guard("a.B", roles, personal=True, ground=HEALTH, duty="a.health")


def test_every_table_of_a_ground_says_so_and_shows_nothing() -> None:
    """Table, guard and declared columns agree; masked as never shown, it goes into no page, copy or export."""
    for model in apps.get_models():
        guard = guards().get(model._meta.label)
        assert ground_of(model._meta.db_table) == (guard.ground if guard else ""), model._meta.label
    labels = {label for label, guard in guards().items() if guard.ground}
    for personal in discovery.each("personal"):
        if personal.column.rpartition(".")[0] in labels:
            assert (personal.sensitive, personal.mask) == (True, "never"), personal.column


def test_the_schema_is_closed_to_all_other_roles(db: None) -> None:
    with connection.cursor() as cursor:
        for ground in GROUNDS:
            for role in ROLES:
                cursor.execute("select has_schema_privilege(%s, %s, 'usage')", [db_role(role), ground])
                assert cursor.fetchone()[0] == (role in (ground, "resident", "job")), role
