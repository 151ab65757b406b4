"""A list taken out as a file: by the asker's rights, marked, harmless, fetched under a log, erased."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianglin.access.actor import job
from lianglin.access.models import AccessLog, AuditEntry, Post
from lianglin.access.transaction import acting
from lianglin.appeals.tests.scene import Town, build
from lianglin.appeals.views import listing
from lianglin.cases import tasks
from lianglin.cases.actions import exporting
from lianglin.cases.models import Export
from lianglin.kit import clock, spreadsheet
from lianglin.kit.errors import Refused

pytestmark = pytest.mark.django_db
ASK = "/cases/papers/ask/"
FORM = {"list": "appeals.desk", "format": "xlsx", "purpose": "handle_case", "reason": "例会用"}


@pytest.fixture
def town(db: None) -> Town:
    return build()


def made(town: Town, who: str, **form: str) -> Export:
    """A file that a post asked for, made by the background."""
    answer = town.client(who).post(ASK, {**FORM, **form})
    assert answer.status_code == 303, answer.context["form"].errors
    found = Export._base_manager.order_by("-id")[0]
    tasks.make_export(key=str(found.key))
    return Export._base_manager.get(pk=found.pk)


def fetched(town: Town, who: str, export: Export) -> Any:
    return town.client(who).get(f"/cases/papers/{export.key}/")


def numbers(data: bytes) -> set[str]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = list(book.worksheets[0].iter_rows(min_row=3, max_col=1, values_only=True))
    return {str(row[0]) for row in rows}


def test_the_file_holds_what_the_asker_sees_and_nothing_else(town: Town) -> None:
    mine, theirs = town.appeal(), town.appeal("隔壁社区的灯坏了", community=town.there)
    order = town.brought_to("dispatched")
    for who, held in {"worker": {mine, order}, "street": {mine, theirs, order}, "unit": {order}}.items():
        answer = fetched(town, who, made(town, who))
        assert answer.status_code == 200
        assert numbers(answer.content) == {case.number for case in held}, who


@given(kinds=st.lists(st.sampled_from(["mine", "theirs", "given"]), max_size=4))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_there_is_a_file_never_holds_a_row_its_asker_cannot_see(
    town: Town, kinds: list[str]
) -> None:
    make = {
        "mine": town.appeal,
        "theirs": lambda: town.appeal("隔壁社区的灯坏了", community=town.there),
        "given": lambda: town.brought_to("dispatched"),
    }
    with transaction.atomic():
        for kind in kinds:
            make[kind]()
        for who in ("worker", "neighbour", "street", "other_street", "unit", "other_unit"):
            with acting(town.actor(who)) as by:
                seen = set(listing.rows(by, {}).values_list("number", flat=True))
            with acting(town.actor(who)) as by:
                asked = exporting.ask(
                    by=by, list_code="appeals.desk", query={}, file_format="xlsx", purpose="handle_case", reason="核对"
                )  # fmt: skip
            tasks.make_export(key=str(asked.key))
            with acting(town.actor(who)) as by:
                _export, data = exporting.fetch(by=by, key=asked.key)
            assert numbers(data) == seen, who
        transaction.set_rollback(True)


def test_the_filters_of_the_list_hold_in_the_file(town: Town) -> None:
    town.appeal()
    accepted = town.brought_to("accepted")
    export = made(town, "worker", state="accepted", nonsense="x")
    assert export.query == {"state": "accepted"}
    assert numbers(fetched(town, "worker", export).content) == {accepted.number}


def test_every_sheet_and_the_properties_say_who_when_and_what_for(town: Town) -> None:
    town.appeal()
    export = made(town, "worker")
    book = openpyxl.load_workbook(io.BytesIO(fetched(town, "worker", export).content))
    unit = town.unit("worker").label
    for sheet in book.worksheets:
        said = str(sheet.oddHeader.center.text)
        assert unit in said
        assert "例会用" in said
    assert unit in str(book.properties.creator)
    assert "例会用" in str(book.properties.description)
    assert "例会用" in str(book.worksheets[0]["A1"].value)
    text = fetched(town, "worker", made(town, "worker", format="csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert "例会用" in rows[0][1]
    assert "例会用" in rows[-1][0]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    cell = spreadsheet.harmless(f"{start}HYPERLINK(1)")
    assert cell.startswith("'")
    assert spreadsheet.harmless("灯不亮 = 坏了") == "灯不亮 = 坏了"


def test_what_a_resident_wrote_cannot_run_in_a_spreadsheet(town: Town) -> None:
    town.appeal("=cmd|' /C calc'!A0 灯不亮")
    for file_format in ("xlsx", "csv"):
        data = fetched(town, "worker", made(town, "worker", format=file_format)).content
        if file_format == "csv":
            assert not any(
                cell.startswith("=")
                for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))
                for cell in row
            )
        else:
            cells = [
                cell
                for row in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows()
                for cell in row
            ]
            assert not any(cell.data_type == "f" for cell in cells)


def test_no_file_says_who_reported(town: Town) -> None:
    town.appeal()
    text = fetched(town, "worker", made(town, "worker", format="csv")).content.decode()
    assert "李示例" not in text
    assert "15400000001" not in text


@pytest.mark.parametrize("field", ["purpose", "reason"])
def test_without_a_purpose_and_a_reason_no_file(town: Town, field: str) -> None:
    assert town.client("worker").post(ASK, {**FORM, field: ""}).status_code == 422
    assert not Export._base_manager.exists()


def test_a_purpose_the_post_does_not_carry_is_none(town: Town) -> None:
    answer = town.client("worker").post(ASK, {**FORM, "purpose": "statistics"})
    assert answer.status_code == 422


def test_fetching_is_logged_and_only_the_asker_fetches(town: Town) -> None:
    town.appeal()
    export = made(town, "worker")
    before = AuditEntry.objects.count()
    assert fetched(town, "worker", export).status_code == 200
    look = AccessLog._base_manager.order_by("-id")[0]
    assert (look.what, look.purpose, look.post_id) == (
        exporting.TAKEN_OUT,
        "handle_case",
        town.world.posts["community-230103001001"].pk,
    )
    assert AuditEntry.objects.count() == before + 1
    for stranger in ("street", "neighbour", "unit"):
        assert fetched(town, stranger, export).status_code == 403


@pytest.mark.parametrize(
    "change", [{"scope_code": "230103001002"}, {"ends_on": "2026-01-01"}, {"role_code": "manager"}]
)
def test_rights_are_looked_at_anew_when_it_is_made_and_when_it_is_fetched(
    town: Town, change: dict[str, str]
) -> None:
    town.appeal()
    ready = made(town, "worker")
    town.client("worker").post(ASK, FORM)
    waiting = Export._base_manager.order_by("-id")[0]
    Post.objects.filter(pk=ready.post_id).update(**change)
    tasks.make_export(key=str(waiting.key))
    refused = Export._base_manager.get(pk=waiting.pk)
    assert (refused.state, refused.content) == ("refused", None)
    answer = fetched(town, "worker", ready)
    assert answer.status_code in (302, 403)
    assert not AccessLog._base_manager.filter(what=exporting.TAKEN_OUT).exists()


def test_the_background_reads_in_the_askers_place_alone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the list to forget its scope, PostgreSQL would still hold the job to the asker's range."""
    mine, theirs = town.appeal(), town.appeal("隔壁社区的灯坏了", community=town.there)
    everything = job()
    monkeypatch.setattr("lianglin.kit.lists.rows", lambda wanted, actor, query: _all(everything))
    assert numbers(fetched(town, "worker", made(town, "worker")).content) == {mine.number}
    assert theirs.number


