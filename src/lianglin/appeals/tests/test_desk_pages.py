"""The desk's pages: what a post sees and may do, what it may not, and two people on one case."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianglin.access.models import AccessLog, Grant
from lianglin.appeals.models import Appeal, CallBack
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case, Step

pytestmark = pytest.mark.django_db
DESK = "/appeals/desk/"


@pytest.fixture
def town(db: None) -> Town:
    """Two districts with their posts, one building with a compound, two items."""
    return build()


def fresh(case: Case) -> Case:
    """The case as it now stands."""
    return Case._base_manager.get(pk=case.pk)


def page(town: Town, who: str, case: Case, query: str = "") -> Any:
    return town.client(who).get(reverse("appeals:detail", args=[case.number]) + query)


def send(town: Town, who: str, case: Case, code: str, **fields: Any) -> Any:
    """One move as the page sends it, with the version that the page shows."""
    fields.setdefault("seen_version", fresh(case).version)
    return town.client(who).post(reverse("appeals:move", args=[case.number, code]), fields)


def statements(found: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, without the marks of transactions."""
    marks = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    return [query["sql"] for query in found if not query["sql"].startswith(marks)]


# --- the list ----------------------------------------------------------------------------------------------


def test_a_post_lists_its_own_area(town: Town) -> None:
    mine, theirs = town.appeal("我们楼的灯坏了"), town.appeal("隔壁社区的灯坏了", community=town.there)
    shown = town.client("worker").get(DESK).content.decode()
    assert mine.number in shown
    assert theirs.number not in shown
    assert theirs.number in town.client("street").get(DESK).content.decode()


def test_a_unit_lists_what_it_was_given(town: Town) -> None:
    given, other = town.brought_to("dispatched"), town.brought_to("accepted")
    shown = town.client("unit").get(DESK).content.decode()
    assert given.number in shown
    assert other.number not in shown
    assert given.number not in town.client("other_unit").get(DESK).content.decode()


@pytest.mark.parametrize("who", ["manager", "officer"])
@pytest.mark.parametrize("name", ["desk", "dispatch_board", "record"])
def test_the_desk_is_closed_to_other_posts(town: Town, who: str, name: str) -> None:
    case = town.appeal("楼道里的灯坏了三天")
    answer = town.client(who).get(reverse(f"appeals:{name}"))
    assert answer.status_code == 403
    assert case.title not in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "name"), [("worker", "dispatch_board"), ("unit", "dispatch_board"), ("unit", "record")]
)
def test_a_page_needs_its_duty(town: Town, who: str, name: str) -> None:
    assert town.client(who).get(reverse(f"appeals:{name}")).status_code == 403


def test_the_list_sends_strangers_to_the_login(town: Town, client: Any) -> None:
    answer = client.get(DESK + "?state=received")
    assert answer.status_code == 302
    assert answer.url == "/account/login/?next=%2Fappeals%2Fdesk%2F%3Fstate%3Dreceived"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=accepted", "accepted"),
        ("state=open&urgent=on", "lift"),
        ("urgent=on", "lift"),
        ("state=open", "accepted received lift"),
        ("state=nonsense", "accepted received lift closed"),
    ],
)
def test_filters(town: Town, query: str, found: str) -> None:
    made = {
        state: town.brought_to(state, text=f"一件{state}的事") for state in ("closed", "accepted", "received")
    }
    made["lift"] = town.appeal("电梯停在五楼不动了", item=town.lift)
    shown = town.client("street").get(f"{DESK}?{query}").content.decode()
    assert {name for name, case in made.items() if case.number in shown} == set(found.split())


def test_filter_by_the_beginning_of_a_number(town: Town) -> None:
    case, other = town.appeal(), town.appeal("另一件事，路灯不亮")
    asked = f"{case.number[:5]} {case.number[5:9].lower()}"
    shown = town.client("worker").get(DESK, {"number": asked}).content.decode()
    assert case.number in shown
    assert (other.number in shown) == other.number.startswith(case.number[:9])


def test_filter_by_place_below_ones_own(town: Town) -> None:
    mine, theirs = town.appeal(), town.appeal("隔壁社区的灯坏了", community=town.there)
    shown = town.client("street").get(DESK, {"place": town.there.scope_code}).content.decode()
    assert theirs.number in shown
    assert mine.number not in shown


