"""The pages of problem classes, projects and campaigns: who sees what, what a form refuses, what is never shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import problem_news, problems
from lianglin.appeals.models import Milestone, ProblemCase, ProblemClass, Project, PublicProblem
from lianglin.appeals.tests import problem_scene
from lianglin.appeals.tests.problem_scene import STREET, closed, confirmed, made, plant, run, under_way
from lianglin.appeals.tests.scene import Town
from lianglin.kit import clock

pytestmark = pytest.mark.rows("R059", "R060")


@pytest.fixture(scope="module")
def scene(lasting: None) -> Town:
    return problem_scene.built()


@pytest.fixture
def town(scene: Town, db: None) -> Town:
    return scene


def browser(town: Town, name: str) -> Client:
    return town.world.browser("street-b") if name == "second" else town.client(name)


def page(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(f"appeals:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def form(town: Town, **given: Any) -> dict[str, Any]:
    today = clock.today()
    common = {
        "title": "楼道照明反复报修", "codes": ["020601"], "scope_code": STREET, "first_day": today - timedelta(days=90),
        "last_day": today, "owner": town.unit("unit").pk, "reason": "",
    }  # fmt: skip
    return {**common, **given}


def test_ticked_appeals_become_a_class(town: Town) -> None:
    cases = [town.appeal(), town.appeal()]
    street, address = browser(town, "street"), reverse("appeals:problem_new")
    numbers = [case.number for case in cases]
    listed = page(street, "desk")
    assert f'formaction="{address}"' in listed
    offered = street.get(address, {"case": numbers}).content.decode()
    assert all(number in offered for number in numbers)
    assert '<option value="020601" selected>' in offered
    assert street.post(address, form(town, case=numbers, title="")).status_code == 422
    done = street.post(address, form(town, case=numbers))
    assert done.status_code == 303
    assert ProblemCase._base_manager.filter(problem=ProblemClass._base_manager.get()).count() == 2
    assert "13912345678" in street.post(address, form(town, title="找13912345678")).content.decode()


def test_codes_of_one_kind_only(town: Town) -> None:
    answer = browser(town, "street").post(reverse("appeals:problem_new"), form(town, codes=["020601", "02"]))
    assert answer.status_code == 422


def test_who_made_it_waits_and_the_colleague_confirms(town: Town) -> None:
    problem = made(town)
    address = reverse("appeals:problem", args=[problem.pk])
    street, second = browser(town, "street"), browser(town, "second")
    assert "do-confirm" not in street.get(address).content.decode()
    assert "do-confirm" in second.get(address).content.decode()
    refused = street.post(address, {"do": "confirm", "note": ""})
    assert refused.status_code == 403
    assert second.post(address, {"do": "refuse", "note": ""}).status_code == 422
    assert second.post(address, {"do": "confirm", "note": ""}).status_code == 303
    again = second.post(address, {"do": "refuse", "note": "不成立，件数太少"})
    assert again.status_code == 409
    assert second.post(address, {"do": "nothing"}).status_code == 404


def test_what_was_typed_is_kept(town: Town) -> None:
    problem = confirmed(town)
    words = "找老王13912345678要钱"
    answer = browser(town, "street").post(
        reverse("appeals:problem", args=[problem.pk]), {"do": "find_cause", "kind": "money", "text": words}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_frequent_and_much_asked_stand_apart(town: Town) -> None:
    today = clock.today()
    plant(town, today - timedelta(days=60), today - timedelta(days=1), 40)
    shown = page(browser(town, "street"), "problem", made(town).pk)
    often, heat = shown.index('id="often"'), shown.index('id="heat"')
    assert often < heat
    assert "多于上年同期" in shown[often:heat]
    assert ">40</dd>" in shown[heat:]


def test_a_class_shows_no_words_of_anybody_and_opens_no_case(town: Town) -> None:
    today = clock.today()
    cases = plant(town, today - timedelta(days=9), today, 3)
    problem = confirmed(town, cases=cases)
    for name in ("street", "unit"):
        client = browser(town, name)
        shown = page(client, "problem", problem.pk) + page(client, "problem_cases", problem.pk)
        assert "WORDS" not in shown
        assert (cases[0].number in shown) is (name == "street")
        spots = client.get(reverse("appeals:problem_spots", args=[problem.pk])).json()
        assert len(spots["features"]) == 0
    for name in ("other_street", "other_unit", "worker"):
        client = browser(town, name)
        for route in ("problem", "problem_cases", "problem_spots"):
            assert client.get(reverse(f"appeals:{route}", args=[problem.pk])).status_code == 404


def test_the_map_shows_the_cases_that_may_be_read(town: Town) -> None:
    problem = made(town, cases=[town.appeal()])
    street = browser(town, "street")
    assert "data-geojson" in page(street, "problem", problem.pk)
    (spot,) = street.get(reverse("appeals:problem_spots", args=[problem.pk])).json()["features"]
    assert spot["geometry"]["coordinates"] == [126.6, 45.7]


def test_the_effect_stands_with_its_counts_and_its_doubt(town: Town) -> None:
    today = clock.today()
    begun = today - timedelta(days=90)
    year = timedelta(days=365)
    plant(town, begun - year, today - year - timedelta(days=1), 60)
    plant(town, begun, today - timedelta(days=1), 20)
    shown = page(browser(town, "street"), "problem", closed(town, begun).pk)
    assert "不能证明降幅超过全市其他区域" in shown
    assert "少 67%" in shown
    assert shown.count("data-chart-table") == 2


def test_cases_are_put_in_and_taken_out_on_their_page(town: Town) -> None:
    problem, case = made(town), town.appeal()
    street, address = browser(town, "street"), reverse("appeals:problem_cases", args=[problem.pk])
    assert case.number in street.get(address).content.decode()
    assert street.post(address, {"do": "add"}).status_code == 422
    assert street.post(address, {"do": "add", "case": [case.number]}).status_code == 303
    assert street.post(address, {"do": "remove", "case": case.number, "reason": ""}).status_code == 422
    assert (
        street.post(address, {"do": "remove", "case": case.number, "reason": "属于另一处"}).status_code == 422
    )
    gone = {"do": "remove", "case": case.number, "reason": "属于另一处的照明"}
    assert street.post(address, gone).status_code == 303
    assert "属于另一处的照明" in street.get(address).content.decode()


def test_the_list_is_narrowed(town: Town) -> None:
    first, second = (
        made(town, title="甲类问题"),
        confirmed(town, title="乙类问题", breadth="field", codes=["02"]),
    )
    street = browser(town, "street")
    address = reverse("appeals:problems")
    for query, seen in (
        ({}, {first, second}),
        ({"state": "candidate"}, {first}),
        ({"state": "open"}, {first, second}),
        ({"state": "rises"}, set()),
        ({"field": "02"}, {first, second}),
        ({"state": "rubbish"}, {first, second}),
    ):
        shown = street.get(address, query).content.decode()
        assert {one for one in (first, second) if one.title in shown} == seen, query


def test_residents_read_their_own_page(town: Town, client: Client) -> None:
    problem = confirmed(town, cases=plant(town, clock.today(), clock.today(), 9))
    address = reverse("appeals:public_problem", args=[problem.pk])
    assert client.get(address).status_code == 404
    run(
        town,
        "second",
        problems,
        "publish",
        problem.pk,
        title="楼道灯修了又坏",
        text="正在更换线路，<b>年底</b>完成。",
    )
    with acting(job()) as by:
        problem_news.show(by=by, problem_id=problem.pk)
    shown = client.get(address).content.decode()
    assert "楼道灯修了又坏" in shown
    assert escape("<b>年底</b>") in shown
    assert "不足 10 件" in shown
    assert (
        "楼道灯修了又坏" in client.get(reverse("appeals:public_problems"), {"area": STREET}).content.decode()
    )
    PublicProblem.objects.update(visible=False)
    assert client.get(address).status_code == 404


def project_form(town: Town, **given: Any) -> dict[str, Any]:
    today, unit = clock.today(), town.unit("unit").pk
    common = {
        "title": "示例更换线路", "aim": "示例：更换公共照明线路", "unit": unit, "scope_code": STREET, "budget": "12,000.50",
        "money": "district", "starts_on": today, "due_on": today + timedelta(days=90), "m1-title": "示例开工",
        "m1-unit": unit, "m1-due_on": today + timedelta(days=10),
    }  # fmt: skip
    return {**common, **given}


def test_a_project_by_its_forms(town: Town) -> None:
    street, second, unit = (browser(town, name) for name in ("street", "second", "unit"))
    address = reverse("appeals:project_new")
    for wrong in (
        {"budget": "12.345"},
        {"budget": "viel"},
        {"m1-unit": ""},
        {"m1-title": ""},
        {"money": "none"},
    ):
        answer = street.post(address, project_form(town, **wrong))
        assert answer.status_code == 422, wrong
        assert "示例更换线路" in answer.content.decode()
    done = street.post(address, project_form(town))
    assert done.status_code == 303
    project = Project._base_manager.get()
    assert project.budget_fen == 1200050
    assert "12,000.50" in page(street, "projects")
    assert street.post(done.url, {"do": "approve", "note": ""}).status_code == 403
    assert second.post(done.url, {"do": "approve", "note": ""}).status_code == 303
    mark = Milestone._base_manager.get()
    late = {"do": f"put_off-{mark.pk}", "due_on": clock.today() + timedelta(days=20), "reason": ""}
    assert unit.post(done.url, late).status_code == 422
    assert unit.post(done.url, {**late, "reason": "线缆到货推迟"}).status_code == 303
    assert "线缆到货推迟" in page(street, "project", project.pk)
    assert unit.post(done.url, {"do": f"reach-{mark.pk}"}).status_code == 303
    assert (
        unit.post(done.url, {"do": "deliver", "spent": "11,000", "note": "全部更换完毕"}).status_code == 303
    )
    assert second.post(done.url, {"do": "accept", "note": "现场查看，合格"}).status_code == 303
    project.refresh_from_db()
    assert (project.state, project.spent_fen) == ("accepted", 1100000)
    assert unit.post(done.url, {"do": "rubbish"}).status_code == 422
    assert browser(town, "other_unit").get(done.url).status_code == 404


def test_a_campaign_by_its_forms(town: Town) -> None:
    street, today = browser(town, "street"), clock.today()
    given = {
        "title": "示例停车专项",
        "kind": "parking",
        "codes": ["02"],
        "scope_code": STREET,
        "unit": town.unit("unit").pk,
    }
    assert street.post(reverse("appeals:campaign_new"), {**given, "kind": ""}).status_code == 422
    done = street.post(reverse("appeals:campaign_new"), given)
    assert done.status_code == 303
    for label, back in (("上季", 400), ("本季", 35)):
        first = today - timedelta(days=back)
        season = {
            "label": label,
            "first_day": first,
            "last_day": first + timedelta(days=100),
            "fall_percent": 20,
        }
        assert street.post(done.url, season).status_code == 303
    assert street.post(done.url, season).status_code == 422
    plant(town, today - timedelta(days=30), today - timedelta(days=1), 15)
    shown = street.get(done.url).content.decode()
    assert "本季 对比 上季" in shown
    assert "本季 15 件，上季 0 件" in shown
    assert browser(town, "unit").get(done.url).status_code == 200
    assert browser(town, "other_unit").get(done.url).status_code == 404


def test_pages_cost_no_more_with_more_rows(town: Town) -> None:
    street = browser(town, "street")
    for at in range(2):
        made(town, title=f"问题{at}")
    with_two = count_of(street, "problems")
    for at in range(5):
        made(town, title=f"另一{at}")
    assert count_of(street, "problems") == with_two
    begun = clock.today() - timedelta(days=50)
    problem = under_way(town, begun, cases=[town.appeal()])
    with_one = count_of(street, "problem", problem.pk)
    run(town, "street", problems, "add_cases", problem.pk, case_ids=[town.appeal().pk for _ in range(4)])
    assert count_of(street, "problem", problem.pk) == with_one


def count_of(client: Client, name: str, *args: Any) -> int:
    page(client, name, *args)
    with CaptureQueriesContext(connection) as captured:
        page(client, name, *args)
    return len(captured)
