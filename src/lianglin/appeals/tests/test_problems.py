"""A class of problems from its cases to its lasting fix: two people, one open class a case, an honest effect."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.watch import as_administrator

from lianglin.access import actor as actors
from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import problem_effects, problem_news, problems
from lianglin.appeals.models import (
    Appeal,
    ProblemCase,
    ProblemCause,
    ProblemClass,
    ProblemEffect,
    ProblemStep,
    PublicProblem,
)
from lianglin.appeals.queries import problem_counts
from lianglin.appeals.queries import problems as queries
from lianglin.appeals.queries.problem_counts import Subject
from lianglin.appeals.rules import effect
from lianglin.appeals.rules.effect import Span
from lianglin.appeals.tests import problem_scene
from lianglin.appeals.tests.problem_scene import (
    FAR,
    HERE,
    STREET,
    closed,
    confirmed,
    drawn,
    made,
    plant,
    run,
    under_way,
    who,
)
from lianglin.appeals.tests.scene import Town
from lianglin.indicators import queries as figures
from lianglin.indicators.actions import refresh
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.period import Period
from lianglin.notices.models import Message

pytestmark = pytest.mark.rows("R041", "R060", "R061")


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


def test_two_people_make_a_class(town: Town) -> None:
    problem = made(town, cases=[town.appeal(), town.appeal()])
    assert problem.state == "candidate"
    assert ProblemCase._base_manager.filter(problem=problem, live=True).count() == 2
    told = Message._base_manager.filter(code="appeals.problem_waits").values_list("post_id", flat=True)
    assert list(told) == [town.world.posts["street-b"].pk]
    refuses(Forbidden, town, "street", problems, "decide", problem.pk, approve=True)
    assert run(town, "second", problems, "decide", problem.pk, approve=True).state == "confirmed"
    refuses(Conflict, town, "second", problems, "decide", problem.pk, approve=False, note="不成立，件数太少")


def test_the_database_holds_the_two_people_too(town: Town) -> None:
    problem = made(town)
    with pytest.raises(IntegrityError, match="appeals_problem_two_people"), transaction.atomic():
        ProblemClass._base_manager.filter(pk=problem.pk).update(confirmed_by=problem.made_by_id)


def test_a_refusal_needs_a_reason_and_frees_the_cases(town: Town) -> None:
    case = town.appeal()
    problem = made(town, cases=[case])
    refuses(Refused, town, "second", problems, "decide", problem.pk, approve=False)
    run(town, "second", problems, "decide", problem.pk, approve=False, note="只是偶发，不成一类")
    assert made(town, cases=[case]).pk


def test_the_night_search_is_confirmed_by_one_person(town: Town) -> None:
    """The machine looked first; the person's look is the second."""
    case, today = town.appeal(), clock.today()
    arguments = ([case.pk], "0206", STREET, today - timedelta(days=30), today)
    problem = run(town, "street", problems, "confirm", *arguments, owner=town.unit("unit"))
    assert (problem.state, problem.breadth, problem.title) == ("confirmed", "class", "房屋设施")
    assert problem.made_by_id is None
    refuses(
        Refused,
        town,
        "street",
        problems,
        "confirm",
        *arguments[:1],
        "09",
        *arguments[2:],
        owner=town.unit("unit"),
    )


def test_a_case_is_in_one_open_class_of_a_breadth_and_area(town: Town) -> None:
    case = town.appeal()
    first = made(town, cases=[case])
    refuses(Conflict, town, "street", problems, "make", drawn=drawn(town), case_ids=[case.pk])
    wider = made(town, cases=[case], breadth="field", codes=["02"])
    assert ProblemCase._base_manager.filter(case=case, live=True).count() == 2
    link = ProblemCase._base_manager.get(case=case, problem=wider)
    link.pk, link.problem_id, link.breadth = None, first.pk, "item"
    with pytest.raises(IntegrityError, match="appeals_problem_case_once"), transaction.atomic():
        link.save(force_insert=True)


def test_only_cases_of_the_items_and_the_area_go_in(town: Town) -> None:
    elsewhere = plant(town, clock.today(), clock.today(), 1, scope=FAR)
    another = town.appeal(item=town.lift)
    problem = made(town)
    for case in (*elsewhere, another):
        refuses(Refused, town, "street", problems, "add_cases", problem.pk, case_ids=[case.pk])
    assert run(town, "street", problems, "add_cases", problem.pk, case_ids=[town.appeal().pk]) == 1


