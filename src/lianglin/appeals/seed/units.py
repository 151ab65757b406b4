"""The units that sample orders go to: one for each owner the catalogue names, and the street offices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianglin.access.demo import make_login
from lianglin.access.models import Organisation
from lianglin.appeals.seed.catalogue import Ints, items
from lianglin.kit.seeding import SeedContext

COMMUNITY, STREET = "社区", "街道办事处"
"""Owners that are a place's own committee or office, not a unit of the city."""
_COMPANIES = ("企业", "公司", "集团")
_FIRST_OWNER = 0.8
"""How many in a hundredth of orders go to the first of two owners."""
_NAMES = ("王", "李", "张", "刘", "陈", "杨", "赵", "周", "吴", "徐", "孙", "朱", "高", "林", "何", "郭")


@dataclass(frozen=True)
class Units:
    """Who takes orders: (organisation, post) ids of the owners by name and of street offices by scope code."""

    owners: dict[str, tuple[int, int]]
    streets: dict[str, tuple[int, int]]

    def choose(self, item: Ints, scope: list[str], rng: np.random.Generator) -> tuple[list[int], list[int]]:
        """Per order the organisation and the post of the usual owner at its place."""
        second = rng.random(len(item)) >= _FIRST_OWNER
        chosen = [
            self._of(number, code, later)
            for number, code, later in zip(item.tolist(), scope, second.tolist(), strict=True)
        ]
        return [unit for unit, _post in chosen], [post for _unit, post in chosen]

    def _of(self, item: int, scope: str, second: bool) -> tuple[int, int]:
        names = [name for name in items()[item].owner.split("/") if name != COMMUNITY] or [STREET]
        name = names[1] if second and len(names) > 1 else names[0]
        return self.streets[scope[:9]] if name == STREET else self.owners[name]

    def others(self, units: list[int], rng: np.random.Generator) -> list[tuple[int, int]]:
        """For each unit another one, to which the order went by mistake."""
        known = sorted(self.owners.values())
        draws = rng.integers(0, len(known), len(units)).tolist()
        return [
            known[draw] if known[draw][0] != unit else known[(draw + 1) % len(known)]
            for draw, unit in zip(draws, units, strict=True)
        ]


def make_units(context: SeedContext) -> Units:
    """Makes the units and a handler's post in each. No real body: their names say what they own, and sample."""
    names: dict[str, str] = {}
    for item in items():
        names |= dict(zip(item.owner.split("/"), item.owner_en.split(" / "), strict=True))
    owners = sorted(name for name in names if name not in (COMMUNITY, STREET))
    made = Organisation.objects.bulk_create(
        Organisation(
            code=f"unit-{number:02d}", name=f"{name}（示例）", name_en=f"{names[name]} (sample)", sample=True,
            kind=Organisation.Kind.COMPANY if name.endswith(_COMPANIES) else Organisation.Kind.BUREAU,
        )
        for number, name in enumerate(owners, 1)
    )  # fmt: skip
    access = context.made["access"]
    codes = sorted(access.get("coordinators", {}))
    offices = Organisation.objects.in_bulk([access["streets"][code] for code in codes])
    posts = [_post(f"unit{number}", number, unit) for number, unit in enumerate(made, 1)]
    handlers = [
        _post(f"office{number}", number, offices[access["streets"][code]])
        for number, code in enumerate(codes, 1)
    ]
    return Units(
        owners={name: (unit.pk, post) for name, unit, post in zip(owners, made, posts, strict=True)},
        streets={code: (access["streets"][code], post) for code, post in zip(codes, handlers, strict=True)},
    )


def _post(username: str, number: int, unit: Organisation) -> int:
    name = f"{_NAMES[number % len(_NAMES)]}示例"
    return make_login(
        username, name, unit, "unit_handler", "", "承办员", "Handler", "办理派来的工单", "Handles the orders it is given",
        show=False,
    ).pk  # fmt: skip
