"""After every move the appellant gets a message an old neighbour understands, and the next post knows its turn."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import world as worlds
from tests.world import HERE, NEXT_DOOR, STREET, UNIT, WORKER, World

from lianglin.access import actor as actors
from lianglin.access import tasks as access_tasks
from lianglin.access.models import Account, Post
from lianglin.access.transaction import acting
from lianglin.appeals import actions, domain, rules
from lianglin.appeals.models import Appellant
from lianglin.appeals.tasks import telling
from lianglin.cases.models import Case
from lianglin.kit import events
from lianglin.kit.events import CaseMoved
from lianglin.notices import tasks as notices_tasks
from lianglin.notices.delivery import noting
from lianglin.notices.models import DemoMessage, Message

pytestmark = pytest.mark.django_db
PHONE, NAME, TEXT = "15400000001", "李示例", "楼道灯不亮了"


@pytest.fixture
def world(settings: object) -> World:
    settings.DEMO = True
    return worlds.build()


def run_jobs() -> None:
    """What the worker does: delivers the events, then the messages."""
    for name, task in (
        (events.DELIVER_TASK, access_tasks.deliver),
        ("notices_deliver", notices_tasks.deliver),
    ):
        found = ProcrastinateJob.objects.filter(task_name=name).order_by("id")
        waiting = list(found)
        found._raw_delete("default")
        for job in waiting:
            task(**job.args)


def texts() -> list[str]:
    """The messages on the demo's phone since the last time, oldest first."""
    run_jobs()
    found = list(DemoMessage.objects.order_by("id"))
    DemoMessage.objects.all().delete()
    return [message.text for message in found]


def told(world: World) -> dict[str, list[str]]:
    """The codes of new messages to posts, by the code of the post."""
    run_jobs()
    names = {post.pk: code for code, post in world.posts.items()}
    found: dict[str, list[str]] = {}
    for message in Message._base_manager.filter(channel="in_app").order_by("id"):
        found.setdefault(names[message.post_id], []).append(message.code.removeprefix("appeals."))
    Message._base_manager.filter(channel="in_app").delete()
    return found


def test_the_whole_journey_is_told_in_plain_words(world: World, settings: Any) -> None:
    settings.MESSAGES_A_DAY = 50  # it happens within one day here
    made = world.report()
    [text] = texts()
    assert re.search(r"您反映的事我们收到了，编号A \d{4} \d{4} \d{4}。最迟\d+月\d+日.*告诉您交给谁办。", text)
    assert "/appeals/track/" in text
    assert made.secret not in text
    world.do(WORKER, "accept", made.case)
    assert texts() == []
    world.do(STREET, "dispatch", made.case, unit=world.organisations[UNIT])
    [text] = texts()
    assert "已交给bureau-1单位办理，最迟" in text
    world.do(UNIT, "take_on", made.case)
    world.do(UNIT, "pause", made.case, ground="season", note="等天暖，王大爷同意。")
    [text] = texts()
    with override("zh-hans"):
        assert str(dict(rules.PAUSE_GROUNDS)["season"]) in text
    world.do(UNIT, "resume", made.case)
    assert "接着办了，最迟" in texts()[0]
    world.do(STREET, "extend", made.case, days=3, note="缺货，李师傅去订。")
    [text] = texts()
    assert "改为最迟" in text
    world.do(UNIT, "answer", made.case, **worlds.ANSWER)
    assert texts() == []
    world.do(STREET, "settle", made.case)
    assert "有结果了，请点开看一看、评一评。最迟" in texts()[0]
    world.do(WORKER, "call_back", made.case, reached=True, solved="no", note="灯还是不亮")
    assert "重新办理" in texts()[0]


