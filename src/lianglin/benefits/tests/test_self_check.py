"""The self-check: three answers by what was said, and nothing of it kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lianglin.benefits.queries import self_check as queries
from lianglin.benefits.queries.vocabulary import facts
from lianglin.benefits.rules.folder import from_folder
from lianglin.benefits.rules.self_check import Answers, born_on, columns
from lianglin.benefits.seed.load import PACKAGE
from lianglin.benefits.seed.package import take_over
from lianglin.engines.eligibility.program import Program, compile_package
from lianglin.engines.eligibility.reading import read
from lianglin.facts import registry
from lianglin.kit import held

pytestmark = pytest.mark.rows("R066")
HEAD = """
主管部门: 民政局
分组: [老]
卫生: {health}
示例: 是
依据: [{{文件: 示例办法, 条: 第三条}}]
有效: {{自: 2020-01-01, 至: }}
"""


def text(code: str, name: str, level: str, condition: str, health: str = "否") -> str:
    return (
        f"编号: {code}\n名称: {name}\n英文名: {code}\n对象: {level}\n{HEAD.format(health=health)}"
        f'条件:\n  - {{名: {name}的条件, 英: its condition, 式: "{condition}", 性质: 不可变, 证明: 某证, 去哪办: 社区}}\n'
        "待遇: {金额: 100元, 周期: 月, 说明: 按月发给, 英: paid monthly}\n材料: [居民身份证]\n去哪申请: 社区服务台\n"
    )


@pytest.fixture
def registered(db: None) -> Iterator[None]:
    registry.load_shipped()
    held.forget()
    yield
    held.forget()


@pytest.fixture
def small(registered: None) -> Program:
    texts = {
        "measures/old.yaml": text("old", "老人补贴", "个人", "年龄 ≥ 80"),
        "measures/child.yaml": text("child", "儿童补贴", "个人", "年龄 < 3"),
        "measures/poor.yaml": text("poor", "困难家庭补贴", "家庭", "家庭月收入 < 1000元"),
        "measures/card.yaml": text("card", "残疾人补贴", "个人", "残疾等级 属于 ('一级','二级')"),
        "measures/ill.yaml": text("ill", "病人补贴", "个人", "年龄 ≥ 1", health="是"),
    }
    return compile_package(read(texts, facts(), complete=False))


def answers_of(program: Program, **given: Any) -> dict[str, str]:
    found = queries.check(Answers(**given), date(2026, 11, 28), program)
    return {one.measure.id: one.answer for one in found}


@pytest.mark.parametrize(
    ("given", "answers"),
    [
        ({"age": 80}, {"old": "may", "child": "not", "poor": "unknown", "card": "unknown"}),
        ({"age": 79}, {"old": "not", "child": "not", "poor": "unknown", "card": "unknown"}),
        ({"age": 30, "children": (2,)}, {"old": "not", "child": "may", "poor": "unknown", "card": "unknown"}),
        ({"age": 30, "income_yuan": 999}, {"old": "not", "child": "not", "poor": "may", "card": "unknown"}),
        ({"age": 30, "income_yuan": 1000}, {"old": "not", "child": "not", "poor": "not", "card": "unknown"}),
        ({"age": 30, "disability": "2"}, {"old": "not", "child": "not", "poor": "unknown", "card": "may"}),
        ({"age": 30, "disability": "3"}, {"old": "not", "child": "not", "poor": "unknown", "card": "not"}),
    ],
)
def test_what_is_said_decides_and_what_is_not_said_stays_unknown(
    small: Program, given: dict[str, Any], answers: dict[str, str]
) -> None:
    assert answers_of(small, **given) == answers  # what rests on health data is not answered here at all


def test_what_is_missing_is_named_and_the_child_is_said(small: Program) -> None:
    with translation.override("zh-hans"):
        answered = queries.check(Answers(30, children=(2, 9)), date(2026, 11, 28), small)
    found = {one.measure.id: one for one in answered}
    assert found["poor"].unknown[0].missing == ("家庭月收入",)
    assert (found["child"].child, found["child"].amount) == (2, "100.00")
    assert (found["old"].failed[0].name, found["old"].basis) == ("老人补贴的条件", "《示例办法》第三条")


@given(age=st.integers(0, 120), day=st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_the_age_that_is_said_is_the_age_that_counts(age: int, day: date) -> None:
    from lianglin.engines.eligibility.days import day_number, months_between

    born = born_on(age, day)
    assert months_between(day_number(born), day) // 12 == age


@given(
    age=st.integers(0, 120),
    people=st.integers(1, 15),
    children=st.lists(st.integers(0, 17), max_size=8).map(tuple),
)
def test_everybody_who_lives_there_has_a_row_and_nothing_is_invented(
    age: int, people: int, children: tuple[int, ...]
) -> None:
    answers = Answers(age, people, children)
    persons, home = columns(answers, date(2026, 11, 28))
    assert {len(values) for values in persons.values()} == {answers.size} == set(home["household.size"])
    assert persons["person.born_on"].count(None) == answers.size - 1 - len(children)
    assert "household.income_month_fen" not in home


def post(client: Client, **fields: Any) -> Any:
    return client.post(reverse("benefits:self_check"), {"age": "83", **fields})


@pytest.fixture
def shipped(registered: None) -> None:
    """The package that ships is in force."""
    take_over(from_folder(PACKAGE), samples=True)


def test_nothing_is_kept(shipped: None, caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    post(client)  # the package is compiled
    with (
        CaptureQueriesContext(
            connection,
        ) as ran,
        caplog.at_level(logging.DEBUG),
    ):
        page = post(client, income="41973", work="retired", true=["person.veteran"])
    assert page.status_code == 200
    assert not page.cookies
    writes = [
        one["sql"] for one in ran if one["sql"].lstrip().lower().startswith(("insert", "update", "delete"))
    ]
    assert writes == []
    told = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not any("41973" in line for line in told)


def test_the_whole_package_is_answered_and_small_enough_for_a_phone(shipped: None) -> None:
    page = post(Client(), true=["household.low_income"])
    text = page.content.decode()
    assert "可能符合" in text
    assert len(page.content) < 80_000
    english = Client(headers={"accept-language": "en"})
    english.cookies["django_language"] = "en"
    assert "may qualify" in post(english).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"age": ""}, {"age": "-1"}, {"age": "121"}, {"age": "x"}, {"children": "19"}, {"children": "a"}, {"work": "spy"},
     {"people": "99"}, {"income": "-5"}, {"true": ["person.id_number"]}, {"children": "1,2,3,4,5,6,7,8,9"}],
)  # fmt: skip
def test_what_cannot_be_is_said_with_what_was_typed(registered: None, wrong: dict[str, Any]) -> None:
    page = post(Client(), **wrong)
    assert page.status_code == 422
    if wrong.get("children") == "a":
        assert 'value="a"' in page.content.decode()