def test_pages_of_fifty_newest_first(town: Town) -> None:
    made = [town.appeal(f"第{number}件：灯不亮") for number in range(52)]
    browser = town.client("worker")
    first = browser.get(DESK)
    assert listed(first) == [case.number for case in reversed(made)][:50]
    second = browser.get(DESK, {"cursor": first.context["page"].older})
    assert listed(second) == [made[1].number, made[0].number]


def listed(answer: Any) -> list[str]:
    """The numbers on a page of the list, in order."""
    return re.findall(r'<th scope="row">.*?<a href="/appeals/desk/(A\d+)/', answer.content.decode())


def test_the_list_takes_the_same_few_statements_however_long(town: Town) -> None:
    browser, counted = town.client("street"), []
    for wanted in (1, 12):
        for number in range(wanted):
            town.appeal(f"第{number}件：灯不亮")
        browser.get(DESK)  # warms what is held in the process
        with CaptureQueriesContext(connection) as found:
            browser.get(DESK, {"state": "open"})
        counted.append(len(statements(found)))
    assert counted[0] == counted[1]
    assert counted[1] <= 7, statements(found)


# --- the page of one appeal --------------------------------------------------------------------------------


def test_the_page_says_what_where_and_until_when(town: Town) -> None:
    case = town.brought_to("accepted", text="三单元二楼的灯不亮")
    shown = page(town, "street", case).content.decode()
    for text in ("三单元二楼的灯不亮", "楼道照明", town.building.address, "已受理", "派单时限", "1 个工作日"):
        assert text in shown


def test_another_area_and_no_such_number_look_the_same(town: Town) -> None:
    theirs = town.appeal("隔壁社区的事，不归我们", community=town.there)
    hidden = page(town, "worker", theirs)
    absent = town.client("worker").get(reverse("appeals:detail", args=["A261100000000"]))
    assert hidden.status_code == absent.status_code == 404
    tokens = re.compile(rb"[A-Za-z0-9]{64}|A26\d{10}")
    assert tokens.sub(b"", hidden.content) == tokens.sub(b"", absent.content)


def test_an_ungranted_unit_gets_the_same_404(town: Town) -> None:
    case = town.brought_to("dispatched")
    assert page(town, "unit", case).status_code == 200
    assert page(town, "other_unit", case).status_code == 404
    assert send(town, "other_unit", case, "take_on").status_code == 404


@pytest.mark.parametrize(
    ("state", "who", "offered"),
    [
        ("received", "worker", ["accept", "answer_now", "refuse", "split", "remark"]),
        ("accepted", "worker", ["answer_now", "refuse", "split", "remark"]),
        (
            "accepted",
            "street",
            ["dispatch", "answer_now", "merge", "redirect", "refuse", "extend", "split", "remark"],
        ),
        ("dispatched", "unit", ["take_on", "answer", "object", "remark"]),
        ("handling", "unit", ["answer", "object", "pause", "remark"]),
        ("paused", "unit", ["resume", "remark"]),
        ("answered", "street", ["settle", "send_back", "extend", "remark"]),
        ("settled", "worker", ["call_back", "remark"]),
        ("closed", "street", []),
        ("settled", "unit", ["remark"]),
    ],
)
def test_the_page_offers_what_the_post_may_do(town: Town, state: str, who: str, offered: list[str]) -> None:
    case = town.brought_to(state)
    answer = page(town, who, case)
    assert [deed["code"] for deed in answer.context["deeds"]] == offered
    if offered and offered[0] != "remark":
        assert (" open" in answer.context["deeds"][0]["box"]["attributes"]) == (
            fresh(case).lifecycle.state(state).expects == offered[0]
        )


def test_the_page_takes_a_bounded_number_of_statements(town: Town) -> None:
    case, browser = town.brought_to("accepted"), town.client("street")
    address = reverse("appeals:detail", args=[case.number])
    browser.get(address)
    with CaptureQueriesContext(connection) as found:
        browser.get(address)
    assert len(statements(found)) <= 15, statements(found)


# --- moves -------------------------------------------------------------------------------------------------

