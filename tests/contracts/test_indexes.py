"""An index behind every list: EXPLAIN as the database role, over a table with thousands of rows.

The planner is told to avoid sequential scans (on some thousands of rows it would rightly prefer them), so that a
list without a fitting index shows itself: as a sequential scan all the same, or as an index read from end to end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianglin.access import queries as access
from lianglin.access.actor import Actor, job, public
from lianglin.access.duty_list import queries as duty_list
from lianglin.access.transaction import acting
from lianglin.appeals.models import HotlineSource, ProblemClass
from lianglin.appeals.queries import (
    alike,
    calls,
    campaigns,
    dispatching,
    errands,
    exclusions,
    hotline,
    knowledge,
    ledgers,
    mails,
    open_requests,
    orders,
    problems,
    projects,
    supervision,
    terms,
    whistles,
    worklists,
)
from lianglin.appeals.queries.alike import Asked
from lianglin.appeals.queries.publication import published
from lianglin.cases import queries as cases
from lianglin.indicators import queries as figures
from lianglin.indicators.reports import actions as report_actions
from lianglin.indicators.reports.designs.models import ReportDesign
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.indicators.reports.schedules import views as schedules
from lianglin.indicators.reports.schedules.models import ReportSchedule
from lianglin.indicators.reports.sending import views as sending
from lianglin.indicators.values import history
from lianglin.indicators.values import queries as values
from lianglin.kit import discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.paging import page
from lianglin.kit.period import Period
from lianglin.notices import queries as notices
from tests.contracts import notice_rows, report_rows
from tests.contracts.intake_rows import INTAKE, TABLES
from tests.world import HERE, STREET, UNIT, WORKER, World, build, catalogue

CASES = 20_000
COMMUNITIES = 200
GIVEN = CASES // 500
"""Two districts of ten streets of ten communities; every 20th case is open, every 500th was given to UNIT."""
OFFICER, JOB = "protection_officer", "job"
BIG = frozenset({
    "cases_case", "cases_step", "appeals_callback", "cases_clock", "appeals_appeal", "access_grant", "access_accesslog",
    "indicators_indicatorvalue", "notices_message", "appeals_publishedcase",
    "appeals_problemclass", "appeals_problemcase", "appeals_project",
    "appeals_campaign",
    "appeals_similarityrow",
    "appeals_objection", "appeals_coorder", "appeals_whistlecall",
    "appeals_whistleunit", "appeals_exclusion", "appeals_ruleset", "appeals_termchange", "appeals_dispatchterm",
    "access_dutychange", "access_communityduty", "indicators_report", "indicators_figurerevision",
    "indicators_indicatortarget", "indicators_targetchange", "indicators_figureimport", *TABLES, *report_rows.TABLES,
    *notice_rows.TABLES,
})  # fmt: skip
MONTH = Period.month_of(date(2026, 10, 1))

FILL = (
    """
    insert into cases_case (id, number, kind, title, scope_code, community_id, building_id, place_text, state, outcome,
        urgent, owner_id, opened_at, due_at, due_provisional, settled_at, closed_at, version, sample)
    select g, 'A' || lpad(g::text, 12, '0'), 'appeal', 'x', z.scope, p.id, b.id, '', z.state, '', h %% 50 = 0, o.id,
        z.at, case when z.state <> 'closed' then z.at + interval '30 days' end, false,
        case when z.state = 'closed' then z.at + interval '4 days' end,
        case when z.state = 'closed' then z.at + interval '6 days' end, 0, true
    from (select g, abs(hashint4(g)) as h from generate_series(1, %(cases)s) g)
    join lateral (select
        '2301' || lpad((3 + g %% 2)::text, 2, '0') || lpad((1 + g / 2 %% 10)::text, 3, '0')
            || lpad((1 + g / 20 %% 10)::text, 3, '0') as scope,
        case when h %% 20 = 7 then (array['received', 'accepted', 'dispatched', 'handling', 'answered', 'settled'])
            [1 + h / 20 %% 6] else 'closed' end as state,
        timestamptz '2026-11-20 12:00+08' - make_interval(mins => (%(cases)s - g) * 30) as at) z on true
    join places_community p on p.scope_code = %(here)s
    join places_building b on b.community_id = p.id
    join access_organisation o on o.code = case when h %% 500 = 7 then 'bureau-1' else 'bureau-2' end
    """,
    """
    insert into appeals_appeal (case_id, scope_code, item_id, channel, text, entity, anonymous, language, opened_at)
    select c.id, c.scope_code, (select min(id) + c.id %% 2 from appeals_item), 'web', 'x', false, false, 'zh-hans', c.opened_at
    from cases_case c
    """,
    """
    insert into appeals_similarityrow (case_id, scope_code, class_code, cell, building_id, person, opened_at, grams, read_by)
    select c.id, c.scope_code, (array['0201', '0206', '0301'])[1 + c.id %% 3], 1000 + abs(hashint4(c.id::int)) %% 500, c.id %% 4000,
        c.id %% 9000, c.opened_at, '', ''
    from cases_case c
    """,
    """
    insert into cases_step (case_id, scope_code, seq, move, from_state, to_state, at, note, public, data)
    select id, scope_code, s, 'x', '', state, opened_at, '', true, '{}' from cases_case, generate_series(1, 2) s
    """,
    """
    insert into cases_clock (case_id, scope_code, stage, amount, unit, started_at, due_at, provisional, paused_seconds, extended,
        stopped_at)
    select c.id, c.scope_code, k.stage, 1, 'working_days', c.opened_at, c.opened_at + k.due, false, 0, 0,
        case when c.state = 'closed' or k.stage = 'dispatch' then c.opened_at + case when c.id %% 20 = 3 then k.late else k.kept end end
    from cases_case c, (values ('dispatch', interval '24 h', interval '12 h', interval '12 h'),
        ('handle', interval '5 days', interval '4 days', interval '9 days'),
        ('call_back', interval '8 days', interval '6 days', interval '12 days')) k (stage, due, kept, late)
    """,
    """
    insert into appeals_callback (case_id, scope_code, at, online, reached, solved, grade, note)
    select id, scope_code, closed_at, false, true, 'yes', 5, '' from cases_case where closed_at is not null
    """,
    """
    insert into access_grant (subject, subject_id, scope_code, organisation_id, starts_at, ends_at, reason)
    select 'cases.Case', id, scope_code, owner_id, opened_at, '9999-12-31', 'dispatch' from cases_case
    """,
    """
    insert into access_accesslog (at, scope_code, case_id, organisation_id, post_id, purpose, what)
    select opened_at, scope_code, id, owner_id, (select min(id) from access_post), 'call_back', 'x' from cases_case
    """,
    """
    insert into indicators_indicatorvalue
        (indicator, month, scope_code, member, numerator, denominator, definition_version, computed_at)
    select i, m, s.scope_code, '', 1, 2, '1', now()
    from unnest(%(figures)s::text[]) i, generate_series('2025-10-01'::date, '2026-10-01', '1 month') m,
        (select distinct scope_code from cases_case) s
    """,
    """
    insert into notices_message (key, code, channel, language, scope_code, case_id, post_id, body, body_en, link, state, tries,
        created_at, error)
    select gen_random_uuid(), 'x', 'in_app', 'zh-hans', c.scope_code, c.id, p.id, 'x', '', '', 'sent', 0, c.opened_at, ''
    from cases_case c left join (select id, row_number() over () as number from access_post) p on p.number = c.id %% 100
    """,
    """
    insert into appeals_problemclass (id, scope_code, title, breadth, codes, first_day, last_day, origin, state, owner_id, made_at,
        confirmed_at, closed_with, sample)
    select c.id, left(c.scope_code, 9), 'x', 'item', '["020601"]', c.opened_at::date, c.opened_at::date, 'hand',
        case when c.id %% 10 = 0 then 'candidate' else 'under_way' end, c.owner_id, c.opened_at, c.opened_at, '', true
    from cases_case c where c.id <= %(cases)s / 4
    """,
    """
    insert into appeals_problemcase (problem_id, scope_code, breadth, case_id, live, reason, added_at, removed_reason)
    select p.id, p.scope_code, 'item', c.id, true, '', c.opened_at, ''
    from appeals_problemclass p join cases_case c on left(c.scope_code, 9) = p.scope_code and c.id %% 500 = p.id %% 500
    where not exists (select 1 from appeals_problemcase x where x.case_id = c.id) and p.id <= 500
    """,
    """
    insert into appeals_project (id, scope_code, title, aim, unit_id, state, document_no, budget_fen, money, starts_on, due_on,
        first_due_on, proposed_at, sample)
    select id, scope_code, 'x', '', owner_id, 'approved', '', 1, 'district', first_day, last_day, last_day, made_at, true
    from appeals_problemclass
    """,
    """
    insert into appeals_campaign (id, scope_code, title, kind, codes, unit_id, document_no, made_at, sample)
    select id, scope_code, 'x', 'parking', '["020601"]', owner_id, '', made_at, true from appeals_problemclass
    """,
    """
    insert into access_grant (subject, subject_id, scope_code, organisation_id, starts_at, ends_at, reason)
    select s, id, scope_code, owner_id, made_at, '9999-12-31', 'problem'
    from appeals_problemclass, unnest(array['appeals.ProblemClass']) s
    """,
)  # fmt: skip


DISPATCHED = (
    """
    insert into appeals_objection (case_id, scope_code, unit_id, ground, note, at, ruling, reason)
    select id, scope_code, owner_id, 'duty', 'x', opened_at, '', '' from cases_case
    """,
    """
    insert into appeals_coorder (case_id, scope_code, unit_id, task, state, ordered_at, due_at, provisional, answer)
    select id, scope_code, owner_id, 'x', case when id %% 20 = 7 then 'ordered' else 'answered' end, opened_at, opened_at, false,
        'x' from cases_case
    """,
    """
    insert into appeals_whistlecall (id, scope_code, case_id, place_text, text, street_id, called_at, arrive_by)
    overriding system value
    select id, scope_code, case when id %% 2 = 0 then id end, 'x', 'x', owner_id, opened_at, opened_at from cases_case
    """,
    """
    insert into appeals_whistleunit (call_id, scope_code, unit_id, answer, warranted, warranted_note, came, helped, street_note)
    select id, scope_code, owner_id, '', '', '', '', '', '' from cases_case
    """,
    """
    insert into access_grant (subject, subject_id, scope_code, organisation_id, starts_at, ends_at, reason)
    select 'appeals.WhistleCall', id, scope_code, owner_id, opened_at, '9999-12-31', 'whistle' from cases_case
    """,
    """
    insert into appeals_exclusion (case_id, scope_code, figure, ground, state, reason, asked_by_id, unit_id, asked_at, ruling,
        objection, first_ruling)
    select id, scope_code, 'settled', 'no_duty', case when id %% 2 = 0 then 'asked' else 'refused' end, 'x',
        (select min(id) from access_post), owner_id, opened_at, '', '', '' from cases_case
    """,
    """
    insert into appeals_ruleset (scope_code, version, title, state, in_force_from, drafted_at, note, sample)
    select distinct left(scope_code, 9), g, 'x', 'approved', '2025-01-01'::date + g, now(), '', false
    from cases_case, generate_series(1, 100) g
    """,
    """
    insert into appeals_dispatchterm (scope_code, kind, amount, unit, valid_from, basis)
    select distinct left(scope_code, 9), 'objection', 1, 'hours', '2025-01-01'::date + g, 'x'
    from cases_case, generate_series(1, 100) g
    """,
    """
    insert into appeals_termchange (scope_code, kind, amount, unit, valid_from, basis, reason, state, proposed_by_id,
        proposed_post_id, proposed_at, note)
    select distinct left(scope_code, 9), 'objection', 1, 'hours', '2025-01-01'::date + g, 'x', 'x', 'refused',
        (select min(id) from access_account), (select min(id) from access_post), now(), ''
    from cases_case, generate_series(1, 100) g
    """,
    """
    insert into access_communityduty (scope_code, code, text, text_en, kind, basis, valid_from, sample)
    select distinct left(scope_code, 9), 'S-' || g, 'x', '', 'own', 'x', '2025-01-01'::date, false
    from cases_case, generate_series(1, 100) g
    """,
    """
    insert into access_dutychange (scope_code, act, code, text, text_en, kind, basis, from_day, reason, state, proposed_by_id,
        proposed_post_id, proposed_at, note)
    select distinct left(scope_code, 9), 'add', 'S-' || g, 'x', '', 'own', 'x', '2025-01-01'::date, 'x', 'refused',
        (select min(id) from access_account), (select min(id) from access_post), now(), ''
    from cases_case, generate_series(1, 100) g
    """,
    """
    insert into indicators_report (key, definition, definition_version, scope_code, kind, starts_on, ends_before, version, why,
        public, state, figures, texts, edits, post_id, organisation_id, asked_at, issuer, document_number, copied_to)
    select gen_random_uuid(), 'appeals.report', '1', s.scope, 'month', '2000-01-01'::date + g, '2000-01-02'::date + g, 1, '',
        false, 'draft', '{}', '{}', 0, (select min(id) from access_post), (select min(id) from access_organisation), now(), '',
        '', ''
    from (select distinct left(scope_code, 9) as scope from cases_case) s, generate_series(1, 100) g order by g, s.scope
    """,
    """
    insert into indicators_figurerevision (indicator, month, scope_code, member, numerator, denominator, definition_version,
        valid_from, valid_until, ended_by)
    select indicator, month, scope_code, member, numerator, denominator, '1', month + d, month + d + 1, 'counted'
    from indicators_indicatorvalue, generate_series(40, 42) d
    """,
    """
    insert into indicators_indicatortarget (indicator, scope_code, amount, better, valid_from, source, sample)
    select 'appeals.settled', s.scope, 95, 'up', '2000-01-01'::date + g, 'x', false
    from (select distinct left(scope_code, 9) as scope from cases_case) s, generate_series(1, 100) g order by g, s.scope
    """,
    """
    insert into indicators_targetchange (scope_code, indicator, amount, better, valid_from, source, reason, state,
        proposed_by_id, proposed_post_id, proposed_at, note)
    select t.scope_code, t.indicator, 95, 'up', t.valid_from, 'x', 'x', 'refused', (select min(id) from access_account),
        (select min(id) from access_post), now(), ''
    from indicators_indicatortarget t order by t.id
    """,
    """
    insert into indicators_figureimport (key, scope_code, file_name, content, sha256, office, source, as_of, lines, sample, reason,
        state, proposed_by_id, proposed_post_id, proposed_at, note)
    select gen_random_uuid(), t.scope_code, 'x', '', 'x', 'x', 'x', t.valid_from, 1, false, 'x', 'refused',
        (select min(id) from access_account), (select min(id) from access_post), now(), ''
    from indicators_indicatortarget t order by t.id
    """,
)
"""What dispatch leaves behind: a row of each kind for every case, a hundred for every street."""


@pytest.fixture
def city(db: None) -> World:
    made = build()
    made.actors[JOB] = job()
    catalogue()
    with connection.cursor() as cursor:
        codes = [indicator.code for indicator in figures.figures_of() if indicator.cells]
        for statement in FILL:
            cursor.execute(statement, {"cases": CASES, "here": HERE, "figures": codes})
        for statement in (*DISPATCHED, *INTAKE, *report_rows.REPORTING, *notice_rows.ROWS):
            cursor.execute(statement, [])
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(
            "analyze"
        )  # the small tables too: what an earlier test left of them would choose the plan
    return made


@dataclass(frozen=True)
class Plan:
    """What PostgreSQL did for one statement, on the big tables alone."""

    read: int
    """Rows looked at, kept or not."""
    sorted: int
    """Most rows that went into one sort."""
    indexes: frozenset[str]
    sequential: tuple[str, ...]


def plans(actor: Actor, run: Callable[[Actor], Any]) -> list[Plan]:
    """Runs a query as the actor's database role and explains each statement of it that touches a big table."""
    with acting(actor):
        with CaptureQueriesContext(connection) as captured:
            run(actor)
        found = []
        with connection.cursor() as cursor:
            for query in captured.captured_queries:
                if (
                    any(table in query["sql"] for table in BIG)
                    and query["sql"].lstrip()[:6].upper() == "SELECT"
                ):
                    cursor.execute(f"explain (analyze, timing off, format json) {query['sql']}")
                    (told,) = cursor.fetchone()
                    found.append(_plan((json.loads(told) if isinstance(told, str) else told)[0]["Plan"]))
        return found


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