def test_each_turn_is_put_before_the_posts_whose_turn_it_is(world: World) -> None:
    made = world.report()
    assert told(world) == {WORKER: ["to_accept"]}
    world.do(WORKER, "accept", made.case)
    assert told(world) == {STREET: ["to_dispatch"]}
    world.do(STREET, "dispatch", made.case, unit=world.organisations[UNIT])
    assert told(world) == {UNIT: ["to_handle"]}
    world.do(UNIT, "answer", made.case, **worlds.ANSWER)
    assert told(world) == {STREET: ["to_check"]}
    world.do(STREET, "send_back", made.case, note="没有修好")
    assert told(world) == {UNIT: ["to_handle_again"]}
    world.do(UNIT, "answer", made.case, **worlds.ANSWER)
    world.do(STREET, "settle", made.case)
    assert told(world) == {STREET: ["to_check"], WORKER: ["to_call_back"]}
    with acting(actors.resident(made.case.pk)) as resident:
        actions.reopen(made.case.pk, by=resident, note="又坏了")
    assert told(world) == {STREET: ["to_dispatch_again"], UNIT: ["not_solved"]}, (
        "whoever handled it hears of it"
    )


def test_a_message_to_a_post_leads_to_the_case_and_speaks_both_languages(world: World) -> None:
    made = world.report()
    run_jobs()
    message = Message._base_manager.get(channel="in_app")
    assert message.link == f"/appeals/desk/{made.case.number}/"
    assert message.body.startswith("新诉求A ")
    assert message.body_en.startswith("New appeal A ")
    assert message.case_id == made.case.pk
    page = world.browser(WORKER).get("/messages/").content.decode()
    assert message.link in page


def test_who_made_the_move_and_who_is_no_longer_there_is_left_alone(world: World) -> None:
    past = Account.objects.create_user(
        "past", None, name="past", created_at=world.posts[WORKER].account.created_at
    )
    post = world.posts[WORKER]
    Post.objects.create(
        account=past,
        role_code=post.role_code,
        organisation=post.organisation,
        scope_code=HERE,
        title="x",
        starts_on=date(2024, 1, 1),
        ends_on=date(2024, 12, 31),
    )
    world.do(WORKER, "accept", world.report().case)
    told(world)
    with acting(world.actors[WORKER]) as worker:
        actions.submit(
            by=worker,
            place=worlds._place(world.community(HERE)),
            text="电话反映楼道灯不亮",
            item=None,
            channel="phone",
        )
    assert told(world) == {}
    world.report(NEXT_DOOR)
    assert set(told(world)) == {f"community-{NEXT_DOOR}"}


def test_nothing_of_what_was_reported_or_noted_leaves_the_house(world: World) -> None:
    for state in ("refused", "redirected", "closed", "paused"):
        world.brought_to(state)
    run_jobs()
    said = [m.body + m.body_en for m in Message._base_manager.all()]
    assert len(said) > 15
    for secret in (TEXT, NAME, PHONE, "换了灯泡", "等天暖", "12348 咨询", "属铁路局管辖", "和宁小区"):
        assert not [text for text in said if secret in text], secret


@pytest.mark.parametrize("ground", [code for code, _label in rules.REFUSAL_GROUNDS])
def test_a_refusal_says_why_and_where_to_turn(world: World, ground: str) -> None:
    made = world.report()
    texts()
    world.do(WORKER, "refuse", made.case, ground=ground, note="见电话说明")
    [text] = texts()
    assert "这里不能受理" in text
    assert re.search(r"110|经办人|补充后再反映|当面|12348", text)


def test_three_calls_without_an_answer_close_it_and_say_so(world: World) -> None:
    made = world.brought_to("settled")
    texts()
    for _call in range(3):
        world.do(WORKER, "call_back", made.case, reached=False)
    [text] = texts()
    assert "三次电话没联系上您" in text
    assert Case._base_manager.get(pk=made.case.pk).state == "closed"


def test_who_wrote_in_english_is_answered_in_english(world: World) -> None:
    with override("en"):
        world.report()
    [text] = texts()
    assert text.startswith("We have your matter, number A ")
    assert not re.search(r"[\u4e00-\u9fff]", text)


@pytest.mark.parametrize(
    "reporter",
    [actions.Reporter(), actions.Reporter(name=NAME), actions.Reporter(name=NAME, phone="0451-12345678")],
)
def test_without_a_mobile_number_no_message_is_sent(world: World, reporter: actions.Reporter) -> None:
    world.report(reporter=reporter)
    assert texts() == []


