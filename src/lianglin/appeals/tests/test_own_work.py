"""The morning sheet and the saved filters of a post."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianglin.access.transaction import acting
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.actions import morning
from lianglin.cases.models import Case, Export, SavedFilter
from lianglin.cases.queries import morning as read
from lianglin.kit import clock, typesetting

pytestmark = pytest.mark.django_db
DESK = "/appeals/desk/"


@pytest.fixture
def town(db: None) -> Town:
    return build()


# --- the morning sheet -------------------------------------------------------------------------------------


def due(case: Case, **shift: float) -> None:
    Case._base_manager.filter(pk=case.pk).update(due_at=clock.now() + timedelta(**shift))


def parts(town: Town, who: str) -> dict[str, list[int]]:
    with acting(town.actor(who)) as by:
        return {part.code: [case.pk for case in part.rows] for part in read.parts(by, most=10)}


def test_each_case_stands_in_one_part_and_only_what_waits_for_the_post(town: Town) -> None:
    late, new, old = (
        town.appeal("昨天就该办的灯"),
        town.appeal("今天新来的灯"),
        town.appeal("早就来的灯，还早"),
    )
    town.brought_to("accepted")  # waits for the street, not for the community
    town.appeal("隔壁社区的灯坏了", community=town.there)
    due(late, hours=-5)
    due(new, days=3)
    due(old, days=3)
    Case._base_manager.filter(pk=old.pk).update(opened_at=clock.now() - timedelta(days=30))
    assert parts(town, "worker") == {"overdue": [late.pk], "today": [], "new": [new.pk]}


def test_the_sheet_is_one_page_in_both_sizes_however_much_there_is(town: Town) -> None:
    for n in range(40):
        due(town.appeal(f"第{n}件：三单元二楼的灯不亮，晚上看不见，老人不敢下楼"), hours=-1 - n)
    for n in range(32):
        due(town.appeal(f"又{n}件：三单元二楼的灯不亮，晚上看不见，老人不敢下楼"), minutes=1 + n % 2 * 6000)
    for large in (False, True):
        with acting(town.actor("worker")) as by:
            made = morning.make_sheet(by=by, large=large)
        answer = town.client("worker").get(f"/cases/papers/{made.key}/")
        assert answer["Content-Type"] == "application/pdf"
        assert len(re.findall(rb"/Type\s*/Page\b", answer.content)) == 1
        assert made.rows == 72


def test_the_sheet_is_listed_for_the_day_and_erased_at_its_end(town: Town) -> None:
    browser = town.client("worker")
    assert browser.post("/cases/papers/morning/", {"large": "1"}).status_code == 303
    assert "大字版" in browser.get("/cases/papers/").content.decode()
    made = Export._base_manager.get()
    assert clock.local(made.expires_at).hour == 0
    assert made.expires_at - clock.now() <= timedelta(days=1)
    assert town.client("street").get(f"/cases/papers/{made.key}/").status_code == 403


def test_without_a_chinese_font_it_says_what_to_do(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "families", lambda: frozenset({"Libertinus Serif"}))
    answer = town.client("worker").post("/cases/papers/morning/")
    assert answer.status_code == 503
    assert "fonts-noto-cjk" in answer.content.decode()
    assert not Export._base_manager.exists()


def test_a_post_without_cases_makes_no_sheet(town: Town) -> None:
    assert town.client("manager").post("/cases/papers/morning/").status_code == 403


# --- saved filters -----------------------------------------------------------------------------------------


def kept(town: Town, who: str, name: str = "超期的", **more: Any) -> Any:
    form = {"list": "appeals.desk", "state": "accepted", "name": name, **more}
    return town.client(who).post("/cases/filters/", form)


def test_a_kept_filter_is_a_chip_on_the_list_and_narrows_it(town: Town) -> None:
    new, accepted = town.appeal(), town.brought_to("accepted")
    assert kept(town, "worker").status_code == 303
    shown = town.client("worker").get(DESK)
    (chip,) = shown.context["chips"]
    assert (chip.saved.name, chip.current, chip.gone) == ("超期的", False, [])
    used = town.client("worker").get(f"{DESK}?{chip.query}")
    text = used.content.decode()
    assert used.context["chips"][0].current
    assert accepted.number in text
    assert new.number not in text


def test_it_is_the_posts_own_until_it_is_shared_with_the_unit(town: Town) -> None:
    first = town.world.posts["community-230103001001"]
    other = type(first).objects.create(
        account=first.account, role_code=first.role_code, organisation=first.organisation,
        scope_code=first.scope_code, title="网格员", starts_on=first.starts_on,
    )  # fmt: skip
    town.world.posts["second"] = other
    kept(town, "worker")
    kept(town, "worker", "大家用的", shared="on")
    names = {
        code: [chip.saved.name for chip in town.world.browser(code).get(DESK).context["chips"]]
        for code in ("community-230103001001", "second", "community-230103001002")
    }
    assert names == {
        "community-230103001001": ["大家用的", "超期的"],
        "second": ["大家用的"],
        "community-230103001002": [],
    }
    shared = SavedFilter.objects.get(name="大家用的")
    assert town.world.browser("second").post(f"/cases/filters/{shared.pk}/forget/").status_code == 403
    assert town.client("worker").post(f"/cases/filters/{shared.pk}/forget/").status_code == 303
    assert not SavedFilter.objects.filter(pk=shared.pk).exists()


@pytest.mark.parametrize("query", [{"colour": "red"}, {"state": "vanished"}, {"category": "999999"}])
def test_a_filter_whose_field_or_choice_vanished_says_so(town: Town, query: dict[str, str]) -> None:
    kept(town, "worker")
    SavedFilter.objects.update(query={"urgent": "True", **query})
    shown = town.client("worker").get(DESK)
    assert shown.context["chips"][0].gone == sorted(query)
    assert "列表里已没有" in shown.content.decode()


@pytest.mark.parametrize("form", [{"name": ""}, {"state": ""}])
def test_without_a_name_or_anything_narrowed_nothing_is_kept(town: Town, form: dict[str, str]) -> None:
    answer = town.client("worker").post(
        "/cases/filters/", {"list": "appeals.desk", "state": "accepted", "name": "x", **form}
    )
    assert answer.status_code == 422
    assert not SavedFilter.objects.exists()


def test_the_same_name_replaces_and_twenty_are_the_most(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianglin.cases.actions.filters.MOST", 2)
    for name in ("一", "二", "一"):
        assert kept(town, "worker", name).status_code == 303
    assert kept(town, "worker", "三").status_code == 422
    assert SavedFilter.objects.count() == 2


def test_chips_take_the_same_few_statements_however_many(town: Town) -> None:
    browser, counted = town.client("street"), []
    for wanted in (1, 6):
        for n in range(wanted):
            kept(town, "street", f"第{wanted}{n}个")
        browser.get(DESK)
        with CaptureQueriesContext(connection) as found:
            browser.get(DESK)
        counted.append(len(found))
    assert counted[0] == counted[1]
