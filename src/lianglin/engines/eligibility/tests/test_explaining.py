"""A result in words: real values, sources and dates, what is missing, what is one step away; nobody's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianglin.engines.eligibility.evaluating import Evaluator
from lianglin.engines.eligibility.examples import population_of
from lianglin.engines.eligibility.explaining import Explainer, Explanation, Household, Known
from lianglin.engines.eligibility.package import Amount, Condition, Example, Measure, Package
from lianglin.engines.eligibility.program import compile_package
from lianglin.engines.eligibility.reading import read
from lianglin.engines.eligibility.tests.sample import (
    DEFINITIONS,
    FACTS,
    FIGURES,
    MEASURE,
    PARAMETERS,
    VOCABULARY,
    texts,
)
from lianglin.engines.eligibility.tests.trees import truths, values
from lianglin.engines.eligibility.tree import Rounded, Truth, Value, level
from lianglin.engines.eligibility.vocabulary import Parameter, ParameterValue, Vocabulary

ENTERED = FIGURES.replace('值: 待填, 文号: ""', "值: 1000元, 文号: 示例2号")
BORN = Known(date(1948, 3, 1), "公安局", date(2020, 1, 1), "police")
WAGE = Known(120_000, "民政局核对", date(2026, 1, 5))


def explained(
    home: Household, measure: str = "gaoling-jintie", changed: dict[str, str] | None = None, **run: int
) -> Explanation:
    return Explainer(read(texts(**(changed or {})), FACTS, complete=False)).explain(measure, home, **run)


def home(**facts: Known) -> Household:
    named = {"born": "person.born_on", "wage": "person.wage_fen", "level": "person.disability_level"}
    return Household(date(2026, 3, 1), "210102", ({named[key]: known for key, known in facts.items()},))


@pytest.mark.rows("R069")
def test_a_condition_is_said_with_its_values_their_sources_and_dates() -> None:
    said = explained(home(born=BORN, wage=WAGE), changed={"figures": ENTERED})
    age, income = said.conditions
    assert (age.state, age.said.zh) == ("fails", "年龄 78周岁，需不低于80周岁")
    assert age.said.en == "age: 78, needs to be at least 80"
    assert (age.facts[0].name.zh, age.facts[0].value and age.facts[0].value.zh) == (
        "出生日期",
        "1948年3月1日",
    )
    assert (age.facts[0].source.zh, age.facts[0].source.en, age.facts[0].since) == (
        "公安局",
        "police",
        date(2020, 1, 1),
    )
    assert income.said.zh == "人均月收入 1200元，需低于 低收入标准 1000元"
    assert (
        income.said.en == "monthly income per head: 1200 yuan, needs to be below low-income line: 1000 yuan"
    )
    assert (income.parameters[0].document, income.parameters[0].area) == ("示例2号", "")
    assert said.headline.zh == "不符合：满80周岁、低收入"


def test_a_standard_that_is_not_entered_is_said_so() -> None:
    said = explained(home(born=replace(BORN, value=date(1940, 3, 1)), wage=WAGE))
    assert said.answer == "unknown"
    assert said.conditions[1].said.zh == "人均月收入 1200元，需低于 低收入标准 地方标准未录入（待填）"
    assert said.conditions[1].missing[0].en == "low-income line (local standard not entered)"
    assert said.away is not None
    assert (said.away.kind, said.away.said.zh) == (
        "standard",
        "只差地方标准未录入：低收入标准",
    )


def test_one_unknown_fact_away() -> None:
    said = explained(home(born=replace(BORN, value=date(1940, 3, 1))), changed={"figures": ENTERED})
    assert said.headline.zh == "待核实：还缺 工资"
    assert said.away is not None
    assert (said.away.kind, said.away.said.zh, said.away.proof) == (
        "fact",
        "只差一项信息：工资",
        "收入核对授权书",
    )


def test_one_document_away_is_for_what_can_be_arranged_never_for_an_age() -> None:
    third = explained(home(level=Known("3")), "chongdu-huli")
    assert third.conditions[0].said.zh == "残疾等级：三级，应为一级或二级"
    assert third.away is not None
    assert (third.away.kind, third.away.said.zh) == ("document", "只差一步：办理重度残疾")
    poor = explained(home(born=BORN, wage=replace(WAGE, value=0)), changed={"figures": ENTERED})
    assert [line.state for line in poor.conditions] == ["fails", "holds"]
    assert poor.away is None


def test_the_amount_is_said_in_yuan_and_the_exclusions_by_name() -> None:
    old = replace(BORN, value=date(1940, 3, 1))
    said = explained(home(born=old, wage=replace(WAGE, value=0)), changed={"figures": ENTERED})
    assert said.headline.zh == "可能符合，由民政局认定"
    assert (said.amount.zh, said.amount.en) == ("每月100元（按月发给）", "100 yuan a month (paid monthly)")
    assert [one.zh for one in said.exclusions] == ["与《重度残疾人护理补贴》择高享受"]
    none = explained(home(born=old, wage=replace(WAGE, value=0)), changed={
        "figures": ENTERED.replace("110.5元", "待填").replace("值: 100元", "值: 待填")
    })  # fmt: skip
    assert none.amount.zh == "金额待定（高龄津贴标准：地方标准未录入（待填））"


def test_the_masks_of_a_run_count_not_what_is_known_since() -> None:
    said = explained(home(born=BORN, wage=WAGE), changed={"figures": ENTERED}, failed=0, unknown=2)
    assert [line.state for line in said.conditions] == ["holds", "unknown"]


def test_outside_of_its_days_it_says_so() -> None:
    later = replace(home(level=Known("1")), on=date(2031, 1, 1))
    said = explained(later, "chongdu-huli")
    assert (said.answer, said.headline.zh) == ("not", "不在有效期内（自2018年10月26日至2030年12月31日）")


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("非 独居", "独居：否", "lives alone: no"),
        ("独居", "独居：否，应为“是”", "lives alone: no, should be yes"),
        ("独居 或 年龄 > 90 或 (低保家庭 且 年龄 > 70)", "低保家庭：未知，应为“是”",
         "on minimum living allowance: unknown, should be yes"),
        ("独居 或 年龄 > 90", "独居：否，应为“是”；或 年龄 78周岁，需高于90周岁",
         "lives alone: no, should be yes; or age: 78, needs to be above 90"),
        ("独居 且 年龄 > 70", "独居：否，应为“是”", "lives alone: no, should be yes"),
        ("独居 或 年龄 > 70", "年龄 78周岁，需高于70周岁", "age: 78, needs to be above 70"),
        ("残疾等级 ≠ '一级'", "残疾等级：未知，不应为一级", "disability level: unknown, should not be first"),
        ("出生日期 < 日期('1950-01-01')", "出生日期 1948年3月1日，需早于1950年1月1日",
         "born on: 1948-03-01, needs to be before 1950-01-01"),
        ("任一成员(年龄 ≥ 60)", "家中至少一人（年龄 ≥ 60）：是", "for some member(age ≥ 60): yes"),
        ("人数(年龄 ≥ 60) = 1", "家中（年龄 ≥ 60）的成员人数 1人，需等于1人", "the number of members(age ≥ 60): 1, needs to be equal to 1"),
        ("满月数(失业登记日) ≥ 12", "失业登记日至今 未知，需不低于12个月",
         "full months since(registered as unemployed on): unknown, needs to be at least 12"),
        ("合计(工资, 独居) + 1元 < 最小(低收入标准, 家庭财产)",
         "家中（独居）的成员工资合计 + 1元（1元），需低于 低收入标准、家庭财产中最低的（地方标准未录入（待填））",
         "the sum of(monthly wage, lives alone) + 1 yuan (1 yuan), needs to be below"
         " the least of(low-income line, wealth) (local standard not entered)"),
        ("符合('chongdu-huli')", "符合《重度残疾人护理补贴》的条件：未知",
         "fulfils the conditions of “重度残疾人护理补贴”: unknown"),
        ("年龄 介于 60 至 69", "年龄 78周岁，需在60周岁至69周岁之间",
         "age: 78, needs to be between 60 and 69"),
        ("住房面积 < 20.5", "住房面积 未知，需低于20.5平方米", "floor area: unknown, needs to be below 20.5"),
        ("工资 ÷ 7 > 1元", "工资 / 7（约171.43元），需高于1元",
         "monthly wage / 7 (about 171.43 yuan), needs to be above 1 yuan"),
    ],
)  # fmt: skip
def test_each_shape_of_a_condition_has_words(text: str, zh: str, en: str) -> None:
    quoted = f'"{text}"'
    facts = {"person.born_on": BORN, "person.lives_alone": Known(False), "person.wage_fen": WAGE}
    said = explained(
        Household(date(2026, 3, 1), "210102", (facts,)),
        changed={"measure": MEASURE.replace("年龄 ≥ 80", quoted), "definitions": DEFINITIONS},
    )
    assert (said.conditions[0].said.zh, said.conditions[0].said.en) == (zh, en)


# --- the explanation's arithmetic is the program's -------------------------------------------------------------------

ENTRIES = {"低保标准": 70_000, "比例": 130, "起算日": 20_000}
STANDARDS = [
    replace(p, values=(ParameterValue("", date(2020, 1, 1), None, ENTRIES[p.name]),)) for p in PARAMETERS
]
DATED = Vocabulary.of(FACTS, STANDARDS)
DATES = st.sampled_from(
    [date(1940, 2, 29), date(1946, 3, 1), date(2008, 3, 2), date(2026, 2, 28), date(2027, 1, 1)]
)
PERSON = st.fixed_dictionaries(
    {},
    optional={
        "出生日期": DATES,
        "残疾等级": st.sampled_from(["1", "2", "3"]),
        "独居": st.booleans(),
        "工资": st.sampled_from([0, 1, 69_999, 70_000, 300_000]),
        "失业登记日": DATES,
    },
)
HOME = st.fixed_dictionaries(
    {},
    optional={
        "家庭财产": st.sampled_from([0, 70_000, 1_000_001]),
        "住房面积": st.integers(0, 9_999),
        "住房类型": st.sampled_from(["a", "b"]),
        "低保家庭": st.booleans(),
    },
)


def _columns(facts: dict[str, object]) -> dict[str, Known]:
    return {VOCABULARY.facts[name].column: Known(value) for name, value in facts.items()}


def _alone(truth: Truth, amount: Value) -> Package:
    """A person's measure with one condition."""
    day = date(2020, 1, 1)
    always = Measure("always", "甲", "", "household", (), day, None, ())
    condition = Condition("一", "", truth, "fixed")
    paid = Amount(Rounded(amount, 10, "half_up"), "", "once")
    measure = Measure("one", "乙", "", "person", (), day, None, (condition,), amount=paid)
    return Package((always, measure), DATED, "")


