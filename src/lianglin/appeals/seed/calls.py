"""Sample calls of the first street to departments, a city-wide rule, and proposals that wait for their second person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lianglin.access.duty_list import actions as duties
from lianglin.access.models import Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import rule_sets, terms, whistling
from lianglin.appeals.actions.rule_sets import Written
from lianglin.appeals.models import RuleSet
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.seeding import SeedContext

CALLED = ("城市管理执法局", "公安交警", "市场监督管理局")
CALLS: tuple[tuple[str, str, int, tuple[int, ...], bool], ...] = (
    ("早市北口", "示例：占道经营反复出现，请到现场会商疏导方案", 3, (0, 1), False),
    ("老旧楼院停车场", "示例：消防通道被占，请到现场认定并处置", 20, (1,), True),
    ("临街餐饮店", "示例：油烟与排水一并投诉，请联合检查", 2, (0, 2), True),
)
"""Place, what is needed, hours until then, which of CALLED, whether it names an appeal."""


def seed_calls(context: SeedContext) -> None:
    """Three calls: one that runs, one about an appeal, one that was answered and judged."""
    access = context.made["access"]
    second = access.get("colleagues", {}).get("coordinator")
    units = _units()
    if second is None or not units:
        return
    code = Post.objects.values_list("scope_code", flat=True).get(pk=second)
    posts = _posts([access["coordinators"][code]])
    open_cases = list(
        Case._base_manager.filter(scope_code__startswith=code, state__in=("dispatched", "handling")).order_by(
            "-id"
        )[:2]
    )
    for number, (place, text, hours, chosen, named) in enumerate(CALLS):
        case = open_cases.pop() if named and open_cases else None
        with acting(actor_in(posts[0])) as actor:
            made = whistling.call(
                by=actor, units=[units[n] for n in chosen], place_text=place, text=text,
                arrive_by=clock.now() + timedelta(hours=hours), case=case,
            )  # fmt: skip
        if number == len(CALLS) - 1:
            _answered(made.pk, units[chosen[0]], posts[0])


def _answered(call_id: int, unit: Organisation, street: Post) -> None:
    post = Post.objects.select_related("account", "organisation").filter(organisation=unit).first()
    if post is None:
        return
    with acting(actor_in(post)) as actor:
        whistling.arrive(by=actor, call_id=call_id)
        whistling.answer(by=actor, call_id=call_id, text="示例：现场已责令整改，三日后复查", warranted="yes")
    with acting(actor_in(street)) as actor:
        whistling.assess(by=actor, call_id=call_id, unit_id=unit.pk, came="yes", helped="yes")


def seed_proposals(context: SeedContext) -> None:
    """The city's own rules, approved; a limit and a change of the duty list that wait."""
    access = context.made["access"]
    city, units = access.get("city_posts"), _units()
    if not city or not units:
        return
    first, second = _posts([city["city"], city["city-b"]])
    with acting(actor_in(first)) as actor:
        made = rule_sets.draft(by=actor, title="示例全市通用派单规则")
        RuleSet.objects.filter(pk=made.pk).update(sample=True)
        conditions: list[dict[str, Any]] = [{"on": "class", "in": ["0202"]}]
        rule = Written(
            "停车与交通", conditions, units[1], [], "示例：全市道路交通由交警主办，区街另有规则的从其规则"
        )
        rule_sets.add_rule(by=actor, rule_set_id=made.pk, rule=rule)
        rule_sets.propose(by=actor, rule_set_id=made.pk, in_force_from=clock.today())
        written = duties.Written(
            "S-07", "协助组织居民参与民意征集", "Help to hear residents", "assist", "示例：待审批的清单事项"
        )
        start = _next_month()
        duties.propose(by=actor, written=written, from_day=start, reason="示例：各区提出的共性需要")
        terms.propose(
            by=actor, kind="co_handling", amount=3, unit="working_days", valid_from=start,
            basis="示例：全市协办时限", reason="示例：协办两个工作日偏紧",
        )  # fmt: skip
    with acting(actor_in(second)) as actor:
        rule_sets.decide(by=actor, rule_set_id=made.pk, approve=True)


def _next_month() -> date:
    return (clock.today().replace(day=1) + timedelta(days=32)).replace(day=1)


def _posts(ids: list[int]) -> list[Post]:
    found = Post.objects.select_related("account", "organisation").in_bulk(ids)
    return [found[pk] for pk in ids]


def _units() -> list[Organisation]:
    known = {
        unit.name.removesuffix("（示例）"): unit
        for unit in Organisation.objects.filter(sample=True, active=True)
    }
    return [known[name] for name in CALLED] if all(name in known for name in CALLED) else []
