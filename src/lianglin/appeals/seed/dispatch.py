"""Sample rules of dispatch for the first street, drawn up and approved by its two coordinators; rulings of the sample history."""

from __future__ import annotations

from typing import Any

from django.db import connection

from lianglin.access.models import Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import rule_sets
from lianglin.appeals.actions.rule_sets import Written
from lianglin.appeals.models import RuleSet
from lianglin.kit import clock, held
from lianglin.kit.seeding import SeedContext

RULES: tuple[tuple[str, list[dict[str, Any]], str, tuple[str, ...], str], ...] = (
    (
        "供热季供热报修", [{"on": "class", "in": ["0201"]}, {"on": "season", "from": "10-20", "to": "04-20"}], "供热企业", (),
        "示例：供热期内直接派供热单位",
    ),
    (
        "夜间市容", [{"on": "class", "in": ["0204"]}, {"on": "hours", "from": "18:00", "to": "08:00"}], "城市管理执法局",
        ("公安交警",), "示例：夜间执法须交警协同",
    ),
    ("楼道照明", [{"on": "item", "in": ["020601"]}], "物业企业", (), "示例：物业服务合同约定公共照明由物业维护"),
    ("停车与交通", [{"on": "class", "in": ["0202"]}], "公安交警", (), "示例：道路交通由交警主办"),
)  # fmt: skip

RULINGS = """
insert into appeals_objection
    (case_id, scope_code, unit_id, ground, note, at, ruling, reason, ruled_at, ruled_by_id, ruled_post_id, sent_to_id)
select s.case_id, s.scope_code, s.organisation_id, 'duty', s.note, s.at,
    case when d.id is null then case when c.state = 'accepted' then '' else 'lapsed' end
         when (d.data ->> 'unit')::bigint = s.organisation_id then 'rejected' else 'upheld' end,
    coalesce(d.note, ''), d.at, d.organisation_id, d.post_id, (d.data ->> 'unit')::bigint
from cases_step s join cases_case c on c.id = s.case_id
left join lateral (
    select * from cases_step n where n.case_id = s.case_id and n.seq > s.seq and n.move = 'dispatch' order by n.seq limit 1
) d on true
where s.move = 'object' and s.organisation_id is not null
    and not exists (select 1 from appeals_objection o where o.case_id = s.case_id)
order by s.case_id, s.seq"""


def seed_rulings() -> None:
    """What the sample history tells of objections, as rows with their rulings."""
    with connection.cursor() as cursor:
        cursor.execute(RULINGS)


def seed_rules(context: SeedContext) -> None:
    """A first version for the first street, in force from today; skipped where it has no second coordinator."""
    access = context.made["access"]
    second = access.get("colleagues", {}).get("coordinator")
    if second is None:
        return
    author = Post.objects.select_related("account", "organisation").get(pk=second)
    first = access["coordinators"].get(author.scope_code)
    if first is None:
        return
    held.forget()  # the catalogue has just been written
    units = {unit.name.removesuffix("（示例）"): unit for unit in Organisation.objects.filter(sample=True)}
    with acting(actor_in(author)) as actor:
        made = rule_sets.draft(by=actor, title="示例派单规则")
        RuleSet.objects.filter(pk=made.pk).update(sample=True)
        for title, conditions, unit, helpers, reason in RULES:
            rule = Written(title, conditions, units[unit], [units[name] for name in helpers], reason)
            rule_sets.add_rule(by=actor, rule_set_id=made.pk, rule=rule)
        rule_sets.propose(by=actor, rule_set_id=made.pk, in_force_from=clock.today())
    approver = Post.objects.select_related("account", "organisation").get(pk=first)
    with acting(actor_in(approver)) as actor:
        rule_sets.decide(by=actor, rule_set_id=made.pk, approve=True)
