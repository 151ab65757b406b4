"""The audit chain finds a change, a gap, a swap and a cut; it goes with a rollback; no role can write it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianglin.access import audit
from lianglin.access.actor import job
from lianglin.access.models import AuditEntry, AuditHead, AuditSeal
from lianglin.access.transaction import acting, together
from lianglin.kit import clock

pytestmark = pytest.mark.django_db
CHAIN = "230103001001"


def write(count: int, chain: str = CHAIN) -> None:
    for number in range(count):
        with acting(job()):
            audit.record("test.write", "test.Thing", number, scope_code=chain, values={"number": number})
            audit.record("test.more", "test.Thing", number, scope_code=chain)


def test_a_chain_that_nobody_touched_is_whole() -> None:
    write(3)
    assert AuditEntry.objects.filter(chain=CHAIN).count() == 6
    audit.seal()
    assert list(audit.verify()) == []


@given(seq=st.integers(1, 6), harm=st.sampled_from(["change", "gap", "swap", "cut", "forged head"]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_harm_is_found(seq: int, harm: str) -> None:
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    write(3)
    entries = AuditEntry.objects.filter(chain=CHAIN)
    match harm:
        case "change":
            entries.filter(seq=seq).update(body=b"{}")
        case "gap":
            entries.filter(seq=seq).delete()
        case "swap":
            first, second = entries.get(seq=1 + seq % 3), entries.get(seq=4)
            first.body, second.body = second.body, first.body
            first.save()
            second.save()
        case "cut":
            entries.filter(seq__gte=seq).delete()
        case "forged head":
            AuditHead.objects.filter(chain=CHAIN).update(hash=bytes(32))
    assert list(audit.verify()) != []


def test_a_chain_rewritten_from_a_seal_on_is_found() -> None:
    write(2)
    audit.seal()
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    write(3)
    with override("en"):
        assert any("seal" in finding.what for finding in audit.verify())


def test_a_changed_seal_is_found() -> None:
    write(1)
    audit.seal()
    audit.seal()
    AuditSeal.objects.filter(pk=AuditSeal.objects.order_by("id").first().pk).update(heads={CHAIN: [1, "00"]})
    assert list(audit.verify())


OTHER = "230103001002"


def test_a_seal_names_what_grew_and_once_a_day_all() -> None:
    write(1)
    write(1, OTHER)
    first = audit.seal_what_moved()
    assert first is not None
    assert (first.whole, set(first.heads)) == (True, {CHAIN, OTHER})
    assert audit.seal_what_moved() is None, "nothing was written"
    write(1, OTHER)
    second = audit.seal_what_moved()
    assert second is not None
    assert (second.whole, set(second.heads)) == (False, {OTHER})
    assert audit.sealed() == {CHAIN: first.heads[CHAIN], OTHER: second.heads[OTHER]}
    AuditSeal.objects.update(at=clock.now() - timedelta(days=1))
    write(1, CHAIN)
    third = audit.seal_what_moved()
    assert third is not None
    assert (third.whole, set(third.heads)) == (True, {CHAIN, OTHER})


@pytest.mark.parametrize("chain", [CHAIN, OTHER])
def test_what_any_seal_named_cannot_be_rewritten(chain: str) -> None:
    """The newest seal leaves the first chain out; both are vouched for, together and one by one."""
    write(2)
    write(2, OTHER)
    audit.seal_what_moved()
    write(1, OTHER)
    audit.seal_what_moved()
    assert list(audit.verify()) == list(audit.verify(only=chain)) == []
    AuditEntry.objects.filter(chain=chain).delete()
    AuditHead.objects.filter(chain=chain).delete()
    write(3, chain)  # a whole new chain, right in itself
    with override("en"):
        for found in (list(audit.verify()), list(audit.verify(only=chain))):
            assert any(finding.chain == chain and "seal" in finding.what for finding in found)


def test_lines_vanish_with_what_they_tell_of() -> None:
    with acting(job()):
        audit.record("test.kept", "test.Thing", 1, scope_code=CHAIN)
        with pytest.raises(RuntimeError):
            _fail_halfway()
    bodies = [bytes(entry.body) for entry in AuditEntry.objects.all()]
    assert [b"test.kept" in body for body in bodies] == [True]


def _fail_halfway() -> None:
    with together():
        audit.record("test.lost", "test.Thing", 2, scope_code=CHAIN)
        raise RuntimeError


def test_what_concerns_several_communities_goes_to_the_city_chain() -> None:
    with acting(job()):
        audit.record("test.write", "test.Thing", 1, scope_code=CHAIN)
        audit.record("test.write", "test.Thing", 2, scope_code="230103001002")
    assert set(AuditEntry.objects.values_list("chain", flat=True)) == {"city"}


def test_an_entry_holds_digests_and_never_values() -> None:
    with acting(job()):
        audit.record("test.write", "test.Thing", 1, scope_code=CHAIN, values={"phone": "15412345678"})
    assert b"15412345678" not in bytes(AuditEntry.objects.get().body)


@pytest.mark.parametrize("table", ["access_auditentry", "access_audithead"])
@pytest.mark.parametrize("role", ["staff", "handler", "resident", "public", "job"])
def test_no_role_can_write_the_chain(table: str, role: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local role lianglin_{role}")
        for sql in (f"delete from {table}", f"update {table} set seq = 0"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(sql)
        cursor.execute("set local role none")
