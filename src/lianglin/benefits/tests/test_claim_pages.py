"""Pages of claims: the desk, the authority, the resident, the public; each through the browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.world import with_session

from lianglin.access import queries as access
from lianglin.access.actor import job, public
from lianglin.access.transaction import acting
from lianglin.benefits.actions import claim_deciding, claim_notice, claims
from lianglin.benefits.actions.claim_deciding import Granted
from lianglin.benefits.models import Claim, ClaimMaterial, Mandate, NoticeObjection, PublicNotice
from lianglin.benefits.queries import claim_functions
from lianglin.benefits.tasks import claims as tasks
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.events import CaseMoved
from lianglin.notices.models import Message
from lianglin.people.models import Resident

from . import claim_city
from .claim_city import OTHER_UNIT, UNIT, WORKER, City, as_one, claim_of, stored

pytestmark = pytest.mark.rows("R066")


@pytest.fixture
def city(db: None) -> City:
    return claim_city.build()


def logged_in(city: City, resident_id: int | None = None) -> Client:
    """A resident's browser."""
    now = clock.now()
    held = {"id": resident_id or city.home.resident_id, "until": (now + timedelta(minutes=30)).isoformat()}
    return with_session(Client(), {access.RESIDENT_KEY: held})


def sent(client: Client, case: Case, deed: str, **fields: Any) -> Any:
    """One move at the desk, as its form sends it."""
    version = stored(case).version
    data = {f"{deed}-{name}": value for name, value in {"seen_version": version, **fields}.items()}
    return client.post(reverse("benefits:claim", args=[case.number]), {"do": deed, **data})


def test_a_claim_goes_its_whole_way_through_the_pages(city: City) -> None:
    worker, unit, me = city.world.browser(WORKER), city.world.browser(UNIT), logged_in(city)
    url = reverse("benefits:claim_new", args=[city.home.household_id])
    assert worker.get(url).status_code == 200
    wrong = worker.post(url, {"measure": "gaoling-jintie", "channel": "desk"})
    assert wrong.status_code == 422  # for whom is not said
    begun = worker.post(
        url, {"measure": "gaoling-jintie", "resident": city.home.resident_id, "channel": "desk"}
    )
    assert begun.status_code == 303
    case = Case._base_manager.get(kind="claim")
    offered = CaseMoved(
        case.pk, "claim", case.scope_code, "open", "offered", "", "", due_at="2026-12-08T09:00:00+00:00"
    )
    mine = me.get(reverse("benefits:own"))
    assert case.title in mine.content.decode()
    assert me.post(reverse("benefits:own_answer", args=[case.number]), {"deed": "accept"}).status_code == 303
    page = worker.get(reverse("benefits:claim", args=[case.number]))
    assert "王示例" in page.content.decode()
    early = sent(worker, case, "file", unit=city.world.organisations[UNIT].pk)
    assert early.status_code == 422
    assert "银行卡" in early.content.decode()  # what is missing is named
    for position in (1, 2):
        worker.post(reverse("benefits:claim_paper", args=[case.number]), {"paper": f"show:{position}"})
    assert sent(worker, case, "file", unit=city.world.organisations[UNIT].pk).status_code == 303
    assert unit.get(reverse("benefits:claims")).content.decode().count(case.number[:5]) >= 1
    half = sent(unit, case, "grant", amount="100.005")
    assert half.status_code == 422
    assert sent(unit, case, "grant", amount="1,200.50", recertify_on="2099-01-01").status_code == 303
    assert claim_of(case).granted_fen == 120_050
    assert sent(unit, case, "pay").status_code == 303
    text = me.get(reverse("benefits:own_one", args=[case.number])).content.decode()
    assert "1200.50" in text
    assert stored(case).state == "paid"
    tell_late(case, offered)


