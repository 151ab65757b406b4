"""What operation adds to PostgreSQL: functions that run as their owner, so that no role needs the tables behind them.

``operation_note`` writes counts and can write nothing else; ``operation_queues`` and its like give counts of the queue
and never a job's arguments.
"""

from __future__ import annotations

from typing import Any

_DEFINER = "security definer set search_path = public, pg_temp"
KINDS, MARKS_KEPT = 2000, 20
"""Kinds that are kept at most, and numbers of failed requests that are kept of each."""

NOTE = f"""
create or replace function operation_note(entries jsonb, requests integer, release text) returns void
language plpgsql {_DEFINER} as $$
#variable_conflict use_column
declare
    e jsonb;
    k bigint;
    h timestamptz := date_trunc('hour', now());
begin
    if operation_note.requests > 0 then
        insert into operation_traffichour (hour, requests) values (h, operation_note.requests)
        on conflict (hour) do update set requests = operation_traffichour.requests + excluded.requests;
    end if;
    -- in one order, so that two processes never wait for each other in a circle
    for e in select value from jsonb_array_elements(entries) order by value ->> 'fingerprint' loop
        if not exists (select from operation_errorkind where fingerprint = e ->> 'fingerprint')
            and (select count(*) from operation_errorkind) >= {KINDS} then
            continue;
        end if;
        insert into operation_errorkind as old (fingerprint, origin, name, error, place, state, first_seen_at, last_seen_at,
            first_release, last_release, count, note)
        values (e ->> 'fingerprint', left(e ->> 'origin', 8), left(e ->> 'name', 160), left(e ->> 'error', 160),
            left(e ->> 'place', 200), 'new', now(), now(), left(operation_note.release, 40), left(operation_note.release, 40),
            (e ->> 'count')::integer, '')
        on conflict (fingerprint) do update set
            name = excluded.name, place = excluded.place, last_seen_at = now(), last_release = excluded.last_release,
            count = old.count + excluded.count,
            told_at = case when old.state = 'resolved' then null else old.told_at end,
            state = case when old.state = 'resolved' then 'regressed' else old.state end
        returning id into k;
        insert into operation_errorhour as old (kind_id, hour, release, count)
        values (k, h, left(operation_note.release, 40), (e ->> 'count')::integer)
        on conflict (hour, kind_id, release) do update set count = old.count + excluded.count;
        insert into operation_errormark (kind_id, at, mark, name, release)
        select k, now(), left(m, 40), left(e ->> 'name', 160), left(operation_note.release, 40)
        from jsonb_array_elements_text(e -> 'marks') m;
        delete from operation_errormark where kind_id = k and id not in (
            select m.id from operation_errormark m where m.kind_id = k order by m.id desc limit {MARKS_KEPT});
    end loop;
end $$"""

QUEUES = f"""
create or replace function operation_queues()
returns table (queue text, state text, jobs bigint, oldest_seconds double precision)
language sql stable {_DEFINER} as $$
    with due as (
        select j.id, j.queue_name, j.scheduled_at, max(e.at) as put
        from procrastinate_jobs j left join procrastinate_events e
            on e.job_id = j.id and e.type in ('deferred', 'deferred_for_retry')
        where j.status = 'todo' and coalesce(j.scheduled_at, now()) <= now() group by j.id
    ), waits as (
        select d.queue_name, max(extract(epoch from now() - greatest(
            coalesce(d.scheduled_at, '-infinity'), coalesce(d.put, now())))) as seconds
        from due d group by 1
    ), counts as (
        select j.queue_name, j.status, count(*) as jobs
        from procrastinate_jobs j where j.status in ('todo', 'doing', 'failed') group by 1, 2
    )
    select c.queue_name::text, c.status::text, c.jobs, case when c.status = 'todo' then w.seconds::double precision end
    from counts c left join waits w using (queue_name) order by 1, 2
$$"""
"""Waiting time counts from when a job was put into the queue, or from when it was to run; one meant for later waits not."""