MOVES = [
    ("received", "worker", "accept", {"item": "020603"}, "accepted", {"seen_version": ""}),
    (
        "received",
        "worker",
        "answer_now",
        {"outcome": "solved", "note": "已换灯泡"},
        "settled",
        {"outcome": ""},
    ),
    ("received", "worker", "refuse", {"ground": "beyond_duty", "note": "请拨12348"}, "refused", {"note": ""}),
    ("accepted", "street", "redirect", {"to": "铁路局", "note": "属铁路管辖"}, "redirected", {"to": ""}),
    ("dispatched", "unit", "take_on", {}, "handling", {"seen_version": "x"}),
    ("dispatched", "unit", "object", {"ground": "duty", "note": "不属本单位"}, "accepted", {"note": " "}),
    ("handling", "unit", "pause", {"ground": "season", "note": "等天暖"}, "paused", {"ground": "mood"}),
    ("paused", "unit", "resume", {}, "handling", {"seen_version": "-1"}),
    (
        "handling",
        "unit",
        "answer",
        {"outcome": "solved", "note": "修好了"},
        "answered",
        {"outcome": "wonderful"},
    ),
    ("answered", "street", "send_back", {"note": "没说哪天修"}, "handling", {"note": ""}),
    ("answered", "street", "settle", {}, "settled", {"seen_version": ""}),
]


@pytest.mark.parametrize(
    ("before", "who", "code", "fields", "after", "wrong"), MOVES, ids=[m[2] for m in MOVES]
)
def test_moves(
    town: Town, before: str, who: str, code: str, fields: dict[str, Any], after: str, wrong: dict[str, Any]
) -> None:
    case = town.brought_to(before)
    refused = send(town, who, case, code, **{**fields, **wrong})
    assert refused.status_code == 422
    assert fresh(case).state == before
    for name in fields.keys() & {"note", "to"} - wrong.keys():
        assert fields[name] in refused.content.decode()

    done = send(town, who, case, code, **fields)
    assert (done.status_code, done.url) == (303, reverse("appeals:detail", args=[case.number]))
    assert fresh(case).state == after


@pytest.mark.parametrize(
    ("before", "who", "code", "fields"), [(m[0], m[1], m[2], m[3]) for m in MOVES], ids=[m[2] for m in MOVES]
)
def test_moves_need_their_duty(town: Town, before: str, who: str, code: str, fields: dict[str, Any]) -> None:
    case = town.brought_to(before)
    stranger = "unit" if who != "unit" else "street"
    answer = send(town, stranger, case, code, **fields)
    assert answer.status_code in (403, 404)
    assert fresh(case).state == before


def test_the_item_is_corrected_on_acceptance(town: Town) -> None:
    case = town.appeal(item=town.lamp)
    send(town, "worker", case, "accept", item="020603")
    assert Appeal._base_manager.get(pk=case.pk).item == town.lift


def test_a_bracket_of_the_template_is_not_an_answer(town: Town) -> None:
    case = town.brought_to("handling")
    begun = page(town, "unit", case, "?move=answer&outcome=solved").content.decode()
    assert "已到现场查看并处理：【处理内容、时间】" in begun
    answer = send(town, "unit", case, "answer", outcome="solved", note="已处理：【处理内容、时间】")
    assert answer.status_code == 422
    assert "【处理内容、时间】”还没有填写" in answer.content.decode()


def test_dispatch_with_the_suggested_unit(town: Town) -> None:
    case = town.brought_to("accepted")
    answer = page(town, "street", case)
    first = answer.context["units"]["suggested"][0]
    assert first.unit == town.unit("unit")
    assert first.reason == "“楼道照明”通常由物业企业承办，该单位负责本区"
    assert send(town, "street", case, "dispatch", unit=first.unit.pk).status_code == 303
    assert Grant.objects.filter(subject_id=case.pk, organisation=first.unit).exists()


@pytest.mark.parametrize("unit", ["", "999999", "street"])
def test_dispatch_only_to_a_unit_that_takes_orders(town: Town, unit: str) -> None:
    case = town.brought_to("accepted")
    chosen = town.unit("street").pk if unit == "street" else unit
    assert send(town, "street", case, "dispatch", unit=chosen, note="请尽快").status_code == 422
    assert fresh(case).state == "accepted"


