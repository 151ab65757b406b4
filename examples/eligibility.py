"""Eligibility from beginning to end: rules in Chinese, a small street of made-up people, answers, and why.

Run: ``python examples/eligibility.py``. Needs numpy, pyarrow, PyYAML and sqlglot only; rules, figures and people are
made up.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from lianglin.engines.eligibility.examples import run_examples
from lianglin.engines.eligibility.explaining import Explainer, Explanation, Household, Known
from lianglin.engines.eligibility.package import BadRules, Package
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.program import compile_package
from lianglin.engines.eligibility.reading import read
from lianglin.engines.eligibility.vocabulary import Fact

FACTS = [
    Fact("出生日期", "born_on", "person", "date", "date of birth"),
    Fact(
        "残疾等级",
        "grade",
        "person",
        "code",
        "disability",
        values={"1": ("一级", "first"), "4": ("四级", "fourth")},
    ),
    Fact("工资", "wage", "person", "number", "monthly wage", money=True),
    Fact("常住人数", "size", "household", "number", "people who live there"),
]
FILES = {
    "measures/old-age.yaml": """
编号: old-age
名称: 高龄津贴（示例）
英文名: Allowance for high age (sample)
主管部门: 民政局
对象: 个人
示例: 是
依据: [{文件: 示例文件}]
有效: {自: 2026-01-01}
条件:
  - {名: 满80周岁, 英: 80 or older, 式: 年龄 ≥ 80, 性质: 不可变}
  - {名: 低收入, 英: low income, 式: 人均月收入 < 低收入标准 × 1.5, 性质: 认定, 证明: 收入核对授权书}
待遇: {金额: "分档(年龄 ≥ 90, 200元, 100元)", 周期: 月}
样例:
  - {名: 符合, 日期: 2026-03-01, 成员: [{出生日期: 1930-05-01, 工资: 0}], 结果: 可能符合, 金额: 200元}
  - {名: 年龄不够, 日期: 2026-03-01, 成员: [{出生日期: 1950-05-01}], 结果: 不符合, 未满足: [满80周岁]}
  - {名: 收入高, 日期: 2026-03-01, 成员: [{出生日期: 1940-05-01, 工资: 1500元}], 结果: 不符合, 未满足: [低收入]}
  - {名: 收入不明, 日期: 2026-03-01, 成员: [{出生日期: 1940-05-01}], 结果: 待核实, 待核: [低收入]}
""",
    "measures/care.yaml": """
编号: care
名称: 护理补贴（示例）
英文名: Care allowance (sample)
主管部门: 残联
对象: 个人
示例: 是
依据: [{文件: 示例文件}]
有效: {自: 2026-01-01}
条件:
  - {名: 重度残疾, 英: severe disability, 式: 残疾等级 = '一级', 性质: 可办理, 证明: 残疾人证, 去哪办: 街道残联}
互斥: [{方式: 择高, 与: [old-age]}]
待遇: {金额: 90元, 周期: 月}
样例:
  - {名: 一级, 日期: 2026-03-01, 成员: [{残疾等级: 一级}], 结果: 可能符合, 金额: 90元}
  - {名: 四级, 日期: 2026-03-01, 成员: [{残疾等级: 四级}], 结果: 不符合, 未满足: [重度残疾]}
  - {名: 不明, 日期: 2026-03-01, 成员: [{}], 结果: 待核实, 待核: [重度残疾]}
""",
    "parameters.yaml": '低收入标准: {英文名: low-income line, 类型: 金额, 值: [{地区: "", 自: 2026-01-01, 值: 700元, 文号: 示例1号}]}',
    "definitions.yaml": "人均月收入: {式: 合计(工资) / 常住人数, 英文名: monthly income per head}",
}
ON = date(2026, 3, 1)


def street(package: Package) -> Population:
    """Three homes: a couple of 91 and 85 without a wage, somebody of 78 with a disability of the fourth grade, and
    somebody of 83 of whom little is known.
    """
    persons = pa.table({
        "person_id": [1, 2, 3, 4],
        "household_id": [10, 10, 20, 30],
        "born_on": pa.array([date(1935, 1, 1), date(1941, 1, 1), date(1948, 3, 2), date(1943, 1, 1)], pa.date32()),
        "grade": [None, "1", "4", "4"],
        "wage": pa.array([0, 0, 120_000, None], pa.int64()),
    })  # fmt: skip
    households = pa.table({"household_id": [10, 20, 30], "area": ["210102"] * 3, "size": [2, 1, 1]})
    return Population.of(persons, households, package.vocabulary)


def why(package: Package) -> Explanation:
    """The words for the one of whom little is known."""
    facts = {
        "born_on": Known(date(1943, 1, 1), "公安局", date(2020, 1, 1), "police"),
        "grade": Known("4", "残联"),
    }
    return Explainer(package).explain("old-age", Household(ON, "210102", (facts,)))


def mistaken() -> list[str]:
    """What a mistake in a rule gets to hear."""
    try:
        read(
            {**FILES, "measures/care.yaml": FILES["measures/care.yaml"].replace("残疾等级 =", "残疾登记 =")},
            FACTS,
        )
    except BadRules as error:
        return [
            f"{p.path}:{p.line}:{p.column} {p.message} → {'、'.join(p.allowed)}" for p in error.problems[:1]
        ]
    return []


def main() -> None:
    """Read, check, run, explain."""
    package = read(FILES, FACTS)
    print("worked examples that fail:", [f.message for f in run_examples(package) if not f.holds])
    result = compile_package(package).bind(ON).run(street(package))
    print("not / unknown / may:", result.counts())
    for row in result.sparse().to_pylist():
        print(
            f"person {row['person_id']}:", package.measures[row["measure"]].id, row["answer"], row["amount"]
        )
    said = why(package)
    print(said.headline.zh, "|", said.headline.en)
    for line in said.conditions:
        print(f"  {line.name.zh}: {line.said.zh}", *(f"（{f.source.zh}）" for f in line.facts if f.source))
    print(*mistaken())


if __name__ == "__main__":
    main()