def test_taking_a_case_out_is_kept_with_the_reason(town: Town) -> None:
    case = town.appeal()
    problem = made(town, cases=[case])
    refuses(Refused, town, "street", problems, "remove_case", problem.pk, case_id=case.pk, reason="错")
    run(town, "street", problems, "remove_case", problem.pk, case_id=case.pk, reason="属于另一处的照明")
    link = ProblemCase._base_manager.get(problem=problem)
    assert (link.live, link.removed_reason) == (False, "属于另一处的照明")
    assert [step.move for step in ProblemStep._base_manager.filter(problem=problem).order_by("id")] == [
        "made",
        "remove",
    ]
    assert run(town, "street", problems, "add_cases", problem.pk, case_ids=[case.pk]) == 1


@pytest.mark.parametrize("field", ["title", "text"])
def test_numbers_of_persons_are_refused(town: Town, field: str) -> None:
    if field == "title":
        refuses(Refused, town, "street", problems, "make", drawn=drawn(town, title="联系13912345678"))
        return
    problem = confirmed(town)
    refuses(
        Refused,
        town,
        "street",
        problems,
        "find_cause",
        problem.pk,
        kind="money",
        text="找老王13912345678要钱",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"codes": ["0299"]},
        {"codes": []},
        {"breadth": "class"},
        {"first_day": clock.today() + timedelta(days=1)},
        {"first_day": clock.today() - timedelta(days=400)},
    ],
    ids=["unknown", "none", "another breadth", "turned round", "over a year"],
)
def test_what_cannot_be_a_class(town: Town, wrong: dict[str, Any]) -> None:
    refuses(Refused, town, "street", problems, "make", drawn=drawn(town, **wrong))


def test_others_do_not_touch_it(town: Town) -> None:
    problem = confirmed(town)
    cause = {"kind": "money", "text": "没有维修资金来源"}
    for name in ("other_street", "worker", "unit"):
        refuses(Forbidden, town, name, problems, "find_cause", problem.pk, **cause)
    refuses(Forbidden, town, "worker", problems, "make", drawn=drawn(town))
    refuses(Forbidden, town, "street", problems, "make", drawn=drawn(town, scope_code=HERE[:6]))


def test_a_unit_sees_the_class_it_owns_and_no_case_by_it(town: Town) -> None:
    problem = confirmed(town, cases=[town.appeal()])
    for name, seen in (("unit", 1), ("other_unit", 0), ("other_street", 0)):
        with acting(town.actor(name)) as actor:
            assert queries.classes(actor).count() == seen
            assert queries.cases_of(problem, actor).count() == 0


def test_measures_say_what_they_are(town: Town) -> None:
    problem = confirmed(town)
    rule = {
        "kind": "rule",
        "title": "巡查办法",
        "unit": town.unit("other_unit"),
        "effective_on": clock.today(),
    }
    refuses(Conflict, town, "street", problems, "add_measure", problem.pk, **rule, document_no="1号")
    run(town, "street", problems, "find_cause", problem.pk, kind="rule", text="没有巡查的规定")
    refuses(Refused, town, "street", problems, "add_measure", problem.pk, **rule)
    run(town, "street", problems, "add_measure", problem.pk, **rule, document_no="示例〔2026〕1号")
    with acting(town.actor("other_unit")) as actor:
        assert queries.classes(actor).get().state == "under_way"


def planted_fall(town: Town) -> Any:
    """Ninety days since the measure: 100 cases a year ago, 30 now; elsewhere 60 in both."""
    today = clock.today()
    begun = today - timedelta(days=90)
    after = Span(begun, today - timedelta(days=1))
    before = after.years_before()
    plant(town, before.first, before.last, 100)
    plant(town, after.first, after.last, 30)
    for span in (before, after):
        plant(town, span.first, span.last, 300, scope=FAR)
    return begun


def test_the_effect_is_measured_closed_by_another_and_told(town: Town) -> None:
    begun = planted_fall(town)
    problem = under_way(town, begun)
    yesterday = clock.today() - timedelta(days=1)
    refuses(Conflict, town, "second", problem_effects, "close", problem.pk, note="差不多可以了吧")
    found = run(
        town, "street", problem_effects, "measure_effect", problem.pk, first_day=begun, last_day=yesterday
    )
    assert (found.before, found.after, found.rest_before, found.rest_after) == (100, 30, 300, 300)
    assert (found.people_before, found.verdict) == (100, "fell")
    assert found.low < found.ratio < found.high < 1
    refuses(Forbidden, town, "street", problem_effects, "close", problem.pk, note="同季下降明显")
    assert (
        run(town, "second", problem_effects, "close", problem.pk, note="同季下降明显").closed_with == "fell"
    )


