"""Sample people in the tables: every door asked, sealed numbers found again, tables whole afterwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.db import connection

from lianglin.access.models import AuditEntry
from lianglin.kit import clock
from lianglin.kit.crypto import decrypt, encrypt, encryptor, match_key, matcher
from lianglin.kit.ids import clean_id_number
from lianglin.kit.seeding import SeedContext
from lianglin.people.models import (
    Consent,
    DuplicateHalf,
    DuplicatePair,
    Guardianship,
    Household,
    Membership,
    NameKey,
    Resident,
)
from lianglin.people.seed import load, twins
from lianglin.people.tests.doors import context_for, few_doors
from lianglin.places.models import Dwelling


def shape_of_tables() -> list[tuple[str, ...]]:
    """Every index and constraint of the three tables, as PostgreSQL writes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexname, indexdef from pg_indexes where tablename = any(%s) union "
            "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = any(%s::regclass[]) order by 1",
            [list(load.TABLES), list(load.TABLES)],
        )
        return cursor.fetchall()


@pytest.fixture
def made(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SeedContext:
    monkeypatch.setattr(load, "CHUNK", 300)
    context = context_for(tmp_path, clock.now())
    few_doors(context)
    load.seed(context)
    return context


def test_people_live_behind_most_doors_in_their_doors_place(made: SeedContext) -> None:
    households = Household._base_manager.select_related("dwelling")
    assert households.count() / Dwelling.objects.count() == pytest.approx(0.93, abs=0.04)
    assert all(household.scope_code == household.dwelling.scope_code for household in households)
    scopes = dict(Resident._base_manager.values_list("pk", "scope_code"))
    members = Membership._base_manager.values_list("resident_id", "scope_code", "household__scope_code")
    assert all(scopes[resident] == scope == home for resident, scope, home in members)
    assert Membership._base_manager.filter(relation="01").count() == households.count()


def test_numbers_are_sealed_and_found_again(made: SeedContext) -> None:
    for resident in Resident._base_manager.exclude(phone=None)[:50]:
        assert clean_id_number(resident.id_number, today=clock.today()) == resident.id_number
        assert resident.id_number.startswith("230199")
        assert resident.phone.startswith("154")
        assert bytes(resident.id_match) == match_key(resident.id_number, "id_number")
        assert bytes(resident.phone_match) == match_key(resident.phone, "phone")
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from people_resident where position('230199'::bytea in id_number) > 0"
        )
        assert cursor.fetchone() == (0,)


def test_everything_is_marked_sample(made: SeedContext) -> None:
    assert not Resident._base_manager.filter(sample=False).exists()
    assert not Household._base_manager.filter(sample=False).exists()


def test_the_tally_names_who_may_report(made: SeedContext) -> None:
    tally: load.Made = made.made["people"]
    at_home = Resident._base_manager.filter(memberships__isnull=False)
    assert tally.residents.sum() == at_home.distinct().count()
    assert len(tally.caller_ids) == tally.callers.sum()
    callers = Resident._base_manager.filter(pk__in=tally.caller_ids.tolist())
    assert callers.count() == len(tally.caller_ids)
    assert not callers.filter(phone=None).exists()
    assert max(resident.born_on for resident in callers) <= clock.today().replace(
        year=clock.today().year - 17
    )
    first = int(tally.building[0])
    homes = Membership._base_manager.filter(resident_id__in=tally.caller_ids[: tally.callers[0]].tolist())
    assert set(homes.values_list("household__dwelling__unit__building_id", flat=True)) == {first}


def test_tables_are_whole_afterwards(db: None, tmp_path: Path) -> None:
    before = shape_of_tables()
    context = context_for(tmp_path, clock.now())
    few_doors(context, buildings=1)
    load.seed(context)
    assert shape_of_tables() == before


def test_new_rows_get_numbers_behind_the_loaded_ones(made: SeedContext) -> None:
    last = Resident._base_manager.order_by("-pk").values_list("pk", flat=True)[0]
    assert Resident._base_manager.create(scope_code="230102001001", name="新示例").pk == last + 1


def test_one_line_of_audit_tells_of_it(made: SeedContext) -> None:
    bodies = [bytes(entry.body) for entry in AuditEntry.objects.all()]
    assert sum(b"people.seed" in body for body in bodies) == 1


def test_a_real_city_gets_nobody(db: None, tmp_path: Path) -> None:
    context = context_for(tmp_path, clock.now())
    few_doors(context, buildings=1)
    context.demo = False
    load.seed(context)
    assert not Resident._base_manager.exists()
    assert len(context.made["people"].building) == 0


def test_sealing_many_is_sealing_each() -> None:
    seal, match = encryptor("people.Resident.phone"), matcher("phone")
    sealed = [seal("15400000001") for _ in range(3)]
    assert len(set(sealed)) == 3
    assert {decrypt(one, "people.Resident.phone") for one in sealed} == {"15400000001"}
    assert len(sealed[0]) == len(encrypt("15400000001", "people.Resident.phone"))
    assert match("15400000001") == match_key("15400000001", "phone")


def test_equal_seeds_put_equal_people_behind_equal_doors(made: SeedContext, tmp_path: Path) -> None:
    names = list(Resident._base_manager.order_by("pk").values_list("name", "born_on"))
    for model in (
        DuplicateHalf,
        DuplicatePair,
        NameKey,
        Consent,
        Guardianship,
        Membership,
        Resident,
        Household,
    ):
        model._base_manager.all().delete()
    again = context_for(tmp_path, made.until)
    again.made["places"] = made.made["places"]
    load.seed(again)
    assert list(Resident._base_manager.order_by("pk").values_list("name", "born_on")) == names
    assert np.array_equal(again.made["people"].callers, made.made["people"].callers)


def test_some_persons_of_the_sample_have_a_second_file_to_be_found(made: SeedContext) -> None:
    reasons = list(DuplicatePair._base_manager.values_list("reason", flat=True))
    assert len(reasons) >= twins.TWICE
    assert {"id", "phone"} <= set(reasons)
    seconds = Resident._base_manager.filter(memberships__isnull=True)
    assert seconds.count() >= twins.TWICE
    assert all(second.sample for second in seconds)
