"""The small city with measures in force, and a claim brought to any of its states."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from tests import world
from tests.world import HERE, World

from lianglin.access.actor import Actor, resident
from lianglin.access.transaction import acting
from lianglin.benefits.actions import claim_deciding, claim_filing, claim_notice, claim_papers, claims
from lianglin.benefits.actions.claim_deciding import Granted
from lianglin.benefits.models import Claim, ClaimMaterial, Measure, MeasureVersion
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.people.models import Membership

WORKER, UNIT, OTHER_UNIT = f"community-{HERE}", "bureau-1", "bureau-2"
SOURCE = """
编号: {code}
名称: {name}
依据: [{{文件: 高龄津贴办法, 条: 第三条}}]
待遇: {{周期: 月}}
复审: 12
材料: [居民身份证, 银行卡]
去哪申请: 户籍地社区
"""


def measure(code: str, name: str, **more: Any) -> MeasureVersion:
    """A measure with a version in force."""
    made = Measure.objects.create(code=code, created_at=clock.now(), sample=True)
    fields = {
        "state": "in_force", "name": name, "name_en": f"{code} in English", "authority": "民政局", "subject": "person",
        "valid_from": date(2020, 1, 1), "drafted_at": clock.now(), "source": SOURCE.format(code=code, name=name),
        "digest": "0" * 64, "number": 1,
    } | more  # fmt: skip
    return MeasureVersion.objects.create(measure=made, **fields)


@contextmanager
def as_one(actor: Actor) -> Iterator[Actor]:
    """A transaction of its own, taken back alone when it is refused."""
    with transaction.atomic(), acting(actor) as by:
        yield by


@dataclass
class City:
    """What was built."""

    world: World
    allowance: MeasureVersion
    noticed: MeasureVersion
    health: MeasureVersion
    home: Membership

    def actor(self, code: str) -> Actor:
        """A post's actor."""
        return self.world.actors[code]

    def do(self, code: str, action: Any, case: Case | int, **more: Any) -> Any:
        """One action by a post in a transaction of its own."""
        with as_one(self.actor(code)) as by:
            return action(getattr(case, "pk", case), by=by, **more)

    def own(self, case: Case, action: Any, **more: Any) -> Any:
        """One action by the resident, who logged in and holds the claim."""
        with as_one(resident(case.pk, self.home.resident_id)) as by:
            return action(case.pk, by=by, **more)

    def offer(self, version: MeasureVersion | None = None, **more: Any) -> Case:
        """A claim of the resident of HERE."""
        given = {
            "household_id": self.home.household_id, "resident_id": self.home.resident_id, "channel": "desk",
            "measure": (version or self.allowance).measure.code,
        } | more  # fmt: skip
        with as_one(self.actor(WORKER)) as by:
            return claims.start(by=by, **given).case

    def settle_papers(self, case: Case, code: str = WORKER) -> None:
        """Every paper is confirmed or shown."""
        for one in ClaimMaterial._base_manager.filter(case_id=case.pk).order_by("position"):
            if one.state == "known":
                self.do(code, claim_papers.confirm, case, position=one.position)
            elif one.state == "missing":
                self.do(code, claim_papers.show, case, position=one.position)

    def brought_to(self, state: str, version: MeasureVersion | None = None, fen: int = 12_050) -> Case:
        """A claim in one of the states of the usual way."""
        case = self.offer(version)
        unit = self.world.organisations[UNIT]
        given = Granted(fen=fen, period_from=date(2026, 1, 1), recertify_on=date(2099, 1, 1))
        road = [
            ("gathering", lambda: self.own(case, claims.accept)),
            (
                "filed",
                lambda: (self.settle_papers(case), self.do(WORKER, claim_filing.file, case, unit=unit)),
            ),
            ("granted", lambda: self.do(UNIT, claim_deciding.grant, case, given=given)),
            ("paid", lambda: self.do(UNIT, claim_deciding.pay, case)),
        ]
        if state == "public":
            road = [*road[:2], ("public", lambda: self.do(UNIT, claim_notice.publish, case))]
        if state == "returned":
            ask = {"positions": [1], "note": "身份证复印件看不清"}
            road = [*road[:2], ("returned", lambda: self.do(UNIT, claim_deciding.ask_more, case, **ask))]
        if state == "to_confirm":
            road = [*road[:2], ("to_confirm", road[2][1])]
        for reached, go in road:
            if stored(case).state == state:
                break
            go()
            assert stored(case).state == reached
        assert stored(case).state == state
        return stored(case)


def stored(case: Case) -> Case:
    """The case as it rests."""
    return Case._base_manager.get(pk=case.pk)


def claim_of(case: Case) -> Claim:
    """The claim as it rests."""
    return Claim._base_manager.get(pk=case.pk)


def build() -> City:
    """Builds it with plain inserts, as the administrator."""
    made = world.build()
    return City(
        made,
        measure("gaoling-jintie", "高龄津贴"),
        measure("dibao", "最低生活保障", subject="household"),
        measure("jiehe-mianfei-yao", "结核病免费药", health=True),
        Membership._base_manager.filter(scope_code=HERE).order_by("id").first(),
    )
