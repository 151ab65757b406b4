"""What is held about one person is found, copied and erased, wherever it is; a restored backup is erased again."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import HERE, WORKER, World

from lianglin.access import actor as actors
from lianglin.access.actions import log_look
from lianglin.access.transaction import acting
from lianglin.appeals.models import Appeal, Appellant
from lianglin.cases.models import Case, Step
from lianglin.files import actions as files
from lianglin.files import store
from lianglin.files.models import Attachment
from lianglin.files.tests.samples import picture, upload
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.events import ExportErasures
from lianglin.people.models import Household, Membership, Resident
from lianglin.privacy import rules
from lianglin.privacy.actions import erasing, exporting
from lianglin.privacy.models import Erasure
from lianglin.privacy.queries import retention, subjects
from lianglin.privacy.queries.subjects import Key

OFFICER = "protection_officer"
Two = tuple[Resident, Resident]


def erase(city: World, key: Key, extent: str) -> list[Erasure]:
    with transaction.atomic(), acting(city.actors[OFFICER]) as by:
        return erasing.erase(key=key, extent=extent, by=by)


def test_what_is_held_is_read_under_the_policies_of_the_own_rows(city: World, two: Two) -> None:
    me = two[0]
    with acting(actors.resident(resident_id=me.pk)) as by:
        found = {held.model: held for held in subjects.held(Key("resident", me.pk), by)}
        assert set(found) >= {"people.Resident", "people.Membership", "people.Household"}
        assert found["people.Resident"].rows[0]["name"] == "王甲"
        assert "和宁小区" in found["people.Household"].rows[0]["dwelling"]
        plain = found["people.Resident"].shown(plain=True)[0]
        masked = dict(found["people.Resident"].shown(plain=False)[0])
        assert "15400000000" in dict(plain).values()
        assert "154****0000" in masked.values()
        assert "15400000000" not in masked.values()


@given(other=st.integers(1, 10_000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_reads_what_is_held_about_another(city: World, two: Two, other: int) -> None:
    """Not even by asking for the other's key: the database answers for who logged in."""
    me = two[0]
    if other == me.pk:
        return
    with acting(actors.resident(resident_id=other)) as by:
        assert subjects.held(Key("resident", me.pk), by) == []
        assert subjects.looks(Key("resident", me.pk), by) == []
        assert me.pk not in set(Resident._base_manager.values_list("pk", flat=True))


def test_looks_are_read_by_whom_they_concern(city: World, two: Two) -> None:
    with acting(city.actors[WORKER]) as by:
        for person in two:
            log_look(by=by, purpose="handle_case", what="", scope_code=HERE, resident_id=person.pk)
    with acting(actors.resident(resident_id=two[0].pk)) as by:
        (look,) = subjects.looks(Key("resident", two[0].pk), by)
    assert look["unit"] == city.organisations[WORKER].name
    assert set(look) == {"id", "at", "unit", "purpose", "what"}


def test_a_copy_says_purpose_basis_and_time_of_every_column(city: World, two: Two) -> None:
    with acting(actors.resident(resident_id=two[0].pk)) as by:
        made = json.loads(json.dumps(subjects.copy_of(Key("resident", two[0].pk), by, clock.now())))
    schema = json.loads(
        (Path(subjects.__file__).parent.parent / "data/personal-data.schema.json").read_text("utf-8")
    )
    assert set(made) == set(schema["required"])
    assert made["format"] == schema["properties"]["format"]["const"]
    table = next(table for table in made["tables"] if table["model"] == "people.Resident")
    assert set(table) == set(schema["$defs"]["table"]["required"])
    assert all(set(column) == set(schema["$defs"]["column"]["required"]) for column in table["columns"])
    by_name = {column["name"]: column for column in table["columns"]}
    assert all(by_name["phone"][what] for what in ("label", "purpose", "basis", "keep"))
    assert not {"id_match", "phone_match"} & set(by_name)


def test_what_is_held_by_consent_goes_and_the_rest_stays(city: World, two: Two) -> None:
    erase(city, Key("resident", two[0].pk), "consent")
    me = Resident._base_manager.get(pk=two[0].pk)
    assert (me.phone, me.phone_match, me.name) == (None, None, "王甲")
    assert Resident._base_manager.get(pk=two[1].pk).phone == "15400000000"


def test_everything_about_a_resident_goes_and_nobody_elses(city: World, two: Two) -> None:
    before = Household._base_manager.count()
    erase(city, Key("resident", two[0].pk), "all")
    me, other = Resident._base_manager.get(pk=two[0].pk), Resident._base_manager.get(pk=two[1].pk)
    assert (me.name, me.sex, me.born_on, me.id_number, me.phone) == (rules.GONE, "0", None, None, None)
    assert not Membership._base_manager.filter(resident=me).exists()
    assert Membership._base_manager.filter(resident=other).exists()
    assert (other.name, Household._base_manager.count()) == ("李乙", before)


@pytest.fixture
def closed(city: World) -> Case:
    """A closed appeal with a picture."""
    made = city.brought_to("closed", text="楼道灯不亮，我家电话15400000001")
    with acting(city.actors[WORKER]) as by:
        files.attach(case_id=made.case.pk, scope_code=HERE, upload=upload(picture()), by=by)
    return made.case


