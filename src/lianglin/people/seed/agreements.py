"""Sample guardians and a sample consent text with some decisions, so that the demo's screens have something to show."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from django.db import connection

from lianglin.kit import clock
from lianglin.people.actions.consents import Words, digest
from lianglin.people.models import ConsentText

SOME = 400
"""Children who get their guardian, and people who decided about the text."""
CONTACT = Words(
    purpose="contact",
    title="电话和短信联系",
    title_en="Contact by phone and text message",
    text="社区用您留下的电话号码，在办理您的事项、通知您申请的服务时打电话或发短信。您可以不同意，也可以随时撤回；不影响您享受任何服务。撤回后号码即删除。",
    text_en="Your community calls you or sends text messages to the number you left, about your matters and the services "
    "you asked for. You may say no, and take it back at any time, without losing any service. The number is then erased.",
    data="电话号码",
    data_en="phone number",
    basis="个人同意（个人信息保护法第十三条第一款第一项）",
    basis_en="consent (PIPL art. 13 (1) no. 1)",
    receivers="社区居委会；短信服务商（仅代为发送）",
    receivers_en="the residents' committee; the text-message provider, which only sends",
    form_number="示例表 01",
)
_GUARDIANS = """
insert into people_guardianship (scope_code, ward_id, guardian_id, guardian_name, kind, papers, from_on, recorded_at, sample)
select c.scope_code, c.id, h.id, '', 'parent', 'register', c.born_on, %(now)s, true
from people_membership mc
join people_resident c on c.id = mc.resident_id and c.born_on > %(since)s
join people_membership mh on mh.household_id = mc.household_id and mh.relation = '01'
join people_resident h on h.id = mh.resident_id and h.born_on < %(grown)s
where mc.relation in ('20', '21', '22', '30', '31', '32') order by mc.id limit %(some)s
"""
_DECISIONS = """
insert into people_consent (scope_code, resident_id, text_id, purpose, decision, decided_at, channel, form_number, sample)
select scope_code, id, %(text)s, 'contact', case when id %% 5 = 0 then 'refused' else 'given' end,
    %(at)s, 'paper', '示例表 01', true
from people_resident where born_on < %(grown)s and phone is not null order by id limit %(some)s
"""


def fill() -> None:
    """After the people are there. Runs as the owner; everything is marked as sample data."""
    now, today = clock.now(), clock.today()
    first = {"in_force_from": now - timedelta(days=300), "digest": digest(CONTACT), "sample": True}
    text, _made = ConsentText.objects.get_or_create(
        purpose=CONTACT.purpose, version=1, defaults={**asdict(CONTACT), **first}
    )
    given = {
        "now": now,
        "at": now - timedelta(days=60),
        "since": today - timedelta(days=17 * 365),
        "grown": today - timedelta(days=24 * 366),
        "some": SOME,
        "text": text.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GUARDIANS, given)
        cursor.execute(_DECISIONS, given)