@pytest.mark.parametrize(("first", "last"), [(-1, -1), (400, 1), (120, 1), (10, -1), (5, 10)])
def test_days_that_prove_nothing_are_refused(town: Town, first: int, last: int) -> None:
    """In the future, over a year, before the measure, up to tomorrow, turned round."""
    today = clock.today()
    problem = under_way(town, today - timedelta(days=90))
    days = {"first_day": today - timedelta(days=first), "last_day": today - timedelta(days=last)}
    refuses(Refused, town, "street", problem_effects, "measure_effect", problem.pk, **days)


def test_a_year_before_that_already_had_the_measure_is_no_comparison(town: Town) -> None:
    today = clock.today()
    problem = under_way(town, today - timedelta(days=500))
    days = {"first_day": today - timedelta(days=100), "last_day": today - timedelta(days=1)}
    refuses(Refused, town, "street", problem_effects, "measure_effect", problem.pk, **days)


def test_seasons_before_the_records_are_no_comparison(town: Town) -> None:
    """No reports in a time of which nothing was recorded is not none."""
    today = clock.today()
    Appeal._base_manager.filter(opened_at__year=2020).update(opened_at=clock.now() - timedelta(days=200))
    plant(town, today - timedelta(days=60), today - timedelta(days=1), 40)
    problem = under_way(town, today - timedelta(days=90))
    with acting(town.actor("street")):
        assert queries.frequency(problem).told == effect.NOT_RECORDED
    days = {"first_day": today - timedelta(days=90), "last_day": today - timedelta(days=1)}
    refuses(Refused, town, "street", problem_effects, "measure_effect", problem.pk, **days)


def looked() -> int:
    with acting(job()) as by:
        return problem_effects.propose_reopening(by=by)


def test_a_rise_is_proposed_and_a_person_decides(town: Town) -> None:
    begun = planted_fall(town)
    problem = closed(town, begun)
    assert looked() == 0
    today = clock.today()
    plant(town, today - timedelta(days=50), today - timedelta(days=1), 80)
    assert (looked(), looked()) == (1, 0)
    assert ProblemStep._base_manager.filter(problem=problem, move="rises", account=None).count() == 1
    assert Message._base_manager.filter(code="appeals.problem_rises").count() == 2
    refuses(Forbidden, town, "worker", problem_effects, "reopen", problem.pk, note="又多起来了吧")
    left = run(town, "second", problem_effects, "leave_closed", problem.pk, note="新小区入住所致，另立一类")
    assert (left.state, left.rises_since) == ("closed", None)
    assert looked() == 0
    again = run(town, "second", problem_effects, "reopen", problem.pk, note="同类问题重新多发")
    assert (again.state, again.closed_with) == ("reopened", "")
    cause = {"kind": "works", "text": "线路老化，须整体更换"}
    run(town, "street", problems, "find_cause", problem.pk, **cause)
    assert ProblemCause._base_manager.filter(problem=problem).count() == 2


def test_cases_come_back_with_the_class_except_those_taken_elsewhere(town: Town) -> None:
    mine, taken = town.appeal(), town.appeal()
    begun = planted_fall(town)
    problem = closed(town, begun, cases=[mine, taken])
    other = made(town, cases=[taken])
    run(town, "second", problem_effects, "reopen", problem.pk, note="同类问题重新多发")
    live = set(ProblemCase._base_manager.filter(live=True).values_list("problem_id", "case_id"))
    assert live == {(problem.pk, mine.pk), (other.pk, taken.pk)}


