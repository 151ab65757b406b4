"""Rows of what stands beside reports, a hundred for every street: templates, compositions, schedules, copies received."""

from __future__ import annotations

_POST = "(select min(id) from access_post), (select min(id) from access_organisation)"
_EACH = """from (select distinct left(scope_code, 9) as scope from cases_case) s, generate_series(1, 100) g
    order by g, s.scope"""
REPORTING = (
    f"""
    insert into indicators_reportlayout (key, definition, version, from_on, file_name, content, digest, size, note, state, flaws,
        shown, preview_of, uploaded_by_id, uploaded_at, decision_note, sample, post_id, organisation_id, scope_code)
    select gen_random_uuid(), 'd-' || s.scope, g, '2000-01-01'::date + g, 'x', '', 'x', 1, '', 'refused', '[]', '[]', '',
        (select min(id) from access_account), now(), '', false, {_POST}, s.scope {_EACH}
    """,
    f"""
    insert into indicators_reportdesign (key, code, version, name, title, sections, state, edits, figures, texts, previewed,
        made_by_id, composers, made_at, note, post_id, organisation_id, scope_code)
    select gen_random_uuid(), 'd-' || s.scope, g, 'x', 'x', '[]', 'replaced', 0, '{{}}', '{{}}', -1,
        (select min(id) from access_account), '[]', now(), '', {_POST}, s.scope {_EACH}
    """,
    f"""
    insert into indicators_reportschedule (key, name, definition, kind, nth, places, public, tells, receivers, state, why,
        handled_on, made_at, changed_at, post_id, organisation_id, scope_code)
    select gen_random_uuid(), 'x', 'appeals.report', 'month', 3, '[]', false, '[]', '[]', 'paused', '',
        '2026-10-01', now(), now(), {_POST}, s.scope {_EACH}
    """,
    """
    insert into indicators_schedulerun (schedule_id, starts_on, scope_code, result, note, at)
    select c.id, '2000-01-01'::date + g, c.scope_code, 'missed', '', now()
    from indicators_reportschedule c, generate_series(1, 10) g order by g, c.id
    """,
    """
    insert into indicators_receivedreport (key, report_key, organisation_id, scope_code, title, sender, paper, sent_at)
    select gen_random_uuid(), gen_random_uuid(), o.id, '', 'x', 'x', '{}', now()
    from access_organisation o, generate_series(1, case when o.code like 'community-%%' then 8000 else 100 end) g order by g, o.id
    """,
    """
    insert into indicators_reportcopy (key, report_id, scope_code, organisation_id, channel, address, number, post_id, sent_at,
        opened_by)
    select gen_random_uuid(), r.id, r.scope_code, o.id, 'in_app', '', 0, r.post_id, now(), ''
    from indicators_report r, access_organisation o
    """,
)  # fmt: skip
TABLES = (
    "indicators_reportlayout", "indicators_reportdesign", "indicators_reportschedule", "indicators_schedulerun",
    "indicators_receivedreport", "indicators_reportcopy",
)  # fmt: skip
