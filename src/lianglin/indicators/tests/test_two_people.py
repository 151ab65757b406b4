"""Goals and imported figures by two people, through their pages; stated figures; the list of definitions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from lianglin.access import actor as actors
from lianglin.access.transaction import acting
from lianglin.indicators.models import FigureImport, ImportedValue, IndicatorTarget, TargetChange
from lianglin.indicators.tests.city import HERE, MONTH, OTHER_DISTRICT, STREET, browser, districts, put
from lianglin.indicators.values import queries, stated
from lianglin.indicators.values.lines import HEADS
from lianglin.indicators.values.queries import Target
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.held import forget
from lianglin.kit.spreadsheet import as_csv

RATE, JOBS, POSTS, YOY = (
    "appeals.settled", "imported.net_employment", "imported.posts_moved_down", "imported.accidents_yoy",
)  # fmt: skip
HEAD = [words[0] for words in HEADS.values()]
GOAL = {
    "indicator": RATE, "amount": "97", "better": "up", "valid_from": "2026-11-09", "source": "示例文〔2026〕1号", "reason": "示例",
}  # fmt: skip


@pytest.fixture(autouse=True)
def city(db: None) -> Iterator[None]:
    before = clock.offset()
    clock.set_offset(timedelta(0))
    clock.set_offset(datetime(2026, 11, 20, 10, tzinfo=CITY_ZONE) - clock.now())
    districts()
    forget()
    yield
    forget()
    clock.set_offset(before)


def goal(scope: str, amount: int | None, month: int, code: str = RATE) -> None:
    IndicatorTarget.objects.create(
        indicator=code,
        scope_code=scope,
        amount=amount,
        better="up",
        valid_from=date(2026, month, 1),
        source="x",
    )
    forget()


# --- goals -------------------------------------------------------------------------------------------------


@pytest.mark.rows("R058")
def test_the_nearest_goal_above_a_place_counts_from_its_month_on() -> None:
    goal("", 96, 3)
    goal("230103", 90, 6)
    goal("230103", None, 10)
    asked = {
        (code, month): queries.target(RATE, code, date(2026, month, 1)) for code in (HERE, "") for month in (2, 4, 7, 10)
    }  # fmt: skip
    assert asked["", 2] == asked[HERE, 2] == Target(95.0, "up")
    assert {key: found.amount for key, found in asked.items() if found and found.since} == {
        (HERE, 4): 96, (HERE, 7): 90, (HERE, 10): 96, ("", 4): 96, ("", 7): 96, ("", 10): 96,
    }  # fmt: skip
    assert queries.target("appeals.received", HERE, MONTH.start) is None


def test_a_goal_is_proposed_by_one_and_approved_by_another() -> None:
    one, two = browser("district_coordinator", "230103"), browser("city_coordinator", "")
    answer = one.post("/figures/goals/propose/", GOAL)
    change = TargetChange.objects.get()
    assert answer["Location"] == f"/figures/goals/{change.pk}/"
    assert (change.scope_code, change.valid_from) == ("230103", date(2026, 11, 1))
    assert one.post(f"/figures/goals/{change.pk}/", {"do": "approve"}).status_code == 403
    assert two.post(f"/figures/goals/{change.pk}/", {"do": "refuse"}).status_code == 422
    assert not IndicatorTarget.objects.exists()
    assert two.post(f"/figures/goals/{change.pk}/", {"do": "approve"}).status_code == 303
    found = queries.target(RATE, HERE, MONTH.start)
    assert found == Target(97.0, "up", date(2026, 11, 1), "示例文〔2026〕1号", "230103")
    assert queries.target(RATE, OTHER_DISTRICT, MONTH.start) == Target(95.0, "up")
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetChange.objects.update(decided_by=change.proposed_by)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "120"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"valid_from": "2026-10-31"}, "valid_from"),
        ({"indicator": "appeals.by_item"}, "indicator"),
        ({"source": ""}, "source"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_wrong_proposal_is_refused_at_its_field_and_nothing_typed_is_lost(
    wrong: dict[str, str], field: str
) -> None:
    page = browser("city_coordinator", "").post("/figures/goals/propose/", GOAL | wrong)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "示例" in page.content.decode()
    assert not TargetChange.objects.exists()


def test_a_proposal_is_taken_back_and_a_second_one_of_the_same_figure_waits() -> None:
    one = browser("city_coordinator", "")
    one.post("/figures/goals/propose/", GOAL)
    assert one.post("/figures/goals/propose/", GOAL).status_code == 409
    one.post(f"/figures/goals/{TargetChange.objects.get().pk}/back/")
    assert TargetChange.objects.get().state == "withdrawn"


def test_the_dashboard_says_met_or_not_since_when() -> None:
    goal("", 90, 6)
    put(RATE, HERE, 19, 20)
    text = browser("community_worker", HERE).get("/figures/").content.decode()
    assert "目标：不低于 90%" in text
    assert "已达到" in text
    assert "自 2026-06 起" in text
    goal("", 99, 7)
    assert "未达到" in browser("manager", "").get("/figures/?place=230103").content.decode()


@pytest.mark.parametrize("role", ["unit_handler", "protection_officer"])
def test_who_may_not_propose_or_bring_cannot(role: str) -> None:
    who = browser(role, "")
    assert who.post("/figures/goals/propose/", GOAL).status_code == 403
    assert who.post("/figures/imported/bring/", {}).status_code == 403


def test_a_street_may_propose_but_not_approve_and_writes_no_goal_of_another_area() -> None:
    street = browser("street_coordinator", STREET)
    street.post("/figures/goals/propose/", GOAL)
    other = browser("street_coordinator", "230104001")
    assert other.post(f"/figures/goals/{TargetChange.objects.get().pk}/", {"do": "approve"}).status_code in (
        403,
        404,
    )
    with (
        acting(actors.Actor(role="staff", low=STREET, high=STREET + "~")),
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        goal("", 1, 1)


# --- imported figures --------------------------------------------------------------------------------------


def bring(client: Client, *rows: list[str], name: str = "报送.csv", **more: str) -> object:
    file = SimpleUploadedFile(name, as_csv([HEAD, *rows]))
    given = {
        "office": "市示例局",
        "source": "示例函〔2026〕2号",
        "as_of": "2026-11-01",
        "reason": "例行报送",
        "file": file,
    }
    return client.post("/figures/imported/bring/", given | more)


@pytest.mark.rows("R006", "R038", "R124")
def test_a_file_counts_once_a_second_person_approved_it_and_a_correction_leaves_the_old_one() -> None:
    one, two = browser("city_coordinator", ""), browser("manager", "")
    bring(one, [JOBS, "", "2022-", "419000", "", "", ""], [YOY, "", "2025", "-12.5", "35", "40", ""])
    file = FigureImport.objects.get()
    here = f"/figures/imported/{file.key}/"
    assert queries.newest([JOBS]) == {}
    assert one.post(here, {"do": "approve"}).status_code == 403
    assert two.post(here, {"do": "approve"}).status_code == 303
    first = queries.newest([JOBS, YOY])
    assert (first[JOBS].amount, first[YOY].amount) == (419000, -12.5)
    bring(one, [JOBS, "", "2022-", "420000", "", "", "更正"], as_of="2026-11-15", reason="更正")
    second = FigureImport.objects.exclude(pk=file.pk).get()
    preview = two.get(f"/figures/imported/{second.key}/")
    assert "变化 +1,000" in preview.content.decode()
    two.post(f"/figures/imported/{second.key}/", {"do": "approve"})
    assert queries.newest([JOBS])[JOBS].amount == 420000
    now = ImportedValue.objects.get(file=second)
    page = two.get(f"/figures/imported/values/{now.pk}/").content.decode()
    for told in (second.sha256, "示例函〔2026〕2号", "419,000", "city_coordinator", "manager", "外部导入"):
        assert told in page, told
    assert two.get(f"{here}file/").content == bytes(FigureImport.objects.get(pk=file.pk).content)


def test_what_two_people_look_at_does_not_change_under_their_eyes() -> None:
    bring(browser("city_coordinator", ""), [JOBS, "", "2026-10", "419000", "", "", ""])
    browser("district_coordinator", "230103").post("/figures/goals/propose/", GOAL)
    for rows, change in (
        (FigureImport.objects, {"content": b"another"}),
        (FigureImport.objects, {"state": "approved"}),
        (ImportedValue.objects, {"amount": 1}),
        (TargetChange.objects, {"amount": 1}),
        (TargetChange.objects, {"state": "approved"}),
    ):
        assert rows.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_with_one_wrong_line_nothing_is_kept_and_each_is_named() -> None:
    page = bring(
        browser("city_coordinator", ""),
        [JOBS, "", "2022-", "41.9万", "", "", ""],
        [RATE, "", "2025", "95", "", "", ""],
        [POSTS, "", "2022-", "4600", "", "", ""],
    )
    assert page.status_code == 422
    assert [(w.number, w.column) for w in page.context["wrong"]] == [(2, "数值"), (3, "指标代码")]
    assert "示例函〔2026〕2号" in page.content.decode()
    assert not FigureImport.objects.exists()


def test_a_file_that_is_no_table_or_came_before_is_refused() -> None:
    one = browser("city_coordinator", "")
    file = SimpleUploadedFile("x.xlsx", b"PK\x03\x04 no workbook")
    given = {"office": "x", "source": "x", "as_of": "2026-11-01", "reason": "x"}
    assert one.post("/figures/imported/bring/", given | {"file": file}).status_code == 422
    assert bring(one, [JOBS, "", "2022-", "1", "", "", ""]).status_code == 303
    assert bring(one, [JOBS, "", "2022-", "1", "", "", ""]).status_code == 409
    assert bring(one, [JOBS, "", "2022-", "2", "", "", ""], as_of="2026-11-21").status_code == 422
    one.post(f"/figures/imported/{FigureImport.objects.get().key}/back/")
    assert bring(one, [JOBS, "", "2022-", "1", "", "", ""]).status_code == 303


def test_the_template_comes_back_as_it_was_given(client: Client) -> None:
    one = browser("city_coordinator", "")
    book = openpyxl.load_workbook(io.BytesIO(one.get("/figures/imported/template.xlsx").content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert list(rows[0]) == HEAD
    assert JOBS in {row[0] for row in rows}
    content = one.get("/figures/imported/template.csv").content.decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(content))) == HEAD
    assert one.get("/figures/imported/template.exe").status_code == 404


def test_what_an_imported_figure_said_on_a_day() -> None:
    one, two = browser("city_coordinator", ""), browser("manager", "")
    bring(one, [POSTS, "", "2022-", "4500", "", "", ""])
    two.post(f"/figures/imported/{FigureImport.objects.get().key}/", {"do": "approve"})
    clock.set_offset(clock.offset() + timedelta(days=3))
    bring(one, [POSTS, "", "2022-", "4600", "", "", ""])
    two.post(f"/figures/imported/{FigureImport.objects.get(state='waiting').key}/", {"do": "approve"})
    said = [
        [row.amount for row in queries.on_day(POSTS, "", date(2026, 11, day))] for day in (19, 20, 22, 23)
    ]
    assert said == [[], [4500], [4500], [4600]]
    assert "4,500" in two.get(f"/figures/one/{POSTS}/?day=2026-11-21").content.decode()


def test_imported_figures_stand_in_no_table_or_sum_with_computed_ones() -> None:
    manager = browser("manager", "")
    assert JOBS not in manager.get("/figures/table.csv").content.decode()
    assert manager.get(f"/figures/?indicator={JOBS}").status_code == 404
    assert manager.get(f"/figures/rows/{JOBS}/").status_code == 404
    assert manager.get(f"/api/v1/indicators/{JOBS}/values?month=2026-10").status_code == 404


# --- stated figures and definitions ------------------------------------------------------------------------


@pytest.mark.rows(
    "R008", "R012", "R016", "R017", "R023", "R024", "R025", "R027", "R031", "R072", "R075", "R076", "R077", "R078",
    "R079", "R081", "R092", "R095", "R096", "R106", "R108", "R125", "R126", "R127", "R128", "R129", "R019", "R020",
    "R039", "R040",
)  # fmt: skip
def test_every_stated_figure_stands_beside_what_is_counted_and_apart_from_it() -> None:
    put(RATE, HERE, 19, 20, month=date(2026, 10, 1))
    page = browser("manager", "").get("/figures/stated/")
    rows = {row["stated"].row: row for row in page.context["rows"]}
    assert len(rows) == len(stated.figures()) == 46
    assert (rows["R058"]["stated"].told, rows["R058"]["own"][0]["shown"].amount) == ("95 以上", 95.0)
    assert rows["R012"]["own"] == rows["R012"]["imported"] == []


def test_numbers_of_the_source_that_disagree_are_both_kept() -> None:
    found = {check.rows: check.agrees for check in stated.checks()}
    assert found["R022", "R023"] is True
    assert [rows for rows, agrees in found.items() if agrees is False] == [
        ("R092", "R127"), ("R125", "R127"), ("R124",)
    ]  # fmt: skip


def test_definitions_are_found_by_a_word_and_come_as_a_file(client: Client) -> None:
    every = client.get("/figures/definitions/")
    found = client.get("/figures/definitions/?q=R124")
    assert every.context["count"] > found.context["count"] >= 1
    assert POSTS in found.content.decode()
    rows = list(
        csv.DictReader(io.StringIO(client.get("/figures/definitions.csv").content.decode("utf-8-sig")))
    )
    assert len(rows) == every.context["count"]
    settled = next(row for row in rows if row["代码"] == RATE)
    assert settled["来源"] == "本平台从明细统计"
    assert settled["英文口径"]