def tell_late(case: Case, offered: CaseMoved) -> None:
    """An offer that the background comes to after the claim was paid still says the offer's own last day."""
    Resident._base_manager.filter(pk=claim_of(case).resident_id).update(phone="15400000001")
    with acting(job()):
        tasks.tell_claimant(offered)
    message = Message._base_manager.get(code="benefits.claim_offered")
    assert "请在2026年12月8日前告诉我们" in message.body
    assert "please tell us by 8 Dec 2026" in str(message.variants), "each language its own words"


def test_a_move_that_is_no_longer_possible_is_said_so(city: City) -> None:
    case = city.brought_to("filed")
    unit = city.world.browser(UNIT)
    assert sent(unit, case, "pay").status_code == 409
    assert sent(unit, case, "refuse", reasons=["income"], note="").status_code == 422
    assert stored(case).state == "filed"


@pytest.mark.parametrize("name", ["claim", "claim_paper", "claim_upload", "claim_objection", "mandates"])
def test_nobody_else_finds_the_page(city: City, name: str) -> None:
    case = city.brought_to("filed")
    args = [case.number, 1] if name == "claim_upload" else [case.number]
    url = reverse(f"benefits:{name}", args=args)
    for code in (OTHER_UNIT, "community-230104002002", "manager"):
        client = city.world.browser(code)
        assert {client.get(url).status_code, client.post(url).status_code} <= {403, 404, 405}
    assert Client().get(url).status_code in (302, 405)


def test_a_resident_does_nothing_on_anothers_claim(city: City) -> None:
    from lianglin.people.models import Membership

    case = city.offer()
    other = Membership._base_manager.exclude(resident_id=city.home.resident_id).first()
    for client in (logged_in(city, other.resident_id), Client()):
        for name in ("own_one", "own_answer", "own_paper"):
            url = reverse(f"benefits:{name}", args=[case.number])
            answer = (
                client.post(url, {"deed": "accept", "paper": "confirm:1"})
                if name != "own_one"
                else client.get(url)
            )
            assert answer.status_code == 404
    assert stored(case).state == "offered"


def test_a_paper_is_handed_in_from_home_and_only_a_picture_or_a_paper(city: City) -> None:
    from lianglin.files.models import Attachment
    from lianglin.files.tests.samples import picture, upload

    case = city.brought_to("gathering")
    me = logged_in(city)
    url = reverse("benefits:own_upload", args=[case.number, 2])
    assert me.get(url).status_code == 200
    assert me.post(url).status_code == 422
    assert me.post(url, {"file": upload(b"#!/bin/sh", "card.jpg")}).status_code == 422
    assert me.post(url, {"file": upload(picture(), "card.jpg")}).status_code == 303
    paper = ClaimMaterial._base_manager.get(case_id=case.pk, position=2)
    assert paper.state == "uploaded"
    assert Attachment._base_manager.get(pk=paper.attachment_id).case_id == case.pk


# --- public notice -------------------------------------------------------------------------------------------