STALLED = f"""
create or replace function operation_stalled(patience interval) returns bigint
language sql stable {_DEFINER} as $$
    select count(*) from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
    where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - patience)
$$"""

WORKERS = f"""
create or replace function operation_workers() returns table (number bigint, seconds double precision)
language sql stable {_DEFINER} as $$
    select id, extract(epoch from now() - last_heartbeat) from procrastinate_workers order by id
$$"""

FAILED = f"""
create or replace function operation_failed_jobs(behind bigint, most integer)
returns table (id bigint, task text, queue text, attempts integer, at timestamptz)
language sql stable {_DEFINER} as $$
    select j.id, j.task_name::text, j.queue_name::text, j.attempts,
        (select max(e.at) from procrastinate_events e where e.job_id = j.id)
    from procrastinate_jobs j where j.status = 'failed' and j.id < behind order by j.id desc limit least(most, 200)
$$"""

AGAIN = f"""
create or replace function operation_run_again(job bigint) returns text
language plpgsql {_DEFINER} as $$
declare
    t text;
    q text;
begin
    select task_name, queueing_lock into t, q from procrastinate_jobs where id = job and status = 'failed' for update;
    if t is null then return ''; end if;
    -- one of its kind waits already: that one does the work
    if q is not null and exists (select from procrastinate_jobs where queueing_lock = q and status = 'todo') then
        return '';
    end if;
    perform procrastinate_retry_job_v2(job, now(), null::integer, null::varchar, null::varchar);
    return t;
end $$"""

SERVER = f"""
create or replace function operation_server() returns jsonb
language sql stable {_DEFINER} as $$
    select jsonb_build_object(
        'connections', (select count(*) from pg_stat_activity where datname = current_database()),
        'idle_in_transaction', (select count(*) from pg_stat_activity
            where datname = current_database() and state like 'idle in transaction%'),
        'waiting', (select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'),
        'longest', (select coalesce(max(extract(epoch from now() - xact_start)), 0) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'),
        'most', current_setting('max_connections')::integer,
        'deadlocks', (select deadlocks from pg_stat_database where datname = current_database()),
        'rollbacks', (select xact_rollback from pg_stat_database where datname = current_database()),
        'commits', (select xact_commit from pg_stat_database where datname = current_database()),
        'bytes', pg_database_size(current_database()),
        'version', current_setting('server_version'),
        'replicas', (select coalesce(jsonb_agg(jsonb_build_object('name', application_name,
            'bytes', pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn),
            'seconds', extract(epoch from replay_lag))), '[]') from pg_stat_replication
            where not pg_is_in_recovery()))
$$"""
"""Of sessions of other roles PostgreSQL shows little unless the owner may read statistics (project.attach grants it)."""

APPLIED = f"""
create or replace function operation_applied() returns table (app text, name text)
language sql stable {_DEFINER} as $$ select app::text, name::text from django_migrations $$"""

READERS = "lianglin_job, lianglin_administrator"
GRANTS = (
    ("operation_note(jsonb, integer, text)", "lianglin_app, lianglin_worker, lianglin_job"),
    ("operation_queues()", READERS),
    ("operation_stalled(interval)", READERS),
    ("operation_workers()", READERS),
    ("operation_failed_jobs(bigint, integer)", READERS),
    ("operation_run_again(bigint)", "lianglin_administrator"),
    ("operation_server()", READERS),
    ("operation_applied()", READERS),
)


def install(cursor: Any) -> None:
    """Creates or replaces the functions, each open to the roles that need it and to no other."""
    for statement in (NOTE, QUEUES, STALLED, WORKERS, FAILED, AGAIN, SERVER, APPLIED):
        cursor.execute(statement)
    for signature, roles in GRANTS:
        cursor.execute(f"revoke execute on function {signature} from public")
        cursor.execute(f"grant execute on function {signature} to {roles}")
