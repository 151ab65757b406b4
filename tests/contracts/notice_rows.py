"""What became of a message for every case, and a webhook for every unit and district with its calls; lists over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lianglin.access.actor import Actor
from lianglin.kit import clock
from lianglin.kit.paging import page
from lianglin.notices.delivery import queries as sent
from lianglin.notices.models import WebhookEndpoint
from lianglin.notices.preferences import queries as wishes
from lianglin.notices.webhooks import queries as webhooks
from lianglin.notices.wording import queries as texts

TABLES = (
    "notices_delivery", "notices_letter", "notices_recipient", "notices_webhookcall", "notices_webhookendpoint",
    "notices_textversion", "notices_preference", "notices_matterpreference",
)  # fmt: skip
CALLS = 1
"""Calls of the busiest webhook for every case: thirty days of a city's hotline."""
ROWS = (
    """
    insert into notices_delivery (key, code, channel, scope_code, case_id, state, tries, error, created_at, answer)
    select gen_random_uuid(), 'x', case when h %% 10 = 3 then 'paper' else 'sms' end, scope_code, id,
        case when h %% 20 = 7 then 'failed' when h %% 10 <> 3 then 'delivered' when h %% 100 = 3 then 'to_print' else 'handed_over' end,
        0, '', opened_at, case when h %% 40 = 7 then 'called' else '' end
    from (select *, abs(hashint4(id::int + 7)) as h from cases_case) c order by id
    """,
    """
    insert into notices_letter (delivery_id, scope_code, case_id, title, text, language, link, made_at, prints, sample)
    select id, scope_code, case_id, 'x', 'x', 'zh-hans', '', created_at, 0, false from notices_delivery where channel = 'paper'
    """,
    """
    insert into notices_recipient (delivery_id, scope_code, masked, at)
    select id, scope_code, 'x', created_at from notices_delivery where channel = 'sms'
    """,
    "select set_config('app.account', (select min(id)::text from access_account), true)",
    """
    insert into notices_webhookendpoint (key, name, unit_id, url, kinds, events, run, secret_made_at, sample, reason, state,
        proposed_by_id, proposed_post_id, proposed_at, note, scope_code)
    select gen_random_uuid(), 'x', o.id, 'https://other.example/' || o.id || '/' || g, '["appeal"]', '["case.moved"]', 'on', now(),
        false, 'x', 'waiting', (select min(id) from access_account), (select min(id) from access_post), now(), '', ''
    from access_organisation o, generate_series(1, 10) g
    """,
    "select set_config('app.account', '', true)",
    f"""
    insert into notices_webhookcall (endpoint_id, scope_code, unit_id, event_id, type, case_id, body, state, tries, error, said,
        made_at, next_try_at)
    select e.id, '', e.unit_id, gen_random_uuid(), 'case.moved', c.id, '{{}}',
        case when h %% 400 = 7 then 'dead' when h %% 400 = 8 then 'queued' else 'sent' end, 0, '', '', c.opened_at, c.opened_at
    from (select *, abs(hashint4(id::int + 9)) as h from cases_case) c, generate_series(1, {CALLS}) g
    join (select min(id) as id, unit_id from notices_webhookendpoint group by unit_id) e on true
    join access_organisation o on o.id = e.unit_id and o.code in ('bureau-1', 'bureau-2')
    order by c.opened_at
    """,
    """
    insert into notices_textversion (code, scope_code, version, shipped, zh, elder, en, from_on, aside_why, sample, reason, state,
        proposed_by_id, proposed_post_id, proposed_at, note)
    select 'text.' || k, s.scope, g, false, 'x', '', '', '2020-01-01'::date + g, '', false, 'x',
        case when g = 20 and k = 1 then 'waiting' else 'refused' end, (select min(id) from access_account),
        (select min(id) from access_post), now(), ''
    from generate_series(1, 20) g, generate_series(1, 40) k, (select distinct left(scope_code, 9) as scope from cases_case) s
    order by g, k, s.scope
    """,
    *(
        f"""
        insert into notices_{table} (scope_code, way, language, elder, off, asked, asked_by, set_at, {columns})
        select scope_code, 'sms', 'zh-hans', false, '[]', 'own', '', opened_at + make_interval(hours => g), id{more}
        from cases_case, generate_series(1, 3) g order by g, id
        """
        for table, columns, more in (
            ("preference", "resident_id, sample", ", true"), ("matterpreference", "case_id", "")
        )
    ),
)  # fmt: skip


def undelivered(channel: str = "") -> Callable[[Actor], Any]:
    """What did not arrive, with to whom, as its page asks."""

    def run(actor: Actor) -> Any:
        found = page(sent.undelivered(actor, channel), "-id", size=25)
        sent.masked(found.rows, actor)

    return run


def letters(actor: Actor) -> Any:
    """Notices to print and to hand over."""
    return page(sent.letters(actor), "-pk", size=50)


def of_case(actor: Actor) -> Any:
    """What was sent about one case."""
    return sent.of_case(20, actor)


def calls(state: str = "") -> Callable[[Actor], Any]:
    """The calls of the unit's busiest webhook, and how many wait or were given up."""

    def run(actor: Actor) -> Any:
        one = WebhookEndpoint._base_manager.filter(unit_id=actor.organisation_id).order_by("id")[0]
        mine = webhooks.calls(actor).filter(endpoint_id=one.pk)
        page(mine.filter(state=state) if state else mine, "-id", size=25)
        webhooks.counts([one.pk], actor)

    return run


def endpoints(actor: Actor) -> Any:
    """The webhooks one may see, with what of each waits or was given up, as their page asks."""
    found = page(webhooks.endpoints(actor), "-id", size=25)
    webhooks.counts([one.pk for one in found.rows], actor)


def next_call(actor: Actor) -> Any:
    """The call that is made next, by the busiest webhook of all."""
    one = WebhookEndpoint._base_manager.filter(unit__code="bureau-1").order_by("id")[0]
    webhooks.next_call(one.pk, clock.now())


def versions(actor: Actor) -> Any:
    """The versions of one message's texts."""
    return page(texts.versions("text.7"), "-id", size=10)


def to_review(actor: Actor) -> Any:
    """The texts that wait for a second person."""
    return list(texts.waiting(actor).order_by("id")[:20])


def wish_of_person(actor: Actor) -> Any:
    """What one resident wished, the newest first."""
    return list(wishes.of_person(20, actor)[:10])


def wish_of_matter(actor: Actor) -> Any:
    """What was wished for one matter, as the background asks before it sends."""
    return wishes.of_matter(20, actor).first()
