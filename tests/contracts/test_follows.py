"""When two files of one person are joined, every table that names a resident has said what becomes of its rows."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import GeneratedField

from lianglin.access.scoped import guards
from lianglin.kit import discovery
from lianglin.people.models import Resident

DECLARED = {(one.model, one.column.removesuffix("_id")): one for one in discovery.each("follows")}
OURS = [model for model in apps.get_models() if model.__module__.startswith("lianglin.")]


def names_a_resident(column: object) -> bool:
    """A key to a resident, or a number that is called so."""
    if isinstance(column, GeneratedField):
        return False  # follows what it is made of
    related = getattr(column, "related_model", None)
    return related is Resident or getattr(column, "name", "") in ("resident_id", "subject_id")


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_every_column_that_names_a_resident_follows_or_says_why_not(model: type) -> None:
    for column in model._meta.concrete_fields:  # pyright: ignore[reportAttributeAccessIssue]
        if names_a_resident(column) and model._meta.label != "access.Grant":  # pyright: ignore[reportAttributeAccessIssue]
            key = (model._meta.label, column.name.removesuffix("_id"))  # pyright: ignore[reportAttributeAccessIssue]
            assert key in DECLARED, f"{key}: declare Follows(...) in the manifest"


def test_what_follows_names_real_columns_and_a_whole_number_as_key() -> None:
    for one in DECLARED.values():
        model = apps.get_model(one.model)
        columns = {field.column for field in model._meta.concrete_fields}
        assert {one.column, *one.once, *([one.apart] if one.apart else [])} - {""} <= columns, one
        key = model._meta.pk
        target = key.target_field if key.is_relation else key  # pyright: ignore[reportAttributeAccessIssue]
        assert target.get_internal_type() in ("BigAutoField", "BigIntegerField"), one.model


def test_what_is_closed_with_a_person_may_be_erased_with_the_person() -> None:
    """A restriction closes it by its scope code; the nightly run erases it when the person's keeping time is over."""
    for one in DECLARED.values():
        if not one.open:
            model = apps.get_model(one.model)
            assert "scope_code" in {field.name for field in model._meta.concrete_fields}, one
            assert "D" in guards()[one.model].roles["job"].rights, one
