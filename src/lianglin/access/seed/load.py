"""Organisations and people of the demo city: committees, offices, and the posts that do the work."""

from __future__ import annotations

from collections.abc import Iterable

from lianglin.access.demo import make_login, note
from lianglin.access.models import Organisation
from lianglin.access.seed.duties import seed_duties
from lianglin.kit import clock
from lianglin.kit.seeding import SeedContext
from lianglin.places.models import Community, Division

CITY_CODE = "city-office"
NAMES = (
    "王",
    "李",
    "张",
    "刘",
    "陈",
    "杨",
    "赵",
    "黄",
    "周",
    "吴",
    "徐",
    "孙",
    "胡",
    "朱",
    "高",
    "林",
    "何",
    "郭",
)

CITY_POSTS = (
    (
        "city", "唐示例", "市级统筹员", "City coordinator", "起草全市通用的派单规则和事项清单",
        "Draws up the rules of dispatch and the duty list of the whole city",
    ),
    (
        "city-b", "许示例", "市级统筹员（2号岗）", "City coordinator (post 2)", "审批全市规则和事项清单",
        "Approves the rules and the duty list of the whole city",
    ),
)  # fmt: skip


def seed(context: SeedContext) -> None:
    """Organisations of every community, street and district; posts for the communities with people.

    ``made["access"]``: ``communities``, ``streets`` and ``districts`` map a scope code to its organisation's id,
    ``workers`` and ``coordinators`` a scope code to the id of the post; ``colleagues`` names the ids of the second
    posts of the first community and street ("worker", "coordinator") and of one that ends today ("left").
    """
    city = _office(CITY_CODE, "市级管理机构", "City office", Organisation.Kind.CITY, "", context)
    city.save()
    districts, streets, committees = _organisations(city, context)
    context.made["access"] = {
        "city": city.pk,
        "districts": {o.scope_code: o.pk for o in districts},
        "streets": {o.scope_code: o.pk for o in streets},
        "communities": {o.scope_code: o.pk for o in committees},
    }
    context.report("organisations", 0.5)
    if context.demo:
        seed_duties()
        note("logins", [])
        context.made["access"] |= _people(city, context)


def _office(
    code: str, name: str, name_en: str, kind: str, scope: str, context: SeedContext, parent: int | None = None
) -> Organisation:
    """An office; no phone, since no invented number may be somebody's."""
    return Organisation(
        code=code,
        name=name[:80],
        name_en=name_en[:120],
        kind=kind,
        scope_code=scope,
        sample=context.demo,
        parent_id=parent,
    )


def _organisations(city: Organisation, context: SeedContext) -> tuple[list[Organisation], ...]:
    kinds = Organisation.Kind
    counties = Division.objects.filter(level=Division.Level.COUNTY).defer("geometry").order_by("code")
    districts = Organisation.objects.bulk_create(
        _office(
            f"district-{d.scope_code}",
            f"{d.name}社会工作部",
            f"{d.name_en} Office",
            kinds.DISTRICT,
            d.scope_code,
            context,
            city.pk,
        )
        for d in counties
    )
    above = {o.scope_code: o.pk for o in districts}
    mapped = Division.objects.filter(communities__isnull=False).distinct().defer("geometry").order_by("code")
    streets = Organisation.objects.bulk_create(
        _office(
            f"street-{d.scope_code}",
            f"{d.name.removesuffix('办事处')}办事处",
            f"{d.name_en} Office",
            kinds.STREET,
            d.scope_code,
            context,
            above.get(d.scope_code[:6]),
        )
        for d in mapped
    )
    above |= {o.scope_code: o.pk for o in streets}
    committees = Organisation.objects.bulk_create(
        _office(
            f"community-{c.scope_code}",
            f"{c.name}居委会",
            f"{c.name_en} Residents' Committee",
            kinds.COMMUNITY,
            c.scope_code,
            context,
            above.get(c.scope_code[:9]),
        )
        for c in Community.objects.defer("geometry").order_by("scope_code")
    )
    return districts, streets, committees


