"""An index built beside the work can be built again after it was cut off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, models
from django.db.migrations.state import ModelState, ProjectState
from django.db.utils import NotSupportedError

from lianglin.kit.operations import AddIndexConcurrently

NAME = "kit_shelf_number"


@pytest.fixture
def shelf(transactional_db: None) -> Iterator[ProjectState]:
    """A table with two rows of the same number."""
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("number", models.IntegerField())]
    state.add_model(ModelState("kit", "Shelf", fields, {"db_table": "kit_shelf"}))
    with connection.schema_editor() as editor:
        editor.create_model(state.apps.get_model("kit", "Shelf"))
    with connection.cursor() as cursor:
        cursor.execute("insert into kit_shelf (number) values (7), (7)")
    yield state
    with connection.cursor() as cursor:
        cursor.execute("drop table kit_shelf")


def build(state: ProjectState, *, atomic: bool = False) -> None:
    after = state.clone()
    index = AddIndexConcurrently("shelf", models.Index(fields=["number"], name=NAME))
    index.state_forwards("kit", after)
    with connection.schema_editor(atomic=atomic) as editor:
        index.database_forwards("kit", editor, state, after)


def standing() -> tuple[int, bool, bool] | None:
    """Its number in the catalogue, whether it may be used, whether it is unique."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexrelid::int, indisvalid, indisunique from pg_index where indexrelid = to_regclass(%s)",
            [NAME],
        )
        return cursor.fetchone()


def test_it_is_built(shelf: ProjectState) -> None:
    build(shelf)
    assert (standing() or ())[1:] == (True, False)


def test_what_was_cut_off_is_built_anew(shelf: ProjectState) -> None:
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(f"create unique index concurrently {NAME} on kit_shelf (number)")
    assert (standing() or ())[1:] == (False, True)
    build(shelf)
    assert (standing() or ())[1:] == (True, False)


def test_one_that_is_good_stays(shelf: ProjectState) -> None:
    build(shelf)
    before = standing()
    build(shelf)
    assert standing() == before


def test_a_transaction_is_refused(shelf: ProjectState) -> None:
    with pytest.raises(NotSupportedError):
        build(shelf, atomic=True)
