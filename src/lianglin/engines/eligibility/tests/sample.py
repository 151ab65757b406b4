"""A small vocabulary and package for tests."""

from __future__ import annotations

from lianglin.engines.eligibility.vocabulary import Fact, Parameter, Vocabulary

FACTS = (
    Fact("出生日期", "person.born_on", "person", "date", "born on"),
    Fact(
        "残疾等级", "person.disability_level", "person", "code", "disability level",
        values={"1": ("一级", "first"), "2": ("二级", "second"), "3": ("三级", "third")}, aliases=("残级",),
    ),
    Fact("独居", "person.lives_alone", "person", "flag", "lives alone"),
    Fact("工资", "person.wage_fen", "person", "number", "monthly wage", money=True, unit="分"),
    Fact("失业登记日", "person.unemployed_on", "person", "date", "registered as unemployed on"),
    Fact("严重精神障碍", "person.psychosis", "person", "flag", "severe mental disorder", health=True),
    Fact("家庭财产", "household.wealth_fen", "household", "number", "wealth", money=True, unit="分"),
    Fact("常住人数", "household.size", "household", "number", "members"),
    Fact("住房面积", "dwelling.area", "household", "number", "floor area", scale=2, unit="平方米"),
    Fact("住房类型", "dwelling.kind", "household", "code", "kind of home", values={"a": ("自有", "own"), "b": ("租赁", "rented")}),
    Fact("低保家庭", "household.dibao", "household", "flag", "on minimum living allowance"),
)  # fmt: skip
PARAMETERS = (
    Parameter("低保标准", "minimum living standard", money=True, unit="元/月"),
    Parameter("比例", "rate", scale=2),
    Parameter("起算日", "counted from", "date"),
)
VOCABULARY = Vocabulary.of(FACTS, PARAMETERS)

MEASURE = """编号: gaoling-jintie
名称: 高龄津贴
英文名: Allowance for high age
主管部门: 民政局
对象: 个人
分组: [老]
卫生: 否
示例: 否
核实: P
依据:
  - {文件: 中华人民共和国老年人权益保障法, 条: 第三十三条, 链接: "", 原文: 国家鼓励地方建立}
有效: {自: 2018-12-29, 至: }
复核: 2027-06-30
条件:
  - {名: 满80周岁, 英: 80 or older, 式: 年龄 ≥ 80, 性质: 不可变, 证明: 居民身份证, 去哪办: 社区}
  - {名: 低收入, 英: low income, 式: 人均月收入 < 低收入标准, 性质: 认定, 证明: 收入核对授权书, 去哪办: 街道民政}
互斥:
  - {方式: 择高, 与: [chongdu-huli]}
待遇: {金额: 高龄津贴标准, 周期: 月, 取整: {单位: 元, 方式: 进一}, 说明: 按月发给, 英: paid monthly}
复审: 12
材料: [居民身份证]
去哪申请: 户籍地社区
样例:
  - {名: 符合, 日期: 2026-03-01, 成员: [{出生日期: 1940-05-01, 工资: 0}], 家庭: {}, 地区: "210102", 参数: {低收入标准: 1000元},
     结果: 可能符合, 金额: 100元}
  - {名: 年龄不够, 日期: 2026-03-01, 成员: [{出生日期: 1950-05-01}], 结果: 不符合, 未满足: [满80周岁]}
  - {名: 收入不明, 日期: 2026-03-01, 成员: [{出生日期: 1940-05-01}], 结果: 待核实, 待核: [低收入]}
  - {名: 收入高, 日期: 2026-03-01, 成员: [{出生日期: 1940-05-01, 工资: 3000元}], 参数: {低收入标准: 1000元}, 结果: 不符合, 未满足: [低收入]}
"""
OTHER = """编号: chongdu-huli
名称: 重度残疾人护理补贴
主管部门: 民政局
对象: 个人
依据: [{文件: 残疾人保障法}]
有效: {自: 2018-10-26, 至: 2030-12-31}
条件:
  - {名: 重度残疾, 式: "残疾等级 属于 ('一级','二级')", 性质: 可办理}
待遇: {金额: 90元, 周期: 月}
样例:
  - {名: 一级, 日期: 2026-03-01, 成员: [{残疾等级: 一级}], 结果: 可能符合, 金额: 90元}
  - {名: 三级, 日期: 2026-03-01, 成员: [{残疾等级: "3"}], 结果: 不符合, 未满足: [重度残疾]}
  - {名: 不明, 日期: 2026-03-01, 成员: [{}], 结果: 待核实, 待核: [重度残疾]}
"""
FIGURES = """低收入标准: {英文名: low-income line, 单位: 元/月, 类型: 金额, 值: [{地区: "", 自: 2026-01-01, 至: , 值: 待填, 文号: ""}]}
高龄津贴标准:
  类型: 金额
  值:
    - {地区: "2101", 自: 2026-01-01, 至: 2026-06-30, 值: 100元, 文号: 示例1号}
    - {地区: "2101", 自: 2026-07-01, 值: 110.5元}
"""
DEFINITIONS = "人均月收入: {式: 合计(工资) / 常住人数, 英文名: monthly income per head}\n"


def texts(**changed: str) -> dict[str, str]:
    """The files of a package; ``measure``, ``other``, ``figures``, ``definitions`` replace one."""
    return {
        "measures/gaoling-jintie.yaml": changed.get("measure", MEASURE),
        "measures/chongdu-huli.yaml": changed.get("other", OTHER),
        "parameters.yaml": changed.get("figures", FIGURES),
        "definitions.yaml": changed.get("definitions", DEFINITIONS),
    }
