"""Orders of another hotline: looked through, taken in once, updated by notes, returned and acknowledged."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from openpyxl import Workbook
from tests.world import HERE, NEXT_DOOR

from lianglin.access.actor import job, public
from lianglin.access.transaction import acting
from lianglin.appeals.actions import hotline as actions
from lianglin.appeals.actions import hotline_orders, returning
from lianglin.appeals.models import (
    Appeal,
    Appellant,
    HotlineImport,
    HotlineOrder,
    HotlinePart,
    HotlineReturn,
    HotlineSource,
)
from lianglin.appeals.tasks import owe_the_hotline
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case, Step
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.events import CaseMoved

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R049")]
HEADING = ["工单编号", "诉求内容", "事项", "社区", "地址", "姓名", "电话", "来源", "受理时间"]
HOME = "/appeals/hotlines/"


@pytest.fixture
def town(db: None, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(actions, "PART", 2)
    return build()


@pytest.fixture
def source(town: Town) -> HotlineSource:
    with acting(town.actor("street")) as by:
        return actions.enter_source(by=by, code="s12345", name="省级热线（示例）")


def line(n: int, **given: str) -> list[str]:
    base = [
        f"G{n:05d}",
        f"楼道里的灯坏了第{n}天",
        "楼道照明",
        HERE,
        "和宁小区1号楼",
        "赵示例",
        "15400000002",
        "",
        "2026-11-20 09:30",
    ]
    row = dict(zip(HEADING, base, strict=True))
    return list((row | given).values())


def table(*rows: list[str]) -> io.BytesIO:
    out = io.StringIO()
    csv.writer(out).writerows([HEADING, *rows])
    return io.BytesIO(out.getvalue().encode("utf-8-sig"))


def bring(
    town: Town, source: HotlineSource, file: io.BytesIO, name: str = "orders.csv", who: str = "street"
) -> HotlineImport:
    with acting(town.actor(who)) as by:
        record = actions.receive(source=HotlineSource.objects.get(pk=source.pk), file=file, name=name, by=by)
        if record.state == "mapping":
            record = actions.name_columns(record.pk, columns=actions.rules.guess(record.heading), by=by)
    return work(record)


def work(record: HotlineImport) -> HotlineImport:
    more = True
    while more:
        with acting(job()) as by:
            more = actions.go_on(record.pk, by=by)
    return HotlineImport._base_manager.get(pk=record.pk)


def take(
    town: Town, source: HotlineSource, file: io.BytesIO, name: str = "orders.csv", who: str = "street"
) -> HotlineImport:
    record = bring(town, source, file, name, who)
    with acting(town.actor(who)) as by:
        actions.start(record.pk, by=by)
    return work(record)


def counts(record: HotlineImport) -> tuple[str, int, int, int, int]:
    return record.state, record.made, record.updated, record.same, record.wrong


def codes(record: HotlineImport) -> set[tuple[int, str]]:
    found = HotlinePart._base_manager.filter(record=record).values_list("findings", flat=True)
    return {(row, code) for part in found for row, _field, code in part}


def test_looking_through_writes_no_appeal(town: Town, source: HotlineSource) -> None:
    record = bring(town, source, table(*map(line, range(3)), line(9, 诉求内容="灯")))
    assert counts(record) == ("checked", 3, 0, 0, 1)
    assert codes(record) == {(5, "text_short")}
    assert not Case._base_manager.exists()


def test_orders_become_appeals_of_the_hotline_channel(town: Town, source: HotlineSource) -> None:
    record = take(town, source, table(*map(line, range(3))))
    assert counts(record) == ("done", 3, 0, 0, 0)
    appeal = Appeal._base_manager.order_by("case_id")[0]
    assert (appeal.channel, appeal.item, appeal.scope_code) == ("hotline", town.lamp, HERE)
    assert appeal.case.building == town.building
    assert Appellant._base_manager.get(pk=appeal.pk).phone == "15400000002"
    order = HotlineOrder._base_manager.get(case=appeal.case)
    assert order.reported_at is not None
    assert order.reported_at.isoformat() == "2026-11-20T01:30:00+00:00"
    assert not HotlinePart._base_manager.exclude(rows=None).exists()
    assert Step._base_manager.filter(
        case=appeal.case, move="open", post=town.world.posts["street-230103001"]
    ).exists()


def test_the_same_file_twice_makes_nothing_twice(town: Town, source: HotlineSource) -> None:
    take(town, source, table(*map(line, range(3))))
    again = take(town, source, table(*map(line, range(3))))
    assert counts(again) == ("done", 0, 0, 3, 0)
    assert Case._base_manager.count() == 3


def test_a_changed_order_becomes_a_note_that_tells_nothing_of_the_person(
    town: Town, source: HotlineSource
) -> None:
    take(town, source, table(line(1)))
    changed = take(
        town, source, table(line(1, 诉求内容="整个单元的灯都坏了", 电话="15400000007", 姓名="钱示例"))
    )
    assert counts(changed) == ("done", 0, 1, 0, 0)
    note = Step._base_manager.get(move="hotline_update")
    assert "整个单元的灯都坏了" in note.note
    assert "15400000007" not in note.note
    assert "钱示例" not in note.note
    assert not note.public
    assert Case._base_manager.count() == 1
    again = take(
        town, source, table(line(1, 诉求内容="整个单元的灯都坏了", 电话="15400000007", 姓名="钱示例"))
    )
    assert counts(again) == ("done", 0, 0, 1, 0)


def test_an_order_twice_in_one_file_is_one_appeal(town: Town, source: HotlineSource) -> None:
    rows = [line(1), line(1, 诉求内容="改过的内容在后面一行")]
    assert counts(bring(town, source, table(*rows))) == ("checked", 1, 1, 0, 0)
    record = take(town, source, table(*rows))
    assert counts(record) == ("done", 1, 1, 0, 0)
    assert (3, "twice") in codes(record)


def test_what_is_not_clear_is_said_row_by_row(town: Town, source: HotlineSource) -> None:
    rows = [
        line(1, 工单编号=""),
        line(2, 事项="不认识的类别"),
        line(3, 社区="月球社区", 地址=""),
        line(4, 电话="12"),
        line(5, 诉求内容="楼下起火了，浓烟很大"),
        line(6, 受理时间="昨天"),
    ]
    record = bring(town, source, table(*rows))
    assert codes(record) == {
        (2, "number_missing"), (3, "item_unknown"), (4, "place_unknown"), (5, "phone_wrong"), (6, "emergency"),
        (7, "date_wrong"),
    }  # fmt: skip
    assert counts(record) == ("checked", 4, 0, 0, 2)
    assert record.unknown == {"item": {"不认识的类别": 1}}
    page = town.client("street").get(f"{HOME}files/{record.pk}/").content.decode()
    assert "不认识的类别" in page
    assert "110、119或120" in page


def test_words_of_the_hotline_lead_to_codes_of_ours(town: Town, source: HotlineSource) -> None:
    with acting(town.actor("street")) as by:
        values = {"item": {"公共照明": town.lamp.code}, "place": {"和宁": HERE}, "channel": {"微信": "web"}}
        actions.change_source(source.pk, by=by, name="省级热线", values=values)
        with pytest.raises(Refused):
            actions.change_source(source.pk, by=by, name="省级热线", values={"item": {"公共照明": "999999"}})
    take(town, source, table(line(1, 事项="公共照明", 社区="和宁", 地址="东门", 来源="微信")))
    order = HotlineOrder._base_manager.get()
    assert order.channel == "web"
    assert Appeal._base_manager.get().item == town.lamp


@pytest.mark.parametrize("kind", ["xlsx", "json"])
def test_excel_and_json_say_the_same(town: Town, source: HotlineSource, kind: str) -> None:
    rows = [line(1), line(2)]
    if kind == "xlsx":
        book, file = Workbook(), io.BytesIO()
        for row in [HEADING, *rows]:
            book.active.append(row)  # pyright: ignore[reportOptionalMemberAccess]
        book.save(file)
        file.seek(0)
    else:
        said = {"data": [dict(zip(HEADING, row, strict=True)) for row in rows]}
        file = io.BytesIO(json.dumps(said, ensure_ascii=False).encode())
    assert counts(take(town, source, file, f"orders.{kind}")) == ("done", 2, 0, 0, 0)


@pytest.mark.parametrize("text", ["{", "[]", "[1]", "{}", '{"a": 1}'])
def test_json_that_is_no_list_of_orders_is_refused(town: Town, source: HotlineSource, text: str) -> None:
    with pytest.raises(Refused), transaction.atomic(), acting(town.actor("street")) as by:
        actions.receive(source=source, file=io.BytesIO(text.encode()), name="orders.json", by=by)


def test_a_community_takes_in_for_itself_alone(town: Town, source: HotlineSource) -> None:
    with pytest.raises(Forbidden), transaction.atomic():  # the columns are the street's to name
        bring(town, source, table(line(1)), who="worker")
    with acting(town.actor("street")) as by:
        HotlineSource.objects.filter(pk=source.pk).update(columns=actions.rules.guess(HEADING))
        assert by.low
    record = take(town, source, table(line(1), line(2, 社区=NEXT_DOOR, 地址="北门")), who="worker")
    assert counts(record) == ("done", 1, 0, 0, 1)


def test_a_killed_import_goes_on_behind_the_last_part(
    town: Town, source: HotlineSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = bring(town, source, table(*map(line, range(5))))
    with acting(town.actor("street")) as by:
        actions.start(record.pk, by=by)
    with acting(job()) as by:
        assert actions.go_on(record.pk, by=by)
    assert Case._base_manager.count() == 2

    def broken(*args: Any, **kwargs: Any) -> None:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(hotline_orders, "submit", broken)
        assert work(record).state == "failed"
    with acting(town.actor("street")) as by:
        actions.start(record.pk, by=by)
    assert counts(work(record)) == ("done", 5, 0, 0, 0)
    assert Case._base_manager.count() == 5


def test_who_may_not_record_may_not_take_in(town: Town, source: HotlineSource) -> None:
    for who in ("unit", "officer", "manager"):
        with pytest.raises(Forbidden), transaction.atomic(), acting(town.actor(who)) as by:
            actions.receive(source=source, file=table(line(1)), name="orders.csv", by=by)
        assert town.client(who).get(HOME).status_code == 403
    with pytest.raises(Conflict), transaction.atomic(), acting(town.actor("other_street")) as by:
        actions.enter_source(by=by, code="s12345", name="同名")


# --- on the way back ---------------------------------------------------------------------------------------


def settled(town: Town, source: HotlineSource, number: int = 1) -> Case:
    """An order that was taken in, handled and settled, with the event delivered twice."""
    take(town, source, table(line(number)))
    case = HotlineOrder._base_manager.get(number=f"G{number:05d}").case
    town.do("worker", "accept", case)
    town.do("street", "dispatch", case, unit=town.unit("unit"))
    town.do("unit", "answer", case, outcome="solved", note="灯泡已更换，现场试过。")
    town.do("street", "settle", case)
    for _ in range(2):
        deliver(case, "settle")
    return case


def deliver(case: Case, move: str) -> None:
    with acting(job()):
        owe_the_hotline(CaseMoved(case.pk, "appeal", case.scope_code, move, "settled", "", ""))


def test_answer_and_outcome_go_back_until_acknowledged(town: Town, source: HotlineSource) -> None:
    case = settled(town, source)
    owed = HotlineReturn._base_manager.get()
    assert (owed.state, owed.outcome, owed.answer) == ("waiting", "solved", "灯泡已更换，现场试过。")
    with acting(town.actor("street")) as by:
        first = returning.hand_over(source=source, by=by, way="file")
        second = returning.hand_over(source=source, by=by, way="api")
        assert [one.pk for one in first] == [one.pk for one in second] == [owed.pk]
    owed.refresh_from_db()
    assert (owed.state, owed.way) == ("returned", "file")
    page = town.client("street").get(f"/appeals/desk/{case.number}/").content.decode()
    assert "已回传，待对方确认" in page
    for new in (1, 0):
        with acting(town.actor("street")) as by:
            told = returning.acknowledge(source=source, by=by, numbers=["G00001", "G99999"])
        assert (told.new, told.unknown) == (new, ("G99999",))
    with acting(town.actor("street")) as by:
        assert returning.hand_over(source=source, by=by, way="file") == []


def test_handled_again_and_answered_anew_is_a_second_return(town: Town, source: HotlineSource) -> None:
    case = settled(town, source)
    town.world.do("resident", "reopen", case, note="第二天又坏了。")
    town.do("street", "dispatch", case, unit=town.unit("unit"))
    town.do("unit", "answer", case, outcome="partly", note="线路老化，已列入改造。")
    town.do("street", "settle", case)
    deliver(case, "settle")
    assert list(HotlineReturn._base_manager.order_by("id").values_list("outcome", flat=True)) == [
        "solved",
        "partly",
    ]


def test_an_appeal_of_another_channel_owes_nothing(town: Town, source: HotlineSource) -> None:
    case = town.brought_to("settled")
    deliver(case, "settle")
    assert not HotlineReturn._base_manager.exists()


def test_an_answer_that_was_not_returned_cannot_be_acknowledged(town: Town, source: HotlineSource) -> None:
    settled(town, source)
    with acting(town.actor("street")) as by:
        told = returning.acknowledge(source=source, by=by, numbers=["G00001"])
    assert told.unknown == ("G00001",)
    assert HotlineReturn._base_manager.get().state == "waiting"


def test_no_role_but_the_offices_and_the_background_reads_orders(town: Town, source: HotlineSource) -> None:
    case = settled(town, source)
    town.do("street", "call_back", case, reached=True, solved="no", note="还是不亮")
    town.do("street", "dispatch", case, unit=town.unit("unit"))
    for table_name in ("hotlineorder", "hotlinereturn", "hotlinepart", "hotlineimport"):
        with acting(town.actor("street")):
            assert rows_of(table_name) == 1
        with acting(town.actor("other_street")):
            assert rows_of(table_name) == 0
        for actor in (town.actor("unit"), public()):
            with acting(actor), pytest.raises(DatabaseError), transaction.atomic():
                rows_of(table_name)


def rows_of(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from appeals_{name}")
        return cursor.fetchone()[0]


# --- pages and interface -----------------------------------------------------------------------------------


def test_a_file_goes_its_way_by_the_pages(
    town: Town, source: HotlineSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lianglin.appeals.views.hotlines.order_hotline_file", lambda pk: None)
    browser = town.client("street")
    upload = SimpleUploadedFile("orders.csv", table(line(1)).getvalue(), "text/csv")
    sent = browser.post(f"{HOME}{source.pk}/", {"file": upload})
    assert sent.status_code == 303
    record = HotlineImport._base_manager.get()
    assert (sent.url, record.state, len(record.sha256)) == (f"{HOME}files/{record.pk}/", "mapping", 64)
    named = browser.post(sent.url, actions.rules.guess(record.heading))
    assert named.status_code == 303
    work(record)
    assert browser.post(f"{sent.url}do/", {"do": "start"}).status_code == 303
    assert work(record).state == "done"
    assert "楼道" not in browser.get(f"{sent.url}findings.csv").content.decode()
    assert browser.get(sent.url).status_code == 200
    assert browser.get(f"{HOME}{source.pk}/").status_code == 200
    words = browser.post(
        f"{HOME}{source.pk}/", {"do": "words", "name": "热线", "item": "照明 020601", "active": "on"}
    )
    assert words.status_code == 422
    assert "第1行" in words.content.decode()
    kept = browser.post(
        f"{HOME}{source.pk}/",
        {"do": "words", "name": "热线", "item": f"照明＝{town.lamp.code}", "active": "on"},
    )
    assert kept.status_code == 303
    assert HotlineSource.objects.get().values["item"] == {"照明": town.lamp.code}


def test_the_file_of_returns_and_its_acknowledgement(town: Town, source: HotlineSource) -> None:
    settled(town, source)
    browser, here = town.client("street"), f"{HOME}{source.pk}/returns/"
    got = browser.post(f"{here}file/", {"kind": "json", "again": "1"})
    told = json.loads(got.content)
    assert [(one["order_number"], one["outcome"]) for one in told] == [("G00001", "solved")]
    assert browser.post(here, {"numbers": "G00001，G00002"}).status_code == 303
    page = browser.get(f"{here}?state=acknowledged").content.decode()
    assert "G00001" in page


def test_orders_come_and_returns_go_by_the_interface(town: Town, source: HotlineSource) -> None:
    with acting(town.actor("street")):
        HotlineSource.objects.filter(pk=source.pk).update(columns=actions.rules.guess(HEADING))
    browser, api = town.client("street"), "/api/v1/appeals/hotlines/s12345/"
    order = dict(zip(HEADING, line(1), strict=True))

    def send(path: str, body: Any) -> Any:
        return browser.post(api + path, json.dumps(body), content_type="application/json")

    first = send("orders", {"orders": [order]})
    assert (first.status_code, first.json()["made"]) == (200, 1)
    assert send("orders", {"orders": [order]}).json()["same"] == 1
    case = Case._base_manager.get(number=first.json()["numbers"]["1"])
    town.do("worker", "answer_now", case, outcome="explained", note="已说明情况。")
    deliver(case, "answer_now")
    fetched = [send("returns", {}).json()["rows"] for _ in range(2)]
    assert fetched[0] == fetched[1]
    assert fetched[0][0]["answer"] == "已说明情况。"
    ids = [int(fetched[0][0]["return_id"])]
    assert send("returns/acknowledge", {"return_ids": ids}).json() == {
        "acknowledged": 1,
        "known": 0,
        "unknown": [],
    }
    assert send("returns/acknowledge", {"return_ids": ids}).json()["known"] == 1
    assert send("returns", {}).json()["rows"] == []
    assert (
        town.client("other_street").post(f"{api}returns", "{}", content_type="application/json").status_code
        == 404
    )
