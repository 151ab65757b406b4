"""A row whose SQL is kept is the row that ``save`` would have written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from lianglin.access.models import Account, Organisation, Post
from lianglin.kit import clock
from lianglin.kit.writing import insert, update

pytestmark = pytest.mark.django_db


def organisation(code: str) -> Organisation:
    return Organisation(
        code=code, name="示例社区", kind=Organisation.Kind.COMMUNITY, scope_code="230103001001"
    )


def stored(row: Model) -> dict[str, Any]:
    found = type(row)._base_manager.get(pk=row.pk)
    return {
        one.attname: getattr(found, one.attname) for one in row._meta.concrete_fields if not one.primary_key
    }


def test_it_is_the_row_that_save_writes() -> None:
    kept, saved = organisation("one"), organisation("two")
    insert(kept)
    saved.save(force_insert=True)
    assert kept.pk is not None
    assert kept._state.adding is False
    assert stored(kept) | {"code": "two"} == stored(saved)


def test_a_row_that_brings_its_key_keeps_it_and_can_be_saved_again() -> None:
    row = organisation("one")
    row.pk = 2_000_000_001
    insert(row)
    assert Organisation.objects.filter(pk=2_000_000_001).exists()
    row.name = "另一个示例社区"
    row.save(update_fields=["name"])
    assert Organisation.objects.get(pk=2_000_000_001).name == "另一个示例社区"


def test_what_the_database_refuses_is_the_same_error() -> None:
    insert(organisation("one"))
    with pytest.raises(IntegrityError):
        insert(organisation("one"))


def test_one_statement_and_no_other_text_for_the_next_row() -> None:
    with CaptureQueriesContext(connection) as found:
        insert(organisation("one"))
        insert(organisation("two"))
    assert len(found) == 2
    heads = {one["sql"].partition(" VALUES ")[0] for one in found}
    assert len(heads) == 1


def test_dates_and_references_are_prepared_by_their_fields() -> None:
    where = organisation("one")
    insert(where)
    who = Account.objects.create_user("kept", created_at=clock.now())
    post = Post(account=who, organisation=where, role_code="worker", title="示例", starts_on=date(2026, 1, 1))
    insert(post)
    assert Post.objects.get(pk=post.pk).organisation_id == where.pk
    post.ends_on = date(2026, 2, 1)
    post.title = "不写"
    update(post, "ends_on")
    found = Post.objects.get(pk=post.pk)
    assert (found.ends_on, found.title) == (date(2026, 2, 1), "示例")


def test_a_row_that_is_gone_is_not_updated_in_silence() -> None:
    row = organisation("one")
    insert(row)
    Organisation.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError):
        update(row, "name")