def _given(node: dict[str, Any]) -> int:
    return int(node.get("Actual Rows", 0) * node["Actual Loops"])


def _looked_at(node: dict[str, Any]) -> int:
    kinds = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return int(sum(node.get(kind, 0) for kind in kinds) * node["Actual Loops"])


def _plan(root: dict[str, Any]) -> Plan:
    nodes = list(_nodes(root))
    scans = [node for node in nodes if node.get("Relation Name") in BIG]
    sorts = [_given(node["Plans"][0]) for node in nodes if "Sort" in node["Node Type"]]
    return Plan(
        read=sum(_looked_at(node) for node in scans),
        sorted=max(sorts, default=0),
        indexes=frozenset(node["Index Name"] for node in nodes if "Index Name" in node),
        sequential=tuple(node["Relation Name"] for node in scans if node["Node Type"] == "Seq Scan"),
    )


@dataclass(frozen=True)
class List:
    """A list, who reads it, the indexes one of which serves it, how many rows may be read and sorted, and why."""

    name: str
    who: str
    run: Callable[[Actor], Any]
    indexes: tuple[str, ...]
    read: int
    sorts: int
    why: str


def worklist(**chosen: Any) -> Callable[[Actor], Any]:
    return lambda actor: page(worklists.worklist(actor, **chosen), "-id")