def test_residents_read_what_was_written_for_them(town: Town) -> None:
    cases = plant(town, clock.today(), clock.today(), 9)
    problem = made(town, cases=cases)
    words = {"title": "楼道灯修了又坏", "text": "正在更换线路，预计年底完成。"}
    refuses(Conflict, town, "second", problems, "publish", problem.pk, **words)
    run(town, "second", problems, "decide", problem.pk, approve=True)
    run(town, "second", problems, "publish", problem.pk, **words)
    shown_again(problem)
    with acting(actors.public()):
        (shown,) = queries.public_classes(STREET)
        assert (shown.title, shown.cases, shown.state) == ("楼道灯修了又坏", None, "confirmed")
        assert not queries.public_classes(FAR).exists()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            ProblemClass._base_manager.exists()
    run(town, "street", problems, "add_cases", problem.pk, case_ids=[town.appeal().pk])
    shown_again(problem)
    assert PublicProblem.objects.get().cases == 10
    run(town, "second", problems, "hide", problem.pk, note="文字有误，改后再发")
    assert not queries.public_classes().exists()


def shown_again(problem: ProblemClass) -> None:
    with acting(job()) as by:
        problem_news.show(by=by, problem_id=problem.pk)


def test_counts_leave_out_repeats_of_one_person_and_the_withdrawn(town: Town) -> None:
    today = clock.today()
    cases = plant(town, today, today, 4)
    cases[0].state, cases[1].state, cases[2].state = "merged", "withdrawn", "joined"
    for case in cases[:3]:
        case.save(update_fields=["state"])
    subject, span = Subject(("020601",), STREET), Span(today, today)
    with acting(town.actor("street")):
        heat = problem_counts.heat(subject, span)
        assert problem_counts.here(subject, span).cases == 2
    assert (heat.cases, heat.people, heat.joined, heat.unnamed) == (2, 2, 1, 0)


@pytest.mark.parametrize("role", ["public", "resident"])
def test_residents_cannot_call_the_counting_functions(town: Town, role: str) -> None:
    actor = actors.public() if role == "public" else actors.resident(1)
    with (
        acting(actor),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute("select * from appeals_problem_heat('{1}', '', '~', now(), now())")


def test_each_figure_opens_into_its_rows(town: Town) -> None:
    begun = planted_fall(town)
    closed(town, begun, cases=[town.appeal()])
    made(town)
    confirmed(town, breadth="field", codes=["02"])
    month = Period.month_of(clock.today())
    codes = [
        f"appeals.problem{name}" for name in ("s_found", "s_confirmed", "s_measured", "s_solved", "_cases")
    ]
    with acting(job()) as by:
        refresh(by=by, codes=codes, span=month)
    wanted = {
        "s_found": (3, None),
        "s_confirmed": (2, None),
        "s_measured": (1, 2),
        "s_solved": (1, None),
        "_cases": (1, None),
    }
    with acting(town.actor("street")) as actor:
        for name, expected in wanted.items():
            figure = discovery.indicators()[f"appeals.problem{name}"]
            counts = figures.sums(actor.low, [([figure], [month.start])]).of(figure, month.start)
            assert (counts.numerator, counts.denominator) == expected, name
            for part, number in zip(("numerator", "denominator"), expected, strict=True):
                if number is not None:
                    rows = discovery.resolve(figure.rows)(figure.code, actor, actor.low, month, part, "")
                    assert len(rows) == number, (name, part)


@pytest.mark.rows("R052")
def test_a_rule_counts_in_the_month_it_takes_effect(town: Town) -> None:
    today = clock.today()
    under_way(town, today)
    under_way(town, today + timedelta(days=40), breadth="field", codes=["02"])
    month = Period.month_of(today)
    with acting(job()) as by:
        refresh(by=by, codes=["appeals.rules_made"], span=month)
    figure = discovery.indicators()["appeals.rules_made"]
    with acting(town.actor("street")) as actor:
        counts = figures.sums(actor.low, [([figure], [month.start])]).of(figure, month.start)
        rows = discovery.resolve(figure.rows)(figure.code, actor, actor.low, month, "numerator", "")
        assert counts.numerator == len(rows) == 1
        assert "示例〔2026〕1号" in rows[0].as_row()["title"]


def test_the_history_holds_every_step(town: Town) -> None:
    problem = closed(town, planted_fall(town))
    told = list(
        ProblemStep._base_manager.filter(problem=problem).order_by("id").values_list("move", "to_state")
    )
    assert told == [
        ("made", "candidate"), ("confirm", "confirmed"), ("find_cause", "cause_found"), ("start", "under_way"),
        ("measure", "measured"), ("close", "closed"),
    ]  # fmt: skip
    with as_administrator():
        assert ProblemEffect._base_manager.get(problem=problem).verdict == "fell"
