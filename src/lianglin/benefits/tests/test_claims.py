"""A claim from the offer to the payment: who may do what, what is never done, and what is counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.world import FAR, NEXT_DOOR

from lianglin.access.actor import job, resident
from lianglin.access.models import Grant
from lianglin.benefits.actions import (
    claim_deciding,
    claim_filing,
    claim_nights,
    claim_notice,
    claim_papers,
    claims,
)
from lianglin.benefits.actions.claim_deciding import Granted
from lianglin.benefits.models import Claim, ClaimMaterial, Match, PublicNotice
from lianglin.benefits.queries import claim_functions
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules.claims import LIFECYCLE
from lianglin.benefits.rules.claims_config import months_on, settings
from lianglin.cases.models import Case, Clock
from lianglin.cases.rules import flaws
from lianglin.kit import clock, events
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.people.models import Membership

from . import claim_city
from .claim_city import OTHER_UNIT, UNIT, WORKER, City, as_one, claim_of, stored

pytestmark = pytest.mark.rows("R066")


@pytest.fixture
def city(db: None) -> City:
    return claim_city.build()


def test_the_table_has_no_flaws_and_decides_nothing_by_itself() -> None:
    assert flaws(LIFECYCLE) == []
    by_machine = {move.code for move in LIFECYCLE.moves if move.duty == "system"}
    assert by_machine == {
        "notice_over",
        "recertify_due",
        "finish",
    }  # none of them refuses, grants or stops a payment
    ways_out = {state for move in LIFECYCLE.moves if move.code == "withdraw" for state in move.sources}
    assert ways_out == {state.code for state in LIFECYCLE.states if not state.final}


def test_any_domain_starts_a_claim_by_asking_and_the_match_says_so(city: City) -> None:
    match = Match._base_manager.create(
        scope_code=city.home.scope_code, household_id=city.home.household_id, resident_id=city.home.resident_id,
        measure=city.allowance.measure, answer=2, amount_fen=10_000, on=clock.today(), digest="0" * 64,
        matched_at=clock.now(), state_at=clock.now(),
    )  # fmt: skip
    asked = events.StartClaim(
        household_id=city.home.household_id, resident_id=city.home.resident_id, measure="gaoling-jintie",
        match_id=match.pk, channel="match",
    )  # fmt: skip
    with as_one(city.actor(WORKER)) as by:
        number = events.ask(asked, by=by)
        assert events.ask(asked, by=by) == number  # one that runs is not begun twice
    claim = Claim._base_manager.get(case__number=number)
    match.refresh_from_db()
    assert (match.state, match.claim_case_id, claim.match_id, claim.expected_fen) == (
        "claimed", claim.pk, match.pk, 10_000,
    )  # fmt: skip
    assert claim.case.state == "offered"  # begun is not accepted: that is the resident's word


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"measure": "no-such-measure"}, Refused),
        ({"measure": "jiehe-mianfei-yao"}, Refused),  # rests on health data
        ({"resident_id": None}, Refused),
        ({"channel": "rumour"}, Refused),
        ({"household_id": 2**40}, Forbidden),
        ({"match_id": 2**40}, Refused),
    ],
)
def test_a_claim_that_cannot_be_is_refused_and_leaves_nothing(
    city: City, wrong: dict[str, Any], error: type
) -> None:
    with pytest.raises(error):
        city.offer(**wrong)
    assert not Claim._base_manager.exists()
    assert not Case._base_manager.exists()


def test_nobody_starts_or_sees_claims_of_another_place_or_of_another_unit(city: City) -> None:
    case = city.brought_to("filed")
    far = Membership._base_manager.filter(scope_code=FAR).first()
    with pytest.raises(Forbidden):
        city.offer(household_id=far.household_id, resident_id=far.resident_id)
    seen = {
        code: code_sees(city, code, case)
        for code in (
            WORKER,
            f"community-{NEXT_DOOR}",
            f"community-{FAR}",
            "street-230103001",
            UNIT,
            OTHER_UNIT,
            "manager",
        )
    }
    assert seen == {
        WORKER: True, f"community-{NEXT_DOOR}": False, f"community-{FAR}": False, "street-230103001": True, UNIT: True,
        OTHER_UNIT: False, "manager": False,
    }  # fmt: skip


def code_sees(city: City, code: str, case: Case) -> bool:
    """Both halves: what Python lets through, and what PostgreSQL gives out."""
    with as_one(city.actor(code)) as by:
        try:
            by_python = queries.claim(case.pk, by) is not None
        except Forbidden:
            by_python = False
        by_database = Claim._base_manager.filter(pk=case.pk).exists()
    assert by_python == by_database
    return by_python


def test_a_resident_reads_the_own_claims_and_nobody_elses(city: City) -> None:
    case = city.offer()
    other = Membership._base_manager.exclude(resident_id=city.home.resident_id).first()
    with as_one(resident(resident_id=city.home.resident_id)) as by:
        assert claim_functions.own_claim(case.number, actor=by) == case.pk
        assert not Claim._base_manager.exists()  # without holding it, the table itself gives nothing
    with as_one(resident(resident_id=other.resident_id)) as by:
        assert claim_functions.own_claims(actor=by) == []
    with as_one(resident(case.pk + 1, other.resident_id)) as by, pytest.raises(Forbidden):
        claims.accept(case.pk, by=by)


def test_a_household_s_claim_is_read_by_who_lives_there_now(city: City) -> None:
    case = city.offer(city.noticed, resident_id=None)
    with as_one(resident(resident_id=city.home.resident_id)) as by:
        assert [one.id for one in claim_functions.own_claims(actor=by)] == [case.pk]
    Membership._base_manager.filter(pk=city.home.pk).update(to_on=clock.today())
    with as_one(resident(resident_id=city.home.resident_id)) as by:
        assert claim_functions.own_claims(actor=by) == []


def test_declining_needs_no_reason_and_can_be_undone_until_it_is_filed(city: City) -> None:
    case = city.offer()
    city.own(case, claims.decline)
    assert (stored(case).state, claim_of(case).running) == ("declined", False)
    city.own(case, claims.undo)
    city.own(case, claims.accept)
    city.own(case, claims.undo)
    assert (stored(case).state, claim_of(case).accepted_at) == ("offered", None)
    city.own(case, claims.accept)
    city.settle_papers(case)
    city.do(WORKER, claim_filing.file, case, unit=city.world.organisations[UNIT])
    with pytest.raises(Conflict):
        city.own(case, claims.undo)


def test_a_declined_offer_is_not_undone_beside_a_newer_one(city: City) -> None:
    case = city.offer()
    city.own(case, claims.decline)
    newer = city.offer()
    assert newer.pk != case.pk
    with pytest.raises(Conflict, match="较新的申请"):
        city.own(case, claims.undo)
    assert stored(case).state == "declined"


def test_what_is_known_is_confirmed_and_not_asked_again(city: City) -> None:
    from lianglin.people.models import Resident

    Resident._base_manager.filter(pk=city.home.resident_id).update(id_number="230103195001010011")
    case = city.offer()
    states = dict(ClaimMaterial._base_manager.filter(case_id=case.pk).values_list("name", "state"))
    assert states == {"居民身份证": "known", "银行卡": "missing"}
    city.own(case, claims.accept)
    unit = city.world.organisations[UNIT]
    with pytest.raises(Refused) as refused:
        city.do(WORKER, claim_filing.file, case, unit=unit)
    assert "居民身份证、银行卡" in str(refused.value.message)  # all at once
    city.own(case, claim_papers.confirm, position=1)
    city.do(WORKER, claim_papers.show, case, position=2)
    city.do(WORKER, claim_filing.file, case, unit=unit)
    assert (claim_of(case).asked, claim_of(case).reused) == (1, 1)


def test_the_authority_asks_once_for_all_that_is_missing(city: City) -> None:
    case = city.brought_to("filed")
    with pytest.raises(Refused):
        city.do(UNIT, claim_deciding.ask_more, case, note="缺材料")
    city.do(
        UNIT,
        claim_deciding.ask_more,
        case,
        positions=[1],
        further=["收入证明"],
        note="身份证看不清，缺收入证明",
    )
    missing = ClaimMaterial._base_manager.filter(case_id=case.pk, asked_again=True).order_by("position")
    assert [(one.name, one.state) for one in missing] == [("居民身份证", "missing"), ("收入证明", "missing")]
    with pytest.raises(Refused):  # the days for handing in are not over
        city.do(UNIT, claim_deciding.refuse, case, reasons=["papers"], note="材料没有补齐，不能认定")
    with pytest.raises(Refused):
        city.own(case, claim_filing.complete)
    city.settle_papers(case)
    city.own(case, claim_filing.complete)
    with pytest.raises(Conflict, match="已经要求补正过"):
        city.do(UNIT, claim_deciding.ask_more, case, positions=[2], note="还缺银行卡")
    assert Clock._base_manager.filter(case_id=case.pk, stopped_at=None).get().stage == "decide"


def test_only_the_authority_it_was_filed_with_decides_and_never_the_community(city: City) -> None:
    case = city.brought_to("filed")
    for code in (OTHER_UNIT, WORKER, "street-230103001"):
        with pytest.raises(HouseError):
            city.do(code, claim_deciding.grant, case, given=Granted(fen=100))
        with pytest.raises(HouseError):
            city.do(code, claim_deciding.refuse, case, reasons=["income"], note="收入超过标准，核对报告所示")
    assert stored(case).state == "filed"


def test_a_refusal_names_reasons_and_until_when_review_and_court_are_open(city: City) -> None:
    case = city.brought_to("filed")
    for reasons, note in (
        ([], "收入超过标准，核对报告所示"),
        (["income", "mood"], "收入超过标准，核对报告所示"),
        (["income"], "不行"),
    ):
        with pytest.raises(Refused):
            city.do(UNIT, claim_deciding.refuse, case, reasons=reasons, note=note)
    city.do(UNIT, claim_deciding.refuse, case, reasons=["income"], note="收入超过标准，核对报告所示")
    claim, today = claim_of(case), clock.today()
    assert (claim.reasons, claim.running, stored(case).outcome) == ("income", False, "refused")
    assert claim.review_until == today + timedelta(days=60)
    assert claim.court_until == months_on(today, 6)


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_end_where_the_month_ends(day: date, months: int, there: date) -> None:
    assert months_on(day, months) == there


@pytest.mark.parametrize(
    "wrong",
    [
        Granted(),
        Granted(fen=0),
        Granted(fen=-1),
        Granted(fen=100_000_000_01),
        Granted(fen=1, period_from=date(2026, 2, 1), period_to=date(2026, 1, 1)),
        Granted(fen=1, recertify_on=date(2020, 1, 1)),
    ],
)
def test_a_grant_that_cannot_be_meant_is_refused(city: City, wrong: Granted) -> None:
    case = city.brought_to("filed")
    with pytest.raises(Refused):
        city.do(UNIT, claim_deciding.grant, case, given=wrong)


def test_a_large_grant_needs_a_second_person(city: City) -> None:
    limit = settings().second_person_from_fen
    assert city.brought_to("granted", fen=limit).state == "granted"


def test_above_the_amount_who_proposed_does_not_confirm(city: City) -> None:
    from lianglin.access import queries as access
    from lianglin.access.models import Account, Post

    case = city.brought_to("to_confirm", fen=settings().second_person_from_fen + 1)
    with pytest.raises(Forbidden, match="您本人提出"):
        city.do(UNIT, claim_deciding.confirm, case)
    account = Account.objects.create(username="second", name="second", created_at=clock.now())
    first = city.world.posts[UNIT]
    post = Post.objects.create(
        account=account,
        role_code=first.role_code,
        organisation=first.organisation,
        title="x",
        starts_on=date(2024, 1, 1),
    )
    with as_one(access.actor_in(post)) as by:
        claim_deciding.confirm(case.pk, by=by)
    assert (stored(case).state, stored(case).outcome) == ("granted", "granted")
    assert claim_of(case).decided_at is not None


def test_paid_once_it_ends_and_what_goes_on_is_looked_at_again(city: City) -> None:
    once = city.brought_to("filed")
    city.do(UNIT, claim_deciding.grant, once, given=Granted(fen=50_000))
    city.do(UNIT, claim_deciding.pay, once)
    assert (stored(once).state, claim_of(once).running) == ("ended", False)
    monthly = city.brought_to("paid")
    soon = clock.today() + timedelta(days=30)
    Claim._base_manager.filter(pk=monthly.pk).update(recertify_on=soon)
    with as_one(job()) as by:
        assert claim_nights.bring_to_recertify(by=by) == 1
        assert claim_nights.bring_to_recertify(by=by) == 0
    assert stored(monthly).state == "recertify"
    city.do(WORKER, claim_filing.recertify, monthly, note="入户见到本人，健在")
    assert stored(monthly).state == "paid"
    assert claim_of(monthly).recertify_on == months_on(clock.today(), 12)


def test_what_was_granted_until_a_day_ends_after_it(city: City) -> None:
    case = city.brought_to("filed")
    today = clock.today()
    city.do(UNIT, claim_deciding.grant, case, given=Granted(fen=100, period_from=today, period_to=today))
    city.do(UNIT, claim_deciding.pay, case)
    with as_one(job()) as by:
        assert claim_nights.finish_over(by=by) == 0
        Claim._base_manager.filter(pk=case.pk).update(
            period_from=today - timedelta(days=9), period_to=today - timedelta(days=1)
        )
        assert claim_nights.finish_over(by=by) == 1
    assert (stored(case).state, claim_of(case).running) == ("ended", False)


@pytest.mark.parametrize("state", ["offered", "gathering", "filed", "returned", "granted", "paid"])
def test_the_resident_withdraws_at_any_time_and_the_authority_s_access_ends(city: City, state: str) -> None:
    case = city.brought_to(state)
    city.own(case, claims.withdraw)
    assert (stored(case).state, claim_of(case).running) == ("withdrawn", False)
    with as_one(job()) as by:
        claim_nights.follow(case.pk, by=by)
    open_ended = Grant._base_manager.filter(subject_id=case.pk, ends_at__gt=clock.now() + timedelta(days=201))
    assert not open_ended.exists()
    if state in ("filed", "returned"):
        assert not code_sees(city, UNIT, case)
    assert city.offer().pk != case.pk  # and a new one can begin


def test_a_match_goes_the_whole_way_to_the_next_look(city: City) -> None:
    """Offered from a match, accepted, papers, filed, asked for more, public notice, granted, paid, looked at again."""
    match = Match._base_manager.create(
        scope_code=city.home.scope_code, household_id=city.home.household_id, resident_id=city.home.resident_id,
        measure=city.noticed.measure, answer=2, amount_fen=70_000, on=clock.today(), digest="0" * 64,
        matched_at=clock.now(), state_at=clock.now(),
    )  # fmt: skip
    went: list[str] = []

    def now_at(case: Case) -> None:
        went.append(stored(case).state)

    case = city.offer(city.noticed, match_id=match.pk, channel="match")
    now_at(case)
    city.own(case, claims.accept)
    now_at(case)
    city.settle_papers(case)
    unit = city.world.organisations[UNIT]
    city.do(WORKER, claim_filing.file, case, unit=unit)
    now_at(case)
    city.do(UNIT, claim_deciding.ask_more, case, positions=[1], note="身份证复印件看不清")
    now_at(case)
    city.settle_papers(case)
    city.do(WORKER, claim_filing.complete, case)
    now_at(case)
    city.do(UNIT, claim_notice.publish, case)
    now_at(case)
    notice = PublicNotice._base_manager.get(case_id=case.pk)
    PublicNotice._base_manager.filter(pk=notice.pk).update(to_on=clock.today() - timedelta(days=1))
    with as_one(job()) as by:
        claim_notice.take_down_over(by=by)
    now_at(case)
    city.do(
        UNIT,
        claim_deciding.grant,
        case,
        given=Granted(fen=70_000, recertify_on=clock.today() + timedelta(days=30)),
    )
    now_at(case)
    city.do(UNIT, claim_deciding.pay, case)
    now_at(case)
    with as_one(job()) as by:
        claim_nights.bring_to_recertify(by=by)
    now_at(case)
    city.do(WORKER, claim_filing.recertify, case, note="入户见到本人")
    now_at(case)
    assert went == [
        "offered", "gathering", "filed", "returned", "filed", "public", "examined", "granted", "paid", "recertify", "paid",
    ]  # fmt: skip
    notice.refresh_from_db()
    match.refresh_from_db()
    assert (notice.state, notice.name_shown) == ("ended", "")
    assert (match.state, match.claim_case_id) == ("claimed", case.pk)
    assert (claim_of(case).granted_fen, claim_of(case).running) == (70_000, True)