def test_any_unit_is_found_by_name(town: Town) -> None:
    case = town.brought_to("accepted")
    shown = page(town, "street", case, "?move=dispatch&unit=市场监督")
    assert [unit.pk for unit in shown.context["units"]["found"]] == [town.unit("other_unit").pk]


def test_merge_into_an_earlier_one(town: Town) -> None:
    earlier, case = town.brought_to("handling"), town.brought_to("accepted", text="还是三楼的灯不亮")
    assert [entry.case.pk for entry in page(town, "street", case).context["similar"]] == [earlier.pk]
    elsewhere = town.world.report(town.world.communities[-1].scope_code, text="别区的灯坏了").case
    refused = send(town, "street", case, "merge", other=elsewhere.number)
    assert refused.status_code == 422
    done = send(town, "street", case, "merge", parent=earlier.number)
    assert done.status_code == 303
    assert fresh(case).parent_id == earlier.pk


def test_extend_and_remark(town: Town) -> None:
    case = town.brought_to("handling")
    due = fresh(case).due_at
    assert send(town, "street", case, "extend", days=31, note="等配件").status_code == 422
    assert send(town, "street", case, "extend", days=2, note="等配件").status_code == 303
    assert fresh(case).due_at > due
    assert send(town, "worker", case, "remark", note="居民补充：二楼也不亮").status_code == 303
    assert "二楼也不亮" in page(town, "unit", case).content.decode()


def test_call_back_solved_closes(town: Town) -> None:
    case = town.brought_to("settled")
    refused = send(town, "worker", case, "call_back", reached="yes", note="说还行")
    assert refused.status_code == 422
    assert "说还行" in refused.content.decode()
    done = send(town, "worker", case, "call_back", reached="yes", solved="yes", grade="5")
    assert done.status_code == 303
    assert fresh(case).state == "closed"
    assert CallBack._base_manager.get(case_id=case.pk).grade == 5


def test_call_back_not_solved_is_handled_again(town: Town) -> None:
    case = town.brought_to("settled")
    assert send(town, "worker", case, "call_back", reached="yes", solved="no").status_code == 422
    send(town, "worker", case, "call_back", reached="yes", solved="no", note="又灭了")
    assert fresh(case).state == "accepted"


def test_three_failed_calls_close(town: Town) -> None:
    case = town.brought_to("settled")
    for expected in ("settled", "settled", "closed"):
        assert send(town, "worker", case, "call_back", reached="no").status_code == 303
        assert fresh(case).state == expected


def test_no_call_before_it_is_settled(town: Town) -> None:
    case = town.brought_to("handling")
    assert send(town, "worker", case, "call_back", reached="no").status_code == 409
    assert not CallBack._base_manager.filter(case_id=case.pk).exists()


def test_the_address_of_a_form_that_went_wrong_leads_back_to_it(town: Town) -> None:
    case = town.appeal()
    back = town.client("worker").get(reverse("appeals:move", args=[case.number, "refuse"]))
    assert back.url == f"{reverse('appeals:detail', args=[case.number])}?move=refuse#do-refuse"


# --- two people on one case --------------------------------------------------------------------------------


def test_the_second_of_two_is_told_and_keeps_what_was_typed(town: Town) -> None:
    case = town.brought_to("accepted")
    seen = fresh(case).version
    town.do("street", "dispatch", case, unit=town.unit("unit"))
    late = send(
        town, "street", case, "answer_now", seen_version=seen, outcome="solved", note="我这边已经换好灯泡了"
    )
    shown = late.content.decode()
    assert late.status_code == 409
    assert "已派单" in shown
    assert "我这边已经换好灯泡了" in shown
    assert fresh(case).state == "dispatched"


def test_the_second_may_send_again_where_it_still_fits(town: Town) -> None:
    case = town.brought_to("accepted")
    seen = fresh(case).version
    town.do("worker", "add_material", case, note="居民又来电")
    late = send(
        town, "street", case, "dispatch", seen_version=seen, unit=town.unit("unit").pk, note="请今天去看"
    )
    form = next(deed["form"] for deed in late.context["deeds"] if deed["code"] == "dispatch")
    assert late.status_code == 409
    assert form["note"].value() == "请今天去看"
    again = {name: form[name].value() for name in ("seen_version", "unit", "note")}
    assert send(town, "street", case, "dispatch", **again).status_code == 303


