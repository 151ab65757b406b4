"""The ladder 提醒→催办→约谈→通报: warned before the limit, proposed by dated rows, ordered by people, answered by units."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from lianglin.access.actor import job
from lianglin.access.models import Organisation
from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.actions import objecting, supervising
from lianglin.appeals.actions.supervising import Ordered
from lianglin.appeals.models import SupervisionOrder, SupervisionStep
from lianglin.appeals.queries import ledgers, supervision_figures
from lianglin.appeals.queries import supervision as queries
from lianglin.appeals.rules import supervising as rules
from lianglin.appeals.tasks import tell_answered, warn_of_limits
from lianglin.cases.models import Case, Step
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.period import Period
from lianglin.notices.models import Message

from . import clocks_city
from .clocks_city import as_post
from .figures_city import City, at, number, on

WORDS = "请尽快办理并书面说明原因。"


@pytest.fixture
def city(db: None) -> Iterator[City]:
    made = clocks_city.build()
    with at(on("2026-11-02 08:00")):
        yield made


@pytest.fixture
def case(city: City) -> int:
    """Dispatched on Monday the 2nd, due on Monday the 9th at 17:00."""
    made = city.report("2026-11-02 09:00", item=city.item)
    city.dispatch(made, "2026-11-02 10:00")
    return made


def proposals(city: City, name: str, when: str) -> list[tuple[int, str]]:
    with at(on(when)), acting(city.actors[name]) as actor:
        steps = queries.ladder(actor.low, queries.may_give(actor))
        return [(found.pk, steps.reached(found.due_at)) for found in queries.proposed(actor, steps)]


def ordered(
    city: City, case: int, when: str, kind: str = "press", by: str = "ruler", unit: Any = None, **more: Any
) -> SupervisionOrder:
    if kind == "summon":
        more = {"meeting_at": on(when) + timedelta(days=2), "meeting_place": "区政府三楼"} | more
    with at(on(when)), transaction.atomic(), acting(city.actors[by]) as actor:
        found = (
            Case.objects.visible_to(actor, purpose=actor.work_purpose).select_related("owner").get(pk=case)
        )
        said = Ordered(kind, "overdue", WORDS, **more)
        return supervising.order(by=actor, said=said, unit=unit or found.owner, case=found)


def moved(
    city: City, name: str, order: SupervisionOrder, code: str, note: str = "", when: str = "2026-11-11 10:00"
) -> Any:
    with at(on(when)):
        return as_post(city, name, supervising.act, order.pk, code, note=note)


@pytest.mark.rows("R051")
def test_the_handler_and_the_dispatcher_are_warned_once_before_the_limit_and_once_after(
    city: City, case: int
) -> None:
    def told(when: str) -> list[tuple[str, int | None]]:
        with at(on(when)):
            warn_of_limits(0)
            warn_of_limits(0)
        found = Message._base_manager.filter(code__in=("appeals.due_soon", "appeals.breached"))
        return sorted(found.values_list("code", "post_id"))

    heard = sorted([city.posts["unit"].pk, city.posts["street"].pk])
    assert told("2026-11-05 10:00") == []
    soon = [("appeals.due_soon", post) for post in heard]
    assert told("2026-11-06 10:00") == soon
    warned = Message._base_manager.filter(code="appeals.due_soon").first()
    assert warned is not None
    assert "11月" in warned.body
    assert "Nov" in warned.body_en
    assert "月" not in warned.body_en
    assert told("2026-11-09 18:00") == [("appeals.breached", post) for post in heard] + soon


@pytest.mark.rows("R051")
def test_the_ladder_proposes_by_working_days_past_the_limit(city: City, case: int) -> None:
    assert proposals(city, "ruler", "2026-11-05 10:00") == []
    assert proposals(city, "ruler", "2026-11-06 10:00") == [(case, "remind")]
    assert proposals(city, "ruler", "2026-11-09 18:00") == [(case, "press")]
    assert proposals(city, "ruler", "2026-11-16 10:00") == [(case, "summon")]
    assert proposals(city, "ruler", "2026-11-23 10:00") == [(case, "report")]
    assert proposals(city, "street", "2026-11-23 10:00") == [(case, "press")]
    assert proposals(city, "second", "2026-11-06 10:00") == [(case, "remind")]


def test_what_was_ordered_or_waived_is_not_proposed_again_until_the_next_step(city: City, case: int) -> None:
    ordered(city, case, "2026-11-10 09:00")
    assert proposals(city, "ruler", "2026-11-10 10:00") == []
    assert proposals(city, "ruler", "2026-11-16 10:00") == [(case, "summon")]
    with at(on("2026-11-16 11:00")), acting(city.actors["ruler"]) as actor:
        found = (
            Case.objects.visible_to(actor, purpose=actor.work_purpose).select_related("owner").get(pk=case)
        )
        supervising.waive(by=actor, kind="summon", case=found, reason="材料已报，等专家意见")
    assert proposals(city, "ruler", "2026-11-16 12:00") == []
    assert proposals(city, "ruler", "2026-11-23 10:00") == [(case, "report")]


def test_an_extension_begins_the_ladder_anew(city: City, case: int) -> None:
    ordered(city, case, "2026-11-10 09:00")
    city.act("street", actions.extend, case, "2026-11-10 10:00", days=3, note="等配件")
    assert proposals(city, "ruler", "2026-11-10 11:00") == []
    assert proposals(city, "ruler", "2026-11-13 10:00") == [(case, "press")]


@pytest.mark.rows("R051")
def test_an_order_is_answered_sent_back_answered_and_closed(city: City, case: int) -> None:
    made = ordered(city, case, "2026-11-10 09:00")
    assert (made.state, made.told_id, made.due_at) == (
        "issued",
        city.posts["unit"].organisation_id,
        on("2026-11-12 17:00"),
    )
    told = Message._base_manager.filter(code="appeals.supervised").values_list("post_id", flat=True)
    assert list(told) == [city.posts["unit"].pk]
    assert Step._base_manager.get(case_id=case, move="supervised").public is False
    with pytest.raises(Refused):
        moved(city, "unit", made, "answer", "好")
    moved(city, "unit", made, "answer", "已采购灯具，周五前换好。")
    tell_answered(made.pk)
    tell_answered(made.pk)
    answered = Message._base_manager.filter(code="appeals.supervision_answered")
    assert list(answered.values_list("post_id", flat=True)) == [city.posts["ruler"].pk]
    moved(city, "ruler", made, "return", "请写明超期原因。")
    moved(city, "unit", made, "answer", "灯具缺货致超期，周五前换好。")
    moved(city, "ruler", made, "accept")
    made.refresh_from_db()
    assert (made.state, made.ended_at) == (
        "closed",
        on("2026-11-11 10:00").replace(microsecond=made.ended_at.microsecond, second=made.ended_at.second),
    )
    story = SupervisionStep._base_manager.filter(order=made).order_by("pk").values_list("move", flat=True)
    assert list(story) == ["issue", "answer", "return", "answer", "accept"]
    with pytest.raises(Conflict):
        moved(city, "ruler", made, "withdraw", "不用了，已经办结。")


def test_a_circular_takes_two_people_and_the_unit_knows_nothing_before(city: City, case: int) -> None:
    made = ordered(city, case, "2026-11-23 10:00", "report")
    assert made.state == "proposed"
    with acting(city.actors["unit"]) as unit:
        assert not SupervisionOrder.objects.visible_to(unit, purpose=unit.work_purpose).exists()
    with acting(city.actors["unit"]):
        assert SupervisionOrder._base_manager.count() == 0  # PostgreSQL holds the same line
    with pytest.raises(Forbidden):
        moved(city, "ruler", made, "approve")
    moved(city, "second", made, "approve")
    made.refresh_from_db()
    assert (made.state, made.told_id) == ("issued", city.posts["unit"].organisation_id)
    with acting(city.actors["unit"]) as unit:
        assert list(queries.orders(unit)) == [made]


def test_it_is_taken_back_with_a_reason_and_the_unit_told(city: City, case: int) -> None:
    made = ordered(city, case, "2026-11-10 09:00")
    with pytest.raises(Refused):
        moved(city, "ruler", made, "withdraw", "")
    moved(city, "ruler", made, "withdraw", "核实为日历错误，撤回。")
    with pytest.raises(Conflict):
        moved(city, "unit", made, "answer", "已采购灯具，周五前换好。")
    assert Message._base_manager.filter(code="appeals.supervision_withdrawn").count() == 1


@pytest.mark.parametrize(
    ("name", "kind"), [("street", "summon"), ("street", "report"), ("worker", "remind"), ("unit", "press")]
)
def test_who_may_not_order_is_refused(city: City, case: int, name: str, kind: str) -> None:
    with pytest.raises(HouseError):
        ordered(city, case, "2026-11-10 09:00", kind, by=name)
    assert SupervisionOrder._base_manager.count() == 0


def test_another_unit_neither_sees_nor_answers_it(city: City, case: int) -> None:
    made = ordered(city, case, "2026-11-10 09:00")
    other = Organisation.objects.create(code="other", name="别的单位", kind="company", scope_code="")
    with pytest.raises(Refused):
        ordered(city, case, "2026-11-10 10:00", unit=other)
    with pytest.raises(Forbidden):
        moved(city, "street", made, "answer", "代为答复一下。")
    with pytest.raises(HouseError):
        moved(city, "neighbour", made, "accept")


def test_a_unit_answers_an_order_about_its_work_as_a_whole(city: City) -> None:
    with at(on("2026-11-10 09:00")):
        said = Ordered("remind", "weak", WORDS)
        made = as_post(city, "ruler", supervising.order, said=said, unit=city.unit)
    assert moved(city, "unit", made, "answer", "已排查，本周报送情况。").state == "answered"
    assert moved(city, "ruler", made, "accept").state == "closed"


def test_a_summons_names_time_and_place(city: City, case: int) -> None:
    with pytest.raises(Refused):
        ordered(city, case, "2026-11-16 09:00", "summon", meeting_at=None)
    assert ordered(city, case, "2026-11-16 09:00", "summon").meeting_place == "区政府三楼"


def test_every_state_of_an_order_is_reached_and_every_way_ends() -> None:
    codes = {code for code, _label in rules.STATES}
    reached = {"proposed", "issued", "waived"} | {deed.target for deed in rules.DEEDS}
    assert reached == codes
    for state in rules.OPEN:
        assert any(state in deed.sources for deed in rules.DEEDS), state


def test_the_pages_lead_from_the_ladder_to_the_answer(city: City, case: int) -> None:
    with at(on("2026-11-10 09:00")):
        ruler, unit = city.browser("ruler"), city.browser("unit")
        page = ruler.get("/appeals/supervision/ladder/").content.decode()
        here = f"/appeals/supervision/new/?number={number(case)}&kind=press"
        assert here.replace("&", "&amp;") in page
        assert ruler.get(here).status_code == 200
        given = {"kind": "press", "ground": "overdue", "text": WORDS}
        assert ruler.post(here, given | {"text": ""}).status_code == 422
        answer = ruler.post(here, given)
        assert answer.status_code == 303
        order = answer["Location"]
        assert order in unit.get("/appeals/supervision/").content.decode()
        assert order in unit.get(f"/appeals/desk/{number(case)}/").content.decode()
        assert unit.post(order, {"do": "answer", "note": "短"}).status_code == 422
        assert unit.post(order, {"do": "answer", "note": "已采购灯具，周五前换好。"}).status_code == 303
        assert ruler.post(order, {"do": "accept", "note": ""}).status_code == 303
        assert order in ruler.get("/appeals/supervision/?ended=1").content.decode()
        assert city.browser("worker").get(order).status_code == 403
        assert city.browser("street").get("/appeals/supervision/ladder/").status_code == 200


def test_not_now_is_kept_with_its_reason(city: City, case: int) -> None:
    with at(on("2026-11-10 09:00")):
        here = f"/appeals/supervision/new/?number={number(case)}&kind=press"
        assert city.browser("ruler").post(here, {"do": "waive", "reason": "短"}).status_code == 422
        assert (
            city.browser("ruler").post(here, {"do": "waive", "reason": "已到现场，今天办结"}).status_code
            == 303
        )
    found = SupervisionOrder._base_manager.get()
    assert (found.state, found.told_id, found.text) == ("waived", None, "已到现场，今天办结")


# --- the three ledgers ---------------------------------------------------------------------------------------


def on_ledger(city: City, code: str, when: str, name: str = "ruler") -> list[int]:
    with at(on(when)), transaction.atomic(), acting(city.actors[name]) as actor:
        return sorted(found.pk for found in ledgers.ledger(actor, code))


@pytest.mark.rows("R051")
def test_long_unsolved_is_past_the_limit_by_days_or_extended_twice(city: City, case: int) -> None:
    assert on_ledger(city, "long", "2026-11-20 18:00") == []
    assert on_ledger(city, "long", "2026-11-23 10:00") == [case]
    for days in (20, 20):
        city.act("street", actions.extend, case, "2026-11-23 10:00", days=days, note="等配件")
    assert on_ledger(city, "long", "2026-11-23 12:00") == [case]


@pytest.mark.rows("R051")
def test_passed_back_and_forth_is_sent_back_twice(city: City, case: int) -> None:
    city.act("unit", objecting.object_to, case, "2026-11-02 11:00", note="不归我们", ground="duty")
    assert on_ledger(city, "passed", "2026-11-02 12:00") == []
    city.act("street", actions.dispatch, case, "2026-11-02 13:30", unit=city.unit, note="属地管理")
    city.act("unit", objecting.object_to, case, "2026-11-02 14:00", note="资料不全", ground="owner")
    assert on_ledger(city, "passed", "2026-11-02 15:00") == [case]


@pytest.mark.rows("R051")
def test_poorly_handled_is_returned_twice_or_twice_not_solved(city: City, case: int) -> None:
    for _time in range(2):
        city.act("unit", actions.answer, case, "2026-11-03 09:00", outcome="explained", note="已告知")
        city.act("street", actions.send_back, case, "2026-11-03 10:00", note="没到现场")
    assert on_ledger(city, "weak", "2026-11-03 11:00") == [case]
    other = city.report("2026-11-03 09:00")
    for day in (4, 5):
        city.dispatch(other, f"2026-11-0{day} 09:00")
        city.settle(other, f"2026-11-0{day} 10:00")
        city.call(other, f"2026-11-0{day} 11:00", "no", 1)
    assert on_ledger(city, "weak", "2026-11-05 12:00") == [case, other]


def test_a_ledger_is_counted_by_unit_in_the_order_of_codes_and_taken_out(city: City, case: int) -> None:
    with at(on("2026-11-23 10:00")):
        with acting(city.actors["ruler"]) as actor:
            assert ledgers.by_unit(actor, "long") == [(city.unit, 1)]
        page = city.browser("ruler").get("/appeals/ledgers/?ledger=long").content.decode()
        assert number(case) in page
        assert "list=appeals.ledgers" in page
        assert city.browser("ruler").get("/appeals/ledgers/?ledger=nonsense&unit=x").status_code == 200
        assert (
            number(case)
            not in city.browser("neighbour").get("/appeals/ledgers/?ledger=long").content.decode()
        )


def test_the_file_of_a_ledger_holds_its_rows(city: City, case: int) -> None:
    from lianglin.kit import lists

    wanted = lists.all_lists()["appeals.ledgers"]
    with at(on("2026-11-23 10:00")), acting(city.actors["ruler"]) as actor:
        rows = list(lists.rows(wanted, actor, {"ledger": "long"}).order_by("-id"))
        columns = lists.columns(wanted, actor)
        assert [columns[0].value(row) for row in rows] == [number(case)]
        assert [columns[-4].value(row) for row in rows] == ["unit"]


def test_a_reader_of_figures_alone_sees_no_ledger(city: City, case: int) -> None:
    with pytest.raises(Forbidden):
        on_ledger(city, "long", "2026-11-23 10:00", "manager")


# --- the figure ----------------------------------------------------------------------------------------------


@pytest.mark.rows("R051")
def test_the_share_of_late_matters_that_were_supervised_equals_its_lists(city: City, case: int) -> None:
    other = city.report("2026-11-02 09:30", item=city.item)
    city.dispatch(other, "2026-11-02 10:30")
    ordered(city, case, "2026-11-10 09:00")
    codes, november = ("appeals.supervised", "appeals.supervision_orders"), Period.month(2026, 11)
    with at(on("2026-11-12 09:00")):
        with acting(job()):
            found = {cell.indicator: cell for cell in supervision_figures.cells(codes, november, None)}
        rate, orders = (found[code] for code in codes)
        assert (rate.numerator, rate.denominator) == (1, 2)
        assert (orders.numerator, orders.member) == (1, "press")
        with acting(city.actors["ruler"]) as actor:
            behind = {
                part: [row.pk for row in supervision_figures.rows(codes[0], actor, "", november, part)]
                for part in ("numerator", "denominator", "rest")
            }
    assert behind == {"numerator": [case], "denominator": [other, case], "rest": [other]}
