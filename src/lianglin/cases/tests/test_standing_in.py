"""Cover, delegation, handover: both names are kept, no right is gained, nothing is left without a holder."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import FAR, HERE, NEXT_DOOR, WORKER, World

from lianglin.access import queries as access
from lianglin.access.actor import Actor, job
from lianglin.access.governance.models import RightsChange
from lianglin.access.models import Account, AuditEntry, Post
from lianglin.access.transaction import acting
from lianglin.cases import actions, handover, tasks
from lianglin.cases.actions import standing_in
from lianglin.cases.models import Case, Cover, Delegation, Handover, Step
from lianglin.cases.queries import standing_in as read
from lianglin.cases.queries import visible
from lianglin.cases.tests.errands import helper, move, opened, stored
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused

COLLEAGUE = "colleague"


@pytest.fixture
def unit(city: World) -> World:
    """The small city; the community of HERE has a second worker."""
    first = city.posts[WORKER]
    account = Account.objects.create_user(COLLEAGUE, None, name=COLLEAGUE, created_at=clock.now())
    post = Post.objects.create(
        account=account, role_code=first.role_code, organisation=first.organisation, scope_code=first.scope_code,
        title="网格员", title_en="grid worker", starts_on=first.starts_on,
    )  # fmt: skip
    city.posts[COLLEAGUE], city.actors[COLLEAGUE] = post, access.actor_in(post)
    return city


def held_by(world: World, code: str = WORKER) -> Case:
    """An open case that a post holds."""
    case = opened(world).case
    with acting(helper(world, code)) as by:
        actions.assign(actions.lock(case.pk, by=by), by=by)
    return case


def cover(world: World, *, days: int = 3, code: str = WORKER, by_post: str = COLLEAGUE) -> Cover:
    with acting(helper(world, code)) as by:
        return standing_in.arrange_cover(
            by=by,
            by_post_id=world.posts[by_post].pk,
            starts_on=clock.today(),
            ends_on=clock.today() + timedelta(days=days),
        )


def last(case: Case) -> Step:
    return Step._base_manager.filter(case=case).order_by("-seq")[0]


def audited() -> dict[str, Any]:
    return json.loads(bytes(AuditEntry.objects.order_by("-id")[0].body))


def test_who_stands_in_acts_under_both_names(unit: World) -> None:
    case = held_by(unit)
    cover(unit)
    move(unit, case, "start", by=helper(unit, COLLEAGUE))
    step = last(case)
    assert (step.post_id, step.for_post_id) == (unit.posts[COLLEAGUE].pk, unit.posts[WORKER].pk)
    entry = audited()
    assert (entry["post"], entry["for"]) == (unit.posts[COLLEAGUE].pk, unit.posts[WORKER].pk)


def reach(unit: World, code: str) -> tuple[Any, ...]:
    """All that a post may read and do now."""
    by = access.actor_in(Post.objects.select_related("organisation").get(pk=unit.posts[code].pk))
    with acting(by):
        return by, set(visible(by).values_list("pk", flat=True))


@given(covered=st.sampled_from([WORKER, COLLEAGUE]), there=st.lists(st.sampled_from([HERE, NEXT_DOOR, FAR])))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_stands_in_gains_no_right(unit: World, covered: str, there: list[str]) -> None:
    other = COLLEAGUE if covered == WORKER else WORKER
    with transaction.atomic():
        for scope in there:
            opened(unit, by=helper(unit, f"community-{scope}"), community=unit.community(scope))
        mine = held_by(unit, covered)
        before = reach(unit, other)
        cover(unit, code=covered, by_post=other)
        with acting(helper(unit, covered)) as by:
            standing_in.delegate(mine.pk, by=by, to_post_id=unit.posts[other].pk)
        assert reach(unit, other) == before
        transaction.set_rollback(True)


def test_without_a_cover_or_on_ones_own_case_nobody_is_stood_in_for(unit: World) -> None:
    case = held_by(unit)
    move(unit, case, "start", by=helper(unit, COLLEAGUE))
    assert last(case).for_post_id is None
    assert "for" not in audited()
    own = held_by(unit, COLLEAGUE)
    cover(unit)
    move(unit, own, "start", by=helper(unit, COLLEAGUE))
    assert last(own).for_post_id is None


def test_only_among_colleagues_is_it_asked_who_stands_in(unit: World) -> None:
    asked = []
    for code in (f"street-{HERE[:9]}", COLLEAGUE):
        case = held_by(unit)
        with CaptureQueriesContext(connection) as found:
            move(unit, case, "start", by=helper(unit, code))
        asked.append(sum("cases_cover" in query["sql"] for query in found.captured_queries))
    assert asked == [0, 1]


@pytest.mark.parametrize("when", ["ended", "over", "to come"])
def test_a_cover_holds_on_its_days_only(unit: World, when: str) -> None:
    case, made = held_by(unit), cover(unit)
    if when == "ended":
        with acting(helper(unit, COLLEAGUE)) as by:
            standing_in.end_cover(by=by, cover_id=made.pk)
    else:
        shift = timedelta(days=-10 if when == "over" else 10)
        Cover.objects.filter(pk=made.pk).update(
            starts_on=made.starts_on + shift, ends_on=made.ends_on + shift
        )
    move(unit, case, "start", by=helper(unit, COLLEAGUE))
    assert last(case).for_post_id is None


@pytest.mark.parametrize(
    "other", [f"community-{NEXT_DOOR}", f"street-{HERE[:9]}", f"community-{FAR}", WORKER]
)
def test_only_a_colleague_with_the_same_reach_can_be_named(unit: World, other: str) -> None:
    with pytest.raises(Refused), transaction.atomic():
        cover(unit, by_post=other)
    assert not Cover.objects.exists()


def test_two_covers_never_overlap_and_the_days_make_sense(unit: World) -> None:
    cover(unit)
    for days in (1, -1, 400):
        with pytest.raises(Refused), transaction.atomic():
            cover(unit, days=days)


def test_a_third_person_cannot_end_a_cover(unit: World) -> None:
    made = cover(unit)
    with pytest.raises(Forbidden), transaction.atomic(), acting(helper(unit, f"community-{NEXT_DOOR}")) as by:
        standing_in.end_cover(by=by, cover_id=made.pk)


def test_one_case_is_given_and_taken_back(unit: World) -> None:
    case, other = held_by(unit), held_by(unit)
    with acting(helper(unit)) as by:
        standing_in.delegate(case.pk, by=by, to_post_id=unit.posts[COLLEAGUE].pk)
    for one in (case, other):
        move(unit, one, "start", by=helper(unit, COLLEAGUE))
    assert (last(case).for_post_id, last(other).for_post_id) == (unit.posts[WORKER].pk, None)
    assert stored(case).assignee_id == unit.posts[WORKER].pk
    with acting(helper(unit, COLLEAGUE)) as by:
        standing_in.take_back(case.pk, by=by)
    assert not Delegation.objects.filter(ended_at__isnull=True).exists()


def test_what_one_does_not_hold_one_cannot_give(unit: World) -> None:
    case = held_by(unit, COLLEAGUE)
    with pytest.raises(Refused), transaction.atomic(), acting(helper(unit)) as by:
        standing_in.delegate(case.pk, by=by, to_post_id=unit.posts[COLLEAGUE].pk)


def hand_over(unit: World, by: Actor, to: str | None = COLLEAGUE) -> Handover:
    with acting(by) as actor:
        return standing_in.hand_over(
            from_post=unit.posts[WORKER], to_post=unit.posts[to] if to else None, by=actor
        )


def test_all_open_work_goes_over_and_both_keep_the_list(unit: World) -> None:
    cases, shut = [held_by(unit) for _n in range(3)], held_by(unit)
    for code in ("start", "finish", "shut"):
        move(unit, shut, code, data={"outcome": "done"})
    cover(unit)
    made = hand_over(unit, helper(unit))
    assert [line["case"] for line in made.lines] == [case.pk for case in cases]
    assert {stored(case).assignee_id for case in cases} == {unit.posts[COLLEAGUE].pk}
    assert {last(case).move for case in cases} == {"hand_over"}
    assert stored(shut).assignee_id == unit.posts[WORKER].pk
    assert not Cover.objects.filter(ended_at__isnull=True).exists()
    for code in (WORKER, COLLEAGUE):
        with acting(unit.actors[code]) as by:
            assert [entry.pk for entry in read.handovers(by)] == [made.pk]
    with acting(unit.actors[f"community-{NEXT_DOOR}"]) as stranger:
        assert read.handovers(stranger) == []


def test_somebody_elses_work_is_not_handed_over_nor_to_who_cannot_do_it(unit: World) -> None:
    held_by(unit)
    with pytest.raises(Forbidden), transaction.atomic():
        hand_over(unit, helper(unit, COLLEAGUE))
    with pytest.raises(Refused), transaction.atomic():
        hand_over(unit, helper(unit), to=f"community-{NEXT_DOOR}")


def test_a_post_that_ends_passes_everything_to_its_successor(unit: World) -> None:
    case, given_away = held_by(unit), cover(unit)
    counts = []
    for _carried_out_twice in range(2):
        with acting(job()) as by:
            counts.append(handover.pass_on(unit.posts[WORKER].pk, unit.posts[COLLEAGUE].pk, by))
    assert counts == [1, 0]
    assert stored(case).assignee_id == unit.posts[COLLEAGUE].pk
    assert Handover.objects.count() == 1
    assert Cover.objects.get(pk=given_away.pk).ended_at is not None


@pytest.mark.parametrize(("ended_days_ago", "returned"), [(1, 1), (0, 0)])
def test_without_a_successor_the_work_goes_back_to_the_unit(
    unit: World, ended_days_ago: int, returned: int
) -> None:
    case, post = held_by(unit), unit.posts[WORKER]
    Post.objects.filter(pk=post.pk).update(ends_on=clock.today() - timedelta(days=ended_days_ago))
    assert [tasks.return_left_cases(timestamp=0) for _twice in range(2)] == [returned, 0]
    assert (stored(case).assignee_id is None) is bool(returned)
    with acting(unit.actors[COLLEAGUE]) as by:
        assert len(read.handovers(by)) == returned


def test_work_with_a_successor_to_come_waits_for_it(unit: World) -> None:
    case, post = held_by(unit), unit.posts[WORKER]
    yesterday = clock.today() - timedelta(days=1)
    Post.objects.filter(pk=post.pk).update(ends_on=yesterday)
    proposed = {"account": post.account, "post": post, "ends_on": yesterday, "reason": "调动"}
    RightsChange.objects.create(
        kind="end", state="approved", successor=unit.posts[COLLEAGUE].account, successor_post=unit.posts[COLLEAGUE],
        proposed_by=unit.posts["administrator"].account, proposed_at=clock.now(),
        decided_by=unit.posts["security_officer"].account, decided_at=clock.now(), **proposed,
    )  # fmt: skip
    assert tasks.return_left_cases(timestamp=0) == 0
    assert stored(case).assignee_id == post.pk


@given(holders=st.lists(st.sampled_from([WORKER, COLLEAGUE, None]), max_size=5))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_handover_loses_and_invents_no_case(unit: World, holders: list[str | None]) -> None:
    with transaction.atomic():
        cases = [held_by(unit, holder) if holder else opened(unit).case for holder in holders]
        hand_over(unit, helper(unit))
        mine = {case.pk for case, holder in zip(cases, holders, strict=True) if holder}
        with acting(unit.actors[COLLEAGUE]) as by:
            assert set(read.held(unit.posts[COLLEAGUE].pk, by).values_list("pk", flat=True)) == mine
        transaction.set_rollback(True)


def test_the_page_arranges_gives_and_hands_over(unit: World) -> None:
    case, browser = held_by(unit), unit.browser(WORKER)
    colleague = unit.posts[COLLEAGUE].pk
    today = clock.today().isoformat()
    browser.post("/cases/standing-in/cover/", {"post": colleague, "starts_on": today, "ends_on": today})
    browser.post("/cases/standing-in/case/", {"post": colleague, "number": case.number})
    shown = browser.get("/cases/standing-in/").content.decode()
    assert Cover.objects.count() == Delegation.objects.count() == 1
    assert "网格员" in shown
    assert case.number in shown
    answer = browser.post("/cases/standing-in/all/", {"post": colleague})
    for code in (WORKER, COLLEAGUE):
        assert case.title in unit.browser(code).get(answer.url).content.decode()
    assert unit.browser(f"community-{NEXT_DOOR}").get(answer.url).status_code == 404


def test_a_wrong_form_says_what_is_missing(unit: World) -> None:
    browser = unit.browser(WORKER)
    for form in ("cover", "case", "all"):
        assert browser.post(f"/cases/standing-in/{form}/", {}).status_code == 422
    assert unit.browser("manager").get("/cases/standing-in/").status_code == 403