def _people(city: Organisation, context: SeedContext) -> dict[str, dict[str, int]]:
    """A worker per filled community, a coordinator per street with one, and one of each post above."""
    order = context.made["places"]["communities"]
    found = (
        Community.objects.select_related("division").defer("geometry", "division__geometry").in_bulk(order)
    )
    filled = [found[pk] for pk in order]
    offices = {o.scope_code: o for o in Organisation.objects.exclude(scope_code="")}
    made = {
        "workers": _workers(filled, offices),
        "coordinators": _coordinators(filled, offices),
        "doctors": _doctors(filled, offices),
    }
    if filled:
        made["colleagues"] = _colleagues(filled[0].scope_code, offices)
    district = offices[filled[0].scope_code[:6]] if filled else None
    if district:
        make_login(
            "district", "高示例", district, "district_coordinator", district.scope_code, "区级统筹员", "District coordinator",
            "看全区的诉求与指标", "Sees the appeals and figures of the district",
        )  # fmt: skip
        second = make_login(
            "district-b", "宋示例", district, "district_coordinator", district.scope_code, "区级统筹员（2号岗）",
            "District coordinator (post 2)", "审批区级规则、时限和事项清单", "Approves rules, limits and the duty list of the district",
        )  # fmt: skip
        made["seconds"] = {"district": second.pk}
    made["city_posts"] = {
        name: make_login(name, person, city, "city_coordinator", "", title, title_en, what, what_en).pk
        for name, person, title, title_en, what, what_en in CITY_POSTS
    }
    make_login(
        "officer", "林示例", city, "protection_officer", "", "个人信息保护专员", "Data-protection officer",
        "看谁查看了个人信息，核验审计", "Sees who looked at personal data, verifies the audit", persona=True,
    )  # fmt: skip
    make_login(
        "manager", "何示例", city, "manager", "", "市级管理者", "City manager",
        "看全市指标，从数字点到诉求", "Sees the city's figures and opens them", persona=True,
    )  # fmt: skip
    make_login(
        "admin", "郭示例", city, "administrator", "", "系统管理员", "Administrator",
        "建账号、申请岗位，看不到居民", "Makes accounts, proposes posts; sees no residents",
    )  # fmt: skip
    make_login(
        "security", "罗示例", city, "security_officer", "", "安全保密管理员", "Security officer",
        "审批权限变更，管理密钥与会话", "Approves changes of rights, watches keys and sessions",
    )  # fmt: skip
    make_login(
        "auditor", "梁示例", city, "auditor", "", "安全审计员", "Auditor",
        "核验审计、导出审计", "Verifies and exports the audit",
    )  # fmt: skip
    return made


def _workers(filled: list[Community], offices: dict[str, Organisation]) -> dict[str, int]:
    posts = {}
    for number, community in enumerate(filled, 1):
        first = number == 1
        post = make_login(
            "community" if first else f"community{number}", f"{NAMES[number % len(NAMES)]}示例", offices[community.scope_code],
            "community_worker", community.scope_code, "社区工作者", "Community worker",
            "受理本社区的诉求，回访居民", "Receives the community's appeals, calls residents back",
            persona=first, show=number <= 2,
        )  # fmt: skip
        posts[community.scope_code] = post.pk
    return posts


def _coordinators(filled: list[Community], offices: dict[str, Organisation]) -> dict[str, int]:
    posts = {}
    for number, code in enumerate(_once(c.scope_code[:9] for c in filled), 1):
        first = number == 1
        post = make_login(
            "street" if first else f"street{number}", f"{NAMES[-number % len(NAMES)]}示例", offices[code], "street_coordinator", code,
            "街道派单员", "Street coordinator", "派单、审核答复、延期、合并", "Dispatches, checks answers, extends, merges",
            persona=first, show=first,
        )  # fmt: skip
        posts[code] = post.pk
    return posts


def _colleagues(code: str, offices: dict[str, Organisation]) -> dict[str, int]:
    """A second worker beside the first community's and a second coordinator in its street; one who leaves today."""
    worker = make_login(
        "community-b", "周示例", offices[code], "community_worker", code, "社区工作者（2号岗）", "Community worker (post 2)",
        "与一号岗互为代班", "Stands in for the first post, and the other way round",
    )  # fmt: skip
    coordinator = make_login(
        "street-b", "吴示例", offices[code[:9]], "street_coordinator", code[:9], "街道派单员（2号岗）",
        "Street coordinator (post 2)", "本周休假，由一号岗代班", "On leave this week, the first post stands in",
    )  # fmt: skip
    left = make_login(
        "community-c", "孙示例", offices[code], "community_worker", code, "社区工作者（3号岗，今日离岗）", "Community worker (post 3, leaves today)",
        "", "", show=False,
    )  # fmt: skip
    left.ends_on = clock.today()
    left.save(update_fields=["ends_on"])
    return {"worker": worker.pk, "coordinator": coordinator.pk, "left": left.pk}


def _doctors(filled: list[Community], offices: dict[str, Organisation]) -> dict[str, int]:
    """A health centre for the first street, with a family doctor for its first community: nobody else reads health data."""
    if not filled:
        return {}
    first = filled[0]
    street = offices[first.scope_code[:9]]
    centre = Organisation.objects.create(
        code=f"health-{street.scope_code}",
        name=f"{street.name.removesuffix('办事处').removesuffix('街道')}社区卫生服务中心",
        name_en=f"{street.name_en.removesuffix(' Office')} Health Centre",
        kind=Organisation.Kind.HEALTH,
        scope_code=street.scope_code,
        sample=True,
    )
    post = make_login(
        "doctor", "郑示例", centre, "family_doctor", first.scope_code, "家庭医生", "Family doctor",
        "唯一可读健康信息的岗位；看不到诉求和户档", "Alone reads health data; sees neither appeals nor households",
    )  # fmt: skip
    return {first.scope_code: post.pk}


def _once(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))
