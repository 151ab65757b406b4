"""A small city with a registry of facts, a package of three measures, and the posts that write, check and approve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from tests import world as worlds

from lianglin.access import queries as access
from lianglin.access.actor import Actor
from lianglin.access.models import Account, Post
from lianglin.access.transaction import acting
from lianglin.benefits.models import MeasureVersion
from lianglin.benefits.seed.package import take_over
from lianglin.facts import registry
from lianglin.kit import clock, held

ALLOWANCE = """编号: age-allowance
名称: 高龄津贴
英文名: Allowance for high age
主管部门: 民政局
对象: 个人
分组: [老]
示例: 是
依据:
  - {文件: 老年人权益保障法, 条: 第三十三条, 链接: "", 原文: 国家鼓励地方建立高龄津贴制度}
有效: {自: 2018-12-29, 至: }
复核: 2027-06-30
条件:
  - {名: 满80周岁, 英: 80 or older, 式: 年龄 ≥ 80, 性质: 不可变, 证明: 居民身份证, 去哪办: 社区}
待遇: {金额: 津贴标准, 周期: 月, 说明: 按月发给, 英: paid monthly}
材料: [居民身份证]
去哪申请: 户籍地社区
样例:
  - {名: 符合, 日期: 2026-03-01, 成员: [{出生日期: 1940-05-01}], 参数: {津贴标准: 100元}, 结果: 可能符合, 金额: 100元}
  - {名: 年龄不够, 日期: 2026-03-01, 成员: [{出生日期: 1950-05-01}], 结果: 不符合, 未满足: [满80周岁]}
  - {名: 生日不明, 日期: 2026-03-01, 成员: [{}], 结果: 待核实, 待核: [满80周岁]}
"""
BUS = """编号: bus-card
名称: 老年人免费乘车
英文名: Free bus for older people
主管部门: 交通局
对象: 个人
分组: [老, 其他]
示例: 是
依据:
  - {文件: 老年人优待办法（示例）, 条: 第三条}
有效: {自: 2020-01-01, 至: 2026-12-31}
复核: 2026-10-01
条件:
  - {名: 满65周岁, 英: 65 or older, 式: 年龄 ≥ 65, 性质: 不可变, 证明: 居民身份证, 去哪办: 社区}
待遇: {说明: 免费乘坐市内公交, 英: free city buses}
材料: [居民身份证]
去哪申请: 公交服务网点
样例:
  - {名: 符合, 日期: 2026-03-01, 成员: [{出生日期: 1940-05-01}], 结果: 可能符合}
  - {名: 年龄不够, 日期: 2026-03-01, 成员: [{出生日期: 1980-05-01}], 结果: 不符合, 未满足: [满65周岁]}
  - {名: 生日不明, 日期: 2026-03-01, 成员: [{}], 结果: 待核实, 待核: [满65周岁]}
"""
LARGE = """编号: large-household
名称: 多孩家庭用水优惠
英文名: Cheaper water for large households
主管部门: 水务局
对象: 家庭
分组: [困]
示例: 是
依据:
  - {文件: 阶梯水价办法（示例）, 条: 第五条}
有效: {自: 2021-01-01, 至: }
条件:
  - {名: 两个以上孩子, 英: two children or more, 式: 人数(年龄 < 18) ≥ 2, 性质: 不可变, 证明: 居民户口簿, 去哪办: 社区}
待遇: {说明: 每户每年增加一档用水量, 英: one more step of water a year}
材料: [居民户口簿]
去哪申请: 水务窗口
样例:
  - {名: 符合, 日期: 2026-03-01, 成员: [{出生日期: 2015-01-01}, {出生日期: 2018-01-01}], 结果: 可能符合}
  - {名: 没有孩子, 日期: 2026-03-01, 成员: [{出生日期: 1980-01-01}], 结果: 不符合, 未满足: [两个以上孩子]}
  - {名: 生日不明, 日期: 2026-03-01, 成员: [{}], 结果: 待核实, 待核: [两个以上孩子]}
"""
PARAMETERS = """津贴标准:
  英文名: allowance
  单位: 元/月
  类型: 金额
  值:
    - {地区: "", 自: 2026-01-01, 至: , 值: 待填, 文号: ""}
"""
TEXTS = {
    "measures/age-allowance.yaml": ALLOWANCE,
    "measures/bus-card.yaml": BUS,
    "measures/large-household.yaml": LARGE,
    "parameters.yaml": PARAMETERS,
}
WRITER, SECOND, LEGAL = "city-writer", "city-second", "legal"


@dataclass
class Scene:
    """The world with three more posts: two city coordinators and a legal reviewer."""

    world: worlds.World

    def actor(self, code: str) -> Actor:
        """Who acts in a post."""
        return self.world.actors[code]

    def browser(self, code: str, **options: Any) -> Client:
        """A browser in a post."""
        return self.world.browser(code, **options)

    def do(self, code: str, verb: Any, *given: Any, **named: Any) -> Any:
        """One action by a post, in a transaction of its own."""
        with transaction.atomic(), acting(self.actor(code)) as by:  # refused: the test goes on
            return verb(*given, by=by, **named)

    def version(self, code: str, state: str = "in_force") -> MeasureVersion:
        """A measure's version in a state."""
        return MeasureVersion.objects.get(measure__code=code, state=state)


def build() -> Scene:
    """As the database's owner, outside of ``acting``."""
    world = worlds.build()
    held.forget()
    registry.load_shipped()
    for code, role in ((WRITER, "city_coordinator"), (SECOND, "city_coordinator"), (LEGAL, "legal_reviewer")):
        account = Account.objects.create_user(code, None, name=code, created_at=clock.now())
        post = Post.objects.create(
            account=account, role_code=role, organisation=world.organisations["city"], scope_code="", title=code,
            starts_on=worlds.SINCE,
        )  # fmt: skip
        world.posts[code], world.actors[code] = post, access.actor_in(post)
    take_over(TEXTS, samples=True)
    return Scene(world)
