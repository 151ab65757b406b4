"""Rows of intake for the list test: what other hotlines sent and what goes back, mails, the knowledge base, the catalogue."""

from __future__ import annotations

INTAKE = (
    """
    insert into appeals_hotlinesource (id, scope_code, code, name, columns, values, active, sample, created_at)
    overriding system value select g, '', 'h' || g, 'x', '{}', '{}', true, true, now() from generate_series(1, 2) g
    """,
    """
    insert into appeals_hotlineimport (scope_code, source_id, post_id, filename, sha256, heading, state, rows, seen, made, updated,
        same, wrong, unknown, error, created_at)
    select left(scope_code, 9), 1 + id %% 2, 1, 'x', '', '[]', 'done', 1, 1, 1, 0, 0, 0, '{}', '', opened_at
    from cases_case where id %% 4 = 0 order by id
    """,
    """
    insert into appeals_hotlineorder (id, source_id, number, case_id, scope_code, digests, channel, received_at, updates)
    overriding system value
    select id, 1 + id %% 2, number, id, scope_code, '{}', '', opened_at, 0 from cases_case
    """,
    """
    insert into appeals_hotlinereturn (order_id, source_id, case_id, scope_code, step, state, result, outcome, answer, answered_at,
        way)
    select id, 1 + id %% 2, id, scope_code, 1, case when abs(hashint4(id::int)) %% 20 = 3 then 'waiting' else 'acknowledged' end,
        'settle', 'solved', 'x', opened_at, '' from cases_case order by id
    """,
    """
    insert into appeals_maildraft (scope_code, message_key, parking, state, files, left_out, received_at)
    select scope_code, number, '', case when abs(hashint4(id::int)) %% 20 = 3 then 'waiting' else 'recorded' end, 0, 0, opened_at
    from cases_case order by id
    """,
    """
    insert into appeals_knowledgeentry (id, scope_code, version, question, valid_until, created_at, sample)
    overriding system value
    select id, left(scope_code, 9), 1, 'x', '2026-12-01'::date + (abs(hashint4(id::int)) %% 900), opened_at, true
    from cases_case where id %% 4 = 0
    """,
    """
    insert into appeals_knowledgedraft (question, answer, basis, items, valid_until, entry_id, scope_code, state, written_at, note,
        written_by_id, written_post_id)
    select 'x', 'x', 'x', '[]', valid_until, id, scope_code,
        case abs(hashint4(id::int)) %% 40 when 3 then 'waiting' when 4 then 'draft' else 'published' end, created_at, '',
        (select min(id) from access_account), (select min(id) from access_post)
    from appeals_knowledgeentry
    """,
)
"""A return and a mail for every case, one in twenty of them open; an entry of the knowledge base for every fourth."""
TABLES = (
    "appeals_hotlineimport", "appeals_hotlineorder", "appeals_hotlinereturn", "appeals_maildraft", "appeals_knowledgeentry",
    "appeals_knowledgedraft",
)  # fmt: skip
