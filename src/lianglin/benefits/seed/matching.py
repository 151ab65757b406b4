"""The demo's first run of matching, and what was said about some of it: sample data, marked so by their measures."""

from __future__ import annotations

from django.db import connection

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.benefits.actions import matching, take_up
from lianglin.kit import clock
from lianglin.kit.seeding import SeedContext

_SAID = """
update benefits_match set state = case when id %% 31 = 3 then 'declined' else 'told' end, state_at = %(at)s::timestamptz
where answer = 2 and excluded_by_id is null and id %% 4 = 3
"""
_STEPS = """
insert into benefits_matchstep (scope_code, match_id, resident_id, measure_id, kind, channel, reason, note, at)
select scope_code, id, resident_id, measure_id, state, case state when 'told' then 'visit' else '' end,
    case state when 'declined' then 'no_need' else '' end, '', state_at
from benefits_match where state in ('told', 'declined')
"""
_GIVEN = """
insert into benefits_packagedelivery (scope_code, household_id, given_on, sample)
select scope_code, id, %(on)s::date, true from people_household where id %% 5 = 0 and dissolved_on is null
"""


def first_run(context: SeedContext) -> None:
    """Matches everybody, notes what some said, and counts. As the owner; every piece as the background role."""
    with acting(job()) as by:
        run = matching.start_run(by=by)
    more = True
    while more:
        with acting(job()) as by:
            more = matching.go_on(run.pk, by=by)
        context.report("matches", 0.95)
    with connection.cursor() as cursor:
        cursor.execute(_SAID, {"at": clock.now().isoformat()})
        cursor.execute(_STEPS)
        cursor.execute(_GIVEN, {"on": clock.today().isoformat()})
        cursor.execute("analyze benefits_match")
    with acting(job()) as by:
        take_up.count(by=by)
