"""Masking: what is shown before a purpose is chosen; and what rests in the table."""

from datetime import date

import pytest
from django.db import connection

from lianglin.people.models import Resident
from lianglin.people.rules import mask


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("王丽", "name", "王*"),
        ("王小丽", "name", "王**"),
        ("欧阳娜", "name", "欧阳*"),
        ("图雅·示例", "name", "图**"),
        ("䶮示例", "name", "䶮**"),
        ("15412345678", "phone", "154****5678"),
        ("21010219500101002X", "id_number", "210102********002X"),
        ("1950-01-01", "date", "1950-**-**"),
        ("花园街1号", "address", "••••"),
        ("", "name", ""),
    ],
)
def test_masks(value: str, kind: str, shown: str) -> None:
    assert mask(value, kind) == shown


@pytest.mark.django_db
def test_phone_and_id_number_do_not_rest_in_clear() -> None:
    resident = Resident._base_manager.create(
        scope_code="230103001001",
        name="王示例",
        born_on=date(1950, 1, 1),
        phone="15412345678",
        id_number="23019919500101002X",
    )
    with connection.cursor() as cursor:
        cursor.execute("select phone, id_number from people_resident where id = %s", [resident.pk])
        phone, number = (bytes(value) for value in cursor.fetchone())
    assert b"15412345678" not in phone
    assert b"19500101" not in number
    assert Resident._base_manager.get(pk=resident.pk).phone == "15412345678"
