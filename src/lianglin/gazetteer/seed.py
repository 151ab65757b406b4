"""Sample service points of the communities that have people, and the login of the manager of places."""

from __future__ import annotations

from datetime import time

from lianglin.access.demo import make_login
from lianglin.access.models import Organisation
from lianglin.kit.seeding import SeedContext
from lianglin.places.models import Community, OpeningRule, ServicePoint

Hours = tuple[tuple[str, int, int, int, int], ...]
Kind = ServicePoint.Kind
OFFICE: Hours = (("12345", 8, 30, 12, 0), ("12345", 13, 0, 17, 0), ("6", 9, 0, 11, 30))
SAMPLES: tuple[tuple[str, str, str, str, Hours], ...] = (
    (Kind.COMMUNITY_OFFICE, "党群服务中心（示例）", "Service hall (sample)", "full", OFFICE),
    (Kind.CANTEEN, "长者食堂（示例）", "Canteen for elders (sample)", "step_free", (("1234567", 10, 30, 13, 0), ("12345", 16, 30, 18, 0))),
    (Kind.HEALTH, "卫生服务站（示例）", "Health station (sample)", "full", (("123456", 8, 0, 16, 30),)),
    (Kind.WORKSHOP, "三零工作室（示例）", "Three-zeros workshop (sample)", "help", OFFICE),
)  # fmt: skip
"""Kind, name, English name, access, hours. Hours are invented; no phone, since none may be somebody's."""
STEP = 0.0008
"""Degrees between the sample points of a community, so that they do not lie on each other."""


def seed(context: SeedContext) -> None:
    """Four points in each community with people; in the demo city only."""
    if not context.demo:
        return
    order = context.made.get("places", {}).get("communities", [])
    found = Community.objects.defer("geometry").in_bulk(order)
    for community in (found[pk] for pk in order if pk in found):
        _points(community)
    city = Organisation.objects.filter(kind=Organisation.Kind.CITY).first()
    if city:
        make_login(
            "places", "梁示例", city, "place_manager", "", "地名区划管理员", "Manager of places",
            "社区合并、拆分、改界，地名导入，服务点", "Merges, splits and redraws communities, imports places",
        )  # fmt: skip
    context.report("service points", 1.0)


def _points(community: Community) -> None:
    since = community.valid_from
    made = ServicePoint.objects.bulk_create(
        ServicePoint(
            kind=kind, name=f"{community.name}{name}"[:80], name_en=f"{community.name_en} {name_en}"[:120],
            community=community, scope_code=community.scope_code, address=f"{community.name}（示例地址）"[:120],
            lon=round(community.lon + STEP * (n % 2), 6), lat=round(community.lat + STEP * (n // 2), 6),
            accessibility=access, valid_from=since, sample=True,
        )
        for n, (kind, name, name_en, access, _hours) in enumerate(SAMPLES)
    )  # fmt: skip
    OpeningRule.objects.bulk_create(
        OpeningRule(point=point, days=days, opens=time(a, b), closes=time(c, d), valid_from=since)
        for point, (*_about, hours) in zip(made, SAMPLES, strict=True)
        for days, a, b, c, d in hours
    )
