"""The registry as shipped, a partition per district, and some facts of the sample households."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta

import numpy as np
from django.db import connection

from lianglin.access import audit
from lianglin.access.actor import TOP, job
from lianglin.access.transaction import acting
from lianglin.facts import actions, database, registry
from lianglin.facts.domain import TOLD, TOLD_SENSITIVE
from lianglin.facts.models import DataElement, Fact
from lianglin.facts.seed import social
from lianglin.kit import clock
from lianglin.kit.seeding import SeedContext
from lianglin.people.actions.consents import Words, digest
from lianglin.people.models import ConsentText
from lianglin.people.seed.copying import copy
from lianglin.places.models import Community

COLUMNS = (
    "scope_code, object_class, subject_id, element_id, value, retracted, valid_from, recorded_at, source, purpose, basis,"
    " expires_on, sample"
)
CHUNK = 20_000
SHARES: dict[str, tuple[tuple[str, float], ...]] = {
    "dwelling.tenure": (("own", 0.82), ("rent", 0.14), ("public", 0.03), ("borrow", 0.01)),
    "dwelling.heating": (("network", 0.93), ("gas", 0.04), ("electric", 0.02), ("coal", 0.01)),
    "dwelling.cooking": (("pipe", 0.86), ("electric", 0.08), ("bottle", 0.06)),
    "dwelling.gas_hose_ok": (("1", 0.91), ("0", 0.09)),
}
"""Assumed shares: sample data, no city's."""
KNOWN = 0.8
"""Share of households of which each of these is known."""


AGREED = 300
"""Households whose grown members agreed, in the sample, to what they told being kept."""
TOLD_WORDS = Words(
    purpose=TOLD,
    title="保存我告诉社区的情况",
    title_en="Keep what I tell the community",
    text="您告诉社区的家庭情况（如文化程度、联系方式偏好、是否独居、是否有车），只用来判断哪些服务适合您家，免得各部门重复问。"
    "您可以不同意，也可以随时撤回；不影响您享受任何服务。撤回后，凭这份同意保存的内容即删除。",
    text_en="What you tell your community about your home (schooling, how you like to be reached, whether you live alone, a "
    "car) is used to see which services fit your household, so that no office asks twice. You may say no, and take it "
    "back at any time, without losing any service. What was kept on this consent is then erased.",
    data="本人和家庭的一般情况，按数据元目录",
    data_en="general facts about you and your home, as the register of data elements says",
    basis="个人同意（个人信息保护法第十三条第一款第一项）",
    basis_en="consent (PIPL art. 13 (1) no. 1)",
    receivers="社区居委会；为您办理服务的部门，只看办理所需的",
    receivers_en="the residents' committee; the office that handles your service, only what it needs",
    form_number="示例表 02",
)
SENSITIVE_WORDS = replace(
    TOLD_WORDS,
    purpose=TOLD_SENSITIVE,
    title="单独同意：保存敏感情况",
    title_en="Separate consent: keep sensitive facts",
    text="您告诉社区的辅助器具需求等敏感情况，只用来为您安排相应服务，泄露可能使您受到歧视或不便，因此加密传输、限定岗位查看、"
    "每次查看留痕。您可以不同意，也可以随时撤回；不影响您享受任何其他服务。撤回后即删除。",
    text_en="Sensitive facts that you tell your community, such as aids you need, are used to arrange that service alone. A "
    "leak could expose you to discrimination, so few posts see them and every look is written down. You may say no, and "
    "take it back at any time, without losing any other service. They are then erased.",
    data="辅助器具需求等敏感个人信息",
    data_en="sensitive personal information such as aids needed",
    basis="单独同意（个人信息保护法第二十九条）",
    basis_en="separate consent (PIPL art. 29)",
    form_number="示例表 03",
    sensitive=True,
)
_AGREE = """
insert into people_consent (scope_code, resident_id, text_id, purpose, decision, decided_at, channel, form_number, sample)
select r.scope_code, r.id, %(text)s, %(purpose)s, 'given', %(at)s, 'paper', %(form)s, true
from (select id from people_household order by id limit %(some)s) h
join people_membership m on m.household_id = h.id and m.to_on is null
join people_resident r on r.id = m.resident_id and r.born_on < %(grown)s and r.died_on is null order by r.id
"""
_TELL = """
insert into facts_fact (scope_code, object_class, subject_id, element_id, value, valid_from, recorded_at, source, purpose,
    basis, consent_id, expires_on, sample)
select c.scope_code, e.object_class, case e.object_class when 'person' then c.resident_id else m.household_id end, e.id,
    v.said[1 + (c.resident_id * 7 + e.id) %% array_length(v.said, 1)], %(since)s, %(at)s, 'community', 'serve_household',
    'consent', c.id, %(until)s, true
from people_consent c
join people_membership m on m.resident_id = c.resident_id and m.to_on is null
join (values {told}) v (code, said) on true
join facts_dataelement e on e.code = v.code and (e.object_class = 'person' or m.relation = '01')
where c.purpose = %(purpose)s and c.sample order by c.id, e.id
"""
TOLD_VALUES = {
    "person.education": ("20", "30", "60", "70"),
    "person.channel": ("phone", "sms", "visit"),
    "person.smart_phone": ("1", "1", "0"),
    "person.family_doctor": ("1", "0"),
    "person.job_seeking": ("0", "0", "1"),
    "household.car": ("0", "0", "1"),
    "household.smoke_alarm": ("0", "1"),
}
CONTRADICTED = (("dwelling.heating", "gas"), ("dwelling.cooking", "electric"), ("dwelling.tenure", "rent"))
"""What a visit says in the sample where the steward's register says otherwise."""


