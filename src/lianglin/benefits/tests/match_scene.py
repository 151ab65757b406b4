"""The facts' scene with a small package of measures of its own, for the tests of matching."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from tests import world as worlds

from lianglin.access.actor import TOP, job
from lianglin.access.transaction import acting
from lianglin.benefits.actions import matching
from lianglin.benefits.models import HealthMatch, Match, MatchRun, Measure
from lianglin.benefits.queries import programs
from lianglin.benefits.queries.vocabulary import facts
from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.reading import read
from lianglin.facts.tests import scene as facts_scene
from lianglin.kit import clock

HEAD = """编号: {code}
名称: {name}
英文名: {name_en}
主管部门: 民政局
对象: {subject}
分组: [老]
卫生: {health}
示例: 是
核实: ""
依据:
  - {{文件: 示例办法, 条: 第一条, 链接: "", 原文: 示例}}
有效: {{自: 2020-01-01, 至: }}
复核: 2030-01-01
条件:
{conditions}
待遇: {{金额: 100元, 周期: 月, 说明: 按月发给, 英: paid monthly}}
材料: [居民身份证]
去哪申请: 社区
"""
OLD = "  - {名: 满80周岁, 英: 80 or older, 式: 年龄 ≥ 80, 性质: 不可变, 证明: 居民身份证, 去哪办: 社区}"
SEVENTY = "  - {名: 满70周岁, 英: 70 or older, 式: 年龄 ≥ 70, 性质: 不可变, 证明: 居民身份证, 去哪办: 社区}"
CARD = (
    "  - {名: 持有残疾人证, 英: holds the card, 式: 持有残疾人证, 性质: 可办理, 证明: 残疾人证, 去哪办: 残联}"
)
ALONE = "  - {名: 一人居住, 英: lives alone, 式: 常住人数 = 1, 性质: 不可变, 证明: 户口簿, 去哪办: 社区}"


def text(code: str, *conditions: str, health: bool = False, subject: str = "个人") -> str:
    """One measure as a file."""
    return HEAD.format(
        code=code,
        name=f"示例{code}",
        name_en=f"Sample {code}",
        subject=subject,
        health="是" if health else "否",
        conditions="\n".join(conditions),
    )


SMALL = {
    "measures/old-age.yaml": text("old-age", OLD),
    "measures/seventy.yaml": text("seventy", SEVENTY),
    "measures/card.yaml": text("card", SEVENTY, CARD),
    "measures/alone.yaml": text("alone", ALONE, subject="家庭"),
    "measures/medicine.yaml": text("medicine", SEVENTY, health=True),
}


@dataclass
class MatchScene:
    """The facts' scene; whose package is in force is set by :meth:`under`."""

    facts: facts_scene.Scene
    texts: dict[str, str]

    @property
    def world(self) -> worlds.World:
        """The small city."""
        return self.facts.world

    @property
    def household_id(self) -> int:
        """The household of HERE whose first member the tests speak of."""
        return self.facts.household.pk

    def package(self) -> Package:
        """The package of the texts."""
        return read(self.texts, facts(), complete=False)

    @contextmanager
    def under(self, **changed: str) -> Iterator[None]:
        """With this package in force; ``changed``: texts by code, "" takes one out."""
        for code, said in changed.items():
            path = f"measures/{code.replace('_', '-')}.yaml"
            self.texts = (
                {**self.texts, path: said} if said else {k: v for k, v in self.texts.items() if k != path}
            )
        made = self.package()
        for measure in made.measures:
            Measure.objects.get_or_create(
                code=measure.id, defaults={"created_at": clock.now(), "sample": True}
            )
        with mock.patch.object(programs, "package", return_value=made):
            yield

    def run(self) -> MatchRun:
        """A whole run over the city, piece by piece."""
        with acting(job()) as by:
            run = matching.start_run(by=by)
        self.finish(run)
        run.refresh_from_db()
        return run

    def finish(self, run: MatchRun) -> int:
        """Works a run to its end; how many pieces it took."""
        pieces, more = 0, True
        while more:
            with acting(job()) as by:
                more = matching.go_on(run.pk, by=by)
            pieces += 1
        return pieces

    def rematch(self) -> None:
        """The household anew, as the event's task does."""
        with acting(job(worlds.HERE, worlds.HERE + TOP)) as by:
            matching.match_household(self.household_id, by=by)

    def match(self, code: str) -> Match:
        """The stored match of the household for a measure."""
        return Match._base_manager.get(household_id=self.household_id, measure__code=code)


def states(household_id: int) -> dict[str, str]:
    """Code -> state of the ordinary matches of a household."""
    rows = Match._base_manager.filter(household_id=household_id)
    return dict(rows.values_list("measure__code", "state"))


def health_codes() -> set[str]:
    """Codes of measures with health-related matches."""
    return set(HealthMatch._base_manager.values_list("measure__code", flat=True))


def build() -> MatchScene:
    """As the database's owner, outside of ``acting``."""
    return MatchScene(facts_scene.build(), dict(SMALL))
