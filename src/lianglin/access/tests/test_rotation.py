"""Rotation: every value comes to the newest key, nothing is lost, whoever writes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from tests import world as worlds

from lianglin.access import actor as actors
from lianglin.access import rotation
from lianglin.access.models import KeyRotation
from lianglin.access.transaction import acting
from lianglin.kit import crypto
from lianglin.people.models import Resident

OLD, NEW, SM4 = b"o" * 32, b"n" * 32, b"s" * 16
PHONE = "people.Resident.phone"


@pytest.fixture(autouse=True)
def _fresh_ring() -> Iterator[None]:
    crypto._ring.cache_clear()
    with override_settings(FIELD_KEYS={1: OLD}):
        yield
    crypto._ring.cache_clear()


@pytest.fixture
def world(db: None) -> worlds.World:
    return worlds.build()


def ring(**keys: bytes) -> override_settings:
    crypto._ring.cache_clear()
    return override_settings(FIELD_KEYS={int(name[1:]): key for name, key in keys.items()})


def stored() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("select phone from people_resident order by id")
        return [bytes(row[0]) for row in cursor.fetchall()]


@pytest.mark.parametrize("newest", [NEW, SM4], ids=["AES", "SM4"])
def test_everything_comes_to_the_newest_key_and_reads_as_before(world: worlds.World, newest: bytes) -> None:
    with ring(k1=OLD, k2=newest):
        done = rotation.run(seconds=30, step=5)
        assert done.finished
        assert done.changed >= len(stored()) > 5
        assert {value[0] for value in stored()} == {2}
        assert set(Resident._base_manager.values_list("phone", flat=True)) == {"15400000000"}
        assert rotation.run(seconds=30).changed == 0
    with ring(k2=newest):
        assert set(Resident._base_manager.values_list("phone", flat=True)) == {"15400000000"}


def test_it_goes_on_where_it_was_stopped(world: worlds.World) -> None:
    with ring(k1=OLD, k2=NEW):
        rotation._step(PHONE, 3)
        assert [value[0] for value in stored()][:4] == [2, 2, 2, 1]
        assert KeyRotation.objects.get(column=PHONE).changed == 3
        assert rotation.run(seconds=30, step=3).finished
        assert KeyRotation.objects.get(column=PHONE).changed == len(stored())


def test_it_goes_by_the_keys_as_numbers(world: worlds.World) -> None:
    """A key of one digit more comes last, though its text comes first."""
    last = Resident._base_manager.order_by("-id").first()
    assert last is not None
    longer = 10 ** len(str(last.pk))
    with connection.cursor() as cursor:
        cursor.execute("alter table people_resident disable trigger all")
        cursor.execute("insert into people_resident overriding system value select (jsonb_populate_record(r, "
                       "jsonb_build_object('id', %s::bigint))).* from people_resident r where id = %s", [longer, last.pk])  # fmt: skip
        cursor.execute("alter table people_resident enable trigger all")
    with ring(k1=OLD, k2=NEW):
        rotation._step(PHONE, len(stored()) - 1)
        assert [value[0] for value in stored()] == [2] * (len(stored()) - 1) + [1]


def test_what_somebody_writes_meanwhile_is_not_lost(
    world: worlds.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Resident._base_manager.order_by("pk")[0]
    with ring(k1=OLD, k2=NEW):
        plain = crypto.decrypt

        def interrupted(value: bytes, column: str, ground: str) -> str:
            Resident._base_manager.filter(pk=first.pk).update(phone="15400009999")
            return plain(value, column, ground)

        monkeypatch.setattr(rotation, "decrypt", interrupted)
        rotation._step(PHONE, 1)
        monkeypatch.undo()
        assert rotation.run(seconds=30).finished
        assert Resident._base_manager.get(pk=first.pk).phone == "15400009999"


def test_a_value_written_late_under_the_old_key_is_found_at_night(world: worlds.World) -> None:
    late = Resident._base_manager.order_by("-pk")[0]
    with ring(k1=OLD, k2=NEW):
        assert rotation.run(seconds=30).finished
    with ring(k1=OLD):
        Resident._base_manager.filter(pk=late.pk).update(phone="15400001111")
    with ring(k1=OLD, k2=NEW):
        assert rotation.run(seconds=30).changed == 0
        assert rotation.run(seconds=30, again=True).changed == 1
        assert Resident._base_manager.get(pk=late.pk).phone == "15400001111"


def test_a_key_that_is_still_needed_is_missed_loudly(
    world: worlds.World, capsys: pytest.CaptureFixture[str]
) -> None:
    with ring(k2=NEW), pytest.raises(CommandError, match="key 1"):
        call_command("keys")
    with ring(k1=OLD, k2=NEW):
        call_command("keys", "--rotate")
        assert f"{PHONE}: {len(stored())} values under key 2" in capsys.readouterr().out


@pytest.mark.parametrize("who", [worlds.WORKER, worlds.STREET, "protection_officer", "administrator"])
def test_nobody_but_the_background_reads_ciphertext(world: worlds.World, who: str) -> None:
    for call in ("access_stale_values(%s, '', 1, 2)", "access_replace_values(%s, '{}', '{}', '{}')"):
        with (
            acting(world.actors[who]),
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            cursor.execute(f"select {call}", [PHONE])


def test_the_background_reaches_declared_columns_only(world: worlds.World) -> None:
    with (
        acting(actors.job()),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="no encrypted column"),
        transaction.atomic(),
    ):
        cursor.execute("select access_stale_values('access.Account.password', '', 1, 2)")