def test_a_matter_is_erased_with_its_history_and_its_pictures(
    city: World, closed: Case, django_capture_on_commit_callbacks: Any
) -> None:
    stored = Attachment._base_manager.get(case_id=closed.pk).name
    with django_capture_on_commit_callbacks(execute=True):
        entries = erase(city, Key("case", closed.pk), "all")
    assert not Appellant._base_manager.filter(pk=closed.pk).exists()
    assert not Attachment._base_manager.filter(case_id=closed.pk).exists()
    assert store.get(stored) is None
    assert Appeal._base_manager.get(pk=closed.pk).text == rules.GONE
    assert set(Step._base_manager.filter(case_id=closed.pk).values_list("note", flat=True)) == {""}
    assert Case._base_manager.get(pk=closed.pk).title == rules.GONE
    told = json.dumps(list(exporting.exported(entries)), ensure_ascii=False)
    assert not [word for word in ("楼道灯", "15400000001", "李示例") if word in told]
    store.put(stored, b"as a restored backup's files have it, whose database knows of the erasure")
    with django_capture_on_commit_callbacks(execute=True):
        replayed()
    assert store.get(stored) is None


def test_a_matter_in_hand_is_not_erased(city: World) -> None:
    made = city.report()
    with pytest.raises(Refused):
        erase(city, Key("case", made.case.pk), "all")
    assert Appellant._base_manager.filter(pk=made.case.pk).exists()
    assert not Erasure.objects.exists()


def test_only_the_officer_erases(city: World, two: Two) -> None:
    for code in (WORKER, "manager"):
        with acting(city.actors[code]) as by, pytest.raises(Forbidden):
            erasing.erase(key=Key("resident", two[0].pk), extent="all", by=by)


def replayed(*options: str) -> str:
    out = StringIO()
    with transaction.atomic():
        call_command("replay_erasures", *options, stdout=out)
    return out.getvalue()


def test_a_restored_backup_is_erased_again(city: World, two: Two) -> None:
    membership = Membership._base_manager.get(resident=two[0])
    erase(city, Key("resident", two[0].pk), "all")
    two[0].save()  # as an older backup has it
    membership.save(force_insert=True)
    assert Resident._base_manager.get(pk=two[0].pk).name == "王甲"
    assert replayed() == "2 rows erased again.\n"
    assert Resident._base_manager.get(pk=two[0].pk).phone is None
    assert not Membership._base_manager.filter(resident=two[0]).exists()
    assert Resident._base_manager.get(pk=two[1].pk).name == "李乙"
    assert all(entry.replayed_at for entry in Erasure.objects.all())


def test_a_ledger_newer_than_the_backup_is_taken_in_once(city: World, two: Two, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text("".join(exporting.exported(erase(city, Key("resident", two[0].pk), "all"))), "utf-8")
    Erasure.objects.all().delete()
    two[0].save()
    count = len(ledger.read_text("utf-8").splitlines())
    for _twice in range(2):
        replayed("--ledger", str(ledger))
        assert Erasure.objects.count() == count
    assert Resident._base_manager.get(pk=two[0].pk).name == rules.GONE


def test_the_ledger_is_told_from_a_line_on_or_whole_where_the_line_is_another(city: World, two: Two) -> None:
    first = erase(city, Key("resident", two[0].pk), "all")
    with acting(actors.job()) as by:
        whole = exporting.ledger(ExportErasures(), by=by)
        assert whole.lines == tuple(exporting.exported(first))
        assert (whole.whole, whole.last) == (True, first[-1].pk)
        again = exporting.ledger(ExportErasures(whole.last, whole.digest), by=by)
        assert (again.lines, again.whole, again.last, again.digest) == ((), False, whole.last, whole.digest)
        assert whole.oldest <= again.oldest <= again.next
    more = erase(city, Key("resident", two[1].pk), "all")
    with acting(actors.job()) as by:
        assert exporting.ledger(ExportErasures(whole.last, whole.digest), by=by).lines == tuple(
            exporting.exported(more)
        )
        assert exporting.ledger(ExportErasures(whole.last, "of another"), by=by).lines == (
            *exporting.exported(first),
            *exporting.exported(more),
        )


def test_a_file_that_is_no_ledger_changes_nothing(city: World, two: Two, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"model": "access.Account"}\n', "utf-8")
    with pytest.raises(CommandError, match="Nothing was erased"):
        replayed("--ledger", str(wrong))
    with pytest.raises(CommandError, match="cannot be read"):
        replayed("--ledger", str(tmp_path / "absent"))
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("subject", list(discovery.each("subjects")), ids=lambda s: f"{s.model}-{s.of}")
def test_every_declared_table_can_be_found_and_emptied(db: None, subject: Any) -> None:
    with acting(actors.job()) as by:
        assert not subjects.rows_of(subject, Key(subject.of, 1), by).exists()
        if subject.erasable and not erasing._may_be_deleted(subject.model):
            assert retention.empty(subject.model)
