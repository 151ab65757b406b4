"""Sample claims of the demo city in every state, all made by the actions themselves, and marked as samples."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lianglin.access.actor import Actor, resident
from lianglin.access.demo import make_login
from lianglin.access.models import Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting, together
from lianglin.benefits.actions import (
    claim_deciding,
    claim_filing,
    claim_notice,
    claim_papers,
    claims,
    mandates,
)
from lianglin.benefits.actions.claim_deciding import Granted
from lianglin.benefits.models import MeasureVersion
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.rules.claims_config import settings
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import HouseError
from lianglin.kit.seeding import SeedContext
from lianglin.people.models import Membership

STATES = (
    "offered", "gathering", "filed", "returned", "public", "granted", "paid", "refused", "declined", "to_confirm",
    "offered", "filed", "paid", "withdrawn",
)  # fmt: skip
"""In which states the claims stand, one after the other."""
HOW_MANY = 42
REFUSED = "经核对，家庭人均收入超过标准（示例）。"


@dataclass(frozen=True)
class Cast:
    """Who plays: the community's worker, and the authority."""

    worker: Actor
    authority: Actor
    unit: Organisation


def seed_claims(context: SeedContext) -> int:
    """A few dozen claims of the first community; how many. None where no authority decides there."""
    workers = context.made.get("access", {}).get("workers") or {}
    if not workers:
        return 0
    scope, post_id = sorted(workers.items())[0]
    worker = actor_in(Post.objects.select_related("organisation", "account").get(pk=post_id))
    unit = _unit(scope)
    measures = list(
        queries.claimable().filter(subject="person").order_by("measure__sample", "name", "id")[:9]
    ) + list(_noticed())
    if unit is None or not measures:
        return 0
    cast = Cast(worker, actor_in(_desk(unit)), unit)
    made = 0
    for at, who in enumerate(_people(scope)):
        state = STATES[at % len(STATES)]
        version = measures[at % len(measures)]
        if _claim(cast, who, version, state):
            made += 1
    return made


def _desk(unit: Organisation) -> Post:
    """A login at the authority's desk, so that its side of the claims can be seen."""
    return make_login(
        "claims", "方示例", unit, "unit_handler", "", "惠民待遇经办", "Benefits desk",
        "决定惠民待遇申请：补正、公示、批准、不予批准、发放", "Decides claims to benefits: asks for more, grants, refuses, pays",
    )  # fmt: skip


def _noticed() -> list[MeasureVersion]:
    return list(queries.claimable().filter(measure__code__in=list(settings().notices)))


def _unit(scope: str) -> Organisation | None:
    """Civil affairs where the demo has it, else any unit that decides claims there."""
    units = queries.units(Case(scope_code=scope))
    return units.filter(name__contains="民政").first() or units.first()


def _people(scope: str) -> list[Membership]:
    rows = Membership._base_manager.filter(scope_code=scope, to_on__isnull=True, relation__startswith="0")
    return list(rows.order_by("id")[:HOW_MANY])


def _claim(cast: Cast, who: Membership, version: MeasureVersion, state: str) -> bool:
    """One claim, brought as far as its state; a refusal of a rule leaves it where it is."""
    if state == "public":
        version = next(iter(_noticed()), version)
    one = who.resident_id if version.subject == version.Subject.PERSON else None
    with acting(cast.worker) as by, suppress(HouseError), together():
        opened = claims.start(
            by=by,
            household_id=who.household_id,
            resident_id=one,
            measure=version.measure.code,
            channel="desk",
            sample=True,
        )
        if one is not None and one % 7 == 0:
            _authorise(by, one, opened.case)
    case = Case._base_manager.filter(kind=rules.KIND, sample=True).order_by("-id").first()
    if case is None:
        return False
    for step in _road(cast, who, state):
        with suppress(HouseError):
            step(case.pk)
    return True


def _authorise(by: Actor, resident_id: int, case: Case) -> None:
    today = clock.today()
    held = mandates.record(
        by=by, resident_id=resident_id, kind="relative", papers="authorisation", agent_name="李示例", from_on=today,
        to_on=today + timedelta(days=180), sample=True,
    )  # fmt: skip
    mandates.act_under(case.pk, by=by, mandate=held)


def _as(actor: Actor, action: Callable[..., Any], **more: Any) -> Callable[[int], None]:
    def step(case_id: int) -> None:
        with acting(actor) as by, together():
            action(case_id, by=by, **more)

    return step


def _papers(cast: Cast) -> Callable[[int], None]:
    def step(case_id: int) -> None:
        with acting(cast.worker) as by:
            for one in queries.materials(case_id, by):
                if one.there:
                    continue
                done = claim_papers.confirm if one.state == one.State.KNOWN else claim_papers.show
                done(case_id, by=by, position=one.position)

    return step


def _road(cast: Cast, who: Membership, state: str) -> list[Callable[[int], None]]:
    """The moves that bring a new claim to a state."""

    def own(action: Callable[..., Any]) -> Callable[[int], None]:
        return lambda case_id: _as(resident(case_id, who.resident_id), action)(case_id)

    today = clock.today()
    small = Granted(
        fen=20_000, period_from=today, recertify_on=today + timedelta(days=40 + who.resident_id % 300)
    )
    large = Granted(fen=settings().second_person_from_fen + 100_000, period_from=today)
    accept, office = own(claims.accept), cast.authority
    filed = [accept, _papers(cast), _as(cast.worker, claim_filing.file, unit=cast.unit)]
    granted = [*filed, _as(office, claim_deciding.grant, given=small)]
    ways: dict[str, list[Callable[[int], None]]] = {
        "offered": [],
        "gathering": [accept],
        "declined": [own(claims.decline)],
        "withdrawn": [accept, own(claims.withdraw)],
        "filed": filed,
        "returned": [
            *filed,
            _as(
                office, claim_deciding.ask_more, positions=[1], note="第一份材料看不清，请重新提交（示例）。"
            ),
        ],
        "public": [*filed, _as(office, claim_notice.publish)],
        "granted": granted,
        "paid": [*granted, _as(office, claim_deciding.pay)],
        "to_confirm": [*filed, _as(office, claim_deciding.grant, given=large)],
        "refused": [*filed, _as(office, claim_deciding.refuse, reasons=["income"], note=REFUSED)],
    }
    return ways[state]