def seed(context: SeedContext) -> None:
    """Loads the registry; in the demo also facts of every sample household, by COPY."""
    made = registry.load_shipped()
    with connection.cursor() as cursor:
        database.install(cursor)
    if context.demo:
        elements = {element.code: element for element in DataElement.objects.all()}
        written = seen = 0
        on = clock.local(context.until).date()
        for chunk in _households():
            written += copy("facts_fact", COLUMNS, _rows(chunk, elements, context))
            if seen < social.MOST_HOUSEHOLDS:
                written += copy("facts_fact", COLUMNS, social.rows(chunk, elements, context.seed, on))
            seen += len(chunk)
            context.report("facts", 0.9)
        with connection.cursor() as cursor:
            cursor.execute("analyze facts_fact")
        _tell()
        _contradict(context)
        with acting(job()):
            audit.record("facts.seed", "facts.Fact", 0, values={"facts": written, "elements": made})


def _tell() -> None:
    """Words of the two consents, who agreed, and what they told: each fact carries its consent."""
    now, today = clock.now(), clock.today()
    for words in (TOLD_WORDS, SENSITIVE_WORDS):
        first = {"in_force_from": now - timedelta(days=300), "digest": digest(words), "sample": True}
        text, _made = ConsentText.objects.get_or_create(
            purpose=words.purpose, version=1, defaults={**asdict(words), **first}
        )
        if words.purpose == TOLD:
            told = ", ".join(f"('{code}', array{list(values)!r})" for code, values in TOLD_VALUES.items())
            given = {
                "text": text.pk,
                "purpose": TOLD,
                "form": words.form_number,
                "at": now - timedelta(days=60),
                "since": today - timedelta(days=60),
                "until": today + timedelta(days=670),
                "grown": today - timedelta(days=24 * 366),
                "some": AGREED,
            }
            with connection.cursor() as cursor:
                cursor.execute(_AGREE, given)
                cursor.execute(_TELL.format(told=told), given)


def _contradict(context: SeedContext) -> None:
    """In the first community a visit says something else than the steward's register, so that somebody has to decide."""
    filled = context.made.get("places", {}).get("communities", [])
    if not filled:
        return
    scope = Community.objects.get(pk=filled[0]).scope_code
    today = clock.today()
    with acting(job(scope, scope + TOP)) as by:
        for number, (code, value) in enumerate(CONTRADICTED):
            rows = Fact.objects.visible_to(by, purpose="system").filter(element__code=code, source="steward")
            row = rows.exclude(value=value).order_by("subject_id")[number : number + 1].first()
            if row is not None:
                said = actions.NewFact(
                    "dwelling", row.subject_id, code, value, today - timedelta(days=3), "visit"
                )
                actions.record([said], by=by)


def _households() -> Iterator[list[tuple[int, str, int]]]:
    """(id, scope, dwelling) of all households, in pieces."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "select id, scope_code, dwelling_id from people_household where id > %s order by id limit %s",
                [last, CHUNK],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def _rows(
    chunk: list[tuple[int, str, int]], elements: dict[str, DataElement], context: SeedContext
) -> Iterator[tuple[str, ...]]:
    """Rows of one piece; each household's draws depend on its id alone."""
    draw = np.random.default_rng([context.seed, chunk[0][0]])
    on = clock.local(context.until).date()
    for code, shares in SHARES.items():
        element = elements[code]
        values, weights = zip(*shares, strict=True)
        chosen = draw.choice(len(values), size=len(chunk), p=weights)
        known = draw.random(len(chunk)) < KNOWN
        ages = draw.integers(1, 700, size=len(chunk))
        for place, (household, scope, dwelling) in enumerate(chunk):
            if known[place]:
                subject = dwelling if element.object_class == "dwelling" else household
                yield _row(
                    element, scope, subject, values[chosen[place]], on - timedelta(days=int(ages[place]))
                )


def _row(element: DataElement, scope: str, subject: int, value: str, since: object) -> tuple[str, ...]:
    return (
        *(
            scope,
            element.object_class,
            str(subject),
            str(element.pk),
            value,
            "f",
            str(since),
            f"{since} 02:00+00",
        ),
        *("steward", "serve_household", element.basis, "2036-01-01", "t"),
    )