@given(
    truths().filter(lambda t: "Qualifies" not in repr(t)),
    values("money", 1).filter(lambda v: "Qualifies" not in repr(v)),
    st.lists(PERSON, min_size=1, max_size=3),
    HOME,
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
def test_one_node_at_a_time_says_what_the_program_says(
    truth: Truth, amount: Value, members: list[dict[str, object]], facts: dict[str, object]
) -> None:
    on = date(2026, 3, 1)
    package = _alone(truth, amount)
    example = Example("", on, "may", tuple(tuple(m.items()) for m in members), tuple(facts.items()), "210102")
    result = compile_package(package).bind(on).run(population_of([example], DATED), backend="numpy")
    household = Household(on, "210102", [_columns(m) for m in members], _columns(facts))
    evaluator = Evaluator(DATED, package.by_id(), household)
    assert level(truth) in ("person", "household")
    for member in range(len(members)):
        answer = {0: False, 1: None, 2: True}[int(result.answers("one")[member])]
        assert evaluator.truth(truth, member) == answer
        fen, known = result.amounts("one")
        if answer and known[member]:
            assert evaluator.value(package.measures[1].amount.value or amount, member) == int(fen[member])


def test_a_parameter_nobody_defined_is_unknown() -> None:
    assert Parameter("无").at("", date(2026, 1, 1)) is None