def _all(actor: Any) -> Any:
    from lianglin.appeals.queries.worklists import appeals

    return appeals(actor)


def test_a_file_is_cut_at_its_limit_and_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    for n in range(3):
        town.appeal(f"第{n}件：灯不亮")
    export = made(town, "worker", format="csv")
    assert (export.rows, export.cut) == (2, True)
    assert "最多2行" in fetched(town, "worker", export).content.decode()


def test_after_its_time_it_is_erased_and_the_line_stays(town: Town) -> None:
    town.appeal()
    export = made(town, "worker")
    Export._base_manager.update(expires_at=clock.now() - timedelta(minutes=1))
    assert fetched(town, "worker", export).status_code == 422
    assert tasks.erase_exports(timestamp=0) == 1
    erased = Export._base_manager.get(pk=export.pk)
    assert (erased.state, erased.content) == ("erased", None)
    assert "例会用" in town.client("worker").get("/cases/papers/").content.decode()


def test_contents_rest_encrypted(town: Town) -> None:
    town.appeal()
    made(town, "worker", format="csv")
    with connection.cursor() as cursor:
        cursor.execute("select content from cases_export")
        (stored,) = cursor.fetchone()
    assert b"A26" not in bytes(stored)


def test_making_twice_makes_once_and_five_may_wait(town: Town) -> None:
    town.appeal()
    export = made(town, "worker")
    content = export.content
    tasks.make_export(key=str(export.key))
    assert Export._base_manager.get(pk=export.pk).content == content
    wanted: dict[str, Any] = {"list_code": "appeals.desk", "query": {}, "file_format": "csv"}
    with acting(town.actor("worker")) as by:
        for _n in range(exporting.AT_ONCE):
            exporting.ask(by=by, purpose="handle_case", reason="例会用", **wanted)
    with pytest.raises(Refused), transaction.atomic(), acting(town.actor("worker")) as by:
        exporting.ask(by=by, purpose="handle_case", reason="例会用", **wanted)
