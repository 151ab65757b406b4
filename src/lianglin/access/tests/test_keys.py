"""The security officer watches the keys and orders a rotation, with a reason; nobody else, and never a key on a page."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from tests import world as worlds

from lianglin.access import actor as actors
from lianglin.access import tasks
from lianglin.access.again import AGAIN_KEY
from lianglin.access.governance import keys
from lianglin.access.models import AuditEntry, KeyOrder, KeyUse
from lianglin.access.transaction import acting
from lianglin.kit import clock, crypto
from lianglin.kit.errors import Forbidden, Refused
from lianglin.people.models import Resident

OLD, NEW = b"o" * 32, b"n" * 32
PHONE = "people.Resident.phone"
OFFICER = "security_officer"


@pytest.fixture(autouse=True)
def _fresh_ring() -> Iterator[None]:
    crypto._ring.cache_clear()
    with override_settings(FIELD_KEYS={1: OLD}):
        yield
    crypto._ring.cache_clear()


@pytest.fixture
def city(db: None) -> worlds.World:
    return worlds.build()


def with_two() -> override_settings:
    crypto._ring.cache_clear()
    return override_settings(FIELD_KEYS={1: OLD, 2: NEW})


def order(city: worlds.World, kind: str = "rotate", reason: str = "人员变动") -> KeyOrder:
    with transaction.atomic(), acting(city.actors[OFFICER]) as by:
        return keys.order(kind=kind, reason=reason, by=by)


def phone() -> keys.Column:
    return next(one for one in keys.columns()[0] if one.label == PHONE)


def test_what_rests_under_an_old_key_is_counted_and_comes_to_the_newest(city: worlds.World) -> None:
    people = Resident._base_manager.filter(phone__isnull=False).count()
    with with_two():
        with acting(actors.job()):
            keys.count()
        assert (phone().values, phone().old, phone().share) == (people, people, 0)
        made = order(city)
        assert tasks.key_order(made.pk) is True
        assert (phone().values, phone().old, phone().share) == (people, 0, 100)
        assert phone().changed == people
        first, second = (key for key in keys.rings() if not key.ground)
        assert (first.encrypts, first.values, second.encrypts) == (False, 0, True)
        assert second.since is not None
        made.refresh_from_db()
        assert made.done_at is not None
        assert tasks.key_order(made.pk) is False


def test_a_key_that_is_gone_is_named(city: worlds.World) -> None:
    with acting(actors.job()):
        keys.count()
    crypto._ring.cache_clear()
    with override_settings(FIELD_KEYS={2: NEW}):
        assert phone().missing == [1]
        assert "不在密钥环" in city.browser(OFFICER).get("/account/keys/").content.decode()


def test_an_order_needs_a_reason_is_made_once_and_audited(city: worlds.World) -> None:
    with pytest.raises(Refused):
        order(city, reason=" ")
    with pytest.raises(Refused):
        order(city, kind="delete")
    made = order(city)
    with pytest.raises(Refused):
        order(city)
    assert made.reason == "人员变动"
    assert any(b"access.keys_rotate" in bytes(row.body) for row in AuditEntry.objects.all())


@pytest.mark.parametrize("who", [worlds.WORKER, worlds.STREET, "administrator", "auditor", "manager"])
def test_nobody_else_sees_or_orders(city: worlds.World, who: str) -> None:
    with transaction.atomic(), acting(city.actors[who]) as by, pytest.raises(Forbidden):
        keys.order(kind="count", reason="好奇", by=by)
    assert city.browser(who).get("/account/keys/").status_code == 403
    with (
        acting(city.actors[who]),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute("select * from access_key_uses(%s)", [PHONE])


def test_the_page_shows_counts_and_never_a_key(city: worlds.World) -> None:
    with acting(actors.job()):
        keys.count()
    browser = city.browser(OFFICER)
    page = browser.get("/account/keys/").content.decode()
    assert PHONE in page
    assert str(KeyUse.objects.get(column=PHONE).rows) in page
    assert OLD.decode() not in page
    assert base64.b64encode(OLD).decode() not in page
    assert browser.post("/account/keys/", {"kind": "count", "reason": ""}).status_code == 422
    assert browser.post("/account/keys/", {"kind": "count", "reason": "季度检查"}).status_code == 303
    assert "季度检查" in browser.get("/account/keys/").content.decode()


def test_an_order_asks_once_more_who_it_is(city: worlds.World) -> None:
    browser = city.browser("security_officer")
    session = browser.session
    session[AGAIN_KEY] = (clock.now() - timedelta(minutes=16)).isoformat()
    session.save()
    page = browser.get("/account/keys/")
    assert page.status_code == 200
    assert 'name="reason"' not in page.content.decode()
    sent = browser.post("/account/keys/", {"kind": "count", "reason": "季度检查"})
    assert sent.status_code == 303
    assert sent["Location"].startswith("/account/security/again/")
    assert not KeyOrder.objects.exists()
