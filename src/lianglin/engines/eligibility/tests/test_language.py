"""Expressions become trees; what is no rule is refused with the word and what is allowed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.language import parse, unparse
from lianglin.engines.eligibility.package import BadRules, Problem
from lianglin.engines.eligibility.tests.sample import VOCABULARY
from lianglin.engines.eligibility.tests.trees import truths, values
from lianglin.engines.eligibility.vocabulary import Level
from lianglin.engines.eligibility.words import LONGEST

AGE = tree.Age("person.born_on")
ALONE = tree.Flag("person.lives_alone", "person")
WAGE = tree.FactValue("person.wage_fen", "person")


def refused(text: str, level: Level = "person") -> Problem:
    with pytest.raises(BadRules) as caught:
        parse(text, VOCABULARY, level, measures={"dibao": "household"})
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("年龄 ≥ 80 且 独居", tree.All((tree.Compare(">=", AGE, tree.Const(80)), ALONE))),
        ("年龄 不低于 80 且 独居", tree.All((tree.Compare(">=", AGE, tree.Const(80)), ALONE))),
        ("（年龄＞＝８０）且 独居", tree.All((tree.Compare(">=", AGE, tree.Const(80)), ALONE))),
        ("非 年龄 < 3 或 独居", tree.Any((tree.Not(tree.Compare("<", AGE, tree.Const(3))), ALONE))),
        ("残级 属于 （“二级”、‘1’）", tree.Among("person.disability_level", "person", (0, 1))),
        ("残疾等级 ≠ '三级'", tree.Not(tree.Among("person.disability_level", "person", (2,)))),
        ("工资 > 1.5万元", tree.Compare(">", WAGE, tree.Const(1_500_000))),
        ("工资 > 300分", tree.Compare(">", WAGE, tree.Const(300))),
        ("工资 = 0", tree.Compare("=", WAGE, tree.Const(0))),
        ("年龄 = 30%", tree.Compare("=", AGE, tree.Const(3, 10))),
        ("出生日期 < 日期('1970-01-03')", tree.Compare("<", tree.FactValue("person.born_on", "person"), tree.Const(2))),
        ("任一成员(独居, 年龄 ≥ 80)", tree.AnyMember(ALONE, tree.Compare(">=", AGE, tree.Const(80)))),
        ("人数() > 2", tree.Compare(">", tree.Count(), tree.Const(2))),
        ("符合('dibao')", tree.Qualifies("dibao", "household")),
    ],
)  # fmt: skip
def test_an_expression_is_read(text: str, node: tree.Node) -> None:
    assert parse(text, VOCABULARY, measures={"dibao": "household"}) == node


@pytest.mark.parametrize(
    ("text", "column", "word", "says"),
    [
        ("独居 且 年领 > 3", 6, "年领", "没有“年领”"),
        ("工资 > 3600", 1, "工资", "请写元或分"),
        ("工资 × 工资 > 0", 1, "工资", "金额不能乘以金额"),
        ("残疾等级 > '一级'", 1, "残疾等级", "没有大小"),
        ("残疾等级 = '七级'", 8, "七级", "没有“七级”"),
        ("年龄", 1, "年龄", "这里要是非"),
        ("年龄 + 独居 > 3", 1, "年龄", "是非不能计算"),
        ("出生日期 + 30 > 今天", 1, "出生日期", "日期不能加减乘除"),
        ("年龄 介于 1 且 4", 9, "且", "少了“至”"),
        ("年龄≥80且独居", 4, "80且独居", "“且”前后要有空格"),
        ("独居且年龄", 1, "独居且年龄", "没有“独居且年龄”"),
        ("(独居", 1, "(", "没有关上"),
        ("年龄 ≥ 80岁", 6, "80岁", "不是数"),
        ("年龄 大于 80", 4, "大于", "请写作“高于”"),
        ("符合('dibo')", 4, "dibo", "没有编号"),
    ],
)
def test_what_is_no_rule_is_refused_at_its_word(text: str, column: int, word: str, says: str) -> None:
    problem = refused(text)
    assert (problem.column, problem.word) == (column, word)
    assert says in problem.message


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("年龄≥80且独居", "80 且 独居"),
        ("独居且低保家庭", "独居 且 低保家庭"),
        ("年龄不低于80", "年龄 不低于 80"),
        ("工资 > 30元或独居", "30元 或 独居"),
    ],
)
def test_a_word_without_its_spaces_is_offered_with_them(text: str, meant: str) -> None:
    assert meant in refused(text).allowed


def test_a_code_alone_is_nothing() -> None:
    with pytest.raises(BadRules):
        parse("残疾等级", VOCABULARY, expects="any")


def test_a_near_name_is_offered() -> None:
    assert "年龄" in refused("年领 > 3").allowed


def test_a_household_s_measure_asks_whose_fact_it_is() -> None:
    problem = refused("住房面积 < 50 且 独居", "household")
    assert (problem.column, problem.word) == (13, "独居")
    assert isinstance(parse("任一成员(独居)", VOCABULARY, "household"), tree.AnyMember)


@given(truths())
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
def test_a_tree_written_and_read_again_is_the_same_tree(node: tree.Truth) -> None:
    text = unparse(node, VOCABULARY)
    assume(len(text) <= LONGEST)
    assert parse(text, VOCABULARY, measures={"dibao": "household", "gaoling-jintie": "person"}) == node


@given(values("money"))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
def test_an_amount_written_and_read_again_is_the_same_amount(node: tree.Value) -> None:
    text = unparse(tree.Rounded(node, 1, "half_up"), VOCABULARY)
    levels: dict[str, Level] = {"dibao": "household", "gaoling-jintie": "person"}
    assert parse(text, VOCABULARY, expects="any", measures=levels) == node
