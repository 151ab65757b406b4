"""Lists of residents: looked through first, whole parts, the same list twice makes nobody twice, killed and gone on."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from tests.world import FAR, HERE, STREET, WORKER, World, build

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.kit import tables
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.ids import id_check_character
from lianglin.kit.rows import insert
from lianglin.people.actions import importing as actions
from lianglin.people.actions import taking_in
from lianglin.people.models import (
    Household,
    ImportMapping,
    ImportPart,
    Membership,
    NameKey,
    PeopleImport,
    Resident,
)
from lianglin.people.rules import importing as rules
from lianglin.people.tasks import take_file

HEADING = ["姓名", "身份证号", "手机号", "性别", "楼栋", "单元", "房号", "与户主关系"]
DOOR = ["和宁小区1号楼", "1单元", "101室"]
TODAY = date(2026, 11, 27)


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(actions, "PART", 3)
    return build()


def number(n: int) -> str:
    """A valid ID number of a made-up county."""
    first = f"230199198001{1 + n % 28:02d}{n // 28 % 1000:03d}"
    return first + id_check_character(first)


def line(n: int, **given_: str) -> list[str]:
    row = dict(zip(HEADING, [f"单{n}", number(n), f"154{n:08d}", "男", *DOOR, "户主"], strict=True))
    return list((row | given_).values())


def table(*rows: list[str], heading: list[str] | None = None) -> io.BytesIO:
    out = io.StringIO()
    csv.writer(out).writerows([heading or HEADING, *rows])
    return io.BytesIO(out.getvalue().encode("utf-8-sig"))


def bring(city: World, file: io.BytesIO, code: str = WORKER, name: str = "list.csv") -> PeopleImport:
    with acting(city.actors[code]) as by:
        record = actions.receive(file=file, name=name, by=by)
        return actions.name_columns(record.pk, mapping=record.mapping, by=by)


def work(record: PeopleImport) -> PeopleImport:
    more = True
    while more:
        with acting(job()) as by:
            more = actions.go_on(record.pk, by=by)
    return PeopleImport._base_manager.get(pk=record.pk)


def take(city: World, file: io.BytesIO, code: str = WORKER) -> PeopleImport:
    record = work(bring(city, file, code))
    with acting(city.actors[code]) as by:
        actions.start(record.pk, by=by)
    return work(record)


def counts(record: PeopleImport) -> tuple[int, int, int, int]:
    return record.made, record.filled, record.same, record.wrong


def test_looking_through_writes_nobody(city: World) -> None:
    before = Resident._base_manager.count()
    record = work(bring(city, table(*map(line, range(7)))))
    assert (record.state, *counts(record)) == ("checked", 7, 0, 0, 0)
    assert Resident._base_manager.count() == before
    assert record.seen == record.rows == 7


def test_a_list_is_taken_in_with_doors_and_keys(city: World) -> None:
    record = take(city, table(*map(line, range(7))))
    assert (record.state, *counts(record)) == ("done", 7, 0, 0, 0)
    made = Resident._base_manager.filter(name__startswith="单").order_by("pk")
    assert {(r.scope_code, r.born_on.year, r.sex) for r in made} == {(HERE, 1980, "1")}
    assert made[0].id_number == number(0)
    assert made[0].phone == "15400000000"
    assert NameKey._base_manager.filter(resident=made[0], key="shan0").exists()
    homes = Membership._base_manager.filter(resident__in=made)
    assert homes.count() == 7
    assert homes.values("household_id").distinct().count() == 1  # the household that lives behind the door
    assert not ImportPart._base_manager.exclude(rows=None).exists()


def test_what_a_list_says_rests_sealed_and_gaps_stay_gaps(city: World) -> None:
    take(city, table(line(1), line(2, 手机号="", 楼栋="", 单元="", 房号="")))
    with connection.cursor() as cursor:
        cursor.execute(
            "select id_number, id_match, phone from people_resident where name = any(array['单1', '单2']) order by id"
        )
        (sealed, match, phone), (_sealed, _match, none) = cursor.fetchall()
    assert bytes(match) == match_key(number(1), "id_number")
    assert number(1).encode() not in bytes(sealed)
    assert b"15400000001" not in bytes(phone)
    assert none is None
    with (
        acting(actions.of_the_place(PeopleImport._base_manager.get())),
        pytest.raises(DatabaseError, match="row-level"),
    ):
        insert(Resident, {"scope_code": [HERE, FAR], "name": ["a", "b"]})  # one row elsewhere refuses all


def test_the_same_list_twice_makes_nobody_twice(city: World) -> None:
    file = table(*map(line, range(7)), line(99, 身份证号="", 与户主关系=""))
    without = table(["王无证", "", "15488888888", "女", "", "", "", ""], heading=HEADING)
    assert counts(take(city, file)) == (7, 0, 0, 1)
    before = Resident._base_manager.count(), Membership._base_manager.count(), Household._base_manager.count()
    assert counts(take(city, file)) == (0, 0, 7, 1)
    assert before == (
        Resident._base_manager.count(),
        Membership._base_manager.count(),
        Household._base_manager.count(),
    )
    assert counts(take(city, without)) == (0, 0, 0, 1)


def test_without_a_number_the_birth_date_and_a_phone_tell(city: World) -> None:
    heading = ["姓名", "出生日期", "电话"]
    file = table(["单雄英", "1980/1/5", "15499999999"], heading=heading)
    assert counts(take(city, file)) == (1, 0, 0, 0)
    assert counts(take(city, file)) == (0, 0, 1, 0)
    other = table(["单雄英", "1980/1/5", "15499999998"], heading=heading)
    assert counts(take(city, other)) == (1, 0, 0, 0)  # somebody else, as far as anybody can tell


def test_gaps_are_filled_and_nothing_is_overwritten(city: World) -> None:
    take(city, table(line(1, 手机号="")))
    record = take(city, table(line(1, 姓名="单改名")))
    person = Resident._base_manager.get(id_match__isnull=False)
    assert (record.filled, person.phone, person.name) == (1, "15400000001", "单1")
    (found,) = ImportPart._base_manager.get(record=record).findings
    assert found == [2, "name", "differs"]


WRONG = [
    ({"姓名": ""}, "name", "name_missing"), ({"姓名": "单\ue000"}, "name", "name_private"),
    ({"身份证号": "230199198001010018"}, "id_number", "id_wrong"), ({"身份证号": "2.30199E+17"}, "id_number", "id_as_number"),
    ({"手机号": "12"}, "phone", "phone_wrong"), ({"性别": "?"}, "sex", "sex_wrong"),
    ({"房号": ""}, "room", "door_half"), ({"房号": "999"}, "building", "door_unknown"), ({"与户主关系": "?"}, "relation", "relation_wrong"),
    ({"身份证号": ""}, "id_number", "too_little"),
]  # fmt: skip


@pytest.mark.parametrize(("given_", "field", "code"), WRONG, ids=[code for _g, _f, code in WRONG])
def test_a_wrong_row_is_left_out_and_named(
    city: World, given_: dict[str, str], field: str, code: str
) -> None:
    record = take(city, table(line(1), line(2, **given_), line(3)))
    assert counts(record) == (2, 0, 0, 1)
    assert ImportPart._base_manager.get(record=record).findings == [[3, field, code]]


def test_a_killed_task_goes_on_behind_the_last_part(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    record = work(bring(city, table(*map(line, range(7)))))
    with acting(city.actors[WORKER]) as by:
        actions.start(record.pk, by=by)
    with acting(job()) as by:
        assert actions.go_on(record.pk, by=by)

    class Killed(BaseException):
        pass

    def killed(*_args: Any, **_given: Any) -> None:
        raise Killed

    def half(*args: Any) -> Any:
        real_house(*args)
        killed()

    real_house = taking_in._house
    monkeypatch.setattr(taking_in, "_house", half)
    with acting(job()) as by, pytest.raises(Killed), acting(by):
        actions.go_on(record.pk, by=by)
    assert Resident._base_manager.filter(name__startswith="单").count() == 3  # nothing half done
    monkeypatch.setattr(taking_in, "_house", real_house)
    done = work(record)
    assert (done.state, *counts(done)) == ("done", 7, 0, 0, 0)
    assert Resident._base_manager.filter(name__startswith="单").count() == 7


def test_an_error_stops_the_list_and_the_page_goes_on(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    record = work(bring(city, table(*map(line, range(7)))))
    with acting(city.actors[WORKER]) as by:
        actions.start(record.pk, by=by)
    monkeypatch.setattr(taking_in, "_house", lambda *_args: 1 / 0)
    stopped = work(record)
    assert (stopped.state, stopped.error, stopped.made) == ("failed", "ZeroDivisionError", 0)
    assert not Resident._base_manager.filter(name__startswith="单").exists()
    monkeypatch.undo()
    with acting(city.actors[WORKER]) as by:
        actions.start(record.pk, by=by)
    assert work(record).made == 7


def test_a_list_writes_in_its_own_place_alone(city: World) -> None:
    elsewhere = line(1, 楼栋="和宁小区2号楼")  # of the community next door
    record = take(city, table(line(2), elsewhere))
    assert counts(record) == (1, 0, 0, 1)
    with (
        acting(actions.of_the_place(record)),
        pytest.raises(Exception, match="row-level security"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "insert into people_resident (scope_code, name, sex, sample) values (%s, 'x', '0', false)", [FAR]
        )


def test_another_office_neither_sees_nor_starts_it(city: World) -> None:
    record = bring(city, table(line(1)))
    with acting(city.actors[f"community-{FAR}"]) as by, pytest.raises(Forbidden):
        actions.start(record.pk, by=by)
    assert city.browser(f"community-{FAR}").get(f"/people/imports/{record.pk}/").status_code == 404
    assert city.browser(STREET).get("/people/imports/").status_code == 403


def test_the_office_remembers_its_columns(city: World) -> None:
    heading = ["甲", "乙"]
    with acting(city.actors[WORKER]) as by:
        record = actions.receive(file=table(["单1", number(1)], heading=heading), name="a.csv", by=by)
        assert record.mapping == {}
        with pytest.raises(Refused):
            actions.name_columns(record.pk, mapping={"name": 0, "id_number": 0}, by=by)
        actions.name_columns(record.pk, mapping={"name": 0, "id_number": 1}, by=by)
        again = actions.receive(file=table(["单2", number(2)], heading=heading), name="b.csv", by=by)
    assert again.mapping == {"name": 0, "id_number": 1}
    assert ImportMapping.objects.count() == 1


def sheet(*rows: list[Any]) -> io.BytesIO:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    out.seek(0)
    return out


def test_excel_is_read_with_dates_and_warned_of_numbers(city: World) -> None:
    file = sheet(["姓名", "身份证号", "出生日期", "手机"], ["单一", number(5), None, 15400000005], ["单二", 230199198001010018, None, None],
                 ["单三", None, date(1980, 1, 5), "15400000006"])  # fmt: skip
    record = work(bring(city, file, name="list.xlsx"))
    assert counts(record) == (2, 0, 0, 1)
    assert ImportPart._base_manager.get(record=record).findings == [[3, "id_number", "id_as_number"]]


@pytest.mark.parametrize(
    ("name", "content"), [("a.xls", b"\xd0\xcf\x11\xe0"), ("a.csv", b""), ("a.csv", "姓名\n".encode()), ("a.xlsx", b"PK\x03\x04broken"),
                          ("a.csv", b"\x00\x01")],
)  # fmt: skip
def test_what_is_no_list_is_refused_in_words(city: World, name: str, content: bytes) -> None:
    with acting(city.actors[WORKER]) as by, pytest.raises(Refused) as wrong:
        actions.receive(file=io.BytesIO(content), name=name, by=by)
    assert wrong.value.field == "file"
    assert not PeopleImport._base_manager.exists()


def test_chinese_excel_writes_gb18030(city: World) -> None:
    text = "姓名;身份证号\n单雄英;" + number(3) + "\n"
    record = work(bring(city, io.BytesIO(text.encode("gb18030"))))
    assert counts(record) == (1, 0, 0, 0)


def test_too_long_for_the_page(city: World) -> None:
    with acting(city.actors[WORKER]) as by, pytest.raises(Refused):
        actions.receive(file=table(*map(line, range(7))), name="a.csv", by=by, most=6)
    assert not ImportPart._base_manager.exists()


def test_the_pages_from_the_file_to_the_people(city: World) -> None:
    browser = city.browser(WORKER)
    upload = SimpleUploadedFile("名单.csv", table(line(1), line(2, 手机号="12")).getvalue())
    answer = browser.post("/people/imports/", {"file": upload})
    page = answer.headers["Location"]
    assert answer.status_code == 303
    assert "身份证号" in browser.get(page).content.decode()
    columns = {
        "name": "0",
        "id_number": "1",
        "phone": "2",
        "sex": "3",
        "building": "4",
        "unit": "5",
        "room": "6",
    }
    assert browser.post(page, columns).status_code == 303
    record = work(PeopleImport._base_manager.get())
    shown = browser.get(page).content.decode()
    assert "电话不正确" in shown
    listed = browser.get(f"{page}findings.csv").content.decode("utf-8-sig")
    (_heading, found) = csv.reader(io.StringIO(listed))
    assert found[:2] == ["3", "3"]
    assert "电话不正确" in found
    assert "the phone is not valid" in found
    assert "15400000002" not in listed
    assert browser.post(f"{page}start/").status_code == 303
    assert work(record).made == 1
    assert browser.post(f"{page}drop/").status_code == 303
    assert Resident._base_manager.filter(name="单1").exists()


def test_the_command_takes_a_file_and_goes_on(city: World, tmp_path: Any) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(table(*map(line, range(7))).getvalue())
    checked = take_file(path, HERE, check=True)
    assert (checked.state, checked.made) == ("checked", 7)
    done = take_file(path, HERE)
    assert (done.pk, done.state, done.made) == (checked.pk, "done", 7)
    assert take_file(path, HERE).same == 7


# --- the rules alone ---------------------------------------------------------------------------------------

cell = st.one_of(
    st.text(max_size=30), st.sampled_from(["1980-01-05", "男", "01", tables.AS_NUMBER, "15400000000"])
)


@given(cells=st.dictionaries(st.sampled_from(list(rules.FIELDS)), cell))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_row_is_either_somebody_or_named_as_wrong(cells: dict[str, str]) -> None:
    person, wrong = rules.read_row(7, cells, today=TODAY)
    assert (person is None) == bool(wrong)
    assert all(one.row == 7 and one.field in rules.FIELDS and one.code in rules.MESSAGES for one in wrong)
    if person is not None:
        assert person.id_number or (person.born_on and (person.phone or person.door))


@pytest.mark.parametrize("text", ["1980-01-05", "1980/1/5", "1980.1.5", "19800105", "1980年1月5日", "29225"])
def test_days_as_people_write_them(text: str) -> None:
    person, _wrong = rules.read_row(2, {"name": "单", "born_on": text, "phone": "15400000000"}, today=TODAY)
    assert person is not None
    assert person.born_on == date(1980, 1, 5)


def test_the_empty_list_is_recognised_column_by_column(city: World) -> None:
    answer = city.browser(WORKER).get("/people/imports/template/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    heading = [str(cell.value) for cell in sheet[1]]
    assert rules.guess(heading) == {field: at for at, field in enumerate(rules.FIELDS)}
    assert city.browser(STREET).get("/people/imports/template/").status_code == 403