def test_an_event_delivered_twice_tells_once(world: World) -> None:
    world.report()
    [job] = ProcrastinateJob.objects.filter(task_name=events.DELIVER_TASK)
    for _time in range(3):
        access_tasks.deliver(**job.args)
    assert Message._base_manager.filter(channel="sms").count() == 1
    assert Message._base_manager.filter(channel="in_app").count() == 1


def test_events_of_other_kinds_and_of_nothing_are_let_go(world: World) -> None:
    case = world.report().case
    strange = CaseMoved(
        case.pk, "visit", HERE, "open", "x", case.opened_at.isoformat(), case.opened_at.isoformat()
    )
    gone = CaseMoved(
        0, rules.KIND, HERE, "open", "received", case.opened_at.isoformat(), case.opened_at.isoformat()
    )
    with acting(actors.job()):
        for event in (strange, gone):
            telling.tell_appellant(event)
            telling.tell_posts(event)
    assert not Message._base_manager.exists()


def test_the_promised_date_is_the_one_on_the_page(world: World) -> None:
    made = world.brought_to("dispatched")
    case = Case._base_manager.get(pk=made.case.pk)
    local = case.due_at + timedelta(hours=8)
    assert f"最迟{local.month}月{local.day}日" in texts()[-1]


def test_the_link_that_grades_without_a_login_never_comes_on_paper(world: World) -> None:
    made = world.brought_to("settled")
    texts()
    message = Message._base_manager.get(code="appeals.settled")
    assert "/appeals/rate/" in message.body
    text, link = noting.for_paper(message)
    assert "/appeals/rate/" not in text + link
    assert link == "/appeals/track/"
    assert link in text
    assert made.case.pk == message.case_id


def test_a_provisional_date_says_so(world: World) -> None:
    made = world.report()
    Case._base_manager.filter(pk=made.case.pk).update(due_provisional=True)
    made.case.clocks.model._base_manager.update(provisional=True)
    with override("zh-hans"):
        assert re.search(r"最迟\d+月\d+日（暂定）", texts()[0])


def test_every_refusal_ground_and_every_message_is_declared() -> None:
    declared = {notice.code for notice in domain.NOTICES}
    wanted = {f"appeals.refused_{code}" for code, _label in rules.REFUSAL_GROUNDS} | set(
        telling.TO_APPELLANT.values()
    )
    wanted |= set(telling.ON_PAPER.values())
    wanted |= {code for pairs in telling.TO_POSTS.values() for _whom, code in pairs} | {
        "appeals.closed_unreached",
        "appeals.untaken",
        "appeals.whistle",
        "appeals.rule_wrong",
        "appeals.exclusion_ruled",
        "appeals.problem_waits",
        "appeals.problem_rises",
    }
    assert declared == wanted
    moves = {move.code for move in rules.LIFECYCLE.moves} | {"open", "extend", "co_order"}
    assert set(telling.TO_APPELLANT) | set(telling.TO_POSTS) <= moves


def test_a_text_message_fits_into_two() -> None:
    """Two joined messages have 134 characters of Chinese; more costs, and an old phone shows them apart."""
    for notice in domain.NOTICES:
        filled = notice.texts["zh-hans"].format(
            number="A 2611 0482 7315",
            due="12月31日（暂定）",
            unit="示例物业服务有限公司",
            reason="等专家意见",
            to="某某局",
            minutes=30,
            until="12月31日 17:00",
            rule="供热季供热报修",
            rate="回访有效率",
            ruling="不同意剔除",
            link="/appeals/track/",
            title="楼道照明反复报修",
            area="正阳河街道",
        )
        assert len(filled) <= 134, notice.code


def test_the_number_is_kept_no_longer_than_needed(world: World) -> None:
    world.report()
    assert texts()
    assert Message._base_manager.get(channel="sms").address is None
    assert Appellant._base_manager.get().phone == PHONE