@pytest.mark.rows("R007")
def test_a_notice_shows_the_least_is_not_indexed_and_goes(city: City) -> None:
    case = city.brought_to("public", city.noticed)
    url, anybody = reverse("benefits:notices"), Client()
    page = anybody.get(url)
    text = page.content.decode()
    assert "王**" in text
    assert city.noticed.name in text
    for private in ("王示例", case.number, "和宁小区", "120.50"):
        assert private not in text
    assert "noindex" in page["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex' in text
    notice = PublicNotice._base_manager.get(case_id=case.pk)
    one = reverse("benefits:notice", args=[notice.pk])
    assert "王**" in anybody.get(one).content.decode()
    PublicNotice._base_manager.filter(pk=notice.pk).update(to_on=clock.today() - timedelta(days=1))
    assert "王**" not in anybody.get(url).content.decode()  # even before the night has run
    ended = anybody.get(one)
    assert ended.status_code == 200
    assert "王**" not in ended.content.decode()
    with as_one(job()) as by:
        assert claim_notice.take_down_over(by=by) == 1
        assert claim_notice.take_down_over(by=by) == 0
    notice.refresh_from_db()
    assert (notice.state, notice.name_shown, notice.amount_fen) == ("ended", "", None)
    assert stored(case).state == "examined"


@pytest.mark.rows("R007")
def test_the_public_reads_no_table_of_claims(city: City) -> None:
    from django.db import ProgrammingError, transaction

    city.brought_to("public", city.noticed)
    with as_one(public()):
        for model in (Claim, ClaimMaterial, PublicNotice, NoticeObjection, Mandate):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                model._base_manager.exists()
        assert len(claim_functions.public_notices()) == 1


def test_an_objection_is_answered_before_it_is_decided_and_none_comes_after_the_end(city: City) -> None:
    case = city.brought_to("public", city.noticed)
    notice = PublicNotice._base_manager.get(case_id=case.pk)
    one = reverse("benefits:notice", args=[notice.pk])
    assert Client().post(one, {"text": "不"}).status_code == 422
    assert Client().post(one, {"text": "这家有两处房产", "contact": ""}).status_code == 303
    city.do(UNIT, claim_notice.stop, case, note="更正后重新公示")
    with pytest.raises(Refused, match="异议尚未答复"):
        city.do(UNIT, claim_deciding.grant, case, given=Granted(fen=100))
    objection = NoticeObjection._base_manager.get(notice=notice)
    with pytest.raises(Forbidden):
        city.do(OTHER_UNIT, claim_notice.answer_objection, case, objection_id=objection.pk, answer="已核实")
    city.do(UNIT, claim_notice.answer_objection, case, objection_id=objection.pk, answer="核实：仅一处住房")
    city.do(UNIT, claim_deciding.grant, case, given=Granted(fen=100))
    with as_one(public()) as by, pytest.raises(Conflict):
        claim_notice.object_to(notice.pk, by=by, text="还有意见要说")


def test_a_measure_without_a_rule_is_never_made_public_and_one_with_it_is_not_granted_before(
    city: City,
) -> None:
    plain, noticed = city.brought_to("filed"), city.brought_to("filed", city.noticed)
    with pytest.raises(Refused):
        city.do(UNIT, claim_notice.publish, plain)
    with pytest.raises(Refused, match="须先公示"):
        city.do(UNIT, claim_deciding.grant, noticed, given=Granted(fen=100))
    assert not PublicNotice._base_manager.exists()


def test_the_name_goes_at_once_when_the_resident_withdraws(city: City) -> None:
    from lianglin.benefits.actions import claim_nights

    case = city.brought_to("public", city.noticed)
    city.own(case, claims.withdraw)
    with as_one(job()) as by:
        claim_nights.follow(case.pk, by=by)
    notice = PublicNotice._base_manager.get(case_id=case.pk)
    assert (notice.state, notice.name_shown) == ("stopped", "")


# --- on behalf -----------------------------------------------------------------------------------------------


def test_an_authorisation_is_dated_ended_and_seen_by_the_resident(city: City) -> None:
    case, worker = city.offer(), city.world.browser(WORKER)
    url = reverse("benefits:mandates", args=[case.number])
    today = clock.today()
    given = {
        "kind": "written", "papers": "authorisation", "agent_name": "李代办", "from_on": today.isoformat(),
        "to_on": (today + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    for wrong in (
        {"to_on": ""},
        {"to_on": (today + timedelta(days=500)).isoformat()},
        {"kind": "guardian"},
        {"agent_name": " "},
    ):
        assert worker.post(url, given | wrong).status_code == 422
    assert worker.post(url, given).status_code == 303
    mandate = Mandate._base_manager.get()
    assert sent(worker, case, "act_under", mandate=mandate.pk).status_code == 303
    assert claim_of(case).agent == "李代办"
    assert "李代办" in logged_in(city).get(reverse("benefits:own")).content.decode()
    assert worker.post(url, {"end": mandate.pk}).status_code == 303
    assert "李代办" not in logged_in(city).get(reverse("benefits:own")).content.decode()
    assert sent(worker, case, "act_under", mandate=mandate.pk).status_code == 422  # it is over
