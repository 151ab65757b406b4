"""The audit's upkeep: the nightly verification, the cut behind a signed seal, the export that verifies offline."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import world as worlds
from tests.world import World

from lianglin.access import audit
from lianglin.access.actor import job
from lianglin.access.governance import anchors, commands, signing, upkeep
from lianglin.access.models import AuditCheck, AuditCut, AuditEntry, AuditHead, AuditSeal
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import Refused
from lianglin.notices.models import Message
from lianglin.project import kinds

pytestmark = pytest.mark.django_db
CHAIN, OTHER = "230103001001", "230103001002"
KEY, STRANGER = b"k" * 32, b"s" * 32
AUDITOR = "auditor"


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.SIGNING_KEYS = {1: KEY}


@pytest.fixture
def city(db: None) -> World:
    return worlds.build()


def write(count: int, chain: str = CHAIN) -> None:
    for number in range(count):
        with acting(job()):
            audit.record("test.write", "test.Thing", number, scope_code=chain, values={"number": number})


def seal(days_ago: int = 0) -> AuditSeal:
    """A seal of the heads as they are, made some days ago."""
    real = clock.offset()
    clock.set_offset(timedelta(days=-days_ago))
    try:
        with acting(job()):
            return audit.seal()
    finally:
        clock.set_offset(real)


def check() -> AuditCheck:
    with acting(job()):
        return upkeep.check()


# --- the nightly verification ------------------------------------------------------------------------------


def test_each_verification_leaves_a_record(city: World) -> None:
    write(3)
    seal()
    made = check()
    assert (made.chains, made.entries, made.seals, made.findings, made.found) == (1, 3, 1, 0, [])
    assert made.ended_at >= made.begun_at
    assert not Message._base_manager.exists()


def test_what_does_not_fit_is_told_and_stands_on_every_page_of_the_auditor(city: World) -> None:
    write(3)
    browser = city.browser(AUDITOR)
    assert "不符" not in browser.get("/account/audit/").content.decode()
    AuditEntry.objects.filter(chain=CHAIN, seq=2).update(body=b"changed")
    made = check()
    assert made.findings == 1
    assert made.found[0][:2] == [CHAIN, 2]
    told = set(Message._base_manager.values_list("post__role_code", flat=True))
    assert told == {"auditor", "protection_officer"}
    for address in ("/account/audit/", "/account/posts/", "/messages/"):
        assert f'href="/account/audit/checks/{made.pk}/"' in browser.get(address).content.decode(), address
    assert f"chain={CHAIN}&amp;seq=2" in browser.get(f"/account/audit/checks/{made.pk}/").content.decode()
    opened = browser.get("/account/audit/entry/", {"chain": CHAIN, "seq": "2"})
    assert opened.context["fits"] is False
    assert opened.context["stored"] != opened.context["expected"]
    AuditEntry.objects.filter(chain=CHAIN).delete()
    AuditHead.objects.filter(chain=CHAIN).delete()
    assert check().findings == 0
    assert "alert--bad" not in browser.get("/account/audit/").content.decode()


@pytest.mark.parametrize(("seq", "fits"), [("1", True), ("3", True), ("2", False)])
def test_an_entry_is_opened_with_its_hashes(city: World, seq: str, fits: bool) -> None:
    write(3)
    AuditEntry.objects.filter(chain=CHAIN, seq=2).delete()
    shown = city.browser(AUDITOR).get("/account/audit/entry/", {"chain": CHAIN, "seq": seq})
    assert shown.status_code == 200
    assert shown.context["fits"] is (fits and seq == "1")
    assert city.browser(AUDITOR).get("/account/audit/entry/", {"chain": "x", "seq": seq}).status_code == 404


def test_what_is_written_while_it_reads_is_no_finding(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write(2)
    real, once = audit.start_of, []

    def interrupted(starts: Any, chain: str) -> Any:
        if not once:
            once.append(write(1))
        return real(starts, chain)

    heads = {head.chain: head for head in AuditHead.objects.all()}
    monkeypatch.setattr(audit, "start_of", interrupted)
    assert list(audit.verify()) == []
    write(1)
    assert list(audit.ends(heads[CHAIN], CHAIN, 4, bytes(AuditHead.objects.get(chain=CHAIN).hash))) == []


def test_a_seal_that_the_city_did_not_sign_is_found(city: World) -> None:
    write(1)
    made = seal()
    forged = anchors.sign(STRANGER, anchors.SEAL, bytes(made.hash))
    AuditSeal.objects.filter(pk=made.pk).update(signature=forged)
    assert [found.chain for found in audit.verify()] == ["seals"]


# --- the cut -----------------------------------------------------------------------------------------------

OLD = 31 * 36 + 10


def test_what_has_run_out_is_cut_and_the_rest_still_verifies(city: World) -> None:
    write(4)
    write(2, OTHER)
    old = seal(OLD)
    write(3)
    seal()
    done = upkeep.cut_old(batch=2)
    assert done is not None
    assert (done.removed, done.seal, done.finished_at is not None) == (6, old.pk, True)
    assert list(AuditEntry.objects.filter(chain=CHAIN).order_by("seq").values_list("seq", flat=True)) == [
        5,
        6,
        7,
    ]
    assert list(audit.verify()) == []
    assert list(audit.verify(CHAIN)) == list(audit.verify(OTHER)) == []
    assert upkeep.cut_old() is None
    write(1, OTHER)
    assert list(audit.verify()) == []


@given(seq=st.integers(5, 7), harm=st.sampled_from(["change", "gap", "cut", "heads", "stranger", "hidden"]))
@settings(max_examples=18, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_harm_behind_the_cut_is_found(city: World, seq: int, harm: str) -> None:
    for model in (AuditEntry, AuditHead, AuditSeal, AuditCut):
        model.objects.all().delete()
    write(4)
    seal(OLD)
    write(3)
    upkeep.cut_old()
    entries = AuditEntry.objects.filter(chain=CHAIN)
    cut = AuditCut.objects.get()
    match harm:
        case "change":
            entries.filter(seq=seq).update(body=b"{}")
        case "gap":
            entries.filter(seq=seq).delete()
        case "cut":
            entries.filter(seq__gte=seq).delete()
        case "heads":
            AuditCut.objects.update(heads={CHAIN: [seq, "00" * 32]})
        case "stranger":
            AuditCut.objects.update(signature=anchors.sign(STRANGER, anchors.SEAL, bytes(32)))
        case _:  # the whole cut taken away: the chain then begins in the middle
            AuditCut.objects.filter(pk=cut.pk).delete()
    assert list(audit.verify()) != []


def test_without_a_signing_key_nothing_is_cut(city: World, settings: Any) -> None:
    settings.SIGNING_KEYS = {}
    write(2)
    seal(OLD)
    assert upkeep.cut_old() is None
    assert AuditEntry.objects.filter(chain=CHAIN).count() == 2


def test_what_is_younger_than_the_setting_stays(city: World, settings: Any) -> None:
    write(2)
    seal(31 * 7)
    assert upkeep.cut_old() is None
    settings.AUDIT_MONTHS = 6
    done = upkeep.cut_old()
    assert done is not None
    assert done.removed == 2


def test_less_than_six_months_is_refused_by_setting_and_database(city: World) -> None:
    with pytest.raises(ValueError, match="6"):
        kinds.whole(6, 600)("5")
    write(2)
    young = seal(30)
    made = AuditCut.objects.create(
        at=clock.now(),
        seal=young.pk,
        sealed_at=young.at,
        previous=audit.GENESIS,
        heads=young.heads,
        key=1,
        signature=young.signature,
    )
    with (
        acting(job()),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="six months"),
        transaction.atomic(),
    ):
        cursor.execute("select access_audit_cut(%s, 100)", [made.pk])
    assert AuditEntry.objects.filter(chain=CHAIN).count() == 2


@pytest.mark.parametrize("who", ["administrator", "security_officer", "auditor", "protection_officer"])
def test_no_post_cuts(city: World, who: str) -> None:
    with (
        acting(city.actors[who]),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute("select access_audit_cut(1, 100)")


# --- export and offline verification -----------------------------------------------------------------------


@pytest.fixture
def exported(city: World, tmp_path: Path) -> Path:
    write(4)
    write(2, OTHER)
    seal()
    path = tmp_path / "audit.jsonl"
    assert commands.export_file(path, CHAIN, 2, 4) == 0
    return path


def wrong(path: Path, key: bytes = KEY) -> list[str]:
    with path.open("rb") as file:
        return list(anchors.problems(file, anchors.public_of(key)))


def test_an_export_is_whole_and_signed(exported: Path) -> None:
    assert wrong(exported) == []
    lines = exported.read_text().splitlines()
    assert [json.loads(line).get("seq") for line in lines] == [None, None, 2, 3, 4, None]


def test_all_chains_at_once(city: World, exported: Path) -> None:
    assert commands.export_file(exported, "", 1, None) == 0
    assert wrong(exported) == []
    assert {json.loads(line).get("chain") for line in exported.read_text().splitlines()} >= {CHAIN, OTHER}


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_or_line_of_the_file_is_found(exported: Path, data: st.DataObject) -> None:
    content = exported.read_bytes()
    lines = content.splitlines(keepends=True)
    harm = data.draw(st.sampled_from(["byte", "drop", "swap", "append"]))
    if harm == "byte":
        at = data.draw(st.integers(0, len(content) - 2))
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    elif harm == "drop":
        at = data.draw(st.integers(0, len(lines) - 1))
        changed = b"".join(lines[:at] + lines[at + 1 :])
    elif harm == "swap":
        at = data.draw(st.integers(0, len(lines) - 2))
        changed = b"".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])
    else:
        changed = content + lines[2]
    side = exported.with_suffix(".changed")
    side.write_bytes(changed)
    assert wrong(side) != []


def test_another_key_does_not_verify(exported: Path) -> None:
    assert wrong(exported, STRANGER) == ["the anchor is not signed by this key"]


def test_the_command_line_verifies_without_a_database(exported: Path) -> None:
    ran = subprocess.run(
        [
            sys.executable, "-m", "lianglin.project.cli", "audit", "verify", "--file", str(exported), "--key",
            anchors.public_of(KEY).hex(),
        ],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), "LIANGLIN_DATA": str(exported.parent / "nothing")},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "The file is whole and signed by this key.\n"), ran.stderr
    assert not (exported.parent / "nothing").exists()


def test_the_auditor_exports_from_the_page_and_it_is_audited(city: World) -> None:
    write(4)
    browser = city.browser(AUDITOR)
    answer = browser.post("/account/audit/export/", {"chain": CHAIN, "first": "1", "last": "3"})
    assert answer.status_code == 200
    assert list(anchors.problems(answer.content.splitlines(keepends=True), anchors.public_of(KEY))) == []
    assert any(b"access.audit_exported" in bytes(entry.body) for entry in AuditEntry.objects.all())
    assert (
        browser.post("/account/audit/export/", {"chain": CHAIN, "first": "3", "last": "1"}).status_code == 422
    )
    assert browser.post("/account/audit/export/", {"chain": "230103009009", "first": "1"}).status_code == 422


@pytest.mark.parametrize("who", ["protection_officer", "administrator", "security_officer", "manager"])
def test_nobody_else_exports(city: World, who: str) -> None:
    browser: Client = city.browser(who)
    assert browser.post("/account/audit/export/", {"chain": "city", "first": "1"}).status_code == 403


def test_without_a_key_an_export_is_refused_with_what_to_do(city: World, settings: Any) -> None:
    write(1)
    settings.SIGNING_KEYS = {}
    with pytest.raises(Refused, match="LIANGLIN_SIGNING_KEYS"):
        upkeep.export(chain=CHAIN)
    assert signing.public_keys() == {}


def test_the_auditors_lists_are_paged(city: World) -> None:
    now = clock.now()
    AuditCheck.objects.bulk_create(
        AuditCheck(begun_at=now, ended_at=now, chains=1, entries=1, seals=1, findings=0) for _n in range(51)
    )
    browser = city.browser(AUDITOR)
    first = browser.get("/account/audit/checks/")
    assert len(first.context["rows"]) == 50
    assert (
        len(browser.get("/account/audit/checks/", {"cursor": first.context["page"].older}).context["rows"])
        == 1
    )
    seal()
    assert browser.get("/account/audit/seals/").context["rows"][0]["signed"] is True