def test_the_same_move_twice_is_done_once(town: Town) -> None:
    case = town.appeal()
    seen = fresh(case).version
    assert send(town, "worker", case, "accept", seen_version=seen).status_code == 303
    assert send(town, "worker", case, "accept", seen_version=seen).status_code == 409
    assert Step._base_manager.filter(case_id=case.pk, move="accept").count() == 1


# --- who reported it ---------------------------------------------------------------------------------------


def look(town: Town, who: str, case: Case, purpose: str) -> Any:
    return town.client(who).post(reverse("appeals:appellant", args=[case.number]), {"purpose": purpose})


def test_the_appellant_is_shown_once_for_a_purpose_and_the_look_is_written_down(town: Town) -> None:
    case = town.brought_to("settled")
    before = page(town, "worker", case)
    assert "李示例" not in before.content.decode()
    assert [purpose["checked"] for purpose in before.context["purposes"]] == [False, True]
    shown = look(town, "worker", case, "call_back")
    assert "李示例" in shown.content.decode()
    assert "15400000001" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    entry = AccessLog.objects.get(case_id=case.pk)
    assert (entry.purpose, entry.organisation) == ("call_back", town.unit("worker"))
    assert "李示例" not in page(town, "worker", case).content.decode()


@pytest.mark.parametrize(
    ("who", "purpose"),
    [("unit", "handle_case"), ("worker", ""), ("worker", "data_protection"), ("neighbour", "call_back")],
)
def test_the_appellant_stays_hidden(town: Town, who: str, purpose: str) -> None:
    case = town.brought_to("dispatched")
    answer = look(town, who, case, purpose)
    assert answer.status_code == 404
    assert "李示例" not in answer.content.decode()
    assert not AccessLog.objects.exists()


def test_the_unit_never_sees_who_complains(town: Town) -> None:
    shown = page(town, "unit", town.brought_to("handling")).content.decode()
    assert "李示例" not in shown
    assert "反映人</h2>" not in shown


# --- the board ---------------------------------------------------------------------------------------------


def test_the_board_orders_by_due_and_marks_what_came_back(town: Town) -> None:
    plain, back = town.brought_to("accepted"), town.brought_to("dispatched", text="不归我们的单子")
    town.do("unit", "object_to", back, note="由二公司管理")
    elsewhere = town.world.report(town.world.communities[-1].scope_code, text="别区的灯坏了").case
    answer = town.client("street").get(reverse("appeals:dispatch_board"))
    rows = {row["case"].pk: row for row in answer.context["rows"]}
    assert elsewhere.pk not in rows
    assert (rows[plain.pk]["returned"], rows[back.pk]["returned"]) == (False, True)
    assert rows[plain.pk]["suggestion"].unit == town.unit("unit")
    assert [entry["case"].pk for entry in rows[plain.pk]["similar"]] == [back.pk]
    assert "由二公司管理" in answer.content.decode()


def test_one_click_on_the_board_dispatches_and_comes_back(town: Town) -> None:
    case = town.brought_to("accepted")
    board = reverse("appeals:dispatch_board")
    done = send(town, "street", case, "dispatch", unit=town.unit("unit").pk, next=board)
    assert (done.status_code, done.url) == (303, board)
    away = send(
        town,
        "street",
        town.brought_to("accepted"),
        "dispatch",
        unit=town.unit("unit").pk,
        next="//evil.example/",
    )
    assert away.url.startswith("/appeals/desk/A")


def test_the_board_shows_answers_to_check(town: Town) -> None:
    case = town.brought_to("answered")
    answer = town.client("street").get(reverse("appeals:dispatch_board") + "?view=settle")
    assert [row["case"].pk for row in answer.context["rows"]] == [case.pk]
    assert "换了灯泡，现场试过。" in answer.content.decode()


def test_the_board_takes_the_same_statements_however_long(town: Town) -> None:
    browser, counted = town.client("street"), []
    for wanted in (2, 6):
        for number in range(wanted):
            town.brought_to("accepted", text=f"第{number}件：灯不亮")
        browser.get(reverse("appeals:dispatch_board"))
        with CaptureQueriesContext(connection) as found:
            browser.get(reverse("appeals:dispatch_board"))
        counted.append(len(statements(found)))
    assert counted[0] == counted[1]
    assert counted[1] <= 14, statements(found)