def older(actor: Actor) -> Any:
    first = page(worklists.worklist(actor), "-id")
    return page(worklists.worklist(actor), "-id", cursor=first.older)


def inbox(actor: Actor) -> Any:
    return page(cases.inbox(actor), "due_at", "id")


def board(actor: Actor) -> Any:
    return page(worklists.queue(actor, "accepted"), "due_at", "id", size=20)


def counts(actor: Actor) -> Any:
    return worklists.queue_counts(actor, ["accepted", "answered"])


def chosen(actor: Actor) -> Any:
    numbers = [f"A{number:012}" for number in range(1, CASES, CASES // 200)]
    return list(worklists.appeals(actor).filter(number__in=numbers).order_by("-id")[:201])


def looked_at(actor: Actor) -> Any:
    return access.who_looked(CASES // 2, actor=actor)


def to_call(actor: Actor) -> Any:
    return page(calls.waiting(actor), "due_at", "id", size=30)


def ladder(actor: Actor) -> Any:
    steps = supervision.ladder(actor.low, supervision.may_give(actor))
    return page(supervision.proposed(actor, steps), "due_at", "id", size=30)


def on_ledger(code: str) -> Callable[[Actor], Any]:
    return lambda actor: page(ledgers.ledger(actor, code), "-id", size=30)


def messages(actor: Actor) -> Any:
    return page(notices.to_post(actor), "-id", size=30)


def similar(actor: Actor) -> Any:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    asked = Asked("x", ("", "0206"), HERE, cell=1001, building_id=77, person=77, at=at)
    return alike.near(asked, actor)


def looks(**chosen: Any) -> Callable[[Actor], Any]:
    return lambda actor: page(access.looks(actor=actor, **chosen), "-id")


def classes(**chosen: Any) -> Callable[[Actor], Any]:
    return lambda actor: page(problems.classes(actor, **chosen), "-id", size=30)


def in_class(actor: Actor) -> Any:
    return problems.located(ProblemClass(pk=20), actor, limit=12)


def our_projects(actor: Actor) -> Any:
    return page(projects.projects(actor), "-id", size=30)


def our_campaigns(actor: Actor) -> Any:
    return page(campaigns.campaigns(actor), "-id", size=30)


CLASSES = CASES // 4


def by_id(rows: Callable[[Actor], Any]) -> Callable[[Actor], Any]:
    return lambda actor: page(rows(actor), "-id", size=30)


def helping(actor: Actor) -> Any:
    return page(orders.own_co_orders(actor), "due_at", "id", size=30)


def asked_out(actor: Actor) -> Any:
    return errands.calls(actor, 100)


def excluded(actor: Actor) -> Any:
    return page(exclusions.seen_by(actor).filter(state__in=("asked", "review")), "-id", size=30)


def limits(actor: Actor) -> Any:
    return page(terms.listed(actor), "-valid_from", "-id", size=30)


def reports(actor: Actor) -> Any:
    seen = Report.objects.visible_to(actor, purpose=report_actions.purpose(actor))
    return seen.defer("figures", "texts").select_related("organisation")


def beside(model: type[ReportLayout | ReportDesign | ReportSchedule]) -> Callable[[Actor], Any]:
    """What an office keeps beside its reports."""
    return by_id(lambda actor: model.objects.visible_to(actor, purpose=report_actions.purpose(actor)))


def received(actor: Actor) -> Any:
    return page(sending.held(actor), "-id", size=20)


def runs(actor: Actor) -> Any:
    schedule = ReportSchedule.objects.visible_to(actor, purpose=report_actions.purpose(actor)).order_by("id")[
        0
    ]
    return page(schedules.runs_of(actor, schedule), "-id", size=30)


def sent_copies(actor: Actor) -> Any:
    report = Report.objects.visible_to(actor, purpose=report_actions.purpose(actor)).order_by("id")[0]
    return sending.copies(actor, report)


def goals(actor: Actor) -> Any:
    return page(values.goals(actor), "-valid_from", "-id", size=30)


def duties(actor: Actor) -> Any:
    return list(duty_list.listed(actor, date(2026, 1, 1)))


def files(actor: Actor) -> Any:
    return page(hotline.imports(HotlineSource(pk=1), actor), "-id", size=30)


def going_back(state: str) -> Callable[[Actor], Any]:
    return lambda actor: page(hotline.returns(HotlineSource(pk=1), actor).filter(state=state), "-id", size=30)


def mails_waiting(actor: Actor) -> Any:
    return page(mails.waiting(actor), "-id", size=30)


def expiring(actor: Actor) -> Any:
    return page(knowledge.entries(actor, only="expiring"), "valid_until", "id", size=30)


OWN = CASES // COMMUNITIES
RETURNS = ("appeals_hotline_return_scope", "appeals_hotline_return_state", "appeals_hotlinereturn_pkey")
ENTRIES = ("appeals_knowledgeentry_pkey", "appeals_knowledge_one_draft")
BY_SCOPE = ("cases_scope",)
NUMBERED = ("cases_case_number_key", "cases_scope")
WAITING = ("cases_state_due",)
GRANTED = ("access_grant_organisation_id_7d694569", "access_grant_org_subject")
POST = ("notices_message_post", "notices_message_post_id_1ac4dfbd")
NOT_DELIVERED = ("notices_delivery_here", "notices_delivery_open", "notices_recipient_pkey")
OF_HOOKS = ("notices_webhookendpoint_pkey", "notices_webhookendpoint_unit_id_af7c2385")
OF_WAITING = ("notices_call_queued", "notices_call_dead", "notices_call_before", *OF_HOOKS)
OF_CALLS = ("notices_call_endpoint", "notices_webhookcall_pkey", *OF_WAITING)
OF_TEXTS = ("notices_text_version", "notices_text_waits_once", "notices_textversion_pkey")
OF_CLASSES = ("appeals_problem_scope", "appeals_problemclass_pkey")
OF_PROJECTS = ("appeals_project_scope", "appeals_project_pkey")
OF_CAMPAIGNS = ("appeals_campaign_scope", "appeals_campaign_pkey")
LINKED = ("appeals_problem_case", "cases_case_pkey")
LISTS = (
    List("list", WORKER, worklist(), BY_SCOPE, 3 * OWN, OWN, "the community's cases and their appeals, by scope"),
    List("list, older", WORKER, older, BY_SCOPE, 3 * OWN, OWN, "the same behind a cursor"),
    List("list by state", WORKER, worklist(state="received"), BY_SCOPE, OWN + 20, 9, "the state's rows of the community"),
    List("list of the open", WORKER, worklist(state="open"), BY_SCOPE, OWN + 20, 20, "its rows, joined where open"),
    List("list of the overdue", WORKER, worklist(overdue=True), BY_SCOPE, OWN + 20, 20, "the same where late"),
    List("by number", WORKER, worklist(number="A00000000012"), NUMBERED, OWN + 20, 0, "the number's start, or the own rows"),
    List("chosen for a bulk move", STREET, chosen, NUMBERED, 3 * OWN, OWN, "each by its number"),
    List("my work", WORKER, inbox, BY_SCOPE, OWN + 20, 20, "what waits in the community, sorted by due date"),
    List("list", STREET, worklist(), ("cases_case_pkey",), 15 * OWN, 0, "newest first: stops at the 51st row of a 20th"),
    List("list by state", STREET, worklist(state="received"), (*WAITING, "cases_state"), OWN, 20, "the state's rows of the street"),
    List("my work", STREET, inbox, WAITING, OWN, 60, "what waits in the street, sorted by due date"),
    List("board", STREET, board, WAITING, 3 * OWN, 20, "one state's rows in the order of the index, or the street's few sorted"),
    List("board's counts", STREET, counts, WAITING, 5 * OWN, 0, "these states' rows, counted from the index"),
    List("calls to make", WORKER, to_call, (*BY_SCOPE, *WAITING), 2 * OWN, 20, "what is settled in the community, by due date"),
    List("calls to make", STREET, to_call, WAITING, 4 * OWN, 60, "what is settled in the street, by due date"),
    List("ladder", STREET, ladder, WAITING, 5 * OWN, 60, "what is late in units' hands, by due date"),
    *(
        List(f"ledger {code}", STREET, on_ledger(code), (*WAITING, *BY_SCOPE, "cases_case_pkey"), 15 * OWN, 60, "the street's open matters")
        for code in ("long", "passed", "weak")
    ),
    List("list", UNIT, worklist(), GRANTED, 20 * GIVEN, 2 * GIVEN, "the unit's grants, each case by its key"),
    List("my work", UNIT, inbox, GRANTED, 20 * GIVEN, GIVEN, "the unit's grants among what waits"),
    List("who looked", OFFICER, looks(), ("access_accesslog_pkey",), 51, 0, "newest first, the page alone"),
    List("who looked, a place", OFFICER, looks(place=HERE), ("access_log_scope",), 2 * OWN, OWN, "the place's rows"),
    List("who looked at a case", WORKER, looked_at, ("access_log_case",), 2, 1, "the case's rows"),
    List("problem classes", STREET, classes(), OF_CLASSES, CLASSES // 6, CLASSES // 20, "newest first: stops at the 31st of a 20th"),
    List("problem classes", UNIT, classes(), (*GRANTED, "appeals_problemclass_pkey"), 20 * GIVEN, 2 * GIVEN, "the unit's, each by its key"),
    List("appeals in a class", STREET, in_class, LINKED, CLASSES // 10, 60, "the class's links, each case by its key"),
    List("projects", STREET, our_projects, OF_PROJECTS, CLASSES // 6, CLASSES // 20, "newest first: stops at the 31st of a 20th"),
    List("campaigns", STREET, our_campaigns, OF_CAMPAIGNS, CLASSES // 6, CLASSES // 20, "newest first: stops at the 31st of a 20th"),
    List("messages", WORKER, messages, POST, 3 * OWN, 2 * OWN, "the post's messages, in the index's order or sorted"),
    List("similar appeals", WORKER, similar, ("appeals_similarityrow_pkey", "appeals_similar_scope"), OWN, 0, "each found by its key"),
    List("rulings", STREET, by_id(orders.objections), ("appeals_objection_scope", "appeals_objection_pkey"), 22 * OWN, 10 * OWN, "the street's"),
    List("called in to help", UNIT, helping, ("appeals_co_order_unit",), 8 * GIVEN, 0, "the unit's open ones as they are due"),
    List("calls", STREET, by_id(whistles.calls), ("appeals_whistlecall_pkey",), 15 * OWN, 0, "newest first"),
    List("calls", UNIT, by_id(whistles.calls), GRANTED, 30 * GIVEN, 3 * GIVEN, "the unit's grants, each call by its key"),
    List("asked to come", UNIT, asked_out, ("appeals_whistle_unit", "appeals_whistlecall_pkey"), 15 * GIVEN, 2 * GIVEN, "the unit's calls"),
    List("left out of rates", STREET, excluded, ("appeals_exclusion_scope", "appeals_exclusion_pkey"), 30 * OWN, 10 * OWN, "the street's"),
    List("rules", STREET, by_id(dispatching.sets_near), ("appeals_ruleset_pkey",), 2000, 0, "newest first, streets mixed"),
    List("limits", STREET, limits, ("appeals_term_once",), 200, 100, "the street's rows and the wider areas', sorted"),
    List("changes of limits", STREET, by_id(terms.changes), ("appeals_termchange_pkey",), 2000, 0, "newest first"),
    List("duty list", STREET, duties, ("access_duty_once",), 200, 100, "the street's rows and the wider areas', sorted"),
    List("changes of duties", STREET, by_id(duty_list.changes), ("access_dutychange_pkey",), 2000, 0, "newest first"),
    List(
        "reports", STREET, by_id(reports), ("indicators_report_scope", "indicators_report_pkey"), 700, 100,
        "the street's, or the newest of all: stops at the 31st of a 20th",
    ),
    *(
        List(name, STREET, beside(model), (f"indicators_{index}_scope", f"indicators_{model.__name__.lower()}_pkey"), 700, 100, "as reports")
        for name, model, index in (
            ("templates", ReportLayout, "layout"), ("compositions", ReportDesign, "design"), ("schedules", ReportSchedule, "schedule")
        )
    ),
    *(
        List("reports received", who, received, ("indicators_received_unit",), 21, 0, "the office's newest, in the index's order")
        for who in (STREET, UNIT)
    ),
    List("runs of a schedule", STREET, runs, ("indicators_run_schedule", "indicators_reportschedule_pkey"), 700, 100, "the schedule's newest"),
    List("copies of a report", STREET, sent_copies, ("indicators_copy_once", "indicators_report_pkey"), 700, 100, "the report's"),
    List("goals", STREET, goals, ("indicators_target_from",), 2000, 60, "newest first, streets mixed"),
    List(
        "changes of goals", STREET, by_id(values.changes), ("indicators_target_changes", "indicators_targetchange_pkey"), 2000,
        100, "newest first",
    ),
    List(
        "files of figures", STREET, by_id(values.files), ("indicators_imports", "indicators_figureimport_pkey"), 2000, 100,
        "newest first",
    ),
    List("files of a hotline", STREET, files, ("appeals_hotline_import", "appeals_hotlineimport_pkey"), 15 * OWN, 0, "newest first"),
    *(
        List(f"returns {state}", who, going_back(state), RETURNS, 30 * OWN, 10 * OWN, "the area's, each with its order")
        for state in ("waiting", "acknowledged")
        for who in (WORKER, STREET)
    ),
    List("mails", WORKER, mails_waiting, ("appeals_mail_waiting",), 20, 20, "the community's that wait"),
    List("mails", STREET, mails_waiting, ("appeals_mail_waiting", "appeals_maildraft_pkey"), 15 * OWN, OWN, "the street's that wait"),
    List("knowledge", STREET, by_id(knowledge.entries), ENTRIES, CLASSES // 6, CLASSES // 20, "newest first, streets mixed"),
    *(
        List(f"knowledge {only}", STREET, by_id(partial(knowledge.entries, only=only)), ENTRIES, CLASSES // 6, 60, "open drafts, each by key")
        for only in ("waiting", "drafts")
    ),
    List("knowledge expiring", STREET, expiring, ("appeals_knowledge_expiry",), CLASSES // 6, 60, "what runs out soon, in order"),
    List("messages waiting", WORKER, notices.unread, POST, 3 * OWN, 2 * OWN, "the post's newest, up to 100"),
    *(
        List(f"not delivered {channel}", who, notice_rows.undelivered(channel), NOT_DELIVERED, most, most, "the area's, not seen to")
        for channel in ("", "sms")
        for who, most in ((WORKER, OWN // 2), (STREET, 6 * OWN))
    ),
    List("notices to print", WORKER, notice_rows.letters, ("notices_delivery_letters",), OWN // 2, OWN // 2, "not those handed over"),
    List("notices to print", STREET, notice_rows.letters, ("notices_delivery_letters",), 2 * OWN, OWN, "not those handed over"),
    List("messages of a case", WORKER, notice_rows.of_case, ("notices_delivery_case",), 2, 2, "its own"),
    List("calls", UNIT, notice_rows.calls(), OF_CALLS, CASES // 50, OWN, "one webhook's newest, and what of it waits or is dead"),
    List("calls dead", UNIT, notice_rows.calls("dead"), OF_WAITING, CASES // 50, OWN, "those given up, not the thirty days'"),
    List("webhooks", UNIT, notice_rows.endpoints, OF_CALLS, CASES // 50, OWN, "the unit's ten, and what of each waits or is dead"),
    *(
        List("webhooks", who, notice_rows.endpoints, OF_CALLS, CASES // 20, OWN, "newest first, the page alone, with its calls")
        for who in ("administrator", "security_officer")
    ),
    List("next call", JOB, notice_rows.next_call, OF_WAITING, CASES // 50, CASES // 50, "those that wait, in order"),
    List("versions of a text", STREET, notice_rows.versions, OF_TEXTS, 2000, 500, "newest first, or the one message's, of all areas"),
    List("texts to look at", STREET, notice_rows.to_review, OF_TEXTS, 21, 1, "what waits"),
    *(
        List("wishes of a person", who, notice_rows.wish_of_person, ("notices_preference_person",), 4, 1, "the own")
        for who in (WORKER, JOB)
    ),
    List("wish for a matter", JOB, notice_rows.wish_of_matter, ("notices_preference_matter",), 1, 0, "the newest"),
    List("calls queued", UNIT, notice_rows.calls("queued"), OF_WAITING, CASES // 50, CASES // 50, "those that wait"),
)  # fmt: skip


def lists(city: World) -> None:
    wrong = []
    for asked in LISTS:
        for plan in plans(city.actors[asked.who], asked.run):
            served = not plan.sequential and plan.indexes & set(asked.indexes)
            if not served or plan.read > asked.read or plan.sorted > asked.sorts:
                wrong.append(
                    f"{asked.name} of {asked.who} ({asked.why}; {asked.read}, {asked.sorts}): {plan}"
                )
    assert not wrong, "\n".join(wrong)


MONTHS_CLOCKS = 3 * 31 * 48
"""Stage clocks of a month: three for each appeal of every half hour."""


def figures_and_rows(city: World) -> None:
    """A figure of a street and a past month, and the very cases behind it: what the month holds, never all years."""
    street = city.actors[STREET]
    for indicator in figures.figures_of():
        if indicator.cells:
            asked = [([indicator], [MONTH.start])]
            for plan in plans(street, partial(_summed, asked)):
                assert "indicators_value_cell" in plan.indexes, plan
                assert plan.read <= 13 * COMMUNITIES // 20, plan  # a cumulative one adds up thirteen months
            for plan in plans(street, partial(_said, indicator)):
                assert plan.indexes & {"indicators_value_cell", "indicators_former_cell"}, plan
                assert plan.read <= 4 * 13 * COMMUNITIES // 20, plan
        for part in ("numerator", "denominator", "rest") if indicator.rows else ():
            for plan in plans(street, partial(_opened, indicator, part)):
                assert not plan.sequential, (indicator.code, part, plan)
                assert plan.read <= 1.5 * MONTHS_CLOCKS, (indicator.code, part, plan)
                assert plan.sorted <= OWN * 10, (indicator.code, part, plan)


def _summed(asked: Any, actor: Actor) -> Any:
    return figures.sums(actor.low, asked)


def _said(indicator: Indicator, actor: Actor) -> Any:
    history.as_of(indicator, actor.low, [MONTH.start], MONTH.end)
    history.steps(indicator, actor.low, MONTH.start)


def _opened(indicator: Indicator, part: str, actor: Actor) -> Any:
    found = discovery.resolve(indicator.rows)(indicator.code, actor, actor.low, MONTH, part, "")
    return page(found, *found.query.order_by)


PUBLISHED = (
    "insert into appeals_publicationrule (item_code, listed, texts, reason) select distinct code, true, true, '' from appeals_item",
    """
    insert into appeals_publishedcase (case_id, number, scope_code, item_code, item_name, item_name_en, place, place_en, outcome,
        text, answer, steps, opened_at, closed_at, version, published_at, sample, grams)
    select id, number, scope_code, '0206' || lpad((id %% 40)::text, 2, '0'), 'x', '', 'x', '', '', 'x', '', '[]', opened_at,
        closed_at, 1, closed_at, true, array[chr(19968 + id::int %% 5000) || 'x', 'xx']
    from cases_case where closed_at is not null
    """,
    "analyze appeals_publishedcase, appeals_publicationrule",
)
"""Every closed case of the big table on the public page."""


TYPED = {
    "items": "text[]", "final": "text[]", "ids": "text[]", "closed": "boolean", "since": "timestamptz", "until": "timestamptz",
    "behind_at": "timestamptz",
}  # fmt: skip


def what_anybody_reads(city: World) -> None:
    """The public page and the open interface: a page of rows, not the table."""
    with connection.cursor() as cursor:
        for statement in PUBLISHED:
            cursor.execute(statement, [])
    for narrowed, index in (
        ({"area": HERE}, "appeals_published_scope"),
        ({}, "appeals_publishedcase_pkey"),
        ({"item_class": "020601"}, "appeals_published_item appeals_publishedcase_pkey"),
        ({"words": "丈x"}, "appeals_published_grams"),
    ):
        for plan in plans(
            public(), lambda _actor, narrowed=narrowed: page(published(**narrowed), "-id", size=20)
        ):
            assert plan.indexes & set(index.split()), (narrowed, plan)
            assert plan.read <= CASES // 20, (narrowed, plan)
    day = datetime(2026, 11, 10, tzinfo=UTC)
    given = {
        "items": None, "since": day - timedelta(days=90), "until": day, "closed": None, "final": open_requests.FINAL,
        "behind_at": "infinity", "behind_id": 2**62, "most": 100, "rows_before": 200, "ids": ["A000000000012", "A000000000013"],
    }  # fmt: skip
    for name, indexes, read, rows in (
        ("appeals_open_requests", {"cases_kind_opened"}, 500, {}),
        ("appeals_open_request_at", {"cases_kind_opened"}, 600, {}),
        ("appeals_open_requests_named", {"cases_case_number_key"}, 20, {}),
        ("appeals_open_updates", {"cases_step_at"}, 500, {"behind_id": 0}),
        (
            "appeals_open_updates_of",
            {"cases_case_number_key"},
            20,
            {"behind_id": 0, "since": day - timedelta(days=900)},
        ),
    ):
        body = next(body for one, _given, _row, body in open_requests.FUNCTIONS if one == name)
        with connection.cursor() as cursor:
            asked = re.sub(
                r"(?<!:):(\w+)", lambda name: f"%({name[1]})s::{TYPED.get(name[1], 'bigint')}", body
            )
            cursor.execute(f"explain (analyze, timing off, format json) {asked}", {**given, **rows})
            (told,) = cursor.fetchone()
        plan = _plan((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])
        assert plan.indexes & indexes, (name, plan)
        assert plan.read <= read, (name, plan)
        assert not plan.sequential, (name, plan)


def what_is_alike(city: World) -> None:
    """The four ways in, as the function asks them: a few rows each, however many appeals there are."""
    asked = "opened_at > timestamptz '2026-08-01' order by opened_at desc limit 8"
    ways = {
        "appeals_similar_cell": "class_code = '0206' and cell = 1001",
        "appeals_similar_place": f"class_code = '0206' and scope_code = '{HERE}'",
        "appeals_similar_building": "building_id = 77",
        "appeals_similar_person": "person = 77",
    }

    def run(way: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"select case_id from appeals_similarityrow where {way} and {asked}")

    for index, way in ways.items():
        for plan in plans(city.actors[STREET], lambda _actor, way=way: run(way)):
            assert index in plan.indexes, (index, plan)
            assert plan.read <= 60, (index, plan)
            assert plan.sorted <= 60, (index, plan)


def test_an_index_serves_every_list_and_figure(city: World) -> None:
    """One test, since the rows of a rolled-back one stay behind as dead ones and would mislead the planner."""
    lists(city)
    figures_and_rows(city)
    what_is_alike(city)
    what_anybody_reads(city)
