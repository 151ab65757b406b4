"""Projects (R059, R113) and campaigns: milestones, delays, money in whole 分, acceptance; this season beside the last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import campaigns, problem_news, problems, projects
from lianglin.appeals.models import Milestone, Project, PublicProblem
from lianglin.appeals.queries import campaigns as seasons
from lianglin.appeals.queries import projects as queries
from lianglin.appeals.tests import problem_scene
from lianglin.appeals.tests.problem_scene import STREET, confirmed, plant, run, who
from lianglin.appeals.tests.scene import Town
from lianglin.indicators import queries as figures
from lianglin.indicators.actions import refresh
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.period import Period

pytestmark = pytest.mark.rows("R059", "R113")


@pytest.fixture(scope="module")
def scene(lasting: None) -> Town:
    return problem_scene.built()


@pytest.fixture
def town(scene: Town, db: None) -> Town:
    return scene


def refuses(
    error: type[HouseError], town: Town, name: str, module: Any, verb: str, /, *args: Any, **given: Any
) -> None:
    with acting(who(town, name)) as actor, pytest.raises(error):
        getattr(module, verb)(*args, by=actor, **given)


def draft(town: Town, **given: Any) -> projects.Draft:
    today = clock.today()
    common = {
        "title": "示例更换楼道线路", "aim": "示例：更换四十栋楼的公共照明线路", "unit": town.unit("unit"),
        "scope_code": STREET, "budget_fen": 123456789, "money": "district", "starts_on": today - timedelta(days=30),
        "due_on": today + timedelta(days=60),
    }  # fmt: skip
    return projects.Draft(**{**common, **given})


def planned(town: Town, *days: int) -> list[projects.Planned]:
    today = clock.today()
    units = (town.unit("unit"), town.unit("other_unit"))
    return [
        projects.Planned(f"示例节点{at}", units[at % 2], today + timedelta(days=day))
        for at, day in enumerate(days)
    ]


def proposed(town: Town, *days: int, **given: Any) -> Project:
    return run(
        town,
        "street",
        projects,
        "propose",
        draft=draft(town, **given),
        milestones=planned(town, *days or (-3, 30)),
    )


def approved(town: Town, *days: int) -> tuple[Project, list[Milestone]]:
    made = proposed(town, *days)
    run(town, "second", projects, "take_step", made.pk, code="approve")
    return made, list(Milestone._base_manager.filter(project=made).order_by("position"))


def test_a_project_from_proposal_to_acceptance(town: Town) -> None:
    project, (first, second) = approved(town)
    refuses(Forbidden, town, "other_street", projects, "reach", project.pk, milestone_id=first.pk)
    run(town, "unit", projects, "reach", project.pk, milestone_id=first.pk)
    spent = {"code": "deliver", "note": "已全部更换完毕", "spent_fen": 120000001}
    refuses(Conflict, town, "unit", projects, "take_step", project.pk, **spent)
    run(town, "other_unit", projects, "reach", project.pk, milestone_id=second.pk)
    refuses(Forbidden, town, "other_unit", projects, "take_step", project.pk, **spent)
    run(town, "unit", projects, "take_step", project.pk, **spent)
    done = run(town, "second", projects, "take_step", project.pk, code="accept", note="现场查看，合格")
    assert (done.state, done.spent_fen, done.accepted_on) == ("accepted", 120000001, clock.today())


def test_two_people_approve_and_accept(town: Town) -> None:
    made = proposed(town, -1)
    refuses(Forbidden, town, "street", projects, "take_step", made.pk, code="approve")
    with pytest.raises(IntegrityError, match="appeals_project_two_people"), transaction.atomic():
        Project._base_manager.filter(pk=made.pk).update(approved_by=made.proposed_by_id)
    run(town, "second", projects, "take_step", made.pk, code="approve")
    (mark,) = Milestone._base_manager.filter(project=made)
    run(town, "street", projects, "reach", made.pk, milestone_id=mark.pk)
    delivered = {"code": "deliver", "note": "已全部更换完毕", "spent_fen": 0}
    run(town, "second", projects, "take_step", made.pk, **delivered)
    refuses(Forbidden, town, "second", projects, "take_step", made.pk, code="accept", note="现场查看，合格")
    again = run(town, "street", projects, "take_step", made.pk, code="send_back", note="三号楼尚未更换")
    assert (again.state, again.delivered_on, again.delivered_by_id) == ("approved", None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"budget_fen": -1},
        {"budget_fen": 0},
        {"money": "none"},
        {"money": "elsewhere"},
        {"due_on": clock.today() - timedelta(days=40)},
        {"aim": "找李工13912345678"},
    ],
    ids=["less than nothing", "no budget", "no money", "unknown source", "turned round", "a telephone"],
)
def test_what_cannot_be_a_project(town: Town, wrong: dict[str, Any]) -> None:
    refuses(
        Refused, town, "street", projects, "propose", draft=draft(town, **wrong), milestones=planned(town, -1)
    )


@pytest.mark.parametrize("days", [(), (61,), (-31,)], ids=["none", "after the end", "before the beginning"])
def test_milestones_lie_within_the_project(town: Town, days: tuple[int, ...]) -> None:
    refuses(Refused, town, "street", projects, "propose", draft=draft(town), milestones=planned(town, *days))


def test_a_delay_keeps_the_first_promise(town: Town) -> None:
    project, (first, _second) = approved(town)
    later = clock.today() + timedelta(days=90)
    late = {"milestone_id": first.pk, "due_on": later, "reason": "线缆到货推迟两周"}
    refuses(Forbidden, town, "other_unit", projects, "put_off", project.pk, **late)
    refuses(Refused, town, "unit", projects, "put_off", project.pk, **{**late, "reason": "晚"})
    refuses(Refused, town, "unit", projects, "put_off", project.pk, **{**late, "due_on": first.due_on})
    run(town, "street", projects, "put_off", project.pk, **late)
    project.refresh_from_db()
    held = Milestone._base_manager.get(pk=first.pk)
    assert (held.due_on, held.first_due_on, project.due_on) == (later, first.first_due_on, later)
    assert project.first_due_on == clock.today() + timedelta(days=60)


def test_on_time_is_by_the_first_promise(town: Town) -> None:
    """Kept, done late, put off and not done; what is due in the future does not count yet."""
    _project, marks = approved(town, -3, -2, -1, 20)
    today = clock.today()
    Milestone._base_manager.filter(pk=marks[0].pk).update(done_on=today - timedelta(days=3))
    Milestone._base_manager.filter(pk=marks[1].pk).update(done_on=today)
    Milestone._base_manager.filter(pk=marks[2].pk).update(due_on=today + timedelta(days=9))
    month, figure = Period.month_of(today), discovery.indicators()["appeals.milestones_on_time"]
    with acting(job()) as by:
        refresh(by=by, codes=[figure.code], span=month)
    with acting(town.actor("street")) as actor:
        counts = figures.sums(actor.low, [([figure], [month.start])]).of(figure, month.start)
        rows = discovery.resolve(figure.rows)(figure.code, actor, actor.low, month, "rest", "")
        assert (counts.numerator, counts.denominator) == (1, 3)
        assert {row.pk for row in rows} == {marks[1].pk, marks[2].pk}


def test_percent_done_reaches_residents(town: Town) -> None:
    problem = confirmed(town)
    project, marks = approved(town, -3, -2, -1)
    run(town, "street", problems, "find_cause", problem.pk, kind="works", text="线路老化，须整体更换")
    measure = {"kind": "project", "title": project.title, "unit": town.unit("unit"), "project": project}
    run(town, "street", problems, "add_measure", problem.pk, **measure)
    run(town, "second", problems, "publish", problem.pk, title="楼道灯", text="正在更换线路，年底完成。")
    run(town, "street", projects, "reach", project.pk, milestone_id=marks[0].pk)
    with acting(job()) as by:
        problem_news.show(by=by, problem_id=problem.pk)
    assert PublicProblem.objects.get().percent_done == 33


def test_a_unit_sees_its_projects_alone(town: Town) -> None:
    proposed(town, -1)
    for name, seen in (("unit", 1), ("other_unit", 0), ("street", 1), ("other_street", 0), ("worker", 0)):
        with acting(town.actor(name)) as actor:
            assert queries.projects(actor).count() == seen, name


def begun(town: Town, **given: Any) -> Any:
    common = {"title": "示例停车专项", "kind": "parking", "codes": ["020601"], "scope_code": STREET}
    return run(town, "street", campaigns, "begin", unit=town.unit("unit"), **{**common, **given})


@pytest.mark.rows("R043", "R060")
def test_this_season_beside_the_same_days_of_the_last(town: Town) -> None:
    today = clock.today()
    made, first = begun(town), today - timedelta(days=40)
    before = first - timedelta(days=364)
    for label, start, percent in (("上季", before, None), ("本季", first, 20)):
        given = {
            "label": label,
            "first_day": start,
            "last_day": start + timedelta(days=120),
            "fall_percent": percent,
        }
        run(town, "street", campaigns, "add_season", campaign_id=made.pk, **given)
    plant(town, before, before + timedelta(days=39), 80)
    plant(town, before + timedelta(days=40), before + timedelta(days=120), 500)
    plant(town, first, today - timedelta(days=1), 40)
    with acting(town.actor("unit")) as actor:
        (this, last) = seasons.seasons(made, actor)
        found = seasons.compared(made, this, last, today)
    assert found is not None
    assert (found.days, found.now.cases, found.then.cases, found.reached) == (40, 40, 80, True)
    assert found.weeks[0] == (1, 14, 7)
    assert sum(then for _number, then, _now in found.weeks) == 580
    assert found.weeks[-1][2] is None


@pytest.mark.rows("R043", "R060")
def test_seasons_do_not_overlap(town: Town) -> None:
    made, today = begun(town), clock.today()
    season = {"label": "本季", "first_day": today, "last_day": today + timedelta(days=60)}
    run(town, "street", campaigns, "add_season", campaign_id=made.pk, **season)
    for wrong in ({}, {"first_day": today - timedelta(days=9)}, {"last_day": today + timedelta(days=400)}):
        refuses(Refused, town, "street", campaigns, "add_season", campaign_id=made.pk, **{**season, **wrong})
    later = {"first_day": today + timedelta(days=70), "last_day": today + timedelta(days=90)}
    refuses(
        Forbidden, town, "other_street", campaigns, "add_season", campaign_id=made.pk, **{**season, **later}
    )
